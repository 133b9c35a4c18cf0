import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button, Input } from 'antd'
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { Link } from 'react-router'
import { describeRejectRule } from '../../../../domain/intake/reject-words.js'
import { columnTitles, problemWords, type TitleOf } from '../../../words/column-words.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { ScrollRegion } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { columnHint, type FeedColumn, useFeedColumns } from './feed-columns.js'
import {
  applyEditedTexts,
  editableText,
  fieldLabel,
  fieldNamesOf,
  isLongValue,
  NotJsonError,
  problemsOfField,
  type RejectedItem,
  type RejectProblem,
} from './item.js'
import {
  CorrectRejectDocument,
  DropRejectDocument,
  OneRejectDocument,
  type RejectWholeFragment,
} from './rejects.generated.js'
import { runPath } from './runs.js'

const NOTE_MOST = 1_000

/** Unsaved edits by item; they survive switching between items. */
const drafts = new Map<string, Readonly<Record<string, string>>>()

export interface RejectProps {
  id: string
  feedTitle: string
  isMirrored: boolean
  onSettled: (words: string, reject: RejectWholeFragment) => void
  onMove: (step: 1 | -1) => void
}

export const RejectDrawer = (props: RejectProps) => {
  const { data, loading, error, refetch } = useQuery(OneRejectDocument, { variables: { id: props.id } })
  if (error) return <RefusalNotice of={error} onAgain={() => void refetch()} />
  const found = data?.node && 'rule' in data.node ? (data.node as RejectWholeFragment) : null
  if (found === null)
    return loading ? <LoadingNotice of="条目" /> : <EmptyNotice>没有这条拒收记录，或者您无权查看。</EmptyNotice>
  return <Form key={found.id} reject={found} {...props} />
}

const placeOf = ({ source }: RejectWholeFragment): string =>
  `${source.page == null ? '' : `第 ${source.page} 页 `}第 ${source.row} 行`

const DropButton = ({ onDo }: { onDo: (reason: string) => Promise<unknown> }) => (
  <ConfirmButton
    action="不再处理"
    follows={['这一条不予接收，也不再列入待处理。', '原始条目和理由照样留存。']}
    asks={{ label: '理由' }}
    onDo={onDo}
  />
)

