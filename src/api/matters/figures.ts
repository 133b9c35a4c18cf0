import { type FigureCounts, groupCells, placeOfSeat, sumFigures } from '../../domain/matters/figure-sums.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { listIssues } from '../../store/matters/figures.js'
import { type MonthIssue, readFigures } from '../../work/matters/figures.js'
import type { GraphqlContext } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'

const ISSUES_MOST = 120

type FigureBy = 'ORGANISATION' | 'REGION' | 'KIND'

interface FigureGroup {
  kind: string
  seat: string | null
  place: string | null
}

const GROUPINGS: Record<FigureBy, (cell: { kind: string; seat: string }) => FigureGroup> = {
  ORGANISATION: ({ kind, seat }) => ({ kind, seat, place: placeOfSeat(seat) }),
  REGION: ({ kind, seat }) => ({ kind, seat: null, place: placeOfSeat(seat) }),
  KIND: ({ kind }) => ({ kind, seat: null, place: null }),
}

const countViews = (counts: Readonly<Record<string, number>>, words: Readonly<Record<string, BilingualText>> = {}) =>
  Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, n]) => ({ code, name: words[code] ?? { zh: code, en: code }, n }))

const figureView =
  ({ content: { kinds, organisations } }: MonthIssue) =>
  (group: FigureGroup & FigureCounts) => {
    const { kind, seat, place, outcomes, steps, ...sums } = sumFigures(group)
    const words = kinds.find((one) => one.kind === kind)
    return {
      ...sums,
      kind,
      kindName: words ? { zh: words.zh, en: words.en } : { zh: kind, en: kind },
      seat: seat || null,
      organisation: seat ? (organisations[seat] ?? null) : null,
      region: place || null,
      outcomes: countViews(outcomes, words?.outcomes),
      steps: countViews(steps, words?.steps),
    }
  }

export const figureViews = (issue: MonthIssue, by: FigureBy) =>
  groupCells(issue.content.cells, GROUPINGS[by]).map(figureView(issue))

const matterFigures = async (
  _: unknown,
  args: { month: string; by?: FigureBy | null; issue?: number | null },
  { parts: { db } }: GraphqlContext,
) => {
  const { month, by, issue } = refuseUnstorableText(args)
  return figureViews(await readFigures(db, { month, issue: issue ?? null }), by ?? 'ORGANISATION')
}

export const matterFigureResolvers = {
  Query: {
    matterFigures,
    matterFigureIssues: (_: unknown, __: unknown, { parts: { db } }: GraphqlContext) => listIssues(db, ISSUES_MOST),
  },
}
