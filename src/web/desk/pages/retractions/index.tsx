import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button, Radio } from 'antd'
import { useMemo } from 'react'
import { useAddressState } from '../../pieces/address.js'
import { useConnection } from '../../pieces/connection.js'
import { instantText } from '../../pieces/dates.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { ChoiceFilter, OrderFilter, PlatformFilter, RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { formatListCount } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { platformNameIn } from '../../pieces/platform-names.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { labelOf, optionsOf } from '../../pieces/words.js'
import {
  type RetractionNode,
  RetractionPanel,
  retractedNameOf,
  retractionProgressOf,
  unliftedMeasuresOf,
} from './retracted.js'
import {
  CloseRetractionDocument,
  type ListOrder,
  RetractionPlatformsDocument,
  RetractionsDocument,
  type SubjectKind,
} from './retractions.generated.js'

const VIEWS = [
  { value: '', label: '全部' },
  { value: 'true', label: '尚未了结' },
  { value: 'false', label: '已全部了结' },
]

export default function RetractionsPage() {
  const [asked, ask] = useAddressState({
    open: '',
    platform: '',
    kind: '',
    name: '',
    region: '',
    order: 'NEWEST',
    listing: '',
    row: 0,
  })
  const client = useApolloClient()
  const { data: seen, error, refetch } = useQuery(RetractionPlatformsDocument)
  const names = useMemo(() => new Map(seen?.platforms.map(({ id, name }) => [id, name.zh])), [seen])
  const chosen = variablesOf(asked)
  const rows = useConnection(RetractionsDocument, chosen, (data) => data.retractions)
  const picked = useConnection(
    RetractionsDocument,
    { filter: { listing: asked.listing || 'none' } },
    (data) => data.retractions,
  )
  const columns = useMemo(() => columnsOf(names, (key) => ask({ listing: key }, { push: true })), [names, ask])
  const close = async (of: RetractionNode, platform: string, reason: string) => {
    await client.mutate({ mutation: CloseRetractionDocument, variables: { listing: of.key, platform, reason } })
    rows.refresh()
    picked.refresh()
    void refetch()
  }
  return (
    <>
      <PageHead
        title="撤回台账"
        extra={
          <Button
            onClick={() => {
              rows.refresh()
              picked.refresh()
              void refetch()
            }}
          >
            刷新
          </Button>
        }
      >
        <p className="soft">
          每次移出或暂停公示，凡收到过该条目的平台都须确认撤下；移出的，各单位还须确认解除惩戒措施。
          {seen && (
            <strong className={seen.open.countUpTo > 0 ? 'bad' : 'good'}>
              {seen.open.countUpTo > 0 ? `尚有 ${formatListCount(seen.open.countUpTo)} 项未了结。` : '全部已了结。'}
            </strong>
          )}
        </p>
      </PageHead>
      {error && <RefusalNotice of={error} />}
      {asked.listing !== '' && (
        <section className="panel wide" aria-label="所选撤回" style={{ marginBottom: '1rem' }}>
          <div className="page-title">
            <h2>{picked.rows[0] ? retractedNameOf(picked.rows[0]) : '所选撤回'}</h2>
            <Button onClick={() => ask({ listing: '' })}>收起</Button>
          </div>
          {picked.error !== null && <RefusalNotice of={picked.error} onAgain={picked.refresh} />}
          {picked.rows.map((one) => (
            <RetractionPanel key={one.removedAt} of={one} names={names} onClose={close} />
          ))}
          {!picked.hasMore && picked.rows.length === 0 && <p>没有这一项，或者您无权查看。</p>}
        </section>
      )}
      <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="筛选">
        <Radio.Group
          aria-label="进度"
          optionType="button"
          options={VIEWS}
          value={asked.open}
          onChange={({ target }) => ask({ open: target.value as string, row: 0 })}
        />
        <PlatformFilter names={names} value={asked.platform} onChange={(platform) => ask({ platform, row: 0 })} />
        <ChoiceFilter
          label="对象种类"
          all="全部对象"
          value={asked.kind}
          onChange={(kind) => ask({ kind, row: 0 })}
          options={optionsOf('SubjectKind')}
          width="8rem"
        />
        <TextFilter label="名称或代码" value={asked.name} onChange={(name) => ask({ name, row: 0 })} />
        <RegionFilter value={asked.region} onChange={(region) => ask({ region, row: 0 })} />
        <OrderFilter value={asked.order} onChange={(order) => ask({ order, row: 0 })} />
        <ExportButtons list="retractions" title="撤回台账" variables={chosen} />
      </form>
      <VirtualTable
        label="撤回台账"
        columns={columns}
        rows={rows}
        rowKey={({ key, removedAt }) => `${key} ${removedAt}`}
        empty="没有符合条件的撤回。"
        position={asked.row}
        onPosition={(row) => ask({ row })}
        isMarked={({ key }) => key === asked.listing}
        minWidth={1_020}
      />
    </>
  )
}

