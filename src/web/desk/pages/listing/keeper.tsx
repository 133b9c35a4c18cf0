import { useApolloClient, useQuery } from '@apollo/client/react'
import { Select } from 'antd'
import { useId, useState } from 'react'
import { isSamePerson } from '../../../../domain/access/persons.js'
import { TASKS, type WorkKind } from '../../../../domain/worklist/tasks.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { ConfirmersDocument } from '../../pieces/confirmers.generated.js'
import { ConfirmersNotice, listNames } from '../../pieces/confirmers.js'
import { daysUntilText, instantText } from '../../pieces/dates.js'
import { useMay, useSession } from '../../session/session.js'
import { AbsencesDocument, HandOverCasesDocument } from '../worklist/worklist.generated.js'
import { actOfMove, type CaseFile, lastMoveOf } from './case.js'

const OFFICE = ''

export const KeeperPanel = ({ of, onChanged }: { of: CaseFile; onChanged: () => void }) => {
  const { name } = useSession()
  const may = useMay('move_listing')
  const client = useApolloClient()
  const isOver = of.state === 'REMOVED' || of.state === 'NOT_LISTED'
  const isOwn = of.keeper !== null && isSamePerson(of.keeper, name)
  const handOver = async (to: string | null, note: string) => {
    await client.mutate({ mutation: HandOverCasesDocument, variables: { ids: [of.id], to, note } })
    onChanged()
  }
  return (
    <section className="panel wide no-print" aria-labelledby="keeper">
      <h2 id="keeper">经办</h2>
      <p>
        经办人：<b>{of.keeper ?? '无（本单位）'}</b>
        {isOwn && <span className="soft">（您）</span>}
      </p>
      {of.tasks.map(({ kind, dueOn, late }) => (
        <div key={kind}>
          <p className={late ? 'bad' : ''}>
            {TASKS[kind].zh}
            {dueOn !== null && `，至 ${dueOn}（${daysUntilText(dueOn)}）`}
          </p>
          {kind === 'CONSENT' && <ConsentNotice of={of} />}
          {NEEDS_ANOTHER[kind] && <ConfirmersNotice kind={kind} listing={of.id} who={NEEDS_ANOTHER[kind] ?? ''} />}
        </div>
      ))}
      <ReturnedNotice of={of} />
      {may && !isOver && (
        <div className="filters">
          {!isOwn && (
            <ConfirmButton
              action="领取"
              danger={false}
              follows={['您成为本案的经办人，本案列入您的待办；其他人仍可以办理。']}
              asks={{ label: '说明', optional: true }}
              onDo={(note) => handOver(name, note || '领取。')}
            />
          )}
          <HandOverButton onDo={handOver} keeper={of.keeper} />
        </div>
      )}
      {of.handovers.length > 0 && (
        <details>
          <summary>经办人的变动 {of.handovers.length} 次</summary>
          <ul className="lines">
            {of.handovers.map(({ from, to, note, by, at }) => (
              <li key={at}>
                {from ?? '本单位'} → {to ?? '本单位'}：{note}{' '}
                <span className="soft">
                  {by}，{instantText(at)}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

const NEEDS_ANOTHER: Partial<Record<WorkKind, string>> = {
  REVIEW: '复核人',
  CONFIRM_HIDING: '人员',
}

/** The case's proposer and reviewer cannot consent, but may record the superior's document. */
const ConsentNotice = ({ of }: { of: CaseFile }) => {
  const { name: me } = useSession()
  const { data } = useQuery(ConfirmersDocument, { variables: { kind: 'CONSENT', listing: of.id, by: null } })
  if (data === undefined) return null
  const doers = of.moves.filter(({ move }) => move === 'proposeListing' || move === 'reviewListing').map(({ by }) => by)
  const isDoer = (name: string) => doers.some((by) => isSamePerson(by, name))
  const others = data.confirmers.map(({ name }) => name).filter((name) => !isDoer(name) && !isSamePerson(name, me))
  const mayRecord = data.confirmers.some(({ name }) => isSamePerson(name, me))
  return (
    <p className="warn">
      须有上一级市场监管部门的书面同意。
      {others.length > 0 && `可以办理的其他人员：${listNames(others)}。`}
      {mayRecord &&
        (isDoer(me)
          ? '您提出或者复核过本案，不是同意的人；收到上级的同意文件以后，您可以录入，填该文件的文号。'
          : '您可以办理，填同意文件的文号。')}
      {others.length === 0 && !mayRecord && '现在没有可以录入同意的人员：请管理员登记区划为全省（或者该市）的人员。'}
    </p>
  )
}

interface HandOverProps {
  keeper: string | null
  onDo: (to: string | null, note: string) => Promise<void>
}

const HandOverButton = ({ keeper, onDo }: HandOverProps) => {
  const id = useId()
  const [to, setTo] = useState<string | null>(null)
  const { data } = useQuery(AbsencesDocument)
  const colleagues = (data?.colleagues ?? []).filter(({ name }) => keeper === null || !isSamePerson(name, keeper))
  return (
    <ConfirmButton
      action="移交"
      danger={false}
      follows={['接手人成为经办人，本案列入其待办；移交和说明记入本案。']}
      asks={{ label: '说明' }}
      isReady={to !== null}
      onDo={(note) => onDo(to === OFFICE ? null : to, note)}
    >
      <p className="labelled">
        <label htmlFor={id}>接手人</label>
        <Select
          id={id}
          value={to}
          placeholder="请选择"
          onChange={setTo}
          options={[
            ...(keeper === null ? [] : [{ value: OFFICE, label: '退回本单位，待人领取' }]),
            ...colleagues.map(({ name }) => ({ value: name, label: name })),
          ]}
          style={{ width: '100%', maxWidth: '20rem' }}
        />
      </p>
    </ConfirmButton>
  )
}

const ReturnedNotice = ({ of }: { of: CaseFile }) => {
  const last = lastMoveOf(of, 'returnListing')
  if (last === null || !of.tasks.some(({ kind }) => kind === 'MEND')) return null
  return (
    <p className="warn">
      {last.by} 于 {last.on} 退回补正：{String(actOfMove(last)['text'] ?? '')}
    </p>
  )
}
