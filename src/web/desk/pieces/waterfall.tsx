import { useMemo } from 'react'
import { COLOURS } from '../theme.js'
import { Chart } from './chart.js'

export interface WaterfallStep {
  key: string
  label: string
  /** Points added or lost; for a `total`, the points reached. */
  points: number
  total?: boolean
}

const BAR_PX = 34
const SCALE_PX = 40

export const WaterfallChart = ({ label, falls }: { label: string; falls: readonly WaterfallStep[] }) => {
  const option = useMemo(() => optionOf(falls), [falls])
  return (
    <Chart label={label} option={option} height={falls.length * BAR_PX + SCALE_PX}>
      <table className="plain-table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">项目</th>
            <th scope="col" className="right">
              分
            </th>
            <th scope="col" className="right">
              累计
            </th>
          </tr>
        </thead>
        <tbody>
          {runningOf(falls).map(({ key, label, points, total, end }) => (
            <tr key={key}>
              <th scope="row">{label}</th>
              <td className="right">{total ? '' : signedPoints(points)}</td>
              <td className="right">{end}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Chart>
  )
}

export const signedPoints = (points: number): string => (points > 0 ? `+${points}` : String(points).replace('-', '−'))

const runningOf = (falls: readonly WaterfallStep[]) => {
  let at = 0
  return falls.map((fall) => {
    const start = fall.total ? 0 : at
    at = fall.total ? fall.points : at + fall.points
    return { ...fall, start, end: at }
  })
}

const optionOf = (falls: readonly WaterfallStep[]) => {
  const running = runningOf(falls)
  return {
    grid: { left: 8, right: 56, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: 'value', splitLine: { lineStyle: { color: COLOURS.line } }, axisLabel: { color: COLOURS.ink } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: running.map(({ label }) => label),
      axisLabel: { color: COLOURS.ink, width: 180, overflow: 'truncate' },
      axisTick: { show: false },
    },
    series: [
      {
        type: 'bar',
        stack: 'all',
        silent: true,
        itemStyle: { color: 'transparent' },
        data: running.map(({ start, end }) => Math.min(start, end)),
      },
      {
        type: 'bar',
        stack: 'all',
        silent: true,
        label: {
          show: true,
          position: 'right',
          color: COLOURS.ink,
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const fall = running[dataIndex]
            return fall === undefined ? '' : fall.total ? String(fall.points) : signedPoints(fall.points)
          },
        },
        data: running.map(({ start, end, total, points }) => ({
          value: Math.abs(end - start),
          itemStyle: { color: total ? COLOURS.main : points < 0 ? COLOURS.bad : COLOURS.good },
        })),
      },
    ],
  }
}
