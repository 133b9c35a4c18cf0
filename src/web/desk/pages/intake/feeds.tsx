import { useQuery } from '@apollo/client/react'
import { Button, Tag } from 'antd'
import { Link } from 'react-router'
import { agoText, instantText } from '../../pieces/dates.js'
import { LoadingNotice } from '../../pieces/empty.js'
import { formatListCount, formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { ScrollRegion } from '../../pieces/plain-table.js'
import { chineseHalfOf, RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { type FeedHealthFragment, IntakeFeedsDocument, type IntakeFeedsQuery } from './feeds.generated.js'
import { useOwnAgencies } from './own-agencies.js'
import { RunBars } from './runs.js'

const BARS_MOST = 12

export default function FeedsPage() {
  const own = useOwnAgencies()
  const { data, loading, error, refetch } = useQuery(IntakeFeedsDocument)
  const agencies = own(data?.agencies ?? [])
  return (
    <>
      <PageHead
        title="数据源"
        extra={
          <Button loading={loading} onClick={() => void refetch()}>
            刷新
          </Button>
        }
      />
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {data ? (
        <div className="stack">
          {agencies.map((each) => (
            <Agency key={each.id} of={each} runs={data.runs.nodes} />
          ))}
        </div>
      ) : (
        loading && <LoadingNotice of="数据源" />
      )}
    </>
  )
}

type FeedRuns = IntakeFeedsQuery['runs']['nodes']

const Agency = ({ of, runs }: { of: IntakeFeedsQuery['agencies'][number]; runs: FeedRuns }) => (
  <section className="panel" aria-label={of.name.zh}>
    <h2>
      {of.name.zh} {!of.configured && <span className="soft">（未配置地址，只能上传）</span>}
    </h2>
    <ScrollRegion label={`${of.name.zh}的数据源`}>
      <table className="plain-table" aria-label={`${of.name.zh}的数据源`}>
        <thead>
          <tr>
            <th scope="col">数据源</th>
            <th scope="col">状况</th>
            <th scope="col">最近完整拉取</th>
            <th scope="col">最近各次</th>
            <th scope="col" className="right">
              上次条目
            </th>
            <th scope="col" className="right">
              拒收待处理
            </th>
            <th scope="col" className="right">
              待认领
            </th>
            <th scope="col" className="right">
              逾期报送
            </th>
          </tr>
        </thead>
        <tbody>
          {of.feeds.map((feed) => (
            <tr key={feed.id}>
              <th scope="row">
                <Link to={`/intake/feeds/${feed.id}`}>{feed.title.zh}</Link>
                <div className="soft">{labelOf('RecordKind', feed.kind)}</div>
              </th>
              <td>
                <FeedHealthBadge of={feed} />
              </td>
              <td className="nowrap" title={instantText(feed.lastGoodPullAt)}>
                {feed.lastGoodPullAt === null ? '从未' : agoText(feed.lastGoodPullAt)}
              </td>
              <td>
                <RunBars
                  small
                  label={`${feed.title.zh}最近各次运行`}
                  runs={runs.filter(({ subject }) => subject === feed.id).slice(0, BARS_MOST)}
                />
              </td>
              <td className="right">{feed.items === null ? '—' : formatNumber(feed.items)}</td>
              <td className="right">
                {feed.openRejects === 0 ? (
                  '无'
                ) : (
                  <Link to={`/intake/rejects?feed=${feed.id}`}>{formatListCount(feed.openRejects)}</Link>
                )}
              </td>
              <td className="right">
                {feed.unmatched === 0 ? (
                  '无'
                ) : (
                  <Link to={`/intake/identity?feed=${feed.id}`}>{formatListCount(feed.unmatched)}</Link>
                )}
              </td>
              <td className="right">
                {feed.timeliness.share === null ? '—' : `${Math.round(feed.timeliness.share * 100)}%`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  </section>
)

export const FeedHealthBadge = ({ of }: { of: FeedHealthFragment }) => {
  if (of.lastError !== null)
    return (
      <span className="bad" title={chineseHalfOf(of.lastError.message)}>
        ✕ 上次未成
      </span>
    )
  if (of.lastGoodPullAt === null)
    return <span className="warn">{of.configured ? '△ 从未完整拉取' : '△ 未配置地址'}</span>
  if (of.stale) return <span className="bad">✕ 已超过 {of.staleAfterHours} 小时</span>
  return <span className="good">✓ 正常</span>
}

export const RolledBackTag = ({ at }: { at: string | null | undefined }) => (at == null ? null : <Tag>已撤回</Tag>)
