import { useApolloClient, useQuery } from '@apollo/client/react'
import { Select } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { Link } from 'react-router'
import { monthWords } from '../../../words/months.js'
import { useAddressState } from '../../pieces/address.js'
import { BAR_PX, BARS_FRAME_PX, CHART_AXIS, Chart, type ChartOption, stackedBars } from '../../pieces/chart.js'
import { today } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { COLOURS } from '../../theme.js'
import {
  fetchMonth,
  monthsUntil,
  type PlatformSum,
  percentText,
  sumsByPlatform,
  type TimelinessMonth,
} from './figures.js'
import { TimelinessDueDocument, type TimelinessDueQuery } from './timeliness.generated.js'

const MONTHS_DRAWN = 6
const MONTHS_OFFERED = 24
const LINES_PX = 260

export default function TimelinessPage() {
  const now = today().slice(0, 'YYYY-MM'.length)
  const [{ month }, ask] = useAddressState({ month: now })
  const { months, error, again } = useMonths(month)
  const chosen = months?.at(-1)
  return (
    <>
      <PageHead
        title="推送及时率"
        extra={
          <Select
            aria-label="月份"
            value={month}
            onChange={(month) => ask({ month }, { push: true })}
            options={monthsUntil(now, MONTHS_OFFERED)
              .reverse()
              .map((value) => ({ value, label: monthWords(value) }))}
            style={{ width: '8rem' }}
          />
        }
      >
        <Due />
      </PageHead>
      {error !== null && <RefusalNotice of={error} onAgain={again} />}
      {chosen === undefined || months === null ? (
        error === null && <LoadingNotice of="各月数字" />
      ) : (
        <div className="panels">
          <OfMonth of={chosen} />
          <OverMonths of={months} />
          <Figures of={chosen} />
        </div>
      )}
    </>
  )
}

