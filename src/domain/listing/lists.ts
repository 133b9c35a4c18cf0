/**
 * Kinds of list are rows of `schema/rules/lists.json`: who lists whom, on what basis, for how long. Terms and deadlines
 * are dated, chosen by the day that the row names, and each says where its number comes from. A kind without a legal
 * basis cannot be made, and one for a single province not without that province's own regulation (国办发〔2020〕49号).
 */

import type { Words } from '../../foundation/text/words.js'
import { addDays, addMonths, addYears } from '../../foundation/time/dates.js'
import type { Level } from '../operators/places.js'
import type { FactName } from '../records/facts.js'

/** F: found in a published text. M: from memory; shown as unconfirmed, never asserted as law. */
export type Mark = 'F' | 'M'

/** First and last day on which a row applies; null: open. */
export interface Dated {
  from: string | null
  to: string | null
}

interface Sourced {
  basis: string
  mark: Mark
}

export interface LegalBasis extends Dated {
  type:
    | 'LAW'
    | 'ADMINISTRATIVE_REGULATION'
    | 'LOCAL_REGULATION'
    | 'DEPARTMENT_RULE'
    | 'CENTRAL_POLICY'
    | 'JUDICIAL_INTERPRETATION'
  title: string
  number: string | null
  articles: string | null
  mark: Mark
}

/** Whose day selects a row. */
export type SelectedBy = 'DECISION' | 'NOTICE' | 'APPLICATION' | 'PUBLICATION'

/** What a new row does to entries that stand on its first day: nothing, or it applies. Null: it is silent, and the milder holds. */
export type Standing = 'KEEP' | 'APPLY' | null

/** How long an entry stands. */
export interface Term extends Dated, Sourced {
  years: number
  selectedBy: 'DECISION' | 'PUBLICATION'
  standing: Standing
  confirmed: boolean
}

/** Numbers that guards and deadlines read: a kind decided here has a row for each of them, without a gap up to today. */
export const NUMBER_NAMES = [
  'DEFENCE_WORKDAYS',
  'PUBLICATION_WORKDAYS',
  'REPAIR_MIN_MONTHS',
  'REPAIR_ACCEPT_WORKDAYS',
  'REPAIR_DECIDE_WORKDAYS',
  'WITHDRAWAL_WORKDAYS',
  'SERVICE_NOTICE_DAYS',
  'OBJECTION_WORKDAYS',
  'HIDING_CONFIRM_WORKDAYS',
] as const
export type NumberName = (typeof NUMBER_NAMES)[number]

export interface LegalNumber extends Dated, Sourced {
  name: NumberName
  /** Null: none is set, and `basis` says by what. */
  value: number | null
  selectedBy: SelectedBy
  /** Only of what a standing entry feels: the months before a repair. */
  standing?: Standing
  confirmed: boolean
}

/** Whether the next higher authority must consent before a listing is decided: a setting with its days. */
export interface Consent extends Dated, Sourced {
  needed: boolean
  levels: Level[]
}

/** Where an application for repair goes; HERE: to the authority that decides in this hub. */
export interface RepairEntrance extends Words, Sourced {
  entrance: 'GSXT' | 'CREDITCHINA' | 'HERE'
}

/** A measure against whoever is listed: an item of the national basic list of measures (全国失信惩戒措施基础清单). */
export interface Measure extends Words, Sourced {
  item: string
}

export const REMOVALS = ['EXPIRED', 'REPAIRED', 'REVOKED', 'CORRECTED', 'CEASED'] as const
export type RemovalReason = (typeof REMOVALS)[number]

export interface RemovalRule extends Words, Sourced {
  reason: RemovalReason
}

/**
 * How terms of years and months are counted. STANDS: the corresponding day is the last one of the term. Score rules kept before
 * this row existed lack it; they ended a term as that day began.
 */
export interface Counting extends Sourced {
  lastDay: 'STANDS'
  confirmed: boolean
}

export interface ListKind extends Words {
  id: string
  counting: Counting
  legalBasis: LegalBasis[]
  authority: string
  scope: 'NATIONAL' | 'PROVINCIAL'
  /** Whether an entry published by this hub makes `listed` true. */
  blacklist: boolean
  /** Whether entries decided here are published. */
  public: boolean
  /** Whether entries can be proposed and decided here; what a feed brings is mirrored, of whatever kind. */
  decidedHere: boolean
  /** What an entry in force is to a scorecard; null: nothing. */
  fact: FactName | null
  threshold: Words
  /** Levels of authorities that may decide; empty: nobody here. */
  deciders: Level[]
  consents: Consent[]
  terms: Term[]
  numbers: LegalNumber[]
  /** Null: it is not repaired by application. */
  repair: RepairEntrance | null
  measures: Measure[]
  removals: RemovalRule[]
}

