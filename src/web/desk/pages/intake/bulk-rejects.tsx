import type { ApolloClient } from '@apollo/client'
import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { describeRejectRule } from '../../../../domain/intake/reject-words.js'
import { columnTitles, problemWords, type TitleOf } from '../../../words/column-words.js'
import { BulkButton } from '../../pieces/lists/bulk-button.js'
import { labelOf } from '../../pieces/words.js'
import { columnHint, useFeedColumns } from './feed-columns.js'
import { applyEditedTexts, editableText, fieldLabel, identifyItem, type RejectedItem } from './item.js'
import { CorrectRejectDocument, LikeRejectsDocument, type RejectWholeFragment } from './rejects.generated.js'

const LIKE_MOST = 100

export interface LikeRejectsProps {
  feed: string
  rule: string
  field: string
  onDone: (done: ReadonlySet<string>) => void
}

export const LikeRejects = ({ feed, rule, field, onDone }: LikeRejectsProps) => {
  const client = useApolloClient()
  const columns = useFeedColumns(feed)
  const titleOf = columnTitles(feed)
  const { data, refetch } = useQuery(LikeRejectsDocument, {
    variables: { feed, rule, field, first: LIKE_MOST },
    fetchPolicy: 'cache-and-network',
  })
  const like = data?.rejects.nodes ?? []
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({})
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  if (like.length < 2) return null
  const sentOf = ({ item }: RejectWholeFragment): string => editableText((item as RejectedItem)[field])
  const textOf = (reject: RejectWholeFragment): string => texts[reject.id] ?? sentOf(reject)
  const rows = like.filter(({ id }) => !left.has(id))
  const column = columns.get(field)
  const label = fieldLabel(field, like[0]?.problems.slice(0, 1) ?? [], titleOf)

  return (
    <BulkButton
      action="成批更正同样的问题"
      rows={rows}
      rowKey={({ id }) => id}
      describe={(reject, isDone) => (
        <LikeRow
          reject={reject}
          isDone={isDone}
          words={identifyItem(reject.item as RejectedItem, titleOf)}
          label={label}
          sent={sentOf(reject)}
          text={textOf(reject)}
          onText={(text) => setTexts({ ...texts, [reject.id]: text })}
          onLeave={() => setLeft(new Set([...left, reject.id]))}
        />
      )}
      follows={[
        `这些条目的“${label}”都有这一问题：${describeRejectRule(rule)}；其余各项照来件接收。`,
        '更正以后仍有问题的，不接收，也不作任何改动。',
      ]}
      asks="更正的理由"
      onDo={(reject, note) => correctOne(client, reject, { field, text: textOf(reject), note, titleOf })}
      onClosed={(done) => {
        setTexts({})
        setLeft(new Set())
        if (done.size > 0) {
          void refetch()
          void client.refetchQueries({ include: ['WorkCounts'] })
        }
        onDone(done)
      }}
    >
      <FillAll
        label={label}
        hint={column ? columnHint(column) : null}
        onFill={(common) => setTexts(Object.fromEntries(rows.map(({ id }) => [id, common])))}
      />
    </BulkButton>
  )
}

interface FillAllProps {
  label: string
  hint: string | null
  onFill: (common: string) => void
}

const FillAll = ({ label, hint, onFill }: FillAllProps) => {
  const [common, setCommon] = useState('')
  return (
    <p>
      <Input
        aria-label={`全部填为的${label}`}
        placeholder={`${label}，填入全部`}
        value={common}
        onChange={({ target }) => setCommon(target.value)}
        style={{ width: '16rem' }}
      />{' '}
      <Button onClick={() => onFill(common)}>全部填为此值</Button>
      {hint !== null && <span className="soft"> {hint}</span>}
    </p>
  )
}

const correctOne = async (
  client: ApolloClient,
  { id, item }: RejectWholeFragment,
  { field, text, note, titleOf }: { field: string; text: string; note: string; titleOf: TitleOf },
): Promise<string> => {
  const fields = applyEditedTexts(item as RejectedItem, { [field]: text })
  const answer = await client.mutate({ mutation: CorrectRejectDocument, variables: { id, fields, note } })
  const told = answer.data?.correctReject
  if (told?.effect == null) {
    const [problem] = told?.problems ?? []
    throw { code: 'STILL_WRONG', detail: `仍有问题：${problem ? problemWords(problem.message, titleOf) : '未接收'}` }
  }
  return `已接收：${labelOf('CorrectionEffect', told.effect)}`
}

interface LikeRowProps {
  reject: RejectWholeFragment
  isDone: boolean
  words: string
  label: string
  sent: string
  text: string
  onText: (text: string) => void
  onLeave: () => void
}

const LikeRow = ({ reject: { source }, isDone, words, label, sent, text, onText, onLeave }: LikeRowProps) => (
  <span>
    {words !== '' && <div>{words}</div>}
    {source.page == null ? '' : `第 ${source.page} 页 `}第 {source.row} 行{' '}
    <span className="soft">来件为“{sent || '空'}”</span>{' '}
    {isDone ? (
      `更正为“${text || '空'}”`
    ) : (
      <>
        <Input
          aria-label={`第 ${source.row} 行的${label}`}
          value={text}
          onChange={({ target }) => onText(target.value)}
          style={{ width: '14rem' }}
        />
        <Button type="link" size="small" onClick={onLeave}>
          不在此次办理
        </Button>
      </>
    )}
  </span>
)
