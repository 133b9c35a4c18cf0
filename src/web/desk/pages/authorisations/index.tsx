import { Checkbox } from 'antd'
import { Link } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { useConnection } from '../../pieces/connection.js'
import { instantText } from '../../pieces/dates.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { OrderFilter, RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { PageHead } from '../../pieces/page.js'
import { placeWords } from '../../pieces/places.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { AuthorisationsDocument, type AuthorisationsQuery, type ListOrder } from './authorisations.generated.js'

type AuthorisationRow = AuthorisationsQuery['authorisations']['nodes'][number]

const StateCell = ({ of }: { of: AuthorisationRow }) => {
  if (of.holds) return <span className="good">有效</span>
  if (of.withdrawnAt === null) return <span className="soft">不在有效期内</span>
  const by = of.withdrawnBy === 'party' ? '主体' : '信用服务机构'
  return (
    <span className="warn">
      {by}于 {instantText(of.withdrawnAt)} 撤回
    </span>
  )
}

const COLUMNS: readonly TableColumn<AuthorisationRow>[] = [
  {
    key: 'name',
    title: '主体',
    render: ({ operator }) =>
      operator === null ? (
        '（无权查看主体）'
      ) : (
        <Link to={operatorPath(operator)}>{operator.name ?? operatorCodeOf(operator)}</Link>
      ),
  },
  { key: 'place', title: '地区', width: 130, render: ({ operator }) => placeWords(operator?.region ?? null) },
  { key: 'client', title: '信用服务机构', width: 190, render: ({ client }) => client },
  {
    key: 'document',
    title: '授权文件',
    render: ({ document, sha256 }) => <span title={sha256 ?? '未登记校验值'}>{document}</span>,
  },
  { key: 'given', title: '授权之日', width: 112, render: ({ givenOn }) => givenOn },
  { key: 'ends', title: '最后一日', width: 112, render: ({ endsOn }) => endsOn },
  { key: 'state', title: '状态', width: 240, render: (row) => <StateCell of={row} /> },
]

export default function AuthorisationsPage() {
  const [asked, ask] = useAddressState({
    name: '',
    client: '',
    region: '',
    holds: false as boolean,
    order: 'NEWEST',
    row: 0,
  })
  const filter = {
    name: asked.name || null,
    client: asked.client || null,
    region: asked.region || null,
    holds: asked.holds,
  }
  const order = asked.order as ListOrder
  const rows = useConnection(AuthorisationsDocument, { filter, order }, (data) => data.authorisations)
  return (
    <>
      <PageHead title="授权" extra={<ExportButtons list="authorisations" title="授权" variables={{ filter, order }} />}>
        <p className="soft">主体授权信用服务机构查询自己的信用分和等级；由信用服务机构登记，主体随时可以撤回。</p>
      </PageHead>
      <form className="filters" aria-label="筛选" onSubmit={(event) => event.preventDefault()}>
        <TextFilter label="名称或代码" value={asked.name} onChange={(name) => ask({ name, row: 0 })} />
        <TextFilter
          label="信用服务机构"
          value={asked.client}
          onChange={(client) => ask({ client, row: 0 })}
          width="12rem"
        />
        <RegionFilter value={asked.region} onChange={(region) => ask({ region, row: 0 })} />
        <OrderFilter value={asked.order} onChange={(order) => ask({ order, row: 0 })} />
        <Checkbox checked={asked.holds} onChange={({ target }) => ask({ holds: target.checked, row: 0 })}>
          只看现在有效的
        </Checkbox>
      </form>
      <VirtualTable
        label="授权"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ id }) => id}
        empty="没有符合条件的授权。"
        position={asked.row}
        onPosition={(row) => ask({ row })}
        minWidth={1_020}
      />
    </>
  )
}
