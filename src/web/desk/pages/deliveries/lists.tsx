import { useMemo } from 'react'
import { Link } from 'react-router'
import { useConnection } from '../../pieces/connection.js'
import { agoText, daysUntilText, dayText, instantText } from '../../pieces/dates.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { platformNameIn } from '../../pieces/platform-names.js'
import { chineseHalfOf } from '../../pieces/refusal.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { labelOf } from '../../pieces/words.js'
import {
  DeliveriesDocument,
  type DeliveriesQuery,
  type DeliveryAction,
  type DeliveryState,
  DueDeliveriesDocument,
  type DueDeliveriesQuery,
  type ListOrder,
  type SubjectKind,
} from './deliveries.generated.js'
import { DELIVERY_STATE_WORDS, deliveryPath, subjectWords } from './words.js'

type DeliveryRow = DeliveriesQuery['deliveries']['nodes'][number]
type DueDeliveryRow = DueDeliveriesQuery['dueDeliveries']['nodes'][number]

export interface ChosenDeliveries {
  state: string
  platform: string
  kind: string
  action: string
  code: string
  subject: string
  name: string
  region: string
  order: string
}

interface DeliveryListProps {
  of: ChosenDeliveries
  row: number
  onRow: (row: number) => void
}

export const AllDeliveries = ({
  of,
  names,
  row,
  onRow,
}: DeliveryListProps & { names: ReadonlyMap<string, string> }) => {
  const chosen = {
    filter: {
      state: (of.state || null) as DeliveryState | null,
      platform: of.platform || null,
      kind: (of.kind || null) as SubjectKind | null,
      action: (of.action || null) as DeliveryAction | null,
      code: of.code || null,
      subject: of.subject || null,
      name: of.name || null,
      region: of.region || null,
    },
    order: of.order as ListOrder,
  }
  const rows = useConnection(DeliveriesDocument, chosen, (data) => data.deliveries)
  const columns = useMemo(() => columnsOf(names), [names])
  return (
    <>
      <ExportButtons list="deliveries" title="推送" variables={chosen} />
      <VirtualTable
        label="推送记录"
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        empty="没有符合条件的推送。"
        position={row}
        onPosition={onRow}
        minWidth={1120}
      />
    </>
  )
}

const columnsOf = (names: ReadonlyMap<string, string>): readonly TableColumn<DeliveryRow>[] => [
  { key: 'subject', title: '对象', render: (one) => <Link to={deliveryPath(one.id)}>{subjectWords(one)}</Link> },
  { key: 'kind', title: '种类', width: 100, render: ({ kind }) => labelOf('SubjectKind', kind) },
  { key: 'action', title: '内容', width: 70, render: ({ action }) => labelOf('DeliveryAction', action) },
  { key: 'platform', title: '平台', width: 200, render: ({ platform }) => platformNameIn(names, platform) },
  { key: 'state', title: '状态', width: 90, render: ({ state }) => <StateWord of={state} /> },
  {
    key: 'why',
    title: '代码与办法',
    width: 300,
    render: ({ advice, lastError }) =>
      advice ? (
        <span title={advice.zh}>
          <code className="code">{advice.code}</code> {advice.zh}
        </span>
      ) : (
        <span className="soft" title={chineseHalfOf(lastError ?? '')}>
          {chineseHalfOf(lastError ?? '—')}
        </span>
      ),
  },
  { key: 'attempts', title: '尝试', width: 60, align: 'right', render: ({ attempts }) => attempts },
  {
    key: 'owed',
    title: '应报',
    width: 110,
    render: ({ owedAt }) => <span title={instantText(owedAt)}>{agoText(owedAt)}</span>,
  },
]

const StateWord = ({ of }: { of: DeliveryState }) => (
  <span className={DELIVERY_STATE_WORDS[of].tone}>{DELIVERY_STATE_WORDS[of].word}</span>
)

const LATE: readonly TableColumn<DueDeliveryRow>[] = [
  {
    key: 'due',
    title: '最后一天',
    width: 210,
    render: ({ dueOn, late, provisional }) => (
      <>
        {dayText(dueOn)} <span className={late ? 'bad' : 'soft'}>{daysUntilText(dueOn)}</span>
        {provisional && <span className="soft">（可能变动）</span>}
      </>
    ),
  },
  {
    key: 'duty',
    title: '事项',
    render: ({ duty, delivery }) => <Link to={deliveryPath(delivery)}>{labelOf('TimelinessDuty', duty)}</Link>,
  },
  { key: 'platform', title: '平台', width: 200, render: ({ platformName }) => platformName.zh },
  { key: 'authority', title: '作出机关', width: 200, render: ({ authority }) => authority },
  { key: 'state', title: '状态', width: 90, render: ({ state }) => <StateWord of={state} /> },
  { key: 'attempts', title: '尝试', width: 60, align: 'right', render: ({ attempts }) => attempts },
  {
    key: 'error',
    title: '最近失败',
    width: 220,
    render: ({ lastError }) => <span title={chineseHalfOf(lastError ?? '')}>{chineseHalfOf(lastError ?? '—')}</span>,
  },
]

export const LateDeliveries = ({ of: { platform, name, region }, row, onRow }: DeliveryListProps) => {
  const filter = { name: name || null, region: region || null }
  const chosen = { lateOnly: true, platform: platform || null, filter }
  const rows = useConnection(DueDeliveriesDocument, chosen, (data) => data.dueDeliveries)
  return (
    <>
      <ExportButtons list="dueDeliveries" title="逾期未确认的推送" variables={chosen} />
      <VirtualTable
        label="逾期未确认的推送"
        columns={LATE}
        rows={rows}
        rowKey={({ key, platform, duty }) => `${key} ${platform} ${duty}`}
        empty="没有逾期未确认的推送。"
        position={row}
        onPosition={onRow}
        minWidth={1120}
      />
    </>
  )
}
