/** Figures of matters are frozen by month with the words and the versions of their rules. */
import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { checkRuleRows, type DatedRow, isInForce } from '../../domain/calendar/dated-rows.js'
import { type FigureCell, groupCells } from '../../domain/matters/figure-sums.js'
import {
  countMatter,
  type FigureMonth,
  type FigureTally,
  isOverMonth,
  type LongWait,
  longestWaits,
} from '../../domain/matters/figures.js'
import { isOpenState, type MatterKind } from '../../domain/matters/kind.js'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { addDays, addMonths, isDate, shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as store from '../../store/matters/figures.js'
import { type PilotFigures, readPilotFigures } from '../../store/publication/public-figures.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { makeRulesReader, type WorkRules } from '../calendar/rules.js'
import { type RunOptions, runAlone } from '../timetable/run.js'
import { fingerprintOf } from './keep-move.js'
import { kindAsBegun, organisationOfSeat, readMatterKinds, readOrganisations, versionOfKind } from './kinds.js'

/** Words of the time when the month was frozen. */
interface FigureKind extends BilingualText {
  kind: string
  version: string
  /** Only how many were handed over is counted, for the whole province. */
  seatsOnly: boolean
  outcomes: Record<string, BilingualText>
  steps: Record<string, BilingualText>
  states: Record<string, BilingualText>
}

export interface FigureContent {
  /** Fingerprint of the holidays and of the confirmed rules. */
  rules: string
  kinds: FigureKind[]
  organisations: Record<string, BilingualText>
  /** By agency, without a place. */
  departments: Record<string, BilingualText>
  cells: FigureCell[]
  waits: LongWait[]
  /** Not compared: a change of these alone makes no new issue. */
  checks?: store.CheckCoverage[]
  pilots?: (PilotFigures & { zh: string })[]
}

export type MonthIssue = store.FigureIssue<FigureContent>

export type Pilot = DatedRow & BilingualText & { region: string; from: string }

/** Throws RULES_BROKEN, which stops the start. */
export const readPilotRules = makeRulesReader<{ pilots: Pilot[] }>('rules/pilots', 'contracts/pilots', ({ pilots }) =>
  checkRuleRows(pilots, 'pilots', (one, other) => one.region === other.region),
)

export const listPilots = (day: string): Pilot[] => readPilotRules().pilots.filter((pilot) => isInForce(pilot, day))

const PAGE_MATTERS = 2_000
const FIRST_ID = '00000000-0000-0000-0000-000000000000'
/** Months that the timetable counts again, so that what was recorded late makes a new issue. */
const MONTHS_RECOUNTED = 3

/** Refusal INPUT_INVALID. */
export const monthOf = (month: string): FigureMonth => {
  const first = `${month}-01`
  if (!/^\d{4}-\d{2}$/.test(month) || !isDate(first))
    throw new Refusal('INPUT_INVALID', { reason: '月份应为 YYYY-MM a month is written YYYY-MM' })
  const next = addMonths(first, 1)
  return { first, last: addDays(next, -1), end: new Date(Date.parse(`${next}T00:00:00+08:00`) - 1) }
}

export const countMonth = (db: Db, base: WorkRules, month: string): Promise<FigureContent> =>
  db.transaction((tx) => countWithin(tx, base, monthOf(month)), { isolationLevel: 'repeatable read', readOnly: true })

const countWithin = async (tx: Tx, base: WorkRules, month: FigureMonth): Promise<FigureContent> => {
  const rules = await applyAmendmentsToRules(tx, base)
  const tally: FigureTally = { month, confirmations: rules.confirmations, cells: new Map(), waits: [] }
  const since = new Date(`${month.first}T00:00:00+08:00`)
  const kinds = new Map<string, MatterKind>()
  const begunAs = ({ kind, kindVersion }: { kind: string; kindVersion: string }) => `${kind} ${kindVersion}`
  const readPage = (after: string) => store.listHistories(tx, { since, after, first: PAGE_MATTERS })
  for (let page: ReturnType<typeof readPage> | null = readPage(FIRST_ID); page !== null; ) {
    const rows: store.MatterHistoryRow[] = await page
    for (const row of rows) if (!kinds.has(begunAs(row))) kinds.set(begunAs(row), await kindAsBegun(tx, row))
    const last = rows.at(-1)
    page = last === undefined || rows.length < PAGE_MATTERS ? null : readPage(last.id)
    page?.catch(() => {})
    await setImmediate()
    for (const { number, seats, clocks, moves, ...row } of rows) {
      const kind = kinds.get(begunAs(row))
      const made = moves.map(([move, state, on, to]) => ({ move, state, on, to }))
      if (kind !== undefined) countMatter(tally, { number, kind, seats, clocks, moves: made })
    }
  }
  const cells = groupCells(tally.cells.values(), ({ kind, seat }) => ({ kind, seat }))
  const waits = longestWaits(tally.waits)
  const pilots = listPilots(month.last)
  const counted = await readPilotFigures(
    tx,
    pilots.map(({ region }) => region),
    month.last,
  )
  const seats = [...new Set([...cells, ...waits].map(({ seat }) => seat))].sort()
  return {
    rules: fingerprintOf(rules),
    kinds: [...readMatterKinds().values()].map(kindWordsOf),
    organisations: Object.fromEntries(seats.map((seat) => [seat, nameOf(seat, month.last)])),
    departments: Object.fromEntries(readOrganisations().map((row) => [row.agency, wordsOf(row)])),
    cells,
    waits,
    checks: await store.coverageOfChecks(tx, {
      from: `${month.first.slice(0, 'YYYY'.length)}-01-01`,
      until: month.last,
    }),
    pilots: counted.map((one, i) => ({ ...one, zh: pilots[i]?.zh ?? one.region })),
  }
}

/** An agency that is no organisation there, or no more, is named as if it were. */
const nameOf = (seat: string, day: string): BilingualText => {
  const anywhere = readOrganisations().map((row) => ({ ...row, regions: [''], from: '', to: day }))
  return wordsOf(organisationOfSeat(seat, day) ?? organisationOfSeat(seat, day, anywhere) ?? { zh: seat, en: seat })
}

const wordsOf = ({ zh, en }: BilingualText): BilingualText => ({ zh, en })

const kindWordsOf = (kind: MatterKind): FigureKind => {
  const states = Object.entries(kind.states)
  return {
    ...{ kind: kind.kind, version: versionOfKind(kind), ...wordsOf(kind), seatsOnly: kind.visibility === 'SEATS_ONLY' },
    outcomes: Object.fromEntries(states.flatMap(([, row]) => (row.ends ? [[row.ends, wordsOf(row)]] : []))),
    steps: Object.fromEntries(Object.entries(kind.figures ?? {}).map(([code, row]) => [code, wordsOf(row)])),
    states: Object.fromEntries(
      states.flatMap(([state, row]) => (isOpenState(kind, state) ? [[state, wordsOf(row)]] : [])),
    ),
  }
}

/**
 * Returns the number of the new issue, or null where the count is that of the newest. Refusals INPUT_INVALID,
 * MONTH_NOT_OVER.
 */
export const freezeMonth = async (db: Db, rules: WorkRules, month: string, now: Date): Promise<number | null> => {
  if (!isOverMonth(monthOf(month), now)) throw new Refusal('MONTH_NOT_OVER', { month })
  const content = await countMonth(db, rules, month)
  const counted = canonicalJson({ cells: content.cells, waits: content.waits } as unknown as Json)
  return db.transaction((tx) => store.addIssue(tx, { month, madeAt: now, sha256: hash('sha256', counted), content }))
}

export const freezeFigures = (db: Db, { rules, ...options }: RunOptions & { rules: WorkRules }) =>
  runAlone(db, { ...options, job: 'figures' }, async (run, db) => {
    const present = `${shanghaiDate(run.startedAt).slice(0, 'YYYY-MM'.length)}-01`
    run.counts['issues'] = 0
    for (let back = MONTHS_RECOUNTED; back > 0; back -= 1) {
      const month = addMonths(present, -back).slice(0, 'YYYY-MM'.length)
      if ((await freezeMonth(db, rules, month, run.startedAt)) !== null) run.counts['issues'] += 1
    }
    return run.counts
  })

/** Refusal FIGURES_UNKNOWN. */
export const readFigures = async (
  db: Db,
  { month, issue = null }: { month: string; issue?: number | null },
): Promise<MonthIssue> => {
  monthOf(month)
  const found = await store.readIssue<FigureContent>(db, { month, issue })
  if (found === null) throw new Refusal('FIGURES_UNKNOWN', { month })
  return found
}
