import {
  countUnconfirmedIn,
  fieldLabel,
  isShownElsewhere,
  type MemberContent,
  memberContentOf,
  plainValueWords,
} from '../../../../words/rule-words.js'
import { LabelledField } from '../../../pieces/field.js'
import { formatNumber } from '../../../pieces/numbers.js'
import { ScrollRegion } from '../../../pieces/plain-table.js'
import { titleFieldOf, toldFieldsOf } from './row-title.js'
import type { RulesQuery } from './rules.generated.js'

type RuleRowNode = Omit<RulesQuery['ruleTables'][number]['sections'][number]['rows'][number], 'confirmation'> & {
  confirmation?: RulesQuery['ruleTables'][number]['sections'][number]['rows'][number]['confirmation']
}
type NestedRows = Exclude<MemberContent, string>

export const RuleRow = ({ of, opens }: { of: RuleRowNode; opens: boolean }) => {
  const { from, to, basis, confirmed, confirmation } = of
  const told = toldFieldsOf(of)
  const called = titleFieldOf(told)
  return (
    <>
      <p className="rule-head">
        {called && <span>{String(called.is)}</span>}
        <span className="soft">{validityWords(from, to)}</span>
        <Confirmed is={confirmed} />
      </p>
      <dl className="fields">
        {told.map(({ name, is }) =>
          typeof is !== 'string' || is === '' || name === called?.name ? null : (
            <LabelledField key={name} label={fieldLabel(name)}>
              {is}
            </LabelledField>
          ),
        )}
        {basis && <LabelledField label="依据">{basis}</LabelledField>}
        {confirmation && (
          <LabelledField label="核实">
            {`${confirmation.source}（${confirmation.readOn} 查阅）：${confirmation.text}（${confirmation.by} 提出，${confirmation.confirmedBy} 确认）`}
          </LabelledField>
        )}
      </dl>
      {told.map(({ name, is }) =>
        typeof is === 'string' || is.length === 0 ? null : (
          <InnerTable key={name} label={fieldLabel(name)} rows={is} opens={opens} />
        ),
      )}
    </>
  )
}

const validityWords = (from: string | null, to: string | null): string => {
  if (to !== null) return `${from ?? '起日未定'} 至 ${to}`
  return from === null ? '一直有效' : `自 ${from} 起`
}

const Confirmed = ({ is }: { is: boolean | null }) => {
  if (is === null) return null
  return is ? <span className="good">已核实</span> : <span className="warn">未经核实，不得引用</span>
}

const InnerTable = ({ label, rows, opens }: { label: string; rows: NestedRows; opens: boolean }) => {
  const names = [...new Set(rows.flatMap(Object.keys))].filter((name) => !isShownElsewhere(name))
  const doubtful = countUnconfirmedIn(rows)
  return (
    <details className="inner" open={opens && doubtful > 0}>
      <summary>
        {label} <span className="soft">{formatNumber(rows.length)} 项</span>
        {doubtful > 0 && <span className="warn"> {formatNumber(doubtful)} 项未经核实</span>}
      </summary>
      <ScrollRegion label={label}>
        <table className="plain-table roomy" aria-label={label}>
          <thead>
            <tr>
              {names.map((name) => (
                <th key={name} scope="col">
                  {fieldLabel(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
              <tr key={i}>
                {names.map((name) => (
                  <td key={name}>
                    <Member name={name} of={row} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </details>
  )
}

const Member = ({ name, of }: { name: string; of: Readonly<Record<string, unknown>> }) => {
  if (name === 'confirmed') return <Confirmed is={of[name] === true} />
  return 'file' in of ? <code>{String(of[name])}</code> : <Cell of={of[name]} />
}

const Cell = ({ of }: { of: unknown }) => {
  if (of === undefined || of === null) return <>—</>
  const is = memberContentOf(of)
  if (typeof is === 'string') return <>{is}</>
  return (
    <>
      {is
        .map((one) =>
          Object.entries(one)
            .filter(([name, value]) => !isShownElsewhere(name) && value !== null)
            .map(
              ([name, value]) =>
                `${fieldLabel(name)} ${Array.isArray(value) ? value.map((each) => plainValueWords(each)).join('、') : plainValueWords(value, name)}`,
            )
            .join('，'),
        )
        .join('；')}
    </>
  )
}
