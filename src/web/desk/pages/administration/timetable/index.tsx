import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { useState } from 'react'
import { agoText, daysUntil, daysUntilText, instantText } from '../../../pieces/dates.js'
import { LoadingNotice } from '../../../pieces/empty.js'
import { PageHead } from '../../../pieces/page.js'
import { ScrollRegion } from '../../../pieces/plain-table.js'
import { type ProgressStep, ProgressView } from '../../../pieces/progress.js'
import { chineseHalfOf, RefusalNotice } from '../../../pieces/refusal.js'
import { labelOf } from '../../../pieces/words.js'
import { useMay } from '../../../session/session.js'
import { DayLine, HourScale } from './day-line.js'
import { jobTitleOf, jobWords, PauseJobButton, ResumeJobButton, StartJobButton } from './deeds.js'
import { type JobLineFragment, JobsNowDocument, TimetableDocument, type TimetableQuery } from './timetable.generated.js'

const GROUPS: readonly { title: string; jobs: readonly string[] }[] = [
  { title: '拉取', jobs: ['PULL'] },
  {
    title: '评分、名单与公示',
    jobs: ['SCORE', 'EXPIRE', 'PUBLISH', 'CHANGES', 'AUDIT_LOG', 'AUDIT', 'STANDINGS', 'TIDY'],
  },
  { title: '协作事项', jobs: ['EXCHANGE', 'FIGURES'] },
  { title: '推送', jobs: ['PUSH'] },
  { title: '比对', jobs: ['RECONCILE'] },
]
const LOOK_AFTER_MS = 600_000
const ENDED: Record<string, string> = {
  DONE: '已完成',
  FAILED: '没有完成',
  PASSED: '没有运行：由后一时刻代替，或已暂停',
  ABANDONED: '多次未能完成，已放弃',
}

type JobKey = { job: string; subject: string | null }
const nameOf = ({ job, subject }: JobKey): string => `${job} ${subject ?? ''}`

interface StartedJob extends JobKey {
  title: string
  plannedFor: string
  /** Start time, in epoch milliseconds. */
  at: number
}

export default function TimetablePage() {
  const directs = useMay('direct_timetable')
  const apollo = useApolloClient()
  const { data, loading, error, refetch } = useQuery(TimetableDocument)
  const [started, setStarted] = useState<StartedJob[]>([])
  const again = () => void refetch()
  if (data === undefined)
    return (
      <>
        <PageHead title="时刻表" />
        {error ? <RefusalNotice of={error} onAgain={again} /> : <LoadingNotice of="时刻表" />}
      </>
    )
  const { timetable, agencies, platforms } = data as TimetableQuery
  const titles = new Map([
    ...agencies.flatMap(({ feeds }) => feeds.map(({ id, title }): [string, string] => [id, title.zh])),
    ...platforms.map(({ id, name }): [string, string] => [id, name.zh]),
  ])
  const titleOf = ({ job, subject }: JobKey): string =>
    subject === null ? jobWords({ job }) : (titles.get(subject) ?? subject)

  const look = async (one: StartedJob): Promise<ProgressStep> => {
    const { data: now } = await apollo.query({ query: JobsNowDocument, fetchPolicy: 'no-cache' })
    const row = now?.timetable.find((row) => nameOf(row) === nameOf(one))
    const asked = row?.lastRequest
    if (asked != null && asked.plannedFor >= one.plannedFor && ENDED[asked.state] !== undefined) {
      const failed = asked.state !== 'DONE'
      const because = failed && row?.lastRun?.error ? `：${chineseHalfOf(row.lastRun.error.message)}` : '。'
      return { words: `${ENDED[asked.state]}${because}`, share: 1, ended: true, failed }
    }
    if (Date.now() - one.at > LOOK_AFTER_MS)
      return { words: '十分钟内没有结束，不再跟踪；请稍后刷新本页。', share: null, ended: true, failed: true }
    return { words: asked?.state === 'RUNNING' ? '正在运行…' : '等待某个枢纽进程执行…', share: null, ended: false }
  }
  const onStart = (row: JobLineFragment, plannedFor: string) =>
    setStarted((before) => [
      ...before.filter((one) => nameOf(one) !== nameOf(row)),
      {
        job: row.job,
        subject: row.subject,
        title: jobTitleOf(row, titleOf(row)),
        plannedFor,
        at: Date.now(),
      },
    ])
  const paused = timetable.filter((row) => row.paused !== null).length
  return (
    <>
      <PageHead
        title="时刻表"
        extra={
          <Button loading={loading} onClick={again}>
            刷新
          </Button>
        }
      >
        <p className="soft">
          自动进行的各项工作，北京时间。竖条为今天的各个时刻（浅色已过），绿色或红色为最近一次运行，黑线为现在。
          {paused > 0 && <span className="warn"> 已暂停 {paused} 项。</span>}
        </p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={again} />}
      {started.map((one) => (
        <ProgressView key={`${nameOf(one)} ${one.plannedFor}`} label={one.title} look={() => look(one)} onEnd={again} />
      ))}
      <div className="stack">
        {GROUPS.map(({ title, jobs }) => {
          const rows = timetable.filter(({ job }) => jobs.includes(job))
          if (rows.length === 0) return null
          return (
            <section key={title} className="panel" aria-label={title}>
              <h2>{title}</h2>
              <ScrollRegion label={`${title}的时刻`}>
                <table className="plain-table jobs" aria-label={title}>
                  <thead>
                    <tr>
                      <th scope="col">工作</th>
                      <th scope="col">
                        <HourScale />
                        <span className="hidden">今天</span>
                      </th>
                      <th scope="col">下一次</th>
                      <th scope="col">最近一次</th>
                      {directs && <th scope="col">办理</th>}
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((row) => (
                      <JobRow
                        key={nameOf(row)}
                        of={row}
                        title={titleOf(row)}
                        directs={directs}
                        onStart={onStart}
                        onChange={again}
                      />
                    ))}
                  </tbody>
                </table>
              </ScrollRegion>
            </section>
          )
        })}
      </div>
    </>
  )
}

