import { useApolloClient } from '@apollo/client/react'
import { Radio } from 'antd'
import { useState } from 'react'
import { isSamePerson } from '../../../../domain/access/persons.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { ConfirmersNotice } from '../../pieces/confirmers.js'
import { instantText } from '../../pieces/dates.js'
import { labelOf, optionsOf } from '../../pieces/words.js'
import { useMay, useSession } from '../../session/session.js'
import {
  DecideOverrideDocument,
  type OverrideVerdict,
  type OverrideWholeFragment,
  WithdrawOverrideDocument,
} from './overrides.generated.js'

export const OverrideStory = ({ of }: { of: OverrideWholeFragment }) => {
  const score = of.operator?.score
  return (
    <>
      <p>
        <b>设为 {of.grade} 级</b>，至 {of.endsOn} 止有效
        {score && `（评分所得 ${score.grade} 级，${score.value} 分）`} ·{' '}
        <span className={of.state === 'PROPOSED' ? 'warn' : 'soft'}>{stateWords(of)}</span>
      </p>
      <blockquote className="statement">{of.reason}</blockquote>
      <p className="soft">
        {of.proposedBy} 于 {instantText(of.proposedAt)} 提出
        {of.decidedAt !== null &&
          `；${of.decidedBy} 于 ${instantText(of.decidedAt)} 决定${of.note ? `：${of.note}` : ''}`}
        {of.withdrawnAt !== null && `；${of.withdrawnBy} 于 ${instantText(of.withdrawnAt)} 撤回：${of.withdrawnReason}`}
        {of.replacedAt !== null && `；${instantText(of.replacedAt)} 被后一项替代`}
      </p>
    </>
  )
}

const stateWords = ({ state }: Pick<OverrideWholeFragment, 'state'>): string =>
  labelOf('OverrideState', state).replace(/；.*$/, '')

export const OverrideActions = ({ of, onDone }: { of: OverrideWholeFragment; onDone: () => void }) => {
  const { name } = useSession()
  const client = useApolloClient()
  const mayPropose = useMay('propose_override')
  const mayDecide = useMay('decide_override')
  const isOwn = of.proposedBy !== null && isSamePerson(of.proposedBy, name)
  if (of.state !== 'PROPOSED' && of.state !== 'IN_FORCE') return null
  return (
    <div className="filters">
      {of.state === 'PROPOSED' && mayDecide && !isOwn && <Decide of={of} onDone={onDone} />}
      {mayPropose && (
        <ConfirmButton
          action="撤回调整"
          follows={
            of.state === 'IN_FORCE'
              ? ['即刻失效，各处改示评分所得的等级；此前被它替代的不因此恢复。']
              : ['就此办结，不再等待复核。']
          }
          asks={{ label: '理由' }}
          onDo={async (reason) => {
            await client.mutate({ mutation: WithdrawOverrideDocument, variables: { input: { id: of.id, reason } } })
            onDone()
          }}
        />
      )}
      {of.state === 'PROPOSED' && (isOwn || !mayDecide) && (
        <ConfirmersNotice kind="DECIDE_OVERRIDE" by={of.proposedBy} who="复核人" />
      )}
    </div>
  )
}

const Decide = ({ of, onDone }: { of: OverrideWholeFragment; onDone: () => void }) => {
  const client = useApolloClient()
  const [verdict, setVerdict] = useState<OverrideVerdict>('CONFIRM')
  return (
    <ConfirmButton
      action="决定调整"
      danger={false}
      follows={
        verdict === 'CONFIRM'
          ? [
              `即刻生效：查询等级处示为 ${of.grade} 级，注明经人工调整，至 ${of.endsOn}。`,
              '评分和分值不变；此前有效的一项就此终止。',
            ]
          : ['就此办结，等级仍为评分所得。']
      }
      asks={{ label: '说明', optional: verdict === 'CONFIRM' }}
      onDo={async (note) => {
        const input = { id: of.id, verdict, ...(note !== '' && { note }) }
        await client.mutate({ mutation: DecideOverrideDocument, variables: { input } })
        onDone()
      }}
    >
      <fieldset className="labelled">
        <legend>决定</legend>
        <Radio.Group
          value={verdict}
          onChange={({ target }) => setVerdict(target.value)}
          options={optionsOf('OverrideVerdict')}
        />
      </fieldset>
    </ConfirmButton>
  )
}
