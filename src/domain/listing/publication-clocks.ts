/** 公示系统 counts from publication, 信用中国 from the document (rows: schema/rules/clocks.json). */

import { addDays, addMonths } from '../../foundation/time/dates.js'
import { checkRuleRows, type DatedRow, isInForce, type RuleFault } from '../calendar/dated-rows.js'
import { type EffectOnExistingEntries, selectLaterRows } from './lists.js'

type EntrySeverity = 'SLIGHT' | 'GENERAL' | 'SEVERE'
type ClockName = 'GSXT' | 'CREDITCHINA'

export interface SeverityRow extends DatedRow {
  list: string
  severity: EntrySeverity
}

export interface ClockRow extends DatedRow {
  clock: ClockName
  /** Matches every list or severity if null. */
  list: string | null
  severity: EntrySeverity | null
  selectedBy: 'DOCUMENT' | 'PUBLICATION'
  countedFrom: 'DOCUMENT' | 'PUBLICATION'
  minimumMonths: number
  maximumMonths: number
  legalBan: 'LENGTHENS' | 'NOTHING'
  standing: EffectOnExistingEntries
}

export interface ClockRules {
  severities: readonly SeverityRow[]
  clocks: readonly ClockRow[]
}

export interface SiteClockRules extends ClockRules {
  lowerFines: readonly (DatedRow & { belowYuan: string })[]
}

export interface ClockedEntry {
  list: string
  /** Day of the decision. It fixes the severity, whatever rules come later. */
  documentOn: string
  publishedOn: string | null
  /** Last day of a restriction that law fixes beyond the term. */
  banUntil: string | null
  anewFrom?: string | null
  today: string
}

interface ClockDay {
  on: string
  row: ClockRow
}

export type PublicationClock = NonNullable<ReturnType<typeof clockBy>>

export type PublicationClocks = ReturnType<typeof computePublicationClocks>

export const computePublicationClocks = (rules: ClockRules, entry: ClockedEntry) => {
  const severity = rules.severities.find((row) => row.list === entry.list && isInForce(row, entry.documentOn)) ?? null
  const gsxt = clockOf(rules, 'GSXT', severity, entry)
  const creditchina = clockOf(rules, 'CREDITCHINA', severity, entry)
  return { severity, gsxt, creditchina, here: earlier(gsxt?.endsOn ?? null, creditchina?.endsOn ?? null) }
}

const clockOf = ({ clocks }: ClockRules, clock: ClockName, severity: SeverityRow | null, entry: ClockedEntry) => {
  const own = clocks.filter(
    (row) =>
      row.clock === clock &&
      (row.list === null || row.list === entry.list) &&
      (row.severity === null || row.severity === severity?.severity),
  )
  const chosen = own.find((row) => {
    const day = dayOf(row.selectedBy, entry)
    return day !== null && isInForce(row, day)
  })
  const first = chosen && clockBy(chosen, entry)
  if (!first) return null
  return selectLaterRows(own, chosen, entry.today).reduce(
    (standing, row) => changed(standing, clockBy(row, entry), row),
    first,
  )
}

const changed = (standing: PublicationClock, other: PublicationClock | null, row: ClockRow): PublicationClock => {
  if (other === null || row.standing === 'KEEP') return standing
  if (row.standing === 'APPLY') return other
  const shorter = other.endsOn.on < standing.endsOn.on ? other : standing
  return {
    ...shorter,
    repairFrom: earlier(standing.repairFrom, other.repairFrom) ?? standing.repairFrom,
    endsOn: earlier(standing.endsOn, other.endsOn) ?? standing.endsOn,
  }
}

const clockBy = (row: ClockRow, entry: ClockedEntry) => {
  const anew = row.clock === 'GSXT' ? (entry.anewFrom ?? null) : null
  const startsOn = anew ?? dayOf(row.countedFrom, entry)
  if (startsOn === null) return null
  const term = addMonths(startsOn, row.maximumMonths)
  const banned = row.legalBan === 'LENGTHENS' ? entry.banUntil : null
  const lengthened = banned !== null && banned > term
  return {
    clock: row.clock,
    startsOn,
    repairFrom: { on: row.minimumMonths === 0 ? startsOn : addDays(addMonths(startsOn, row.minimumMonths), 1), row },
    endsOn: { on: lengthened ? banned : term, row },
    lengthened,
  }
}

const dayOf = (which: 'DOCUMENT' | 'PUBLICATION', { documentOn, publishedOn }: ClockedEntry): string | null =>
  which === 'DOCUMENT' ? documentOn : publishedOn

const earlier = (one: ClockDay | null, other: ClockDay | null): ClockDay | null => {
  if (one === null || other === null) return one ?? other
  if (one.on === other.on) return other.row.confirmed ? other : one
  return one.on < other.on ? one : other
}

export const checkClockRules = ({ severities, clocks, lowerFines }: SiteClockRules): RuleFault[] => [
  ...checkRuleRows(severities, 'severities', (a, b) => a.list === b.list),
  ...checkRuleRows(lowerFines, 'lowerFines', () => true),
  ...checkRuleRows(
    clocks,
    'clocks',
    (a, b) => a.clock === b.clock && meet(a.list, b.list) && meet(a.severity, b.severity),
  ),
  ...clocks.flatMap(({ minimumMonths, maximumMonths, legalBan, clock }, i) => {
    const place = `clocks[${i}]`
    const faults: RuleFault[] = []
    if (minimumMonths > maximumMonths)
      faults.push({ place, reason: '最短期限长于最长期限。The minimum is longer than the maximum.' })
    if (clock !== 'GSXT' && legalBan === 'LENGTHENS')
      faults.push({
        place: `${place}.legalBan`,
        reason: '只有公示系统的期限因禁令延长。A ban lengthens the term on GSXT only.',
      })
    return faults
  }),
]

const meet = <T>(one: T | null, other: T | null): boolean => one === null || other === null || one === other
