import { useApolloClient } from '@apollo/client/react'
import { Alert, Button, Checkbox, Input, Radio, Select } from 'antd'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { MOVES } from '../../../../domain/listing/moves.js'
import { confirmWords } from '../../pieces/confirm.js'
import { today } from '../../pieces/dates.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { optionsOf } from '../../pieces/words.js'
import { type CaseFile, defencePointsOf, earliestMoveDay, type MoveOutlook } from './case.js'
import { DecisionChoice } from './decision-choice.js'
import { FileHashInput } from './file-hash.js'
import {
  consequencesOfMove,
  fieldsOfMove,
  GRAVE_MOVES,
  MOVE_MUTATIONS,
  type MoveDraft,
  type MoveFieldName,
  measuresAfterMove,
  missingFields,
  moveInputOf,
  type PersonsMove,
  TODAY_ONLY_MOVES,
  titleOfMove,
} from './moves.js'
import { moverOf } from './stages.js'

const TITLES: Record<MoveFieldName, string> = {
  documentNumber: '文号',
  reason: '事由',
  text: '内容',
  waived: '当事人已书面放弃陈述申辩',
  removal: '移出原因',
  ground: '列入的根据',
  service: '送达方式',
  consentNumber: '当事人同意电子送达的文号',
  hearing: '当事人要求听证',
  point: '答复哪一点',
  hiding: '暂停公示的种类',
  returning: '退回到哪一步',
  restoring: '恢复列入的缘由',
  notListed: '不予列入的理由',
  ofAge: '是否已查明该自然人成年',
  fileHash: '文书文件的指纹（可不填）',
  record: '处罚决定',
  repairNotice: '信用修复告知书与决定书一并送达（两书同达）',
}
const TEXT_OF: Partial<Record<PersonsMove, string>> = {
  reviewListing: '复核意见（不填即为“同意”）',
  returnListing: '退回意见',
  resubmitListing: '补正情况',
}

const titleOf = (move: PersonsMove, field: MoveFieldName): string => {
  if (field === 'documentNumber' && move === 'reviewListing') return '放弃书的文号'
  return (field === 'text' ? TEXT_OF[move] : undefined) ?? TITLES[field]
}

const MOST: Partial<Record<MoveFieldName, number>> = {
  documentNumber: 128,
  consentNumber: 128,
  reason: 1_000,
  text: 10_000,
}

const DAY_OF: Partial<Record<PersonsMove, string>> = {
  notifyListing: '送达之日（公告送达为公告之日）',
  serveListing: '送达之日（公告送达为公告之日）',
  decideListing: '决定之日',
  consentListing: '同意之日',
  reviewListing: '复核之日',
  applyRepair: '申请之日',
  acceptRepair: '受理之日',
}

export interface MoveFormProps {
  of: CaseFile
  move: PersonsMove
  draft: MoveDraft
  onDraft: (change: MoveDraft) => void
  /** Previews of the move; a removal has one per reason. */
  outlooks: readonly MoveOutlook[]
  onDone: (said: string) => void
  /** Reads the case anew. */
  onStale: () => void
  onClose: () => void
}

