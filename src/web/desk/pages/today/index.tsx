import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { type ReactNode, useEffect } from 'react'
import { Link } from 'react-router'
import { operatorCodeOf } from '../../pieces/code.js'
import { agoText, daysUntilText, dayText, instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { formatCount, formatListCount, formatNumber } from '../../pieces/numbers.js'
import { PageHead, Panel } from '../../pieces/page.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { pageAt } from '../../routes.js'
import { useMay, useSession } from '../../session/session.js'
import type { MatterHeadFragment } from '../matters/fragments.generated.js'
import { NextDue } from '../matters/index.js'
import { WorkCountsTable } from '../worklist/counts.js'
import { type DeadlineLineFragment, TodayDocument, type TodayQuery } from './today.generated.js'

const REFRESH_MS = 60_000

/**
 * Reads anew when the tab is shown again and, at most once a minute, while somebody is there. A timer would keep idle
 * sessions alive.
 */
const useRefresh = (refetch: () => Promise<unknown>) => {
  useEffect(() => {
    let last = Date.now()
    const read = () => {
      last = Date.now()
      void refetch().catch(() => undefined)
    }
    const whenShown = () => !document.hidden && read()
    const whenUsed = () => Date.now() - last >= REFRESH_MS && read()
    document.addEventListener('visibilitychange', whenShown)
    document.addEventListener('click', whenUsed)
    document.addEventListener('keydown', whenUsed)
    return () => {
      document.removeEventListener('visibilitychange', whenShown)
      document.removeEventListener('click', whenUsed)
      document.removeEventListener('keydown', whenUsed)
    }
  }, [refetch])
}

export default function TodayPage() {
  const moves = useMay('see_moves')
  const { role, agency } = useSession()
  const watches = role === 'auditor'
  const { data, loading, error, refetch } = useQuery(TodayDocument, {
    variables: { moves, watches, watchesMoves: watches && moves, seated: agency !== null },
  })
  useRefresh(refetch)
  return (
    <>
      <PageHead
        title="今日"
        extra={
          <Button loading={loading} onClick={() => void refetch()}>
            刷新
          </Button>
        }
      />
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {data ? <Work of={data} agency={agency} /> : loading && <LoadingNotice of="今日工作" />}
    </>
  )
}

const Work = ({ of, agency }: { of: TodayQuery; agency: string | null }) => (
  <div className="panels of-two">
    {(of.due || agency !== null) && <Deadlines of={of} />}
    <div className="stack">
      <Panel title="待办">
        {of.workCounts.length > 0 ? (
          <WorkCountsTable of={of.workCounts} matters={of.matterCounts} />
        ) : (
          <Queues of={of} />
        )}
      </Panel>
      <Platforms of={of.platforms} />
    </div>
    <Feeds of={of.agencies} />
  </div>
)

const To = ({ path, children }: { path: string; children: ReactNode }) =>
  pageAt(path.replace(/\?.*$/, '')) === null ? children : <Link to={path}>{children}</Link>

const COUNT_MOST = 1_000
const countWords = (n: number): string => formatCount(n, n >= COUNT_MOST)

interface DueLine {
  key: string
  dueOn: string
  cells: readonly ReactNode[]
}

const deadlineLine = ({ name, dueOn, provisional, state, listing }: DeadlineLineFragment): DueLine => ({
  key: `${listing.id} ${name} ${dueOn}`,
  dueOn,
  cells: [
    <span key="due" className="nowrap">
      {dayText(dueOn)} <span className={state === 'MISSED' ? 'bad' : 'soft'}>{daysUntilText(dueOn)}</span>
      {provisional && <span className="soft">（节假日未公布，可能变动）</span>}
    </span>,
    labelOf('DeadlineName', name),
    <To key="to" path={`/listings/${listing.id}`}>
      {listing.operator.name ?? operatorCodeOf(listing.operator)}
    </To>,
    listing.list?.name.zh ?? '—',
    labelOf('ListingState', listing.state),
  ],
})

const matterLine = (of: MatterHeadFragment): DueLine => ({
  key: of.id,
  dueOn: of.nextClock?.dueOn ?? '',
  cells: [
    <span key="due" className="nowrap">
      <NextDue of={of.nextClock} />
    </span>,
    `协作事项 ${of.definition.name.zh}`,
    <To key="to" path={`/matters/${of.id}`}>
      {of.about}
    </To>,
    '—',
    of.stateName.zh,
  ],
})

const Deadlines = ({ of: { late, due, matters, matterCounts } }: { of: TodayQuery }) => {
  const dated = (matters?.nodes ?? []).filter(({ nextClock }) => nextClock?.dueOn != null)
  const linesOf = (own: readonly DeadlineLineFragment[] = [], isLate: boolean): DueLine[] => {
    const clocks = dated.filter(({ nextClock }) => nextClock?.late === isLate)
    return [...own.map(deadlineLine), ...clocks.map(matterLine)].toSorted((a, b) => (a.dueOn < b.dueOn ? -1 : 1))
  }
  const [missed, coming] = [linesOf(late?.nodes, true), linesOf(due?.nodes, false)]
  const lateCount = (late?.countUpTo ?? 0) + matterCounts.late
  const comingCount = (due?.countUpTo ?? 0) + coming.length - (due?.nodes.length ?? 0)
  return (
    <Panel title="期限" wide>
      <h3 className={lateCount > 0 ? 'bad' : ''}>已逾期 {countWords(lateCount)} 项</h3>
      {missed.length > 0 && <PlainTable label="已逾期的期限" columns={DUE_COLUMNS} rows={missed} />}
      <h3>将到期 {countWords(comingCount)} 项</h3>
      {coming.length === 0 ? (
        <EmptyNotice>没有将到期的期限。</EmptyNotice>
      ) : (
        <PlainTable label="将到期的期限" columns={DUE_COLUMNS} rows={coming} />
      )}
    </Panel>
  )
}

const DUE_COLUMNS = ['最后一天', '期限', '主体', '名单', '状态'].map((title) => ({ title }))

const Queues = ({ of }: { of: TodayQuery }) => {
  const others = [
    ...(of.concerns ? [{ title: '名单依据有变，待核实', n: of.concerns.countUpTo, path: '/listings/concerns' }] : []),
    { title: '异议，待处理', n: of.objections?.countUpTo ?? 0, path: '/listings/objections' },
    ...(of.overrides ? [{ title: '等级调整，待复核', n: of.overrides.countUpTo, path: '/overrides' }] : []),
    { title: '拒收条目，待更正', n: of.rejects?.countUpTo ?? 0, path: '/intake/rejects' },
    { title: '主体不明，待认定', n: of.proposals?.countUpTo ?? 0, path: '/intake/identity' },
    { title: '被平台拒收的推送', n: of.refused?.countUpTo ?? 0, path: '/deliveries?state=REFUSED' },
  ]
  return (
    <table className="plain-table" aria-label="待办">
      <tbody>
        {others.map(({ title, n, path }) => (
          <tr key={title}>
            <th scope="row">
              <To path={path}>{title}</To>
            </th>
            <td className="right">{n === 0 ? '无' : countWords(n)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const Feeds = ({ of }: { of: TodayQuery['agencies'] }) => (
  <Panel title="数据源">
    <table className="plain-table" aria-label="数据源">
      <thead>
        <tr>
          <th scope="col">数据源</th>
          <th scope="col">最近完整拉取</th>
          <th scope="col" className="right">
            拒收
          </th>
          <th scope="col" className="right">
            待认领
          </th>
        </tr>
      </thead>
      <tbody>
        {of.flatMap(({ name, feeds }) =>
          feeds.map((feed) => (
            <tr key={feed.id}>
              <th scope="row">
                <To path={`/intake/feeds/${feed.id}`}>{feed.title.zh}</To>
                <div className="soft">{name.zh}</div>
              </th>
              <td title={instantText(feed.lastGoodPullAt)}>
                <FeedState of={feed} />
              </td>
              <td className="right">{formatListCount(feed.openRejects)}</td>
              <td className="right">{formatListCount(feed.unmatched)}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  </Panel>
)

const FeedState = ({ of }: { of: TodayQuery['agencies'][number]['feeds'][number] }) => {
  if (!of.configured) return <span className="soft">未配置地址</span>
  if (of.lastGoodPullAt === null) return <span className="bad">从未</span>
  return (
    <>
      {agoText(of.lastGoodPullAt)}
      {of.stale && <span className="bad"> 已超过 {of.staleAfterHours} 小时</span>}
      {of.lastError !== null && <div className="bad">上次未成</div>}
    </>
  )
}

const Platforms = ({ of }: { of: TodayQuery['platforms'] }) => (
  <Panel title="信用平台">
    <table className="plain-table" aria-label="信用平台">
      <thead>
        <tr>
          <th scope="col">平台</th>
          <th scope="col" className="right">
            待确认
          </th>
          <th scope="col" className="right">
            被拒收
          </th>
          <th scope="col">最近确认</th>
        </tr>
      </thead>
      <tbody>
        {of.map((platform) => (
          <tr key={platform.id}>
            <th scope="row">
              <To path={`/deliveries?platform=${platform.id}`}>{platform.name.zh}</To>
              {platform.paused && <div className="warn">已暂停新增：{platform.paused.reason}</div>}
              {platform.openUntil && <div className="bad">连续失败，暂不发送至 {instantText(platform.openUntil)}</div>}
            </th>
            <td className="right">{formatNumber(platform.outstanding)}</td>
            <td className={platform.refused > 0 ? 'right bad' : 'right'}>{formatNumber(platform.refused)}</td>
            <td>{platform.configured ? agoText(platform.lastConfirmedAt) : '未配置地址'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Panel>
)
