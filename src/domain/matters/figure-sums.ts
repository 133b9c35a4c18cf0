import { PROVINCE_DIVISION } from '../operators/places.js'
import { splitSeat } from './seats.js'

const COUNTS = ['opened', 'received', 'inTime', 'late', 'overdue', 'open', 'restarts', 'extensions'] as const
const TALLIES = ['outcomes', 'steps', 'days'] as const

/** `overdue`: unanswered at the end of the month. `days`: of ended matters, number by days since the handover. */
export type FigureCounts = Record<(typeof COUNTS)[number], number> &
  Record<(typeof TALLIES)[number], Record<string, number>>

/** Empty for a kind that only its seats see: only how many were handed over is counted. */
export type FigureCell = FigureCounts & { kind: string; seat: string }

export const makeNoCounts = (): FigureCounts => ({
  ...{ opened: 0, received: 0, inTime: 0, late: 0, overdue: 0, open: 0, restarts: 0, extensions: 0 },
  ...{ outcomes: {}, steps: {}, days: {} },
})

export const add = (tally: Record<string, number>, code: string | number, n = 1): void => {
  tally[code] = (tally[code] ?? 0) + n
}

const addCounts = (to: FigureCounts, from: FigureCounts): void => {
  for (const name of COUNTS) to[name] += from[name]
  for (const name of TALLIES) for (const [code, n] of Object.entries(from[name])) add(to[name], code, n)
}

export const groupCells = <K extends object>(
  cells: Iterable<FigureCell>,
  keyOf: (cell: FigureCell) => K,
): (K & FigureCounts)[] => {
  const groups = new Map<string, K & FigureCounts>()
  for (const cell of cells) {
    const key = keyOf(cell)
    const name = JSON.stringify(key)
    const group = groups.get(name) ?? { ...key, ...makeNoCounts() }
    addCounts(group, cell)
    groups.set(name, group)
  }
  return [...groups.keys()].sort().flatMap((name) => groups.get(name) ?? [])
}

export interface FigureSums extends Record<(typeof COUNTS)[number] | 'ended', number> {
  medianDays?: number | null
  p90Days?: number | null
}

export const FIGURE_COLUMNS: readonly {
  zh: string
  en: string
  of: (sums: FigureSums) => number | null | undefined
}[] = [
  { zh: '移交', en: 'handed over', of: ({ opened }) => opened },
  { zh: '收悉', en: 'received', of: ({ received }) => received },
  { zh: '办结', en: 'ended', of: ({ ended }) => ended },
  { zh: '按期', en: 'in time', of: ({ inTime }) => inTime },
  { zh: '逾期', en: 'late', of: ({ late }) => late },
  { zh: '逾期未答', en: 'overdue', of: ({ overdue }) => overdue },
  { zh: '月末未结', en: 'open', of: ({ open }) => open },
  { zh: '延期', en: 'extensions', of: ({ extensions }) => extensions },
  { zh: '重新起算', en: 'restarts', of: ({ restarts }) => restarts },
  { zh: '中位天数', en: 'median days', of: ({ medianDays }) => medianDays },
  { zh: '90 分位', en: 'p90 days', of: ({ p90Days }) => p90Days },
]

const MEDIAN = 0.5
const NINE_TENTHS = 0.9

export const sumFigures = <C extends FigureCounts>({ days, ...counts }: C) => ({
  ...counts,
  ended: Object.values(counts.outcomes).reduce((all, n) => all + n, 0),
  medianDays: percentileOf(days, MEDIAN),
  p90Days: percentileOf(days, NINE_TENTHS),
})

/** Nearest rank; null where nothing ended. */
const percentileOf = (days: Readonly<Record<string, number>>, share: number): number | null => {
  const counted = Object.entries(days).sort(([a], [b]) => Number(a) - Number(b))
  let left = Math.ceil(share * counted.reduce((all, [, n]) => all + n, 0))
  for (const [day, n] of counted) {
    left -= n
    if (left <= 0) return Number(day)
  }
  return null
}

const PROVINCE_DIGITS = '22'

/** Division of a prefecture or of the province; empty for a marketplace, a partner and other provinces. */
export const placeOfSeat = (seat: string): string => {
  const { region } = splitSeat(seat)
  if (seat === '') return PROVINCE_DIVISION
  return region.startsWith(PROVINCE_DIGITS) ? `${region.slice(0, 4)}00` : ''
}