const useMonths = (month: string) => {
  const client = useApolloClient()
  const [state, setState] = useState<{ months: TimelinessMonth[] | null; error: unknown }>({
    months: null,
    error: null,
  })
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` refetches
  useEffect(() => {
    let isGone = false
    setState({ months: null, error: null })
    Promise.all(monthsUntil(month, MONTHS_DRAWN).map((one) => fetchMonth(client, one)))
      .then((months) => {
        if (!isGone) setState({ months, error: null })
      })
      .catch((error: unknown) => {
        if (!isGone) setState({ months: null, error })
      })
    return () => {
      isGone = true
    }
  }, [client, month, round])
  return { ...state, again: () => setRound((before) => before + 1) }
}

const Due = () => {
  const { data } = useQuery(TimelinessDueDocument)
  const seen = data as TimelinessDueQuery | undefined
  if (!seen) return <p className="soft">期限以工作日计；应在某月内办结的，计入该月。</p>
  const isLate = seen.late.totalCount > 0
  return (
    <p className="soft">
      期限以工作日计；应在某月内办结的，计入该月。现有{' '}
      <Link to="/deliveries?late=true" className={isLate ? 'bad' : ''}>
        逾期未确认 {formatNumber(seen.late.totalCount)} 件
      </Link>
      ，另有 {formatNumber(seen.due.totalCount - seen.late.totalCount)} 件最迟下一工作日到期。
    </p>
  )
}

const PARTS = [
  { key: 'onTime', name: '按时', color: COLOURS.good },
  { key: 'waiting', name: '未到期，待确认', color: COLOURS.rest },
  { key: 'closed', name: '人工了结', color: COLOURS.main },
  { key: 'late', name: '逾期', color: COLOURS.bad },
] as const satisfies { key: keyof PlatformSum; name: string; color: string }[]

const OfMonth = ({ of: { month, figures } }: { of: TimelinessMonth }) => {
  const sums = useMemo(() => sumsByPlatform(figures), [figures])
  const option = useMemo(
    () =>
      stackedBars(
        sums.map(({ name, share }) => `${name}  ${percentText(share)}`),
        PARTS.map(({ key, ...part }) => ({ ...part, data: sums.map((one) => one[key]) })),
      ),
    [sums],
  )
  return (
    <section className="panel wide" aria-label={`${monthWords(month)}各平台`}>
      <h2>{monthWords(month)}各平台</h2>
      {sums.length === 0 ? (
        <EmptyNotice>本月没有应办结的推送。</EmptyNotice>
      ) : (
        <Chart
          label={`${monthWords(month)}各平台应办结的推送（件）`}
          option={option}
          height={sums.length * BAR_PX + BARS_FRAME_PX}
        >
          <PlainTable
            label={`${monthWords(month)}各平台应办结的推送`}
            columns={[
              { title: '平台' },
              { title: '应办', align: 'right' },
              ...PARTS.map(({ name }) => ({ title: name, align: 'right' as const })),
              { title: '及时率', align: 'right' },
            ]}
            rows={sums.map((one) => ({
              key: one.platform,
              cells: [
                one.name,
                formatNumber(one.total),
                ...PARTS.map(({ key }) => formatNumber(one[key])),
                percentText(one.share),
              ],
            }))}
          />
        </Chart>
      )}
    </section>
  )
}

const OverMonths = ({ of }: { of: readonly TimelinessMonth[] }) => {
  const sums = useMemo(() => of.map(({ month, figures }) => ({ month, sums: sumsByPlatform(figures) })), [of])
  const names = useMemo(
    () => new Map(sums.flatMap((one) => one.sums.map(({ platform, name }) => [platform, name] as const))),
    [sums],
  )
  const shareOf = (i: number, platform: string): number | null =>
    sums[i]?.sums.find((one) => one.platform === platform)?.share ?? null
  // biome-ignore lint/correctness/useExhaustiveDependencies: shareOf reads `sums`
  const option = useMemo<ChartOption>(
    () => ({
      grid: { left: 8, right: 24, top: 64, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, textStyle: { color: COLOURS.ink } },
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => percentText(value as number | null) },
      xAxis: { type: 'category', data: sums.map(({ month }) => month), ...CHART_AXIS },
      yAxis: {
        type: 'value',
        min: 0,
        max: 1,
        ...CHART_AXIS,
        axisLabel: { color: COLOURS.ink, formatter: (value: number) => `${Math.round(value * 100)}%` },
      },
      series: [...names].map(([platform, name], i) => ({
        name,
        type: 'line',
        symbol: ['circle', 'rect', 'triangle', 'diamond', 'pin'][i % 5],
        symbolSize: 9,
        connectNulls: false,
        data: sums.map((_, at) => shareOf(at, platform)),
      })),
    }),
    [sums, names],
  )
  return (
    <section className="panel wide" aria-label="近六个月的及时率">
      <h2>近 {MONTHS_DRAWN} 个月的及时率</h2>
      {names.size === 0 ? (
        <EmptyNotice>这几个月没有应办结的推送。</EmptyNotice>
      ) : (
        <Chart label="近六个月各平台的及时率" option={option} height={LINES_PX}>
          <PlainTable
            label="近六个月各平台的及时率"
            columns={[
              { title: '平台' },
              ...sums.map(({ month }) => ({ title: monthWords(month), align: 'right' as const })),
            ]}
            rows={[...names].map(([platform, name]) => ({
              key: platform,
              cells: [name, ...sums.map((_, at) => percentText(shareOf(at, platform)))],
            }))}
          />
        </Chart>
      )}
    </section>
  )
}

const Figures = ({ of: { month, figures, isCut } }: { of: TimelinessMonth }) => (
  <section className="panel wide" aria-label="按机关、平台和事项">
    <h2>按机关、平台和事项</h2>
    <p>
      <a href={`/v1/timeliness.csv?month=${month}`}>下载{monthWords(month)}的表格（CSV）</a>
    </p>
    {isCut && <p className="warn">此处只列出一部分，全部见表格文件。</p>}
    {figures.length === 0 ? (
      <EmptyNotice>本月没有应办结的推送。</EmptyNotice>
    ) : (
      <PlainTable
        label={`${monthWords(month)}按机关、平台和事项`}
        columns={[
          { title: '作出机关' },
          { title: '平台' },
          { title: '事项' },
          { title: '应办', align: 'right' },
          { title: '按时', align: 'right' },
          { title: '逾期', align: 'right' },
          { title: '未确认', align: 'right' },
          { title: '及时率', align: 'right' },
          { title: '工作日中位', align: 'right' },
          { title: '最长', align: 'right' },
        ]}
        rows={figures.map((one) => ({
          key: `${one.authority} ${one.platform} ${one.duty}`,
          cells: [
            one.authority,
            one.platformName.zh,
            labelOf('TimelinessDuty', one.duty),
            formatNumber(one.total),
            formatNumber(one.onTime),
            <span key="late" className={one.late > 0 ? 'bad' : ''}>
              {formatNumber(one.late)}
            </span>,
            one.overdue > 0 ? `${formatNumber(one.open)}（逾期 ${formatNumber(one.overdue)}）` : formatNumber(one.open),
            percentText(one.share),
            one.median ?? '—',
            one.worst ?? '—',
          ],
        }))}
      />
    )}
  </section>
)
