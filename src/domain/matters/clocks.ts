/**
 * Clocks of a matter. A clock of a holder that has not received the matter waits for the receipt: statutes count from
 * receipt (市场监管总局令第2号 arts 18, 45).
 */
import { addDays, shanghaiDate } from '../../foundation/time/dates.js'
import type { Calendar } from '../calendar/calendar.js'
import { isInForce } from '../calendar/dated-rows.js'
import { keyOfRuleRow, type RuleConfirmations } from '../calendar/rule-confirmations.js'
import { countDueTime } from '../calendar/time-limits.js'
import type { MatterClockRow, MatterKind } from './kind.js'
import type { Matter, MatterAct, MatterClock, MatterDenialCode } from './matter.js'

export const findRunningClock = ({ clocks }: Pick<Matter, 'clocks'>, name: string): MatterClock | undefined =>
  clocks.find(({ clock, ended }) => clock === name && ended === null)

export const isRunOut = ({ due, ended }: MatterClock, at: Date): boolean => {
  if (due === null) return false
  const until = ended ?? { on: shanghaiDate(at), at }
  return due.at === null ? until.on > due.on : until.at > due.at
}

/** The table among the rules that two people confirm. */
export const CLOCK_TABLE = 'matters'

export const makeClockTable = (kinds: Iterable<MatterKind>) => ({
  kinds: [...kinds].map((kind) => ({
    id: kind.kind,
    clocks: Object.fromEntries(
      Object.entries(kind.clocks).map(([clock, rows]) => [clock, rows.map((row) => ruleRowOf(kind, row))]),
    ),
  })),
})

type Certainty = Pick<MatterClockRow, 'certainty' | 'unitCertainty'>

const isCertain = ({ certainty, unitCertainty }: Certainty): boolean => certainty === 'F' && unitCertainty !== 'M'

/** A row of the rule table; `applies` is `when` in words. */
const ruleRowOf = (kind: MatterKind, { when = {}, value, unit, extension, from, to, ...row }: MatterClockRow) => ({
  ...{ from, to: to ?? null, value, unit, ...(extension && { extension }), basis: row.source },
  applies: Object.entries(when)
    .map(([field, code]) => `${kind.fields[field]?.zh}：${kind.fields[field]?.one_of?.[code]?.zh}`)
    .join('；'),
  unsure: row.certainty === 'M' ? 'VALUE' : 'UNIT',
  mark: isCertain(row) ? 'F' : 'M',
})

export interface ClockRule {
  kind: MatterKind
  clock: string
  row: MatterClockRow
}

export const isConfirmedClock = ({ kind, clock, row }: ClockRule, confirmations?: RuleConfirmations): boolean => {
  const path = ['kinds', kind.kind, 'clocks', clock]
  return isCertain(row) || (confirmations?.has(keyOfRuleRow(CLOCK_TABLE, path, ruleRowOf(kind, row))) ?? false)
}

/** An unconfirmed rule (M) makes nobody late. */
export const isLateByLaw = (
  kind: MatterKind,
  clock: MatterClock,
  at: Date,
  confirmations?: RuleConfirmations,
): boolean => isRunOut(clock, at) && isConfirmedClock({ kind, ...clock }, confirmations)

export const findClockRow = (
  { clocks }: MatterKind,
  name: string,
  fields: Readonly<Record<string, string>>,
  day: string,
): MatterClockRow | undefined =>
  clocks[name]?.find(
    ({ when = {}, from, to = null }) =>
      isInForce({ from, to }, day) && Object.entries(when).every(([field, value]) => fields[field] === value),
  )

export const recountClock = (clock: MatterClock, calendar: Calendar): MatterClock => {
  const { startsAt, row, extensions, statedDay, pauses } = clock
  if (statedDay !== null)
    return { ...clock, due: { on: statedDay, at: null, provisional: false, uncounted: [], makeUp: [] } }
  if (startsAt === null || row.unit === 'SET') return { ...clock, due: null }
  const spans = [{ value: row.value, unit: row.unit }, ...extensions]
  return { ...clock, due: countDueTime({ startsAt, spans, pauses }, calendar) }
}

export const recountRunningClocks = (clocks: readonly MatterClock[], calendar: Calendar): MatterClock[] =>
  clocks.map((clock) => (clock.ended === null ? recountClock(clock, calendar) : clock))

/** An act recorded later counts from the start of its day. */
export const instantOf = ({ on, at }: Pick<MatterAct, 'on' | 'at'>): Date =>
  on === shanghaiDate(at) ? at : new Date(`${on}T00:00:00+08:00`)

export const startClock = (
  made: { name: string; row: MatterClockRow; seat: string | null; waitsForReceipt: boolean },
  act: Pick<MatterAct, 'on' | 'at' | 'day'>,
  calendar: Calendar,
): MatterClock => {
  const { name, row, seat, waitsForReceipt } = made
  const clock: MatterClock = {
    clock: name,
    seat,
    row,
    startsAt: waitsForReceipt ? null : instantOf(act),
    extensions: [],
    statedDay: row.unit === 'SET' ? (act.day ?? null) : null,
    pauses: [],
    due: null,
    ended: null,
  }
  return recountClock(clock, calendar)
}

export const startAtReceipt = (
  clock: MatterClock,
  received: Pick<MatterAct, 'on' | 'at'>,
  calendar: Calendar,
): MatterClock =>
  clock.startsAt === null && clock.ended === null
    ? recountClock({ ...clock, startsAt: instantOf(received) }, calendar)
    : clock

export const findExtensionDenial = (
  clock: MatterClock | undefined,
  { day, extension }: MatterAct,
): MatterDenialCode | null => {
  if (clock === undefined) return 'CLOCK_NOT_RUNNING'
  const fixed = clock.row.extension
  if (fixed !== undefined) {
    const isOther = extension !== undefined && (extension.value !== fixed.value || extension.unit !== fixed.unit)
    return day !== undefined || isOther ? 'EXTENSION_FIXED' : null
  }
  if (clock.statedDay !== null && day === undefined) return 'NO_DAY'
  if (day === undefined && extension === undefined) return 'NO_EXTENSION'
  if (day !== undefined && extension !== undefined) return 'EXTENSION_TWICE'
  if (extension !== undefined && (extension.unit === 'HOURS') !== (clock.row.unit === 'HOURS')) return 'EXTENSION_UNIT'
  return day !== undefined && clock.due !== null && day <= clock.due.on ? 'DAY_NOT_LATER' : null
}

export const extendClock = (clock: MatterClock, { day, extension }: MatterAct, calendar: Calendar): MatterClock => {
  const added = clock.row.extension ?? extension
  const extended = day === undefined && added !== undefined
  return recountClock(
    extended ? { ...clock, extensions: [...clock.extensions, added] } : { ...clock, statedDay: day ?? null },
    calendar,
  )
}

export const pauseClock = (clock: MatterClock, { on }: MatterAct, calendar: Calendar): MatterClock =>
  recountClock({ ...clock, pauses: [...clock.pauses, { from: on, until: null }] }, calendar)

export const resumeClock = (clock: MatterClock, { on }: MatterAct, calendar: Calendar): MatterClock =>
  recountClock(
    { ...clock, pauses: clock.pauses.map((pause) => (pause.until === null ? { ...pause, until: on } : pause)) },
    calendar,
  )

export const isPausedClock = ({ pauses }: MatterClock): boolean => pauses.some(({ until }) => until === null)

/** The law may require that a stated day lies some days ahead. */
export const isDaySoonerThan = ({ value }: MatterClockRow, { on, day }: MatterAct): boolean =>
  day !== undefined && day < addDays(on, value)