export const MoveForm = ({ of, move, draft, onDraft, outlooks, onDone, onStale, onClose }: MoveFormProps) => {
  const client = useApolloClient()
  const id = useId()
  const [isBusy, setBusy] = useState(false)
  const [refused, setRefused] = useState<MoveRefusal | null>(null)
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => head.current?.focus(), [])
  const isToday = TODAY_ONLY_MOVES.includes(move)
  const on = isToday ? today() : (draft.on ?? today())
  const asked = fieldsOfMove(move, draft, of)
  const outlook = outlooks.find(({ removal }) => removal === null || removal === draft.removal)
  const denial = isOvercome(outlook, draft) ? null : (outlook?.denial ?? null)
  const isOffered = outlooks.some(({ yours }) => yours)
  const isComplete = missingFields(move, draft, of).length === 0 && on !== ''
  const title = titleOfMove(move, of)

  const act = async () => {
    setBusy(true)
    setRefused(null)
    try {
      await client.mutate({ mutation: MOVE_MUTATIONS[move], variables: { input: moveInputOf(move, draft, of, on) } })
      onDone(`已办理：${title}（${on}）。`)
    } catch (thrown) {
      setRefused({ error: thrown, seen: of.moves.length })
      onStale()
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      className="move-form"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault()
        if (isComplete && isOffered && denial === null && !isBusy) void act()
      }}
    >
      <h3 ref={head} tabIndex={-1}>
        {title}
      </h3>
      {denial && <Alert type="warning" showIcon title={`现在办理会被拒绝：${denial.why.zh}。`} />}
      <p className="labelled">
        <label htmlFor={`${id}on`}>{DAY_OF[move] ?? '办理日期'}</label>
        {isToday ? (
          <span id={`${id}on`}>{on}（自今日起生效，不得补记）</span>
        ) : (
          <Input
            id={`${id}on`}
            type="date"
            value={on}
            max={today()}
            min={earliestMoveDay(of) ?? undefined}
            onChange={({ target }) => onDraft({ on: target.value })}
          />
        )}
      </p>
      {asked.map((field) => (
        <MoveField key={field} id={`${id}${field}`} {...{ field, of, move, draft, onDraft }} />
      ))}
      <div className="follows">
        <p>接下来会：</p>
        <ul>
          {[...consequencesOfMove(move, draft, outlook?.endsOn ?? null), ...measuresAfterMove(move, of)].map(
            (sentence) => (
              <li key={sentence}>{sentence}</li>
            ),
          )}
        </ul>
      </div>
      {refused && <RefusedMove of={of} {...refused} />}
      {!isOffered && (
        <Alert
          type="warning"
          showIcon
          title={`此案现在没有由您办理的“${title}”。填写的内容仍留在这里，需要的请先复制。`}
          action={<Button onClick={onClose}>收起</Button>}
        />
      )}
      <Button
        type="primary"
        htmlType="submit"
        danger={GRAVE_MOVES.includes(move)}
        loading={isBusy}
        disabled={!isComplete || !isOffered || denial !== null}
      >
        {confirmWords(title)}
      </Button>
      {!isComplete && (
        <span className="soft">
          {' '}
          尚须填写：
          {missingFields(move, draft, of)
            .map((field) => titleOf(move, field))
            .join('、')}
        </span>
      )}
    </form>
  )
}

/** True when the move is denied for a running defence period that the draft waives. */
export const isOvercome = (outlook: MoveOutlook | undefined, draft: MoveDraft | undefined): boolean =>
  outlook?.denial?.because === 'DEFENCE_RUNNING' && draft?.waived === true

interface MoveRefusal {
  error: unknown
  seen: number
}

/** Also tells what others did meanwhile, once the case is read anew. */
const RefusedMove = ({ of, error, seen }: MoveRefusal & { of: CaseFile }) => {
  const since = of.moves.slice(seen).map((made) => `${moverOf(made)}于 ${made.on} 办理“${MOVES[made.move].zh}”`)
  return (
    <>
      <RefusalNotice of={error} />
      {since.length > 0 && (
        <Alert type="info" showIcon title={`在此期间：${since.join('；')}。本页已更新，填写的内容都还在。`} />
      )}
    </>
  )
}

interface FieldProps {
  id: string
  field: MoveFieldName
  of: CaseFile
  move: PersonsMove
  draft: MoveDraft
  onDraft: (change: MoveDraft) => void
}

