import { SankeyChart } from 'echarts/charts'
import { use } from 'echarts/core'
import { useMemo } from 'react'
import { Link } from 'react-router'
import { FACTS, type FactName } from '../../../../domain/records/facts.js'
import { GRADES, type Grade } from '../../../../domain/scoring/scorecard.js'
import { Chart, type ChartOption } from '../../pieces/chart.js'
import { operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { signedPoints } from '../../pieces/waterfall.js'
import { pageAt } from '../../routes.js'
import { COLOURS, GRADE_COLOURS } from '../../theme.js'
import type { CardTrial } from './trial.js'

use([SankeyChart])

const STREAMS_PX = 260

const before = (grade: Grade): string => `对照 ${grade}`
const after = (grade: Grade): string => `试算 ${grade}`

export const GradeMatrix = ({ of }: { of: CardTrial }) => {
  const option = useMemo<ChartOption>(() => optionOf(of), [of])
  const moves = new Map(of.grades.map((one) => [`${one.before}${one.after}`, one.operators]))
  return (
    <section className="panel wide" aria-label="等级的变动">
      <h2>等级的变动</h2>
      <Chart label="由对照卡的等级到试算卡的等级，主体数" option={option} height={STREAMS_PX} isTableOpen>
        <PlainTable
          label="等级的变动"
          columns={[
            { title: `${of.against} ＼ ${of.scorecard}` },
            ...GRADES.map((grade) => ({ title: `试算 ${grade}`, align: 'right' as const })),
            { title: '原有', align: 'right' },
          ]}
          rows={[
            ...GRADES.map((from, i) => ({
              key: from,
              cells: [
                `对照 ${from}`,
                ...GRADES.map((to, j) => {
                  const n = moves.get(`${from}${to}`) ?? 0
                  const tone = n === 0 ? 'soft' : j < i ? 'good' : j > i ? 'bad' : ''
                  return (
                    <span key={to} className={tone}>
                      {n === 0 ? '—' : formatNumber(n)}
                      {n > 0 && j !== i && <span aria-hidden="true">{j < i ? ' ↑' : ' ↓'}</span>}
                    </span>
                  )
                }),
                formatNumber(of.before[from]),
              ],
            })),
            {
              key: 'all',
              cells: ['试算后', ...GRADES.map((grade) => formatNumber(of.after[grade])), formatNumber(of.operators)],
            },
          ]}
        />
      </Chart>
    </section>
  )
}

const optionOf = (of: CardTrial): ChartOption => ({
  tooltip: { trigger: 'item' },
  series: [
    {
      type: 'sankey',
      left: 8,
      right: 90,
      top: 8,
      bottom: 8,
      nodeAlign: 'justify',
      layoutIterations: 0,
      nodeGap: 18,
      draggable: false,
      emphasis: { focus: 'adjacency' },
      label: {
        color: COLOURS.ink,
        formatter: ({ name, value }: { name: string; value: number }) => `${name}  ${formatNumber(value)}`,
      },
      data: GRADES.flatMap((grade) => [
        ...(of.before[grade] > 0
          ? [{ name: before(grade), depth: 0, itemStyle: { color: GRADE_COLOURS[grade] } }]
          : []),
        ...(of.after[grade] > 0 ? [{ name: after(grade), depth: 1, itemStyle: { color: GRADE_COLOURS[grade] } }] : []),
      ]),
      links: of.grades
        .filter(({ operators }) => operators > 0)
        .map((one) => ({
          source: before(one.before),
          target: after(one.after),
          value: one.operators,
          lineStyle: { color: streamColour(one), opacity: one.before === one.after ? 0.25 : 0.6 },
        })),
    },
  ],
})

const streamColour = ({ before, after }: { before: Grade; after: Grade }): string => {
  if (before === after) return COLOURS.rest
  return GRADES.indexOf(after) < GRADES.indexOf(before) ? COLOURS.good : COLOURS.bad
}

type GradeMove = CardTrial['down'][number]

interface MovesProps {
  title: string
  empty: string
  moves: readonly GradeMove[]
  trial: Pick<CardTrial, 'scorecard' | 'against'>
}

export const LargestMoves = ({ title, empty, moves, trial }: MovesProps) => (
  <section className="panel wide" aria-label={title}>
    <h2>{title}</h2>
    {moves.length === 0 ? (
      <EmptyNotice>{empty}</EmptyNotice>
    ) : (
      moves.map((move, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
        <details key={i} className="move" open={i === 0}>
          <summary>
            <strong>{nameOf(move)}</strong>{' '}
            <span className={move.points < 0 ? 'bad' : 'good'}>{signedPoints(move.points)} 分</span>{' '}
            <span className="soft">
              {move.before.value} 分 · {move.before.grade} 级 → {move.after.value} 分 · {move.after.grade} 级
            </span>
          </summary>
          <Reasons of={move} trial={trial} />
        </details>
      ))
    )}
  </section>
)

const nameOf = ({ operator }: GradeMove): string =>
  operator === null ? '已不单独存在的主体' : (operator.name ?? operatorCodeOf(operator))

const Reasons = ({ of, trial }: { of: GradeMove; trial: MovesProps['trial'] }) => {
  const path = of.operator && operatorPath(of.operator)
  return (
    <>
      {path && pageAt(path) && (
        <p>
          <Link to={path}>看{nameOf(of)}的全部信息</Link>
        </p>
      )}
      <PlainTable
        label={`${nameOf(of)}：两张卡不同的理由`}
        columns={[
          { title: '规则' },
          { title: `对照 ${trial.against}` },
          { title: `试算 ${trial.scorecard}` },
          { title: '差额', align: 'right' },
        ]}
        rows={of.reasons.map(({ rule, fact, before, after }) => ({
          key: `${rule} ${fact}`,
          cells: [
            ruleName(rule, fact),
            <Side key="before" of={before} />,
            <Side key="after" of={after} />,
            signedPoints((after?.points ?? 0) - (before?.points ?? 0)),
          ],
        }))}
      />
    </>
  )
}

const ruleName = (rule: string, fact: string | null): string => {
  if (rule === 'base') return '基础分'
  return fact !== null && fact in FACTS ? FACTS[fact as FactName].zh : rule
}

const Side = ({ of }: { of: GradeMove['reasons'][number]['before'] }) =>
  of === null ? (
    <span className="soft">未说</span>
  ) : (
    <>
      <strong>{signedPoints(of.points)}</strong> {of.zh}
    </>
  )
