import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button, Radio } from 'antd'
import { useMemo } from 'react'
import { Link } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { useConnection } from '../../pieces/connection.js'
import { instantText } from '../../pieces/dates.js'
import { LoadingNotice } from '../../pieces/empty.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { ChoiceFilter, OrderFilter, PlatformFilter, RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { formatListCount } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { platformNameIn } from '../../pieces/platform-names.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { labelOf } from '../../pieces/words.js'
import { pageAt } from '../../routes.js'
import { useMay } from '../../session/session.js'
import { ComparisonPanels } from './comparisons.js'
import {
  ComparisonsDocument,
  DiscrepanciesDocument,
  type DiscrepanciesQuery,
  type DiscrepancyKind,
  type ListOrder,
  SettleDiscrepancyDocument,
} from './discrepancies.generated.js'

type DiscrepancyRow = DiscrepanciesQuery['discrepancies']['nodes'][number]

const VIEWS = [
  { value: '', label: '待办' },
  { value: 'settled', label: '已办结' },
  { value: 'all', label: '全部' },
]
const KINDS: Record<DiscrepancyRow['what'], string> = {
  MISSING: '缺失',
  STALE: '展示不符',
  UNWANTED: '不应展示',
  UNKNOWN: '未知业务键',
  UNTOLD: '未曾推送',
}

export default function DiscrepanciesPage() {
  const [asked, ask] = useAddressState({
    view: '',
    platform: '',
    what: '',
    name: '',
    region: '',
    order: 'NEWEST',
    row: 0,
  })
  const { data: seen, loading, error, refetch } = useQuery(ComparisonsDocument)
  const chosen = variablesOf(asked)
  const rows = useConnection(DiscrepanciesDocument, chosen, (data) => data.discrepancies)
  const names = useMemo(() => new Map(seen?.platforms.map(({ id, name }) => [id, name.zh])), [seen])
  const refresh = () => {
    rows.refresh()
    void refetch()
  }
  const columns = columnsOf(names, refresh)
  return (
    <>
      <PageHead title="比对与不符" extra={<Button onClick={refresh}>刷新</Button>}>
        <p className="soft">
          逐条比对各平台展示的与应展示的。
          {seen && seen.hidden.countUpTo > 0 && (
            <strong className="bad">
              有 {formatListCount(seen.hidden.countUpTo)} 条因平台不再展示而待核实：可能已在该平台修复，枢纽不自行重报。
            </strong>
          )}
        </p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!seen && loading && <LoadingNotice of="比对结果" />}
      {seen && <ComparisonPanels platforms={seen.platforms} of={seen.comparisons.nodes} />}
      <h2>发现</h2>
      <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="筛选">
        <Radio.Group
          aria-label="办理情况"
          optionType="button"
          options={VIEWS}
          value={asked.view}
          onChange={({ target }) => ask({ view: target.value as string, row: 0 })}
        />
        <ChoiceFilter
          label="种类"
          all="全部种类"
          value={asked.what}
          onChange={(what) => ask({ what, row: 0 })}
          options={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
          width="9rem"
        />
        <PlatformFilter names={names} value={asked.platform} onChange={(platform) => ask({ platform, row: 0 })} />
        <TextFilter label="名称或代码" value={asked.name} onChange={(name) => ask({ name, row: 0 })} />
        <RegionFilter value={asked.region} onChange={(region) => ask({ region, row: 0 })} />
        <OrderFilter value={asked.order} onChange={(order) => ask({ order, row: 0 })} />
        <ExportButtons list="discrepancies" title="比对与不符" variables={chosen} />
      </form>
      <VirtualTable
        label="比对的发现"
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        empty={asked.view === '' ? '没有待办的发现。' : '没有符合条件的发现。'}
        position={asked.row}
        onPosition={(row) => ask({ row })}
        minWidth={1120}
      />
    </>
  )
}

