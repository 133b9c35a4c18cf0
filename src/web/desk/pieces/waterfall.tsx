import { BarChart } from 'echarts/charts'
import { AriaComponent, GridComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { COLOURS } from '../theme.js'

echarts.use([BarChart, GridComponent, AriaComponent, CanvasRenderer])

export interface WaterfallStep {
  key: string
  label: string
  /** Points added or lost; for a `total`, the points reached. */
  points: number
  total?: boolean
}

const BAR_PX = 34

export const WaterfallChart = ({ label, falls }: { label: string; falls: readonly WaterfallStep[] }) => {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (box.current === null) return
    const chart = echarts.init(box.current)
    chart.setOption(optionOf(falls))
    const seen = new ResizeObserver(() => chart.resize())
    seen.observe(box.current)
    return () => {
      seen.disconnect()
      chart.dispose()
    }
  }, [falls])
  return (
    <figure className="waterfall" aria-label={label}>
      <div ref={box} style={{ height: falls.length * BAR_PX + 40 }} aria-hidden="true" />
      <details className="alternative">
        <summary>以表格查看</summary>
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
      </details>
    </figure>
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
    animation: false,
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
