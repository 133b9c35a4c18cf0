import { Link } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { OperatorCode, operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { useConnection } from '../../pieces/connection.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { ChoiceFilter, GradeFilter, OrderFilter, RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { PageHead } from '../../pieces/page.js'
import { placeWords } from '../../pieces/places.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { labelOf, optionsOf } from '../../pieces/words.js'
import { pageAt } from '../../routes.js'
import { useMay } from '../../session/session.js'
import { type ListOrder, type OperatorFilter, OperatorsDocument, type OperatorsQuery } from './operators.generated.js'

type OperatorRow = OperatorsQuery['operators']['edges'][number]

const COLUMNS: readonly TableColumn<OperatorRow>[] = [
  {
    key: 'name',
    title: '名称',
    render: ({ node, match }) => {
      const name = node.name ?? operatorCodeOf(node)
      return (
        <>
          {pageAt(operatorPath(node)) ? <Link to={operatorPath(node)}>{name}</Link> : name}
          {match?.former && <span className="soft"> 曾用名 {match.name}</span>}
        </>
      )
    },
  },
  { key: 'code', title: '代码', width: 230, render: ({ node }) => <OperatorCode of={operatorCodeOf(node)} /> },
  { key: 'kind', title: '类型', width: 110, render: ({ node }) => labelOf('OperatorKind', node.kind) },
  { key: 'region', title: '区划', width: 130, render: ({ node }) => placeWords(node.region) },
  {
    key: 'state',
    title: '登记状态',
    width: 100,
    render: ({ node }) => labelOf('RegistrationStatus', node.registrationStatus),
  },
  {
    key: 'grade',
    title: '等级',
    width: 110,
    render: ({ node }) => (node.standing.grade === null ? '—' : `${node.standing.grade} · ${node.standing.score} 分`),
  },
  {
    key: 'listed',
    title: '名单',
    width: 80,
    render: ({ node }) => (node.standing.listed ? <span className="bad">公示中</span> : '—'),
  },
]

export default function OperatorsPage() {
  const grades = useMay('see_grade')
  const [asked, ask] = useAddressState({ name: '', kind: '', region: '', grade: '', order: 'OLDEST', row: 0 })
  const { name, kind, region, grade } = asked
  const filter: OperatorFilter = {
    name: name || null,
    region: region || null,
    kind: (kind || null) as OperatorFilter['kind'],
    grade: (grade || null) as OperatorFilter['grade'],
  }
  const order = asked.order as ListOrder
  const rows = useConnection(OperatorsDocument, { filter, order }, (data) => {
    const { edges, ...page } = data.operators
    return { ...page, nodes: edges }
  })
  return (
    <>
      <PageHead
        title="经营者"
        extra={<ExportButtons list="operators" title="经营者" variables={{ filter, order }} />}
      />
      <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="筛选">
        <TextFilter
          label="名称"
          placeholder="名称，含简称、曾用名"
          value={name}
          onChange={(name) => ask({ name, row: 0 })}
        />
        <ChoiceFilter
          label="类型"
          all="全部类型"
          value={kind}
          onChange={(kind) => ask({ kind, row: 0 })}
          options={optionsOf('OperatorKind')}
          width="9rem"
        />
        <RegionFilter value={region} onChange={(region) => ask({ region, row: 0 })} />
        {grades && <GradeFilter value={grade} onChange={(grade) => ask({ grade, row: 0 })} />}
        {name === '' && <OrderFilter value={asked.order} onChange={(order) => ask({ order, row: 0 })} />}
      </form>
      <VirtualTable
        label="经营者"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ node }) => node.id}
        empty="没有符合条件的经营者。"
        position={asked.row}
        onPosition={(row) => ask({ row })}
        minWidth={960}
      />
    </>
  )
}