const MoveField = ({ id, field, of, move, draft, onDraft }: FieldProps) => {
  const set = (value: unknown) => onDraft({ [field]: value } as MoveDraft)
  const text = (draft[field] as string | undefined) ?? ''
  if (field === 'hearing' || field === 'waived' || field === 'repairNotice')
    return (
      <p className="labelled">
        <Checkbox checked={draft[field] === true} onChange={({ target }) => set(target.checked)}>
          {TITLES[field]}
        </Checkbox>
      </p>
    )
  if (field === 'record') return <DecisionChoice of={of.operator} value={draft.record ?? null} onChange={set} />
  if (field === 'fileHash')
    return (
      <Labelled id={id} title={titleOf(move, field)}>
        <FileHashInput id={id} value={text} onChange={set} />
      </Labelled>
    )
  if (field === 'reason' || field === 'text')
    return (
      <Labelled id={id} title={titleOf(move, field)}>
        <Input.TextArea
          id={id}
          value={text}
          rows={3}
          maxLength={MOST[field]}
          onChange={({ target }) => set(target.value)}
        />
      </Labelled>
    )
  if (field === 'documentNumber' || field === 'consentNumber')
    return (
      <Labelled id={id} title={titleOf(move, field)}>
        <Input id={id} value={text} maxLength={MOST[field]} onChange={({ target }) => set(target.value)} />
      </Labelled>
    )
  if (field === 'ofAge')
    return (
      <fieldset className="labelled">
        <legend>{TITLES[field]}</legend>
        <Radio.Group
          value={draft.ofAge ?? null}
          onChange={({ target }) => set(target.value)}
          options={[
            { value: null, label: '不是自然人，或尚未查明' },
            { value: true, label: '已成年' },
            { value: false, label: '未成年（不予公示）' },
          ]}
        />
      </fieldset>
    )
  if (field === 'point')
    return (
      <fieldset className="labelled">
        <legend>{TITLES[field]}</legend>
        <Radio.Group
          value={draft.point ?? null}
          onChange={({ target }) => set(target.value)}
          options={defencePointsOf(of)
            .filter(({ answer }) => answer === null)
            .map(({ number, text }) => ({ value: number, label: `第 ${number} 点：${text.slice(0, 40)}` }))}
        />
      </fieldset>
    )
  return (
    <Labelled id={id} title={titleOf(move, field)}>
      <Select
        id={id}
        value={(draft[field] as string | undefined) ?? DEFAULTS[field]}
        placeholder={field === 'hiding' && move === 'confirmHiding' ? '与暂停时相同' : '请选择'}
        allowClear={field === 'hiding' && move === 'confirmHiding'}
        onChange={set}
        options={choicesOf(field, of)}
        style={{ width: '100%', maxWidth: '28rem' }}
      />
    </Labelled>
  )
}

const DEFAULTS: Partial<Record<MoveFieldName, string>> = {
  ground: 'HEAVIER_PENALTY',
  service: 'DIRECT',
  restoring: 'FALSE_MATERIALS',
  notListed: 'OTHER',
}

const choicesOf = (field: MoveFieldName, of: CaseFile): { value: string; label: string }[] => {
  if (field === 'ground') return optionsOf('ListingGround')
  if (field === 'service') return optionsOf('ServiceKind')
  // Only reconciliation finds that a platform has LOST an entry.
  if (field === 'hiding') return optionsOf('HidingKind').filter(({ value }) => value !== 'LOST')
  if (field === 'restoring') return optionsOf('Restoring')
  if (field === 'returning')
    return optionsOf('ReturnTarget').filter(({ value }) => of.state !== 'PROPOSED' || value === 'PROPOSAL')
  if (field === 'notListed') return optionsOf('NotListedReason')
  const known = of.list?.removals ?? []
  return known
    .filter(({ reason }) => reason !== 'EXPIRED')
    .map(({ reason, zh }) => ({
      value: reason,
      label: `${optionsOf('RemovalReason').find(({ value }) => value === reason)?.label ?? reason}：${zh}`,
    }))
}

const Labelled = ({ id, title, children }: { id: string; title: string; children: ReactNode }) => (
  <p className="labelled">
    <label htmlFor={id}>{title}</label>
    {children}
  </p>
)