interface ChosenDiscrepancies {
  view: string
  platform: string
  what: string
  name: string
  region: string
  order: string
}

const variablesOf = ({ view, platform, what, name, region, order }: ChosenDiscrepancies) => ({
  filter: {
    open: view === 'all' ? null : view === '',
    platform: platform || null,
    what: (what || null) as DiscrepancyKind | null,
    name: name || null,
    region: region || null,
  },
  order: order as ListOrder,
})

const columnsOf = (names: ReadonlyMap<string, string>, onDone: () => void): readonly TableColumn<DiscrepancyRow>[] => [
  {
    key: 'subject',
    title: '对象',
    render: ({ listing, key }) => {
      const path = `/listings/${listing?.id}`
      const name = listing?.operator.name ?? key
      return listing && pageAt(path) ? (
        <Link to={path}>{name}</Link>
      ) : (
        <Link to={`/deliveries?subject=${encodeURIComponent(key)}`}>{name}</Link>
      )
    },
  },
  { key: 'platform', title: '平台', width: 190, render: ({ platform }) => platformNameIn(names, platform) },
  {
    key: 'what',
    title: '发现',
    width: 220,
    render: ({ what, differs, shownSequence, toldSequence }) => (
      <span title={labelOf('DiscrepancyKind', what)}>
        <span className={what === 'MISSING' ? 'bad' : ''}>{KINDS[what]}</span>
        {differs.length > 0 && (
          <span className="soft">
            ：{differs.map((one) => labelOf('DiscrepancyDifference', one)).join('、')}
            {shownSequence !== null && toldSequence !== null ? `（${shownSequence}/${toldSequence}）` : ''}
          </span>
        )}
      </span>
    ),
  },
  {
    key: 'did',
    title: '枢纽已做',
    width: 130,
    render: ({ did }) => (
      <span className={did === 'HIDDEN' ? 'bad' : ''} title={labelOf('DiscrepancyDeed', did)}>
        {did === 'NOTHING' ? '未改动' : labelOf('DiscrepancyDeed', did)}
      </span>
    ),
  },
  {
    key: 'found',
    title: '最近发现',
    width: 190,
    render: ({ foundAt, lastFoundAt, times }) => (
      <span title={`首次 ${instantText(foundAt)}`}>
        {instantText(lastFoundAt)} <span className="soft">共 {times} 次</span>
      </span>
    ),
  },
  {
    key: 'settle',
    title: '办理',
    width: 240,
    render: (one) => <Settling of={one} name={platformNameIn(names, one.platform)} onDone={onDone} />,
  },
]

const Settling = ({ of, name, onDone }: { of: DiscrepancyRow; name: string; onDone: () => void }) => {
  const client = useApolloClient()
  const maySettle = useMay('settle_concern')
  if (of.settledAt !== null)
    return (
      <span className="soft" title={of.note ?? undefined}>
        {of.settledBy === 'clock' ? '再次比对未再发现' : `${of.settledBy}：${of.note ?? ''}`}
      </span>
    )
  if (of.did === 'HIDDEN') {
    const path = `/listings/${of.listing?.id}`
    return (
      <span className="soft">
        以恢复公示或移出{of.listing && pageAt(path) ? <Link to={path}>在名单办结</Link> : '名单办结'}
      </span>
    )
  }
  if (!maySettle) return <span className="soft">由经办人、复核人办结</span>
  return (
    <ConfirmButton
      action="办结"
      button={{ size: 'small' }}
      danger={false}
      follows={[
        `这项发现（${name}，${KINDS[of.what]}）记为已核实，由谁、结果如何记录在案`,
        '不改动名单，也不另行推送；下次比对仍有不符的，再次列出',
      ]}
      asks={{ label: '核实的结果' }}
      onDo={async (note) => {
        await client.mutate({ mutation: SettleDiscrepancyDocument, variables: { id: of.id, note } })
        onDone()
      }}
    />
  )
}