/** What else tells an entry's end, besides the day of its decision. */
export interface Counted {
  /** From when it is counted anew. */
  from?: string | null
  publishedOn?: string | null
  /** By the rows known on this day; absent: by those of its own day alone. */
  asOf?: string
}

type Terms = Pick<ListKind, 'terms'>

/**
 * The last day on which an entry stands: the corresponding day of the last month (Civil Code arts 201 and 202). Null where no
 * day of decision is known or no term is fixed: such an entry ends only by an act.
 */
export const termEnd = (list: Terms, decidedOn: string | null, counted: Counted = {}): string | null => {
  const years = termYears(list, decidedOn, counted)
  return years === null || decidedOn === null ? null : addYears(counted.from ?? decidedOn, years)
}

export const termOf = (list: Terms, decidedOn: string | null, publishedOn: string | null = null): Term | null =>
  list.terms.find((term) => {
    const day = term.selectedBy === 'PUBLICATION' ? publishedOn : decidedOn
    return day !== null && applies(term, day)
  }) ?? null

const termYears = (list: Terms, decidedOn: string | null, { publishedOn, asOf }: Counted): number | null => {
  const own = termOf(list, decidedOn, publishedOn ?? null)
  if (own === null) return null
  return follow(own.years, later(list.terms, own, asOf), ({ years }) => years)
}

/**
 * The first day on which repair may be applied for: the day after the months are complete (Civil Code arts 201 and 202). Null
 * where no row says how many months an entry of that decision waits.
 */
export const firstRepairDay = (
  list: ListKind,
  decidedOn: string,
  { from, on }: { from: string; on: string },
): string | null => {
  const months = repairMonths(list, decidedOn, on)
  if (months === null || months === 0) return months === null ? null : from
  return addDays(addMonths(from, months), 1)
}

/** Months that must have gone by before a repair, as the rows of `on` have it for an entry decided on a day. */
const repairMonths = (list: ListKind, decidedOn: string, on: string): number | null => {
  const rows = list.numbers.filter(({ name }) => name === 'REPAIR_MIN_MONTHS')
  const own = rows.find((row) => applies(row, decidedOn))
  return own === undefined ? null : follow(own.value ?? 0, later(rows, own, on), ({ value }) => value ?? 0)
}

/** Rows that came into force after an entry's own, in order. */
const later = <R extends Dated>(rows: readonly R[], own: R, asOf: string | undefined): R[] =>
  rows
    .filter(({ from }) => from !== null && from > (own.from ?? '') && asOf !== undefined && from <= asOf)
    .sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1))

const follow = <R extends { standing?: Standing }>(
  first: number,
  rows: readonly R[],
  numberIn: (row: R) => number,
): number =>
  rows.reduce((held, row) => {
    if (row.standing === 'KEEP') return held
    return row.standing === 'APPLY' ? numberIn(row) : Math.min(held, numberIn(row))
  }, first)

/** The fact that an entry of a list makes; null for a list that makes none, or that nobody knows. */
export const factOfList = (lists: readonly Pick<ListKind, 'id' | 'fact'>[], id: unknown): FactName | null =>
  lists.find((row) => row.id === id)?.fact ?? null

/** What carries a listing of this kind on a day: the first of its bases then in force. Null: none is. */
export const basisOn = (list: Pick<ListKind, 'legalBasis'>, on: string): LegalBasis | null =>
  list.legalBasis.find((row) => applies(row, on)) ?? null

/** By the setting of that day; an authority of which nobody knows the level is not let off. */
export const consentNeeded = (list: ListKind, level: Level | null, on: string): boolean => {
  const setting = list.consents.find((row) => applies(row, on))
  return setting?.needed === true && (level === null || setting.levels.includes(level))
}

/** The row of a number that applies on a day: of the notice, the decision, the application, as `selectedBy` says. */
export const numberOf = (list: ListKind, name: NumberName, on: string): LegalNumber | null =>
  list.numbers.find((row) => row.name === name && applies(row, on)) ?? null

/** Null: no row applies on that day, or the row says that there is none. */
export const daysOf = (list: ListKind, name: NumberName, on: string): number | null =>
  numberOf(list, name, on)?.value ?? null

const applies = (row: Dated, on: string): boolean =>
  (row.from === null || row.from <= on) && (row.to === null || on <= row.to)
