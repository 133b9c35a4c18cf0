import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { Link, useParams } from 'react-router'
import { describeRejectRule } from '../../../../domain/intake/reject-words.js'
import { cronInWords } from '../../../../foundation/time/cron.js'
import { useAddressState } from '../../pieces/address.js'
import { useConnection } from '../../pieces/connection.js'
import { agoText, instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { LabelledField } from '../../pieces/field.js'
import { formatListCount, formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { chineseHalfOf, RefusalNotice } from '../../pieces/refusal.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import {
  FeedChartDocument,
  type FeedHealthFragment,
  FeedRunsDocument,
  type FeedRunsQuery,
  IntakeFeedsDocument,
} from './feeds.generated.js'
import { FeedHealthBadge } from './feeds.js'
import { countNamed, isFailedOutcome, RunBars, runPath } from './runs.js'

type FeedRunRow = FeedRunsQuery['runs']['nodes'][number]

const part = (name: string, title: string): TableColumn<FeedRunRow> => ({
  key: name,
  title,
  width: 90,
  align: 'right',
  render: ({ counts, outcome }) =>
    isFailedOutcome(outcome) && countNamed(counts, name) === 0 ? '—' : formatNumber(countNamed(counts, name)),
})

const COLUMNS: readonly TableColumn<FeedRunRow>[] = [
  {
    key: 'at',
    title: '开始',
    width: 170,
    render: ({ id, startedAt }) => <Link to={runPath(id)}>{instantText(startedAt)}</Link>,
  },
  {
    key: 'outcome',
    title: '结果',
    width: 190,
    render: ({ outcome, rollback, error }) => (
      <span className={isFailedOutcome(outcome) ? 'bad' : ''} title={error ? chineseHalfOf(error.message) : undefined}>
        {rollback ? '已撤回' : labelOf('RunOutcome', outcome).replace(/，.*$/, '')}
      </span>
    ),
  },
  { key: 'cause', title: '起因', width: 120, render: ({ cause }) => labelOf('RunCause', cause).replace(/：.*$/, '') },
  part('received', '接收'),
  part('new', '新增'),
  part('changed', '变更'),
  part('rejected', '拒收'),
  part('unmatched', '待认领'),
  { key: 'file', title: '文件', render: ({ file, by }) => [file, by].filter(Boolean).join(' · ') || '—' },
]

export default function FeedPage() {
  const { feed: id = '' } = useParams()
  const [asked, ask] = useAddressState({ row: 0 })
  const sends = useMay('send_records')
  const { data, loading, error, refetch } = useQuery(IntakeFeedsDocument)
  const chart = useQuery(FeedChartDocument, { variables: { feed: id } })
  const rows = useConnection(FeedRunsDocument, { feed: id } as never, (found) => (found as FeedRunsQuery).runs)
  const agency = data?.agencies.find(({ feeds }) => feeds.some((each) => each.id === id))
  const feed = agency?.feeds.find((each) => each.id === id)
  const title = feed?.title.zh ?? '数据源'
  return (
    <>
      <PageHead
        title={title}
        extra={
          feed &&
          feed.kind !== 'MIRROR' && (
            <>
              <Link to={`/intake/feeds/${id}/maps`}>
                <Button tabIndex={-1}>表头映射</Button>
              </Link>
              {sends && (
                <Link to={`/intake/uploads?feed=${id}`}>
                  <Button tabIndex={-1}>上传文件</Button>
                </Link>
              )}
            </>
          )
        }
      />
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!data && loading && <LoadingNotice of="数据源" />}
      {data && !feed && <EmptyNotice>没有这个数据源。</EmptyNotice>}
      {feed && (
        <>
          <div className="panels">
            <State of={feed} agency={agency?.name.zh ?? ''} />
            <section className="panel" aria-label="最近各次运行">
              <h2>最近各次运行</h2>
              {chart.data && chart.data.runs.nodes.length > 0 ? (
                <RunBars label={`${title}最近各次运行，由旧到新`} runs={chart.data.runs.nodes} />
              ) : (
                <EmptyNotice>还没有运行过。</EmptyNotice>
              )}
              {feed.rejectsByRule.length > 0 && (
                <>
                  <h3>上次拒收的原因</h3>
                  <ul>
                    {feed.rejectsByRule.map(({ rule, count: n }) => (
                      <li key={rule}>
                        <Link to={`/intake/rejects?feed=${id}&rule=${encodeURIComponent(rule)}`}>
                          {describeRejectRule(rule)}
                        </Link>{' '}
                        {formatNumber(n)} 条
                      </li>
                    ))}
                  </ul>
                </>
              )}
            </section>
          </div>
          <h2 className="below-panels">全部运行</h2>
          <VirtualTable
            label={`${title}的运行`}
            columns={COLUMNS}
            rows={rows}
            rowKey={({ id }) => id}
            empty="还没有运行过。"
            position={asked.row}
            onPosition={(row) => ask({ row })}
            minWidth={1100}
          />
        </>
      )}
    </>
  )
}

const State = ({ of, agency }: { of: FeedHealthFragment; agency: string }) => (
  <section className="panel" aria-label="状况">
    <h2>状况</h2>
    <dl className="fields narrow">
      <LabelledField label="信源单位">{agency}</LabelledField>
      <LabelledField label="信息种类">{labelOf('RecordKind', of.kind)}</LabelledField>
      <LabelledField label="现在">
        <FeedHealthBadge of={of} />
      </LabelledField>
      <LabelledField label="最近完整拉取">
        {of.lastGoodPullAt === null ? '从未' : `${instantText(of.lastGoodPullAt)}（${agoText(of.lastGoodPullAt)}）`}
      </LabelledField>
      <LabelledField label="报送方式">{of.whole ? '每次全量' : '只报新增和变更'}</LabelledField>
      <LabelledField label="时刻表">
        <span title={of.every}>{cronInWords(of.every).zh}</span>
      </LabelledField>
      <LabelledField label="上次条目">
        {of.items === null ? '—' : `${formatNumber(of.items)} 条，拒收 ${formatNumber(of.rejects ?? 0)} 条`}
      </LabelledField>
      <LabelledField label="拒收待处理">
        {of.openRejects === 0 ? (
          '无'
        ) : (
          <Link to={`/intake/rejects?feed=${of.id}`}>{formatListCount(of.openRejects)} 条</Link>
        )}
      </LabelledField>
      <LabelledField label="待认领">
        {of.unmatched === 0 ? (
          '无'
        ) : (
          <Link to={`/intake/identity?feed=${of.id}`}>{formatListCount(of.unmatched)} 条</Link>
        )}
      </LabelledField>
      <LabelledField label="报送期限">
        {of.dutyWorkdays === null
          ? '无'
          : `${of.dutyWorkdays} 个工作日；近 90 日按期 ${formatNumber(of.timeliness.timely)}，逾期 ${formatNumber(of.timeliness.late)}`}
      </LabelledField>
    </dl>
    {of.lastError !== null && (
      <p className="bad" role="note">
        上次未成：{chineseHalfOf(of.lastError.message)}
        {of.lastError.code === 'CONTENT_UNKNOWN' && <Link to={`/intake/feeds/${of.id}/maps`}>把表头对应到字段</Link>}
      </p>
    )}
  </section>
)
