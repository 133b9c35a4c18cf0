import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { type ReactNode, useEffect, useRef } from 'react'
import { COLOURS, paintOption, useIsDark } from '../theme.js'

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer])

export type ChartOption = echarts.EChartsCoreOption

const SERIES = [COLOURS.main, COLOURS.amber, COLOURS.violet, COLOURS.good, COLOURS.bad]

export const CHART_AXIS = {
  axisLabel: { color: COLOURS.ink },
  axisLine: { lineStyle: { color: COLOURS.line } },
  splitLine: { lineStyle: { color: COLOURS.line } },
} as const

export const BAR_PX = 44
export const BARS_FRAME_PX = 60

export const stackedBars = (
  labels: readonly string[],
  parts: readonly { name: string; color: string; data: readonly number[] }[],
): ChartOption => ({
  grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
  legend: { top: 0, left: 0, textStyle: { color: COLOURS.ink } },
  tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
  xAxis: { type: 'value', minInterval: 1, ...CHART_AXIS },
  yAxis: {
    ...{ type: 'category', inverse: true, data: labels, ...CHART_AXIS, axisTick: { show: false } },
    axisLabel: { color: COLOURS.ink, width: 170, overflow: 'break' },
  },
  series: parts.map(({ name, color, data }) => ({ name, type: 'bar', stack: 'all', itemStyle: { color }, data })),
})

const COMMON = { animation: false, textStyle: { color: COLOURS.ink }, color: SERIES }
const TOOLTIP = { renderMode: 'richText' as const, confine: true }

export interface ChartProps {
  label: string
  option: ChartOption
  height: number
  children: ReactNode
  isTableOpen?: boolean
}

export const Chart = ({ label, option, height, children, isTableOpen = false }: ChartProps) => {
  const box = useRef<HTMLDivElement>(null)
  const dark = useIsDark()
  useEffect(() => {
    if (box.current === null) return
    const chart = echarts.init(box.current)
    const tooltip = { ...TOOLTIP, ...((option['tooltip'] as object | undefined) ?? {}) }
    chart.setOption(paintOption({ ...COMMON, ...option, tooltip }, dark))
    const seen = new ResizeObserver(() => chart.resize())
    seen.observe(box.current)
    return () => {
      seen.disconnect()
      chart.dispose()
    }
  }, [option, dark])
  return (
    <figure className="chart" aria-label={label}>
      <div ref={box} style={{ height }} aria-hidden="true" />
      {isTableOpen ? (
        children
      ) : (
        <details className="alternative">
          <summary>以表格查看</summary>
          {children}
        </details>
      )}
    </figure>
  )
}
