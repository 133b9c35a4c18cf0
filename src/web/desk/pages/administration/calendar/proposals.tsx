import { useApolloClient } from '@apollo/client/react'
import { isSamePerson } from '../../../../../domain/access/persons.js'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { ConfirmersNotice } from '../../../pieces/confirmers.js'
import { instantText } from '../../../pieces/dates.js'
import { formatNumber } from '../../../pieces/numbers.js'
import { AnchoredPanel } from '../../../pieces/page.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { labelOf } from '../../../pieces/words.js'
import { useSession } from '../../../session/session.js'
import { proposalAnchor } from '../../worklist/places.js'
import type { CalendarProposalLineFragment } from '../fragments.generated.js'
import { SettledProposals } from '../settled-proposals.js'
import { type CalendarVerdict, DecideCalendarDocument } from './calendar.generated.js'
import { MovedDeadlines, useMovedDeadlines } from './foreseen.js'
import { amendmentWords } from './words.js'

interface ProposalProps {
  of: CalendarProposalLineFragment
  onDone: (words: string) => void
}

export const WaitingProposal = ({ of, onDone }: ProposalProps) => {
  const apollo = useApolloClient()
  const { name } = useSession()
  const isOwn = isSamePerson(of.proposedBy, name)
  const { holidays, workdays, ordinary, knownUntil } = of
  const { foreseen, error, loading } = useMovedDeadlines({ holidays, workdays, ordinary, knownUntil })
  const decide = (verdict: CalendarVerdict) => async (given: string) => {
    const input = { id: of.id, verdict, note: given === '' ? null : given }
    const { data } = await apollo.mutate({ mutation: DecideCalendarDocument, variables: { input } })
    onDone(
      verdict === 'CONFIRM'
        ? `日历已修订，改变期限 ${formatNumber(data?.decideCalendar.moved ?? 0)} 项。`
        : `修订${labelOf('CalendarProposalState', verdict === 'REFUSE' ? 'REFUSED' : 'WITHDRAWN')}，日历不变。`,
    )
  }
  return (
    <AnchoredPanel id={proposalAnchor(of)} title="待决定的修订">
      <p>
        {of.proposedBy} 于 {instantText(of.proposedAt)} 提出：{of.reason}
      </p>
      <Amendments of={of} />
      {error && <RefusalNotice of={error} />}
      {!error && <MovedDeadlines of={foreseen} isLoading={loading} />}
      {isOwn ? (
        <>
          <p className="warn">由您提出的修订须由另一人决定；您可以撤回。</p>
          <ConfirmersNotice kind="DECIDE_CALENDAR" by={of.proposedBy} who="经办人或管理员" />
          <ConfirmButton
            action="撤回修订"
            follows={['日历不变，撤回的修订留存。']}
            onDo={() => decide('WITHDRAW')('')}
          />
        </>
      ) : (
        <div className="filters">
          <ConfirmButton
            action="使修订生效"
            danger={(foreseen?.moves ?? 0) > 0}
            disabled={foreseen === undefined || loading}
            follows={[
              (foreseen?.moves ?? 0) === 0
                ? '没有正在计算的期限因此改变；'
                : `正在计算的 ${formatNumber(foreseen?.moves ?? 0)} 项期限随即重新计算；`,
              '您的姓名和时刻一同保存；再次修订才能改回。',
            ]}
            asks={{ label: '说明', optional: true }}
            onDo={decide('CONFIRM')}
          />
          <ConfirmButton
            action="不同意修订"
            follows={['日历不变；这项修订和不同意的理由留存。']}
            asks={{ label: '理由' }}
            onDo={decide('REFUSE')}
          />
        </div>
      )}
    </AnchoredPanel>
  )
}

const Amendments = ({ of }: Pick<ProposalProps, 'of'>) => (
  <ul className="days">
    {amendmentWords(of).map((line) => (
      <li key={line}>{line}</li>
    ))}
  </ul>
)

export const SettledAmendments = ({ all }: { all: readonly CalendarProposalLineFragment[] }) => (
  <SettledProposals
    title="以前提出的修订"
    all={all}
    contentOf={(one) => amendmentWords(one).join('；')}
    stateOf={({ state }) => labelOf('CalendarProposalState', state)}
  />
)
