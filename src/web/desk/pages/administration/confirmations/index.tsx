import { useApolloClient, useQuery } from '@apollo/client/react'
import { Alert, Input } from 'antd'
import { useState } from 'react'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { today } from '../../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../../pieces/empty.js'
import { formatNumber } from '../../../pieces/numbers.js'
import { PageHead } from '../../../pieces/page.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { useMay } from '../../../session/session.js'
import {
  OfficeProposalsDocument,
  type OfficeProposalsQuery,
  OwnListsDocument,
  type OwnListsQuery,
  ProposeRuleConfirmationDocument,
  UnconfirmedRulesDocument,
  type UnconfirmedRulesQuery,
} from '../office.generated.js'
import { SettledOfficeProposals, WaitingOfficeProposal } from '../office-proposals.js'
import { rulePlaceWords } from '../proposal-words.js'
import { RuleRow } from '../rules/row.js'
import { ruleRowTitle } from '../rules/row-title.js'
import { OwnLists } from './own-lists.js'

const OF_RULES: readonly string[] = ['RULE_ROW', 'RULES_ADDED', 'LIST_ENDED']

type UnconfirmedRuleNode = UnconfirmedRulesQuery['unconfirmedRules'][number]

export default function ConfirmationsPage() {
  const { data, error, refetch } = useQuery(UnconfirmedRulesDocument)
  const rules = (data as UnconfirmedRulesQuery | undefined)?.unconfirmedRules
  const proposed = useQuery(OfficeProposalsDocument)
  const office = proposed.data as OfficeProposalsQuery | undefined
  const own = useQuery(OwnListsDocument)
  const lists = (own.data as OwnListsQuery | undefined)?.ownLists
  const [done, setDone] = useState('')
  const onDone = (words: string) => {
    setDone(words)
    void refetch()
    void proposed.refetch()
    void own.refetch()
  }
  const waiting = (office?.officeProposals ?? []).filter(
    ({ kind, state }) => OF_RULES.includes(kind) && state === 'PROPOSED',
  )
  const open = (rules ?? []).filter((one) => !one.waiting)
  const settled = (office?.officeProposals ?? []).filter(
    ({ kind, state }) => OF_RULES.includes(kind) && state !== 'PROPOSED',
  )
  return (
    <>
      <PageHead title="规则核实">
        <p className="soft">
          规则由一人对照公开文本提出，另一人核对原文后确认；规则文件不变，核实叠加其上。正式运行以后，未核实的规则会使依据它的条目不得公示。
        </p>
      </PageHead>
      {done !== '' && <Alert type="success" showIcon closable title={done} onClose={() => setDone('')} />}
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {rules === undefined && !error && <LoadingNotice of="规则" />}
      {waiting.map((one) => (
        <WaitingOfficeProposal key={one.id} of={one} onDone={onDone} />
      ))}
      {rules && (
        <div className="stack">
          <RuleSection
            title="关系公示的规则"
            rules={open.filter(({ binds }) => binds)}
            none="关系公示的规则都已核实。"
            isOpen
            onDone={onDone}
          />
          <RuleSection
            title="其他规则"
            rules={open.filter(({ binds }) => !binds)}
            none="其他规则都已核实。"
            isOpen={false}
            onDone={onDone}
          />
        </div>
      )}
      {lists && <OwnLists of={lists} onDone={onDone} />}
      <SettledOfficeProposals all={settled} />
    </>
  )
}

interface RuleSectionProps {
  title: string
  rules: readonly UnconfirmedRuleNode[]
  none: string
  isOpen: boolean
  onDone: (words: string) => void
}

const RuleSection = ({ title, rules, none, isOpen, onDone }: RuleSectionProps) => (
  <section className="panel wide" aria-label={title}>
    <h2>{title}</h2>
    {rules.length === 0 ? (
      <EmptyNotice>{none}</EmptyNotice>
    ) : (
      <details className="inner" open={isOpen}>
        <summary>未核实 {formatNumber(rules.length)} 条</summary>
        <ol className="rules">
          {rules.map((one) => (
            <li key={one.key}>
              <details className="inner">
                <summary>
                  {rulePlaceWords(one)} <span className="soft">{ruleRowTitle(one.row)}</span>
                </summary>
                <RuleRow of={one.row} opens={false} />
                <Confirmation of={one} onDone={onDone} />
              </details>
            </li>
          ))}
        </ol>
      </details>
    )}
  </section>
)

const Confirmation = ({ of, onDone }: { of: UnconfirmedRuleNode; onDone: RuleSectionProps['onDone'] }) => {
  const apollo = useApolloClient()
  const [source, setSource] = useState('')
  const [readOn, setReadOn] = useState(today())
  if (!useMay('confirm_rules')) return null
  const propose = async (text: string) => {
    const input = { key: of.key, source, text, readOn }
    await apollo.mutate({ mutation: ProposeRuleConfirmationDocument, variables: { input } })
    onDone('核实已提出，待另一人核对原文后确认。')
  }
  return (
    <ConfirmButton
      action="提出核实"
      danger={false}
      follows={['由另一人对照原文确认后才生效；', '所据文本、条文和您的姓名一同保存，文本和条文公开显示。']}
      asks={{ label: '条文原文（照录）' }}
      onDo={propose}
    >
      <section className="follows" aria-label="要核实的规则">
        <p>{rulePlaceWords(of)}</p>
        <RuleRow of={of.row} opens={false} />
      </section>
      <p>
        <Input
          aria-label="所据文本"
          placeholder="所据文本：名称、文号、条款、何处可见"
          value={source}
          onChange={({ target }) => setSource(target.value)}
        />
      </p>
      <p>
        查阅日期{' '}
        <Input
          type="date"
          aria-label="查阅日期"
          value={readOn}
          max={today()}
          onChange={({ target }) => setReadOn(target.value === '' ? today() : target.value)}
          style={{ width: '11rem' }}
        />
      </p>
    </ConfirmButton>
  )
}
