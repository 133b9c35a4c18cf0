import { useQuery } from '@apollo/client/react'
import { Input, Select } from 'antd'
import { countUnconfirmedOf, RULE_SECTION_WORDS, RULE_TABLE_WORDS } from '../../../../words/rule-words.js'
import { useAddressState } from '../../../pieces/address.js'
import { today } from '../../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../../pieces/empty.js'
import { formatNumber } from '../../../pieces/numbers.js'
import { PageHead } from '../../../pieces/page.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { RuleRow } from './row.js'
import { RulesDocument, type RulesQuery } from './rules.generated.js'

type RuleTableNode = RulesQuery['ruleTables'][number]
type RuleTableRow = RuleTableNode['sections'][number]['rows'][number]

const rowsOf = ({ sections }: RuleTableNode): readonly RuleTableRow[] => sections.flatMap(({ rows }) => rows)
const titleOf = ({ name }: { name: string }): string => RULE_TABLE_WORDS[name] ?? name

export default function RulesPage() {
  const [asked, ask] = useAddressState({ on: today(), table: 'lists', unconfirmed: false as boolean })
  const on = /^\d{4}-\d{2}-\d{2}$/.test(asked.on) ? asked.on : null
  const { data, previousData, error, refetch } = useQuery(RulesDocument, { variables: { on } })
  const tables = ((data ?? previousData) as RulesQuery | undefined)?.ruleTables
  const table = tables?.find(({ name }) => name === asked.table) ?? tables?.[0]
  return (
    <>
      <PageHead title="规则表">
        <p className="soft">枢纽所依据的规则，随版本发布；各行自有起止日期，按所查的日子列出有效的行。</p>
      </PageHead>
      <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="筛选">
        <span className="choice">
          有效于{' '}
          <Input
            type="date"
            aria-label="有效于"
            value={asked.on}
            onChange={({ target }) => ask({ on: target.value === '' ? today() : target.value })}
            style={{ width: '11rem' }}
          />
        </span>
        <Select
          aria-label="规则表"
          value={table?.name ?? asked.table}
          onChange={(table) => ask({ table }, { push: true })}
          options={(tables ?? []).map((one) => ({
            value: one.name,
            label: `${titleOf(one)}（${formatNumber(rowsOf(one).length)} 行）`,
          }))}
          style={{ width: '14rem' }}
        />
        <label className="choice">
          <input
            type="checkbox"
            checked={asked.unconfirmed}
            onChange={({ target }) => ask({ unconfirmed: target.checked })}
          />{' '}
          只看未经核实的
        </label>
      </form>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {table ? <RuleTable of={table} unconfirmed={asked.unconfirmed} /> : !error && <LoadingNotice of="规则表" />}
    </>
  )
}

const RuleTable = ({ of, unconfirmed }: { of: RuleTableNode; unconfirmed: boolean }) => {
  const doubtful = rowsOf(of).reduce((sum, row) => sum + countUnconfirmedOf(row), 0)
  return (
    <>
      <h2>{titleOf(of)}</h2>
      <p>{of.aboutZh}</p>
      {doubtful > 0 && <p className="warn">其中 {formatNumber(doubtful)} 项未经核实，不得作为法律依据引用。</p>}
      <div className="stack">
        {of.sections.map(({ name, rows }) => {
          const shown = unconfirmed ? rows.filter((row) => countUnconfirmedOf(row) > 0) : rows
          return (
            <section key={name} className="panel" aria-label={RULE_SECTION_WORDS[name] ?? titleOf({ name })}>
              <h3>
                {RULE_SECTION_WORDS[name] ?? titleOf({ name })}{' '}
                <span className="soft">{formatNumber(shown.length)} 行</span>
              </h3>
              {shown.length === 0 ? (
                <EmptyNotice>{unconfirmed ? '没有未经核实的行。' : '这一天没有有效的行。'}</EmptyNotice>
              ) : (
                <ol className="rules">
                  {shown.map((row, i) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
                    <li key={i}>
                      <RuleRow key={String(unconfirmed)} of={row} opens={unconfirmed} />
                    </li>
                  ))}
                </ol>
              )}
            </section>
          )
        })}
      </div>
    </>
  )
}