const toneOf = (outcome: string): 'good' | 'bad' | 'plain' =>
  outcome === 'DONE' ? 'good' : outcome === 'RUNNING' ? 'plain' : 'bad'

const JobRow = ({
  of,
  title,
  directs,
  onStart,
  onChange,
}: {
  of: JobLineFragment
  title: string
  directs: boolean
  onStart: (row: JobLineFragment, plannedFor: string) => void
  onChange: () => void
}) => (
  <tr>
    <th scope="row">
      {title}
      <div className="soft">
        {of.words.zh}，错过时{labelOf('MissedRule', of.missed)}
      </div>
      {of.paused && (
        <div className="warn">
          {of.paused.by} 于 {instantText(of.paused.at)} 暂停：{of.paused.reason}
        </div>
      )}
    </th>
    <td>
      <DayLine
        name={jobTitleOf(of, title)}
        cron={of.cron}
        isPaused={of.paused !== null}
        next={of.next}
        last={of.lastRun && { at: of.lastRun.startedAt, tone: toneOf(of.lastRun.outcome) }}
      />
    </td>
    <td>{of.paused ? <span className="warn">已暂停</span> : <NextTime at={of.next} />}</td>
    <td>
      <LastRun of={of} />
    </td>
    {directs && (
      <td className="deeds">
        <StartJobButton of={of} title={title} onStart={(plannedFor) => onStart(of, plannedFor)} />
        {of.paused ? (
          <ResumeJobButton of={of} title={title} onDone={onChange} />
        ) : (
          <PauseJobButton of={of} title={title} onDone={onChange} />
        )}
      </td>
    )}
  </tr>
)

const NextTime = ({ at }: { at: string | null }) => {
  if (at === null) return <>—</>
  const [date = '', time = ''] = instantText(at).split(' ')
  return (
    <span title={instantText(at)}>
      {time} <span className="soft">{daysUntil(date) === 1 ? '明天' : daysUntilText(date)}</span>
    </span>
  )
}

const LastRun = ({ of: { lastRun } }: { of: JobLineFragment }) => {
  if (lastRun === null) return <span className="soft">没有运行过</span>
  const { startedAt, outcome, cause, by, error } = lastRun
  return (
    <>
      <span title={instantText(startedAt)}>{agoText(startedAt)}</span>{' '}
      <span className={toneOf(outcome) === 'plain' ? 'soft' : toneOf(outcome)}>
        {labelOf('RunOutcome', outcome).split('，')[0]}
      </span>
      <div className="soft">
        {labelOf('RunCause', cause)}
        {by && ` · ${by}`}
      </div>
      {error && <div className="bad">{chineseHalfOf(error.message)}</div>}
    </>
  )
}
