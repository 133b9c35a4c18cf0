import { Link } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { OperatorCode, operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { useConnection } from '../../pieces/connection.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { OrderFilter, RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { PageHead } from '../../pieces/page.js'
import { placeWords } from '../../pieces/places.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { type ListOrder, WatchListDocument, type WatchListQuery } from './watch-list.generated.js'

type WatchedRow = WatchListQuery['watchList']['nodes'][number]

const COLUMNS: readonly TableColumn<WatchedRow>[] = [
  {
    key: 'name',
    title: '主体',
    render: ({ operator }) => <Link to={operatorPath(operator)}>{operator.name ?? operatorCodeOf(operator)}</Link>,
  },
  { key: 'code', title: '代码', width: 230, render: ({ operator }) => <OperatorCode of={operatorCodeOf(operator)} /> },
  { key: 'place', title: '地区', width: 140, render: ({ operator }) => placeWords(operator.region) },
  { key: 'value', title: '列入时的信用分', width: 130, align: 'right', render: ({ value }) => value },
  {
    key: 'now',
    title: '现在',
    width: 120,
    render: ({ operator: { standing } }) =>
      standing.grade === null ? '—' : `${standing.grade} · ${standing.score ?? '—'} 分`,
  },
  { key: 'on', title: '列入之日', width: 120, render: ({ openedOn }) => openedOn },
  {
    key: 'listed',
    title: '失信名单',
    width: 90,
    render: ({ operator }) => (operator.standing.listed ? <span className="bad">公示中</span> : '—'),
  },
]

export default function WatchListPage() {
  const [asked, ask] = useAddressState({ name: '', region: '', order: 'NEWEST', row: 0 })
  const filter = { name: asked.name || null, region: asked.region || null }
  const order = asked.order as ListOrder
  const rows = useConnection(WatchListDocument, { filter, order }, (data) => data.watchList)
  return (
    <>
      <PageHead
        title="重点关注名单"
        extra={<ExportButtons list="watchList" title="重点关注名单" variables={{ filter, order }} />}
      >
        <p className="soft">
          信用分低于观察线的主体，评分回升即自行撤出。仅供内部提示关注，不据以采取任何措施，也不是列入的依据。
        </p>
      </PageHead>
      <form className="filters" aria-label="筛选" onSubmit={(event) => event.preventDefault()}>
        <TextFilter label="名称或代码" value={asked.name} onChange={(name) => ask({ name, row: 0 })} />
        <RegionFilter value={asked.region} onChange={(region) => ask({ region, row: 0 })} />
        <OrderFilter value={asked.order} onChange={(order) => ask({ order, row: 0 })} />
      </form>
      <VirtualTable
        label="重点关注名单"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ operator, openedOn }) => `${operatorCodeOf(operator)} ${openedOn}`}
        empty="没有符合条件的主体。"
        position={asked.row}
        onPosition={(row) => ask({ row })}
        minWidth={980}
      />
    </>
  )
}
