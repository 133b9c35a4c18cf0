import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { type ReactNode, useEffect } from 'react'
import { Link } from 'react-router'
import { operatorCodeOf } from '../../pieces/code.js'
import { agoText, daysUntilText, dayText, instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { formatCount, formatListCount, formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { pageAt } from '../../routes.js'
import { useMay, useSession } from '../../session/session.js'
import { WorkCountsTable } from '../worklist/counts.js'
import { type DeadlineLineFragment, TodayDocument, type TodayQuery } from './today.generated.js'

const REFRESH_MS = 60_000

/** Reads anew when the tab is shown again and, at most once a minute, when somebody is there. A timer would keep an idle session alive. */
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
    variables: { moves, watches, watchesMoves: watches && moves },
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
    {of.late && of.due && <Deadlines late={of.late} due={of.due} />}
    <div className="stack">
      <Panel title="待办">
        {of.workCounts.length > 0 ? <WorkCountsTable of={of.workCounts} /> : <Queues of={of} />}
      </Panel>
      {agency !== null && <Matters {...of.matterCounts} />}
      <Platforms of={of.platforms} />
    </div>
    <Feeds of={of.agencies} />
  </div>
)

const Matters = ({ waiting, late }: TodayQuery['matterCounts']) => (
  <Panel title="协作事项">
    <Link to="/matters">{formatNumber(waiting)} 件协作事项</Link>等待办理，
    <Link to="/matters?queue=LATE" className={late > 0 ? 'bad' : ''}>
      {formatNumber(late)} 件
    </Link>
    逾期
  </Panel>
)

const Panel = ({ title, wide, children }: { title: string; wide?: boolean; children: ReactNode }) => (
  <section className={wide ? 'panel wide' : 'panel'} aria-label={title}>
    <h2>{title}</h2>
    {children}
  </section>
)

const To = ({ path, children }: { path: string; children: ReactNode }) =>
  pageAt(path.replace(/\?.*$/, '')) === null ? children : <Link to={path}>{children}</Link>

/** The hub counts no further (1,000+). */
const COUNT_MOST = 1_000
const countWords = (n: number): string => formatCount(n, n >= COUNT_MOST)

type DeadlineLines = { countUpTo: number; nodes: readonly DeadlineLineFragment[] }

const Deadlines = ({ late, due }: { late: DeadlineLines; due: DeadlineLines }) => (
  <Panel title="期限" wide>
    <h3 className={late.countUpTo > 0 ? 'bad' : ''}>已逾期 {countWords(late.countUpTo)} 项</h3>
    {late.countUpTo > 0 && <DeadlineTable label="已逾期的期限" lines={late.nodes} isLate />}
    <h3>将到期 {countWords(due.countUpTo)} 项</h3>
    {due.countUpTo === 0 ? (
      <EmptyNotice>没有将到期的期限。</EmptyNotice>
    ) : (
      <DeadlineTable label="将到期的期限" lines={due.nodes} />
    )}
  </Panel>
)

const DeadlineTable = ({
  label,
  lines,
  isLate,
}: {
  label: string
  lines: DeadlineLines['nodes']
  isLate?: boolean
}) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable region
  <section className="scroll" aria-label={label} tabIndex={0}>
    <table className="plain-table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">最后一天</th>
          <th scope="col">期限</th>
          <th scope="col">主体</th>
          <th scope="col">名单</th>
          <th scope="col">状态</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ name, dueOn, provisional, listing }) => (
          <tr key={`${listing.id} ${name} ${dueOn}`}>
            <td className="nowrap">
              {dayText(dueOn)} <span className={isLate ? 'bad' : 'soft'}>{daysUntilText(dueOn)}</span>
              {provisional && <span className="soft">（节假日未公布，可能变动）</span>}
            </td>
            <td>{labelOf('DeadlineName', name)}</td>
            <td>
              <To path={`/listings/${listing.id}`}>{listing.operator.name ?? operatorCodeOf(listing.operator)}</To>
            </td>
            <td>{listing.list?.name.zh ?? '—'}</td>
            <td>{labelOf('ListingState', listing.state)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)

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