interface ChosenRetractions {
  open: string
  platform: string
  kind: string
  name: string
  region: string
  order: string
}

const variablesOf = ({ open, platform, kind, name, region, order }: ChosenRetractions) => ({
  filter: {
    open: open === '' ? null : open === 'true',
    platform: platform || null,
    kind: (kind || null) as SubjectKind | null,
    name: name || null,
    region: region || null,
  },
  order: order as ListOrder,
})

const columnsOf = (
  names: ReadonlyMap<string, string>,
  onChoose: (key: string) => void,
): readonly TableColumn<RetractionNode>[] => [
  {
    key: 'subject',
    title: '对象',
    render: (one) => (
      <Button type="link" className="flush" onClick={() => onChoose(one.key)}>
        {retractedNameOf(one)}
      </Button>
    ),
  },
  { key: 'kind', title: '种类', width: 100, render: ({ kind }) => labelOf('SubjectKind', kind) },
  { key: 'at', title: '移出', width: 150, render: ({ removedAt }) => instantText(removedAt) },
  {
    key: 'why',
    title: '原因',
    width: 150,
    render: ({ reasonText }) => <span title={reasonText ?? undefined}>{reasonText ?? '—'}</span>,
  },
  {
    key: 'platforms',
    title: '信用平台',
    width: 210,
    render: ({ receivers }) => {
      const { confirmed, closed, waits } = retractionProgressOf(receivers)
      if (receivers.length === 0) return <span className="soft">未曾收到</span>
      return (
        <>
          <span className={waits.length === 0 ? 'good' : ''}>
            已确认 {confirmed}/{receivers.length}
          </span>
          {closed > 0 && <span className="soft"> 办结 {closed}</span>}
          {waits.length > 0 && (
            <span className="bad">
              {' '}
              未确认：{waits.map(({ platform }) => platformNameIn(names, platform)).join('、')}
            </span>
          )}
        </>
      )
    },
  },
  {
    key: 'marketplaces',
    title: '电商平台',
    width: 120,
    render: ({ marketplaces }) => {
      const confirmed = marketplaces.filter(({ state }) => state === 'CONFIRMED').length
      if (marketplaces.length === 0) return <span className="soft">—</span>
      return (
        <span className={confirmed === marketplaces.length ? 'good' : 'warn'}>
          已确认 {confirmed}/{marketplaces.length}
        </span>
      )
    },
  },
  {
    key: 'measures',
    title: '惩戒措施',
    width: 100,
    render: (one) => {
      const unlifted = unliftedMeasuresOf(one).length
      return unlifted === 0 ? <span className="soft">—</span> : <span className="bad">未解除 {unlifted}</span>
    },
  },
  {
    key: 'done',
    title: '了结',
    width: 80,
    render: ({ done }) => (done ? <span className="good">已了结</span> : <span className="bad">未了结</span>),
  },
]
