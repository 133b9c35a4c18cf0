import { BoxplotChart, ScatterChart } from 'echarts/charts'
import { use } from 'echarts/core'
import { useMemo } from 'react'
import { divisionPrefixIn, JILIN_CITY_NAMES } from '../../../../domain/operators/places.js'
import { CHART_AXIS, Chart, type ChartOption } from '../../pieces/chart.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { signedPoints } from '../../pieces/waterfall.js'
import { labelOf } from '../../pieces/words.js'
import { COLOURS } from '../../theme.js'
import type { CardTrial } from './trial.js'

use([BoxplotChart, ScatterChart])

const SPREAD_PX = 150
const BAR_PX = 30
const FRAME_PX = 70
const QUANTILES = [
  ['lowest', '最低'],
  ['p5', '5% 分位'],
  ['p25', '25% 分位'],
  ['median', '中位'],
  ['p75', '75% 分位'],
  ['p95', '95% 分位'],
  ['highest', '最高'],
] as const

export const SpreadChart = ({ of }: { of: CardTrial }) => {
  const { spread } = of
  const option = useMemo<ChartOption>(
    () =>
      spread === null
        ? {}
        : {
            grid: { left: 24, right: 24, top: 16, bottom: 8, containLabel: true },
            xAxis: { type: 'value', name: '分', scale: false, ...CHART_AXIS },
            yAxis: { type: 'category', data: [''], ...CHART_AXIS, axisTick: { show: false } },
            series: [
              {
                type: 'boxplot',
                boxWidth: [24, 44],
                itemStyle: { color: COLOURS.mainTint, borderColor: COLOURS.main, borderWidth: 2 },
                data: [[spread.p5, spread.p25, spread.median, spread.p75, spread.p95]],
              },
              {
                type: 'scatter',
                symbolSize: 10,
                itemStyle: { color: COLOURS.bad },
                data: [
                  [spread.lowest, ''],
                  [spread.highest, ''],
                ],
              },
            ],
          },
    [spread],
  )
  if (spread === null) return null
  return (
    <section className="panel wide" aria-label="分值变动的分布">
      <h2>分值变动的分布</h2>
      <p className="soft">
        一半的主体变动在 {signedPoints(spread.p25)} 至 {signedPoints(spread.p75)} 分之间，九成在{' '}
        {signedPoints(spread.p5)} 至 {signedPoints(spread.p95)} 分之间；最低 {signedPoints(spread.lowest)}，最高{' '}
        {signedPoints(spread.highest)}。
      </p>
      <Chart label="分值变动的分布（分）" option={option} height={SPREAD_PX}>
        <PlainTable
          label="分值变动的分布"
          columns={[{ title: '位置' }, { title: '变动（分）', align: 'right' }]}
          rows={[
            ...QUANTILES.map(([key, word]) => ({ key, cells: [word, signedPoints(spread[key])] })),
            { key: 'mean', cells: ['平均', spread.mean.toFixed(2)] },
          ]}
        />
      </Chart>
    </section>
  )
}

interface OperatorGroup {
  key: string
  name: string
  operators: number
  better: number
  worse: number
  mean: number
}

const CITIES = new Map(JILIN_CITY_NAMES.map((name) => [divisionPrefixIn(`${name}市`), name]))
const regionName = (region: string | null): string => (region === null ? '未知' : (CITIES.get(region) ?? region))

export const TrialGroups = ({ of }: { of: CardTrial }) => {
  const regions = of.regions.map((one) => ({ ...one, key: one.region ?? '—', name: regionName(one.region) }))
  const kinds = of.kinds.map((one) => ({ ...one, key: one.kind, name: labelOf('OperatorKind', one.kind) }))
  return (
    <>
      <OperatorGroup title="按地区" groups={regions} />
      <OperatorGroup title="按主体种类" groups={kinds} />
    </>
  )
}

const OperatorGroup = ({ title, groups }: { title: string; groups: readonly OperatorGroup[] }) => {
  const text = JSON.stringify(groups)
  const option = useMemo<ChartOption>(() => groupOption(JSON.parse(text) as OperatorGroup[]), [text])
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      <Chart label={`${title}，等级上升和下降的主体数`} option={option} height={groups.length * BAR_PX + FRAME_PX}>
        <PlainTable
          label={title}
          columns={[
            { title: title.slice(1) },
            { title: '主体', align: 'right' },
            { title: '上升', align: 'right' },
            { title: '下降', align: 'right' },
            { title: '平均变动', align: 'right' },
          ]}
          rows={groups.map(({ key, name, operators, better, worse, mean }) => ({
            key,
            cells: [name, formatNumber(operators), formatNumber(better), formatNumber(worse), mean.toFixed(2)],
          }))}
        />
      </Chart>
    </section>
  )
}

const groupOption = (groups: readonly OperatorGroup[]): ChartOption => ({
  grid: { left: 8, right: 24, top: 32, bottom: 8, containLabel: true },
  legend: { top: 0, left: 0, textStyle: { color: COLOURS.ink } },
  tooltip: {
    trigger: 'axis',
    axisPointer: { type: 'shadow' },
    valueFormatter: (value: unknown) => formatNumber(Math.abs(Number(value))),
  },
  xAxis: {
    type: 'value',
    minInterval: 1,
    ...CHART_AXIS,
    axisLabel: { color: COLOURS.ink, formatter: (value: number) => formatNumber(Math.abs(value)) },
  },
  yAxis: {
    type: 'category',
    inverse: true,
    data: groups.map(({ name }) => name),
    ...CHART_AXIS,
    axisTick: { show: false },
  },
  series: [
    {
      name: '等级下降',
      type: 'bar',
      stack: 'all',
      itemStyle: { color: COLOURS.bad },
      data: groups.map(({ worse }) => -worse),
    },
    {
      name: '等级上升',
      type: 'bar',
      stack: 'all',
      itemStyle: { color: COLOURS.good },
      data: groups.map(({ better }) => better),
    },
  ],
})
