/**
 * Each row of `schema/rules/lists.json` needs a legal basis, and a kind of one province that province's own
 * regulation (国办发〔2020〕49号).
 */

import type { BilingualText } from '../../foundation/text/words.js'
import { addDays, addMonths, addYears } from '../../foundation/time/dates.js'
import {
  compareFirstDays,
  type DatedRow,
  findRowInForce,
  isInForce,
  type RuleDates,
  type RuleSource,
  type SourceCertainty,
} from '../calendar/dated-rows.js'
import type { DivisionLevel } from '../operators/places.js'
import type { FactName } from '../records/facts.js'
import type { LeadRule } from './lead-ground.js'

export interface LegalBasis extends RuleDates {
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
  mark: SourceCertainty
}

/** The event whose day decides which row applies. */
type SelectedBy = 'DECISION' | 'NOTICE' | 'APPLICATION' | 'PUBLICATION'

/** The milder result holds when the law is silent (null). */
export type EffectOnExistingEntries = 'KEEP' | 'APPLY' | null

export interface ListTerm extends DatedRow {
  years: number
  selectedBy: 'DECISION' | 'PUBLICATION'
  standing: EffectOnExistingEntries
}

/** Each kind decided here has rows for all of these, up to today. */
export const LEGAL_NUMBER_NAMES = [
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
export type LegalNumberName = (typeof LEGAL_NUMBER_NAMES)[number]

export interface LegalNumber extends DatedRow {
  name: LegalNumberName
  /** It is null where none is set, for the reason in `basis`. */
  value: number | null
  selectedBy: SelectedBy
  /** Set only on rows of REPAIR_MIN_MONTHS. */
  standing?: EffectOnExistingEntries
}

export interface ConsentRule extends RuleDates, RuleSource {
  needed: boolean
  levels: DivisionLevel[]
}

/** HERE: apply at the deciding authority, in this hub. */
interface RepairEntrance extends BilingualText, RuleSource {
  entrance: 'GSXT' | 'CREDITCHINA' | 'HERE'
}

/** An item of 全国失信惩戒措施基础清单. */
interface Measure extends BilingualText, RuleSource {
  item: string
}

export const REMOVAL_REASONS = ['EXPIRED', 'REPAIRED', 'REVOKED', 'CORRECTED', 'CEASED'] as const
export type RemovalReason = (typeof REMOVAL_REASONS)[number]

interface RemovalRule extends BilingualText, RuleSource {
  reason: RemovalReason
}

/**
 * STANDS: the last day is the anniversary of the first day and counts in full. Older score rules ended the term when it
 * began.
 */
export interface TermCounting extends RuleSource {
  lastDay: 'STANDS'
  confirmed: boolean
}

export interface ListKind extends BilingualText {
  id: string
  counting: TermCounting
  legalBasis: LegalBasis[]
  authority: string
  scope: 'NATIONAL' | 'PROVINCIAL'
  /** True when published entries set an operator's `listed`. */
  blacklist: boolean
  public: boolean
  /** Entries from feeds are mirrored in any case. */
  decidedHere: boolean
  fact: FactName | null
  threshold: BilingualText
  deciders: DivisionLevel[]
  consents: ConsentRule[]
  terms: ListTerm[]
  numbers: LegalNumber[]
  leads?: LeadRule[]
  repair: RepairEntrance | null
  measures: Measure[]
  removals: RemovalRule[]
  /** First day on which no new case is opened: the office ended its own list. Entries in force stay. */
  endedFrom?: string
}

export const isListEnded = ({ endedFrom }: Pick<ListKind, 'endedFrom'>, today: string): boolean =>
  endedFrom !== undefined && today >= endedFrom

export const isBlacklist = (lists: readonly ListKind[], id: string): boolean =>
  lists.some((list) => list.id === id && list.blacklist)

type Terms = Pick<ListKind, 'terms'>

/**
 * Returns the corresponding day of the last month (Civil Code, articles 201 and 202). Later rows in force by `asOf` may
 * change it; without `asOf` they are ignored.
 */
export const computeTermEnd = (
  list: Terms,
  decidedOn: string | null,
  { from, publishedOn = null, asOf }: { from?: string | null; publishedOn?: string | null; asOf?: string } = {},
): string | null => {
  const own = findTerm(list, decidedOn, publishedOn)
  if (own === null || decidedOn === null) return null
  const years = follow(own.years, selectLaterRows(list.terms, own, asOf), (row) => row.years)
  return addYears(from ?? decidedOn, years)
}

export const findTerm = (list: Terms, decidedOn: string | null, publishedOn: string | null = null): ListTerm | null =>
  list.terms.find((term) => {
    const day = term.selectedBy === 'PUBLICATION' ? publishedOn : decidedOn
    return day !== null && isInForce(term, day)
  }) ?? null

/** First day on which a repair is allowed, after the complete months (Civil Code, articles 201 and 202). */
export const computeFirstRepairDay = (
  list: ListKind,
  decidedOn: string,
  { from, on }: { from: string; on: string },
): string | null => {
  const rows = list.numbers.filter(({ name }) => name === 'REPAIR_MIN_MONTHS')
  const own = findRowInForce(rows, decidedOn)
  if (own === undefined) return null
  const months = follow(own.value ?? 0, selectLaterRows(rows, own, on), ({ value }) => value ?? 0)
  return months === 0 ? from : addDays(addMonths(from, months), 1)
}

/** Returns rows that came into force after `own`, up to day `asOf`, oldest first. */
export const selectLaterRows = <R extends RuleDates>(rows: readonly R[], own: R, asOf: string | undefined): R[] =>
  rows
    .filter(({ from }) => from !== null && from > (own.from ?? '') && asOf !== undefined && from <= asOf)
    .sort(compareFirstDays)

const follow = <R extends { standing?: EffectOnExistingEntries }>(
  first: number,
  rows: readonly R[],
  numberIn: (row: R) => number,
): number =>
  rows.reduce((held, row) => {
    if (row.standing === 'KEEP') return held
    return row.standing === 'APPLY' ? numberIn(row) : Math.min(held, numberIn(row))
  }, first)

export const findFactOfList = (lists: readonly Pick<ListKind, 'id' | 'fact'>[], id: unknown): FactName | null =>
  lists.find((row) => row.id === id)?.fact ?? null

export const findLegalBasis = (list: Pick<ListKind, 'legalBasis'>, on: string): LegalBasis | null =>
  findRowInForce(list.legalBasis, on) ?? null

/** An authority of unknown level also needs consent. */
export const needsConsent = (list: ListKind, level: DivisionLevel | null, on: string): boolean => {
  const setting = findRowInForce(list.consents, on)
  return setting?.needed === true && (level === null || setting.levels.includes(level))
}

export const findLegalNumber = (list: ListKind, name: LegalNumberName, on: string): LegalNumber | null =>
  list.numbers.find((row) => row.name === name && isInForce(row, on)) ?? null

export const findLegalNumberValue = (list: ListKind, name: LegalNumberName, on: string): number | null =>
  findLegalNumber(list, name, on)?.value ?? null
