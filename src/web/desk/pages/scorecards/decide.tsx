import { useApolloClient } from '@apollo/client/react'
import { Link } from 'react-router'
import { isSamePerson } from '../../../../domain/access/persons.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { ConfirmersNotice } from '../../pieces/confirmers.js'
import { dayText, instantText, today } from '../../pieces/dates.js'
import { formatNumber } from '../../pieces/numbers.js'
import { AnchoredPanel } from '../../pieces/page.js'
import { useMay, useSession } from '../../session/session.js'
import { proposalAnchor } from '../worklist/places.js'
import { type ActivationLineFragment, DecideScorecardDocument } from './scorecards.generated.js'
import { cardPath, trialPath } from './words.js'

interface DecideProps {
  of: ActivationLineFragment
  isBesideTrial?: boolean
  onDone: () => void
}

export const DecideActivation = ({ of, isBesideTrial = false, onDone }: DecideProps) => {
  const client = useApolloClient()
  const { name } = useSession()
  const mayDecide = useMay('decide_scorecard')
  const isPast = of.effectiveOn < today()
  const hindrance = whyNot({ mayDecide, isOwn: isSamePerson(of.proposedBy, name) })
  const decide = (activate: boolean) => async (note: string) => {
    const input = { id: of.id, activate, note: note === '' ? null : note }
    await client.mutate({ mutation: DecideScorecardDocument, variables: { input } })
    onDone()
  }
  return (
    <AnchoredPanel id={proposalAnchor(of)} title={`待决定：采用 ${of.scorecard}`}>
      <p>
        自 {dayText(of.effectiveOn)} 起采用 <Link to={cardPath(of.scorecard)}>{of.scorecard}</Link>。{of.proposedBy} 于{' '}
        {instantText(of.proposedAt)} 提议：{of.reason}
      </p>
      {of.trial && !isBesideTrial && (
        <p>
          试算（对照 {of.trial.against}，{instantText(of.trial.madeAt)}）：{formatNumber(of.trial.operators)}{' '}
          个主体中，等级上升 <span className="good">{formatNumber(of.trial.better)}</span>，下降{' '}
          <span className="bad">{formatNumber(of.trial.worse)}</span>，完全不变 {formatNumber(of.trial.unchanged)}。
          <Link to={trialPath(of.scorecard, of.trial.against)}>看试算的全部</Link>
        </p>
      )}
      {isPast && <p className="bad">生效日期已过，只能不予采用；需要的，另行提议。</p>}
      {hindrance !== null && <p className="warn">{hindrance}</p>}
      <ConfirmersNotice kind="DECIDE_SCORECARD" by={of.proposedBy} who="复核人或管理员" />
      <div className="filters">
        <ConfirmButton
          action="采用"
          danger={false}
          button={{ type: 'primary' }}
          disabled={hindrance !== null || isPast}
          hint={hindrance ?? (isPast ? '生效日期已过' : '')}
          follows={[
            `自 ${of.effectiveOn} 起按 ${of.scorecard} 为全部主体评分`,
            ...(of.trial
              ? [`按试算，等级上升 ${formatNumber(of.trial.better)} 个，下降 ${formatNumber(of.trial.worse)} 个`]
              : []),
            '过去的评分不变；跌破线的只产生线索，评分从不构成列入名单的依据',
            '决定不能撤销；要换回的，另行提议',
          ]}
          asks={{ label: '说明', optional: true }}
          onDo={decide(true)}
        />
        <ConfirmButton
          action="不予采用"
          disabled={hindrance !== null}
          hint={hindrance ?? ''}
          follows={['现行评分卡不变', '提议和不予采用的理由保留；这张卡可以再次提议']}
          asks={{ label: '理由' }}
          onDo={decide(false)}
        />
      </div>
    </AnchoredPanel>
  )
}

const whyNot = ({ mayDecide, isOwn }: { mayDecide: boolean; isOwn: boolean }): string | null => {
  if (!mayDecide) return '采用与否由复核人或管理员决定。'
  return isOwn ? '这是您提议的，须由另一人决定。' : null
}
