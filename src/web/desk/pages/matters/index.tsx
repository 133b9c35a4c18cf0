import { useQuery } from '@apollo/client/react'
import { Segmented } from 'antd'
import { Link } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { useConnection } from '../../pieces/connection.js'
import { daysUntilText, dayText } from '../../pieces/dates.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { ChoiceFilter, RegionFilter } from '../../pieces/lists/filters.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { useHasSeat, useMay } from '../../session/session.js'
import type { MatterHeadFragment } from './fragments.generated.js'
import { MatterKindsDocument, type MatterKindsQuery, type MatterQueue, MattersDocument } from './matters.generated.js'
import { wayOf } from './words.js'

export const NextDue = ({ of }: { of: MatterHeadFragment['nextClock'] }) =>
  of?.dueOn == null ? (
    <span className="soft">—</span>
  ) : (
    <>
      {dayText(of.dueOn)} <span className={of.late ? 'bad' : 'soft'}>{daysUntilText(of.dueOn)}</span>
      {!of.rule.confirmed && <span className="warn"> 未经核实</span>}
    </>
  )

const COLUMNS: readonly TableColumn<MatterHeadFragment>[] = [
  { key: 'kind', title: '种类', width: 95, render: ({ definition }) => definition.name.zh },
  { key: 'about', title: '关于', render: ({ about }) => <span title={about ?? ''}>{about ?? '—'}</span> },
  { key: 'number', title: '编号', width: 150, render: ({ id, number }) => <Link to={`/matters/${id}`}>{number}</Link> },
  { key: 'seats', title: '发送方 → 承办方', width: 230, render: (of) => <span title={wayOf(of)}>{wayOf(of)}</span> },
  {
    key: 'state',
    title: '环节',
    width: 125,
    render: ({ stateName, receivedAt }) => `${stateName.zh}${receivedAt === null ? '，未收悉' : ''}`,
  },
  { key: 'due', title: '最近的时限', width: 190, render: ({ nextClock }) => <NextDue of={nextClock} /> },
]

const counted = (n = 0) => (n === 0 ? '' : ` ${formatNumber(n)}`)

const HUB = { value: 'HUB', label: '等本枢纽' }

const queuesOf = (counts: MatterKindsQuery['matterCounts'] | undefined) => [
  { value: 'WAITING', label: `等我办理${counted(counts?.waiting)}` },
  { value: 'BELOW', label: '等下级单位' },
  { value: 'OTHERS', label: '等他方' },
  { value: 'LATE', label: `逾期${counted(counts?.late)}` },
  { value: 'ANSWERED', label: `新答复${counted(counts?.answered)}` },
  { value: 'ENDED', label: '已办结' },
]

export default function MattersPage() {
  const hasSeat = useHasSeat()
  const mayOpen = useMay('open_matter') && hasSeat
  const mayAct = useMay('move_listing')
  const [asked, ask] = useAddressState({ queue: 'WAITING', kind: '', region: '', row: 0 })
  const variables = { queue: asked.queue as MatterQueue, kind: asked.kind || null, region: asked.region || null }
  const { data } = useQuery(MatterKindsDocument)
  const rows = useConnection(MattersDocument, variables, ({ matters }) => matters)
  return (
    <>
      <PageHead
        title="协作事项"
        extra={
          <span>
            {mayOpen && <Link to="/matters/open">发起协作事项</Link>}{' '}
            <ExportButtons list="matters" title="协作事项" variables={variables} />
          </span>
        }
      >
        {!hasSeat && (
          <p className="soft">
            您的账号不属于任何单位，没有席位：除向本枢纽开放的事项外，只列出各单位之间的事项，不显示内容，也不能办理。
          </p>
        )}
      </PageHead>
      <form className="filters" aria-label="筛选" onSubmit={(event) => event.preventDefault()}>
        <Segmented
          aria-label="看什么"
          value={asked.queue}
          options={[
            ...(hasSeat ? queuesOf(data?.matterCounts) : [{ value: 'WAITING', label: '全部' }]),
            ...(mayAct ? [HUB] : []),
          ]}
          onChange={(queue) => ask({ queue, row: 0 })}
        />
        <ChoiceFilter
          label="种类"
          all="全部种类"
          value={asked.kind}
          onChange={(kind) => ask({ kind, row: 0 })}
          options={(data?.matterKinds ?? []).map(({ id, name }) => ({ value: id, label: name.zh }))}
        />
        <RegionFilter value={asked.region} onChange={(region) => ask({ region, row: 0 })} />
      </form>
      <VirtualTable
        label="协作事项"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ id }) => id}
        empty="没有这样的协作事项。"
        minWidth={1_000}
        position={asked.row}
        onPosition={(row) => ask({ row })}
      />
    </>
  )
}
