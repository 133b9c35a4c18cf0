import { useApolloClient } from '@apollo/client/react'
import { isSamePerson } from '../../../../domain/access/persons.js'
import { ACT_OF_PROPOSAL } from '../../../../domain/office/proposals.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText } from '../../pieces/dates.js'
import { LabelledField } from '../../pieces/field.js'
import { AnchoredPanel } from '../../pieces/page.js'
import { labelOf } from '../../pieces/words.js'
import { useMay, useSession } from '../../session/session.js'
import { proposalAnchor } from '../worklist/places.js'
import {
  DecideOfficeProposalDocument,
  type OfficeProposalLineFragment,
  type OfficeVerdict,
} from './office.generated.js'
import { officeProposalWords, rulePlaceWords } from './proposal-words.js'
import { RuleRow } from './rules/row.js'
import { SettledProposals } from './settled-proposals.js'

interface OfficeProposalProps {
  of: OfficeProposalLineFragment
  onDone: (words: string) => void
}

const FOLLOWS: Record<OfficeProposalLineFragment['kind'], readonly string[]> = {
  SETTINGS: ['随即生效，各处不须重新启动；', '您的姓名和时刻一同保存；再次改动才能改回。'],
  SERVICE: ['此后所依据的规则未经核实的，一律不得公示；', '不能撤销；您的姓名和时刻一同保存。'],
  LIST_ENDED: ['自该日起不再新立案件；已立的案件照常办理，公示的条目不变；', '您的姓名和时刻一同保存。'],
  RULES_ADDED: ['两人都确认以后生效；您已逐项核对内容及其依据；', '您的姓名和时刻一同保存。'],
  ROBOT: ['该群随即收到所选的提醒；您已核对该群及其成员；', '您的姓名和时刻一同保存。'],
  RESTORE_RELEASE: [
    '新增恢复：应公示的条目公示，应推送的推送，序号接在已知最大者之后；',
    '您已自行核对：备份之后办理过而数据库不再知道的，均已补办；',
    '您的姓名和时刻一同保存。',
  ],
  RULE_ROW: ['您已查阅所据的公开文本，条文与规则一致；', '规则随即视为已核实，文书可以引用；您的姓名和时刻一同保存。'],
}

const DONE: Record<OfficeVerdict, string> = {
  CONFIRM: '已确认，随即生效。',
  REFUSE: '已不予同意，现状不变。',
  WITHDRAW: '已撤回，现状不变。',
}

export const WaitingOfficeProposal = ({ of, onDone }: OfficeProposalProps) => {
  const apollo = useApolloClient()
  const { name } = useSession()
  const changes = useMay(ACT_OF_PROPOSAL[of.kind])
  const isOwn = isSamePerson(of.proposedBy, name)
  const isEndorsed = of.endorsedBy != null && isSamePerson(of.endorsedBy, name)
  const decide = (verdict: OfficeVerdict) => async (given: string) => {
    const input = { id: of.id, verdict, note: given === '' ? null : given }
    await apollo.mutate({ mutation: DecideOfficeProposalDocument, variables: { input } })
    onDone(DONE[verdict])
  }
  return (
    <AnchoredPanel id={proposalAnchor(of)} title={`待确认：${labelOf('OfficeProposalKind', of.kind)}`}>
      <p>
        {of.proposedBy} 于 {instantText(of.proposedAt)} 提出：{of.reason}
      </p>
      <ProposalContent of={of} />
      {of.endorsedBy && of.endorsedAt && (
        <p>
          {of.endorsedBy} 已于 {instantText(of.endorsedAt)} 确认，还须另一人确认。
        </p>
      )}
      {!changes && <p className="soft">由提出者以外有权的人确认。</p>}
      {changes && isOwn && (
        <>
          <p className="warn">由您提出的须由另一人确认；您可以撤回。</p>
          <ConfirmButton action="撤回" follows={['现状不变，撤回的提议留存。']} onDo={() => decide('WITHDRAW')('')} />
        </>
      )}
      {changes && !isOwn && (
        <div className="filters">
          <ConfirmButton
            action="确认"
            danger={false}
            disabled={isEndorsed}
            hint={isEndorsed ? '您已确认，须由另一人再确认' : ''}
            follows={FOLLOWS[of.kind]}
            asks={{ label: '说明', optional: true }}
            onDo={decide('CONFIRM')}
          >
            <section className="follows" aria-label="要确认的内容">
              <ProposalContent of={of} />
            </section>
          </ConfirmButton>
          <ConfirmButton
            action="不予同意"
            follows={['现状不变；这项提议和不予同意的理由留存。']}
            asks={{ label: '理由' }}
            onDo={decide('REFUSE')}
          />
        </div>
      )}
    </AnchoredPanel>
  )
}

const ProposalContent = ({ of }: { of: OfficeProposalLineFragment }) => {
  if (of.rule) return <ReadRule of={of.rule} />
  if (of.added)
    return (
      <>
        <p>{labelOf('OwnRuleType', of.added.type)}</p>
        <RuleRow of={of.added.row} opens={false} />
      </>
    )
  const lines = officeProposalWords(of)
  if (lines.length === 1) return <p>{lines[0]}</p>
  return (
    <ul className="days">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

const ReadRule = ({ of }: { of: NonNullable<OfficeProposalLineFragment['rule']> }) => (
  <>
    <p>{rulePlaceWords(of)}</p>
    <RuleRow of={of.row} opens={false} />
    <dl className="fields">
      <LabelledField label="所据文本">{of.source}</LabelledField>
      <LabelledField label="条文">{of.text}</LabelledField>
      <LabelledField label="查阅日期">{of.readOn}</LabelledField>
    </dl>
  </>
)

export const SettledOfficeProposals = ({
  title = '以前的改动',
  all,
}: {
  title?: string
  all: readonly OfficeProposalLineFragment[]
}) => (
  <SettledProposals
    title={title}
    all={all}
    contentOf={(one) => <ProposalContent of={one} />}
    stateOf={({ state }) => labelOf('OfficeProposalState', state)}
  />
)
