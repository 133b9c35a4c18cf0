import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { Link, useParams } from 'react-router'
import { describeRejectRule } from '../../../../domain/intake/reject-words.js'
import { columnTitles, problemWords } from '../../../words/column-words.js'
import { useAddressState } from '../../pieces/address.js'
import { useConnection } from '../../pieces/connection.js'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { LabelledField } from '../../pieces/field.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { chineseHalfOf, RefusalNotice } from '../../pieces/refusal.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { RollbackButton } from './rollback.js'
import { IntakeRunDocument, RunRejectsDocument, type RunRejectsQuery } from './run.generated.js'
import { isFailedOutcome, RunCounts } from './runs.js'

type RunRejectRow = RunRejectsQuery['rejects']['nodes'][number]

const numberOf = (id: string): string => {
  try {
    return atob(id.replaceAll('-', '+').replaceAll('_', '/')).split(':')[1] ?? ''
  } catch {
    return ''
  }
}

export default function RunPage() {
  const { id = '' } = useParams()
  const { data, loading, error, refetch } = useQuery(IntakeRunDocument, { variables: { id } })
  const takes = useMay('roll_back_run')
  const run = data?.node && 'job' in data.node ? data.node : null
  const number = numberOf(id)
  const isPull = run?.job === 'PULL'
  const platform = data?.platforms.find(({ id }) => id === run?.subject)?.name.zh ?? '—'
  const feed = data?.agencies.flatMap(({ feeds }) => feeds).find(({ id }) => id === run?.subject)?.title.zh
  return (
    <>
      <PageHead
        title={data && run === null ? '没有这次运行' : `第 ${number} 号运行`}
        under={run?.subject && isPull ? `/intake/feeds/${run.subject}` : '/intake/feeds'}
        aboveTitle={isPull ? feed : undefined}
        extra={
          data && data.rejects.countUpTo > 0 ? (
            <a href={`/v1/runs/${number}/rejects.csv`} download={`run-${number}-rejects.csv`}>
              下载逐行结果（CSV）
            </a>
          ) : undefined
        }
      />
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!data && loading && <LoadingNotice of="运行" />}
      {data && run === null && <EmptyNotice>没有这次运行，或者您无权查看。</EmptyNotice>}
      {run && data && (
        <div className="stack">
          <section className="panel" aria-label="概况">
            <h2>概况</h2>
            {isPull && <RunCounts counts={run.counts} label="各类条目所占比例" />}
            <dl className="fields">
              <LabelledField label="工作">{labelOf('Job', run.job)}</LabelledField>
              {run.subject && (
                <LabelledField label={isPull ? '数据源' : '对象'}>
                  {isPull ? <Link to={`/intake/feeds/${run.subject}`}>{feed ?? '数据源'}</Link> : platform}
                </LabelledField>
              )}
              <LabelledField label="结果">
                <span className={isFailedOutcome(run.outcome) ? 'bad' : ''}>{labelOf('RunOutcome', run.outcome)}</span>
              </LabelledField>
              <LabelledField label="起因">
                {[labelOf('RunCause', run.cause), run.by].filter(Boolean).join(' · ')}
              </LabelledField>
              <LabelledField label="开始">{instantText(run.startedAt)}</LabelledField>
              <LabelledField label="用时">{run.ms === null ? '进行中' : `${formatNumber(run.ms)} 毫秒`}</LabelledField>
              <LabelledField label="文件">{run.file ?? '—'}</LabelledField>
              <LabelledField label="是否全量">{run.whole ? '是' : '否'}</LabelledField>
              {run.maps.length > 0 && (
                <LabelledField label="表头映射">
                  <Link to={`/intake/feeds/${run.subject}/maps`}>
                    {run.maps.map(({ number, madeBy }) => `映射 ${number}（${madeBy} 建立）`).join('、')}
                  </Link>
                </LabelledField>
              )}
            </dl>
            {run.error && <p className="bad">{chineseHalfOf(run.error.message)}</p>}
            {run.rollback && (
              <p className="warn" role="note">
                已于 {instantText(run.rollback.at)} 由 {run.rollback.by} 撤回：{run.rollback.reason}
              </p>
            )}
          </section>
          {data.rejects.countUpTo > 0 && <SetAside run={id} feed={run.subject ?? ''} rules={data.rejectRules} />}
          {isPull && run.outcome === 'DONE' && run.rollback === null && takes && (
            <RollbackButton run={id} onDone={() => void refetch()} />
          )}
          {isPull && run.outcome === 'DONE' && run.rollback === null && !takes && (
            <p className="soft">撤回本次拉取由复核人或管理员办理。</p>
          )}
        </div>
      )}
    </>
  )
}

const headedProblem = ({ heading, message }: RunRejectRow['problems'][number], feed: string): string =>
  `${heading ? `［${heading}］` : ''}${problemWords(message, columnTitles(feed))}`

const COLUMNS = (run: string, feed: string): readonly TableColumn<RunRejectRow>[] => [
  {
    key: 'row',
    title: '位置',
    width: 140,
    render: ({ id, source }) => (
      <Link to={`/intake/rejects?run=${encodeURIComponent(run)}&state=ALL&id=${encodeURIComponent(id)}`}>
        {source.page == null ? '' : `第 ${source.page} 页 `}第 {source.row} 行
      </Link>
    ),
  },
  { key: 'rule', title: '规则', width: 220, render: ({ rule }) => describeRejectRule(rule) },
  {
    key: 'message',
    title: '问题',
    render: ({ problems }) => problems.map((problem) => headedProblem(problem, feed)).join(' '),
  },
  { key: 'state', title: '状态', width: 130, render: ({ state }) => labelOf('RejectState', state) },
]

interface SetAsideProps {
  run: string
  feed: string
  rules: readonly { rule: string; count: number }[]
}

const SetAside = ({ run, feed, rules }: SetAsideProps) => {
  const [asked, ask] = useAddressState({ row: 0 })
  const rows = useConnection(RunRejectsDocument, { run } as never, (data) => (data as RunRejectsQuery).rejects)
  return (
    <section className="panel some" aria-label="拒收的条目">
      <h2>拒收的条目</h2>
      <p>
        {rules.map(({ rule, count: n }) => `${describeRejectRule(rule)} ${formatNumber(n)} 条`).join('；')}{' '}
        <Link to={`/intake/rejects?run=${encodeURIComponent(run)}`}>
          <Button tabIndex={-1} size="small">
            逐条处理
          </Button>
        </Link>
      </p>
      <VirtualTable
        label="本次拒收的条目"
        columns={COLUMNS(run, feed)}
        rows={rows}
        rowKey={({ id }) => id}
        position={asked.row}
        onPosition={(row) => ask({ row })}
        minWidth={800}
      />
    </section>
  )
}
