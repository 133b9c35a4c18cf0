import { useApolloClient } from '@apollo/client/react'
import { Input } from 'antd'
import { useId, useState } from 'react'
import { ConfirmButton } from '../../pieces/confirm.js'
import { today } from '../../pieces/dates.js'
import { formatNumber } from '../../pieces/numbers.js'
import { useMay } from '../../session/session.js'
import { ProposeScorecardDocument, type TrialCardsQuery } from './scorecard-trial.generated.js'
import type { CardTrial } from './trial.js'

interface ProposeProps {
  card: TrialCardsQuery['scorecards'][number]
  trial: CardTrial
  onDone: () => void
}

export const ProposeForm = ({ card, trial, onDone }: ProposeProps) => {
  const client = useApolloClient()
  const mayPropose = useMay('propose_scorecard')
  const [effectiveOn, setEffectiveOn] = useState(today)
  const id = useId()
  const isPast = effectiveOn < today()
  const hindrance = whyNot(card, trial, mayPropose)
  return (
    <section className="panel wide" aria-label="提议采用">
      <h2>提议采用</h2>
      {hindrance !== null && <p className="warn">{hindrance}</p>}
      <p>
        一人提议，另一人（复核人或管理员）决定；决定之前，现行评分卡不变。
        {card.state === 'IN_FORCE' && '这张卡已是现行。'}
      </p>
      <ConfirmButton
        action="提议采用"
        danger={false}
        button={{ type: 'primary' }}
        disabled={hindrance !== null}
        hint={hindrance ?? ''}
        follows={[
          `须由另一位复核人或管理员决定；采用后，自 ${effectiveOn || '所填日期'} 起按 ${card.version} 为全部主体评分`,
          `按试算，${formatNumber(trial.operators)} 个主体中等级上升 ${formatNumber(trial.better)} 个，下降 ${formatNumber(trial.worse)} 个`,
          '过去的评分不变；评分从不构成列入名单的依据',
        ]}
        asks={{ label: '理由' }}
        onDo={async (reason) => {
          const input = { version: card.version, effectiveOn, reason }
          await client.mutate({ mutation: ProposeScorecardDocument, variables: { input } })
          onDone()
        }}
      >
        <p>
          <label htmlFor={id}>生效日期</label>
          <Input
            id={id}
            type="date"
            min={today()}
            value={effectiveOn}
            onChange={({ target }) => setEffectiveOn(target.value)}
            {...(isPast && { status: 'error' as const })}
          />
          {isPast && <span className="bad">不早于今天：已有的评分不变。</span>}
        </p>
      </ConfirmButton>
    </section>
  )
}

const whyNot = (card: ProposeProps['card'], trial: CardTrial, mayPropose: boolean): string | null => {
  if (!mayPropose) return '采用评分卡由经办人、复核人或管理员提议。'
  if (card.hash !== trial.scorecardHash) return '这张卡的内容在试算之后有改动，请重新试算。'
  return card.state === 'PROPOSED' ? '这张卡已有待决定的提议。' : null
}
