import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { useState } from 'react'
import { ConfirmButton } from '../../pieces/confirm.js'
import { exactInstantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { useMay } from '../../session/session.js'
import {
  PingWebhookDocument,
  ReplayWebhookDocument,
  WebhookCallsDocument,
  type WebhookCallsQuery,
  type WebhooksQuery,
} from './webhooks.generated.js'

export type WebhookRow = WebhooksQuery['webhooks'][number]
type CallRow = Extract<NonNullable<WebhookCallsQuery['node']>, { calls: unknown }>['calls'][number]

const SPAN = /^(\d{1,15})(?:\s*[-–—~至到]\s*(\d{1,15}))?$/

export const CallLog = ({ of, onDone }: { of: WebhookRow; onDone: () => void }) => {
  const mayTend = useMay('tend_webhooks')
  const { data, loading, error, refetch } = useQuery(WebhookCallsDocument, {
    variables: { id: of.id },
    fetchPolicy: 'network-only',
  })
  const [said, setSaid] = useState('')
  const node = (data as WebhookCallsQuery | undefined)?.node
  const calls: readonly CallRow[] | undefined = node && 'calls' in node ? node.calls : undefined
  const done = (words: string) => {
    setSaid(words)
    void refetch()
    onDone()
  }
  return (
    <section className="panel wide" style={{ marginTop: '1.25rem' }} aria-label={`呼叫记录：${of.client}`}>
      <h2>呼叫记录：{of.client}</h2>
      <p className="soft">{of.url}，最近 100 次，由新到旧。</p>
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: '0.5rem' }}>
        {mayTend && (
          <>
            <PingButton of={of} onDone={done} />
            <ReplayButton of={of} onDone={done} />
          </>
        )}
        <Button loading={loading} onClick={() => void refetch()}>
          刷新记录
        </Button>
      </div>
      <p role="status">{said}</p>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!calls && loading && <LoadingNotice of="呼叫记录" />}
      {calls &&
        (calls.length === 0 ? (
          <EmptyNotice>还没有呼叫过这个地址。</EmptyNotice>
        ) : (
          <CallTable label={`呼叫记录：${of.client}`} of={calls} />
        ))}
    </section>
  )
}

const CallTable = ({ label, of }: { label: string; of: readonly CallRow[] }) => (
  <PlainTable
    label={label}
    columns={[
      { title: '时刻' },
      { title: '内容' },
      { title: '次数', align: 'right' },
      { title: '答复' },
      { title: '用时', align: 'right' },
    ]}
    rows={of.map((one, place) => ({
      key: `${place} ${one.at}`,
      isMarked: one.error !== null,
      cells: [
        exactInstantText(one.at),
        one.kind === 'PING' ? '试送' : `第 ${one.sequence} 号变更`,
        `第 ${one.attempt} 次`,
        outcomeText(one),
        one.ms === null ? '—' : `${formatNumber(one.ms)} 毫秒`,
      ],
    }))}
  />
)

const FAILURES: Readonly<Record<string, string>> = {
  dns: '找不到该主机',
  refused: '对方没有监听该端口',
  timeout: '十秒内没有答复',
  cut: '连接中断',
  tls: '证书有误',
  redirect: '对方要求转到其他地址，请登记最终地址',
  forbidden: '该地址不属于公网，不得呼叫',
}

export const failureText = (error: string): string => FAILURES[error.split(':')[0] ?? ''] ?? '无法连接'

const outcomeText = ({ status, error }: Pick<CallRow, 'status' | 'error'>): string => {
  if (status === null) return error === null ? '尚无结果' : `未送达：${failureText(error)}`
  return error === null ? `已收下（HTTP ${status}）` : `未收下（HTTP ${status}）`
}

interface WebhookDeedProps {
  of: WebhookRow
  onDone: (words: string) => void
}

const PingButton = ({ of, onDone }: WebhookDeedProps) => {
  const apollo = useApolloClient()
  return (
    <ConfirmButton
      action="试送"
      danger={false}
      follows={[
        `立即向 ${of.url} 送一条带签名的试送消息，至多等待 10 秒；`,
        '消息中没有卖家和事项的内容，结果只记入呼叫记录；每个地址十秒一次。',
      ]}
      onDo={async () => {
        const { data } = await apollo.mutate({ mutation: PingWebhookDocument, variables: { id: of.id } })
        if (data) onDone(`试送：${outcomeText(data.pingWebhook)}`)
      }}
    />
  )
}

const ReplayButton = ({ of, onDone }: WebhookDeedProps) => {
  const apollo = useApolloClient()
  return (
    <ConfirmButton
      action="重发"
      danger={false}
      disabled={of.disabledAt !== null}
      hint={of.disabledAt === null ? '' : '地址已停用，须先由平台恢复'}
      follows={['所填序号的变更再送一次，已收下的也再送；', '送出的是卖家当时的情况，不会重现旧的情况。']}
      asks={{ label: '变更序号：一个，或者起止，如 41-57（至多 1000 条）', most: 40 }}
      onDo={async (text) => {
        const [, from, to] = SPAN.exec(text) ?? []
        if (from === undefined)
          throw Object.assign(new Error('span'), { code: 'INPUT_INVALID', detail: '请填写序号，例如 41，或者 41-57。' })
        const { data } = await apollo.mutate({
          mutation: ReplayWebhookDocument,
          variables: { id: of.id, from, to: to ?? null },
        })
        if (data) onDone(`将重发 ${formatNumber(data.replayWebhook.queued)} 条，一两秒内送出。`)
      }}
    />
  )
}
