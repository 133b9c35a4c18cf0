/** Each row is sent by itself and shows its own answer; rows not done stay chosen. */
import { Button, Input, Modal, Progress } from 'antd'
import { type ReactNode, useId, useRef, useState } from 'react'
import { confirmWords } from '../confirm.js'
import { refusalSentence } from '../refusal.js'
import { type RowOutcome, runEach } from './run-each.js'
import './lists.css'

export interface BulkProps<T> {
  action: string
  rows: readonly T[]
  rowKey: (row: T) => string
  /** `isDone`: the row was accepted and can no longer be changed. */
  describe: (row: T, isDone: boolean) => ReactNode
  follows: readonly string[]
  asks: string
  onDo: (row: T, reason: string) => Promise<string>
  onClosed: (done: ReadonlySet<string>) => void
  danger?: boolean
  isReady?: boolean
  children?: ReactNode
}

const TEXT_MOST = 1_000

export const BulkButton = <T,>(props: BulkProps<T>) => {
  const { action, rows, rowKey, describe, follows, asks, onDo, onClosed, danger = false, isReady = true } = props
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const { all, left, outcomes, isBusy, run, stop, clear } = useBulk(rows, rowKey)
  const id = useId()
  const done = new Set([...outcomes].filter(([, { isDone }]) => isDone).map(([key]) => key))

  const close = () => {
    setOpen(false)
    clear()
    onClosed(done)
  }
  return (
    <>
      <Button danger={danger} disabled={rows.length === 0} onClick={() => setOpen(true)}>
        {action}（{rows.length}）
      </Button>
      <Modal
        open={isOpen}
        title={`${action}：${all.length} 项`}
        width={720}
        okText={outcomes.size === 0 ? confirmWords(action) : `再办未办成的 ${left.length} 项`}
        okButtonProps={{
          danger,
          disabled: left.length === 0 || reason.trim() === '' || !isReady,
          loading: isBusy,
        }}
        cancelText={isBusy ? '停止' : '关闭'}
        onOk={() => void run((row) => onDo(row, reason.trim()))}
        onCancel={isBusy ? stop : close}
        maskClosable={false}
        closable={{ 'aria-label': '关闭' }}
      >
        <ul>
          {follows.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
          <li>逐项办理，各有各的结果：一项未办成，不影响其他各项。</li>
        </ul>
        {props.children}
        <label htmlFor={id}>{asks}</label>
        <Input.TextArea
          id={id}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
          rows={2}
          maxLength={TEXT_MOST}
        />
        <BulkRows rows={all} rowKey={rowKey} describe={describe} outcomes={outcomes} />
      </Modal>
    </>
  )
}

/** Rows are fixed while a run lasts, so rows settled meanwhile keep their answer. */
const useBulk = <T,>(rows: readonly T[], rowKey: (row: T) => string) => {
  const [started, setStarted] = useState<readonly T[] | null>(null)
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, RowOutcome>>(new Map())
  const [isBusy, setBusy] = useState(false)
  const isStopped = useRef(false)
  const all = started ?? rows
  const left = all.filter((row) => outcomes.get(rowKey(row))?.isDone !== true)
  const run = async (act: (row: T) => Promise<string>) => {
    setBusy(true)
    setStarted(all)
    isStopped.current = false
    await runEach(left, act, {
      tell: (row, outcome) => setOutcomes((before) => new Map(before).set(rowKey(row), outcome)),
      refusalOf: refusalSentence,
      isStopped: () => isStopped.current,
    })
    setBusy(false)
  }
  const stop = () => {
    isStopped.current = true
  }
  const clear = () => {
    setStarted(null)
    setOutcomes(new Map())
  }
  return { all, left, outcomes, isBusy, run, stop, clear }
}

interface BulkRowsProps<T> extends Pick<BulkProps<T>, 'rows' | 'rowKey' | 'describe'> {
  outcomes: ReadonlyMap<string, RowOutcome>
}

const BulkRows = <T,>({ rows, rowKey, describe, outcomes }: BulkRowsProps<T>) => {
  const done = [...outcomes.values()].filter(({ isDone }) => isDone).length
  return (
    <>
      {outcomes.size > 0 && (
        <>
          <Progress aria-label="进度" percent={Math.round((100 * outcomes.size) / rows.length)} size="small" />
          <p role="status">
            已办 {done} 项，未办成 {outcomes.size - done} 项，共 {rows.length} 项。
          </p>
        </>
      )}
      <ol className="bulk-rows">
        {rows.map((row) => {
          const outcome = outcomes.get(rowKey(row))
          return (
            <li key={rowKey(row)}>
              {describe(row, outcome?.isDone === true)}
              {outcome && <span className={outcome.isDone ? 'good' : 'bad'}> {outcome.words}</span>}
            </li>
          )
        })}
      </ol>
    </>
  )
}