const Form = ({ reject, feedTitle, isMirrored, onSettled, onMove }: RejectProps & { reject: RejectWholeFragment }) => {
  const client = useApolloClient()
  const maySettle = useMay('correct_rejects')
  const mayCorrect = maySettle && !isMirrored
  const columns = useFeedColumns(reject.feed)
  const titleOf = columnTitles(reject.feed)
  const item = reject.item as RejectedItem
  const isOpen = reject.state === 'OPEN'
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(drafts.get(reject.id) ?? {})
  const [problems, setProblems] = useState(reject.problems)
  const [note, setNote] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [words, setWords] = useState('')
  const box = useRef<HTMLFormElement>(null)
  const noteId = useId()

  const write = (name: string, text: string) => {
    const next = { ...texts, [name]: text }
    setTexts(next)
    drafts.set(reject.id, next)
  }
  useEffect(() => {
    const faulty = box.current?.querySelector<HTMLElement>('.item-field.faulty')
    const fields = faulty?.parentElement
    if (faulty && fields) fields.scrollTop = faulty.offsetTop - fields.clientHeight / 3
    const from = document.activeElement
    // A filter that has the focus keeps it.
    if (from === null || from === document.body || from.closest('.virtual, .picked'))
      faulty?.querySelector<HTMLElement>('input, textarea')?.focus({ preventScroll: true })
  }, [])

  const takeIn = async (event?: FormEvent) => {
    event?.preventDefault()
    if (note.trim() === '') {
      setWords('请填写更正的理由。')
      document.getElementById(noteId)?.focus()
      return
    }
    setBusy(true)
    setError(null)
    setWords('')
    try {
      const fields = applyEditedTexts(item, texts)
      const variables = { id: reject.id, fields, note: note.trim() }
      const { data } = await client.mutate({ mutation: CorrectRejectDocument, variables })
      const told = data?.correctReject
      if (told === undefined) return
      if (told.effect == null) {
        setProblems(told.problems)
        setWords(`仍有 ${told.problems.length} 处问题，没有接收，也没有作任何改动。`)
        box.current?.querySelector<HTMLElement>('.faulty input, .faulty textarea')?.focus()
        return
      }
      drafts.delete(reject.id)
      onSettled(`${placeOf(reject)}已更正并接收：${labelOf('CorrectionEffect', told.effect)}`, told.reject)
    } catch (thrown) {
      if (thrown instanceof NotJsonError) setWords(`${thrown.message}不是有效的 JSON，请检查括号和引号。`)
      else setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  const drop = async (reason: string) => {
    const { data } = await client.mutate({ mutation: DropRejectDocument, variables: { id: reject.id, note: reason } })
    drafts.delete(reject.id)
    if (data) onSettled(`${placeOf(reject)}不再处理。`, data.dropReject.reject)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      onMove(event.key === 'ArrowDown' ? 1 : -1)
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && isOpen && mayCorrect) {
      event.preventDefault()
      void takeIn()
    }
  }
  const general = problems.filter(
    ({ field }) => !fieldNamesOf(item, problems).some((name) => field === name || field?.startsWith(`${name}.`)),
  )
  return (
    <form ref={box} onSubmit={takeIn} onKeyDown={onKey} aria-label="拒收的条目">
      <h2>
        {feedTitle} · {placeOf(reject)}
      </h2>
      <p className="soft">
        {[reject.source.file, `${instantText(reject.receivedAt)} 接收`].filter(Boolean).join(' · ')} ·{' '}
        <Link to={runPath(reject.source.run)}>所属运行</Link> · {labelOf('RejectState', reject.state)}
      </p>
      {general.length > 0 && (
        <ul>
          {general.map(({ field, rule, message }) => (
            <li key={`${field} ${rule}`} className="bad">
              {problemWords(message, titleOf)} <span className="soft">{describeRejectRule(rule)}</span>
            </li>
          ))}
        </ul>
      )}
      {reject.state !== 'OPEN' && <Settled of={reject} />}
      <ScrollRegion label="原始条目的各字段" className="item-fields">
        {fieldNamesOf(item, problems).map((name) => (
          <ItemField
            key={name}
            name={name}
            titleOf={titleOf}
            hint={hintOf(columns.get(name))}
            sent={item[name]}
            corrected={isOpen ? undefined : ((reject.corrected as RejectedItem | null)?.[name] ?? undefined)}
            text={texts[name] ?? editableText(item[name])}
            problems={isOpen ? problemsOfField(name, problems) : problemsOfField(name, reject.problems)}
            isReadOnly={!isOpen || !mayCorrect}
            onWrite={(text) => write(name, text)}
          />
        ))}
      </ScrollRegion>
      {isOpen && maySettle && isMirrored && (
        <>
          <p className="soft">这是外部系统的镜像，在这里只读：请在原系统更正，下次镜像时接收。</p>
          <div className="acts">
            <DropButton onDo={drop} />
          </div>
        </>
      )}
      {isOpen && mayCorrect && (
        <>
          <label htmlFor={noteId}>更正的理由</label>
          <Input
            id={noteId}
            value={note}
            maxLength={NOTE_MOST}
            placeholder="例如：据决定书原件补正"
            onChange={(event) => setNote(event.target.value)}
          />
          <div className="acts">
            <Button type="primary" htmlType="submit" loading={isBusy}>
              更正并接收
            </Button>
            <DropButton onDo={drop} />
            <Button onClick={() => onMove(-1)}>上一条</Button>
            <Button onClick={() => onMove(1)}>下一条</Button>
          </div>
          <p className="soft key-help">
            <kbd>Ctrl</kbd>+<kbd>Enter</kbd> 更正并接收　<kbd>Alt</kbd>+<kbd>↓</kbd>
            <kbd>↑</kbd> 下一条、上一条（不在输入框中时 <kbd>j</kbd>
            <kbd>k</kbd>）
          </p>
        </>
      )}
      {isOpen && !maySettle && <p className="soft">更正由经办人、管理员或信源单位办理。</p>}
      <p role="status" className={words ? 'bad said' : 'said'}>
        {words}
      </p>
      {error !== null && <RefusalNotice of={error} />}
    </form>
  )
}

const Settled = ({ of }: { of: RejectWholeFragment }) => (
  <p role="note">
    {instantText(of.settledAt)} 由 {of.settledBy ?? '枢纽'} {of.state === 'TAKEN' ? '更正并接收' : '决定不再处理'}：
    {of.note}
    {of.takenRun && (
      <>
        （<Link to={runPath(of.takenRun)}>接收的运行</Link>）
      </>
    )}
  </p>
)

const hintOf = (column: FeedColumn | undefined): string | null => (column ? columnHint(column) : null)

interface ItemFieldProps {
  name: string
  titleOf: TitleOf
  hint: string | null
  sent: unknown
  corrected: unknown
  text: string
  problems: readonly RejectProblem[]
  isReadOnly: boolean
  onWrite: (text: string) => void
}

const ItemField = ({ name, titleOf, hint, sent, corrected, text, problems, isReadOnly, onWrite }: ItemFieldProps) => {
  const id = useId()
  const isFaulty = problems.length > 0
  const isChanged = text !== editableText(sent)
  const input = {
    id,
    value: corrected === undefined ? text : editableText(corrected),
    readOnly: isReadOnly,
    status: isFaulty ? ('error' as const) : ('' as const),
    'aria-invalid': isFaulty,
    'aria-describedby': isFaulty ? `${id}-why` : undefined,
    onChange: (event: { target: { value: string } }) => onWrite(event.target.value),
  }
  return (
    <div className={isFaulty ? 'item-field faulty' : 'item-field'}>
      <label htmlFor={id}>{fieldLabel(name, problems, titleOf)}</label>
      <div>
        {isLongValue(sent) ? <Input.TextArea className="grows" rows={2} {...input} /> : <Input {...input} />}
        {isFaulty && (
          <p id={`${id}-why`} className="bad">
            {problems.map(({ message }) => problemWords(message, titleOf)).join(' ')}
            {hint !== null && <span className="soft"> {hint}</span>}
          </p>
        )}
        {(isChanged || (corrected !== undefined && editableText(corrected) !== editableText(sent))) && (
          <p className="soft">原为：{editableText(sent) === '' ? '空' : editableText(sent)}</p>
        )}
      </div>
    </div>
  )
}
