import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { useState } from 'react'
import { agoText, instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { CallLog, failureText, type WebhookRow } from './calls.js'
import { WebhooksDocument, type WebhooksQuery } from './webhooks.generated.js'

export default function WebhooksPage() {
  const { data, loading, error, refetch } = useQuery(WebhooksDocument)
  const all = (data as WebhooksQuery | undefined)?.webhooks
  const [opened, setOpened] = useState<string | null>(null)
  const shown = all?.find(({ id }) => id === opened)
  const removals = (all ?? []).reduce((sum, { removalsOwed }) => sum + removalsOwed, 0)
  return (
    <>
      <PageHead
        title="平台回调"
        extra={
          <Button loading={loading} onClick={() => void refetch()}>
            刷新
          </Button>
        }
      >
        <p className="soft">
          电子商务平台和单位登记的回调地址：自己的卖家有变更、本席位的协作事项有办理，即告知，移出在先。由其自行登记、恢复和注销。
          {removals > 0 && <strong className="bad">有 {formatNumber(removals)} 条移出尚未送到。</strong>}
        </p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!all && loading && <LoadingNotice of="回调地址" />}
      {all &&
        (all.length === 0 ? (
          <EmptyNotice>还没有平台登记回调地址；各平台自行读取变更。</EmptyNotice>
        ) : (
          <WebhookTable of={all} opened={opened} onOpen={setOpened} />
        ))}
      {shown && <CallLog key={shown.id} of={shown} onDone={() => void refetch()} />}
    </>
  )
}

interface WebhookTableProps {
  of: readonly WebhookRow[]
  opened: string | null
  onOpen: (id: string | null) => void
}

const WebhookTable = ({ of, opened, onOpen }: WebhookTableProps) => (
  <PlainTable
    label="平台回调"
    columns={[
      { title: '平台' },
      { title: '告知' },
      { title: '地址' },
      { title: '状态' },
      { title: '待送', align: 'right' },
      { title: '其中移出', align: 'right' },
      { title: '已放弃', align: 'right' },
      { title: '最近收下' },
      { title: '最近答复' },
      { title: '记录' },
    ]}
    rows={of.map((one) => ({
      key: one.id,
      isMarked: one.removalsOwed > 0,
      cells: [
        one.client,
        one.seat === null ? '卖家变更' : `协作事项：${one.seat}`,
        one.url,
        <State key="state" of={one} />,
        formatNumber(one.owed),
        <span key="removals" className={one.removalsOwed > 0 ? 'bad' : ''}>
          {formatNumber(one.removalsOwed)}
        </span>,
        formatNumber(one.givenUp),
        one.confirmedAt === null ? '从未' : agoText(one.confirmedAt),
        one.lastStatus !== null ? `HTTP ${one.lastStatus}` : one.lastError === null ? '—' : failureText(one.lastError),
        <Button
          key="calls"
          type="link"
          size="small"
          aria-expanded={one.id === opened}
          aria-label={`呼叫记录：${one.client}`}
          onClick={() => onOpen(one.id === opened ? null : one.id)}
        >
          呼叫记录
        </Button>,
      ],
    }))}
  />
)

const State = ({ of }: { of: WebhookRow }) => {
  if (of.disabledAt !== null)
    return (
      <span className="bad">
        {instantText(of.disabledAt)} 停用：{labelOf('WebhookDisabled', of.disabledBecause)}
      </span>
    )
  if (of.failingSince !== null) return <span className="warn">{agoText(of.failingSince)}起未收下</span>
  return <span className="good">正常</span>
}
