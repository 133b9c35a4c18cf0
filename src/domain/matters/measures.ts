/**
 * Measures against a listed firm (schema/rules/measures.json): which organisation carries out which item of the basic
 * list, on which legal ground. A measure follows its entry (市场监管总局令第44号 arts 4, 15, 18).
 */
import {
  checkRuleRows,
  isInForce,
  type RuleDates,
  type RuleFault,
  type RuleSource,
  type SourceCertainty,
} from '../calendar/dated-rows.js'
import type { CaseState } from '../listing/case.js'
import { isPublicState } from '../listing/listing.js'
import type { ListKind } from '../listing/lists.js'
import { PROVINCE_DIVISION } from '../operators/places.js'
import type { MatterKind } from './kind.js'

export interface MeasureRow extends RuleDates, RuleSource {
  lists: readonly string[]
  item: string
  agency: string
  /** AUTHORITY: the agency in the division of the deciding authority, or the next one above that has it. */
  region: 'AUTHORITY' | 'PROVINCE'
}

export interface MeasureRules {
  mark: SourceCertainty
  /** 全国失信惩戒措施基础清单. */
  items: readonly string[]
  organisations: readonly MeasureRow[]
}

export const MEASURE_KIND = 'measure'

/** Moves that only the listing's own transaction makes. */
export type MeasureMove = 'open' | 'hold_off' | 'show_again' | 'lift_due' | 'replace'
const MEASURE_MOVES: readonly MeasureMove[] = ['open', 'hold_off', 'show_again', 'lift_due', 'replace']

/** Other states belong to a measure of an entry that was removed. */
export const STANDING_STATES: readonly string[] = [
  'INSTRUCTED',
  'ACCEPTED',
  'APPLIED',
  'MISADDRESSED',
  'HELD_OFF',
  'NOT_APPLICABLE',
]

export const CLOSING_STATE = 'CLOSE_PROPOSED'

const LIFTED_STATES: readonly string[] = ['LIFTED', 'NOT_APPLICABLE', 'REPLACED']

export const isConfirmedLifted = (state: string): boolean => LIFTED_STATES.includes(state)

export const isToBeLiftedAfterRemoval = (state: string): boolean =>
  STANDING_STATES.includes(state) && !isConfirmedLifted(state)

export const checkMeasures = (
  { items, organisations: rows }: MeasureRules,
  hasOrganisation: (agency: string) => boolean,
): RuleFault[] => {
  const place = (i: number) => `organisations[${i}]`
  const faults = rows.flatMap(({ item, agency, basis }, i): RuleFault[] => [
    ...(basis.trim() === ''
      ? [
          {
            place: place(i),
            reason: '没有法定依据的措施不得实施。A measure without a legal ground is not carried out.',
          },
        ]
      : []),
    ...(items.includes(item)
      ? []
      : [{ place: place(i), reason: `不是基础清单中的一项：${item}。Not an item of the basic list.` }]),
    ...(hasOrganisation(agency) ? [] : [{ place: place(i), reason: `没有这个单位：${agency}。Unknown organisation.` }]),
  ])
  const isSame = (one: MeasureRow, other: MeasureRow) =>
    one.item === other.item && one.agency === other.agency && one.lists.some((list) => other.lists.includes(list))
  return [...faults, ...checkRuleRows(rows, 'organisations', isSame)]
}

/** A row may only carry out what its list has as a measure. */
export const checkMeasuresOfLists = (
  rows: readonly MeasureRow[],
  lists: readonly Pick<ListKind, 'id' | 'measures'>[],
): RuleFault[] =>
  rows.flatMap((row, i) =>
    row.lists
      .filter((id) => !lists.find((list) => list.id === id)?.measures.some(({ item }) => item === row.item))
      .map((id) => ({
        place: `measures.organisations[${i}]`,
        reason: `名单 ${id} 没有这项措施：${row.item}。The list has no such measure.`,
      })),
  )

export const checkMeasureKind = (kind: MatterKind): RuleFault[] => [
  ...(kind.visibility !== 'SEATS_ONLY'
    ? []
    : [{ place: kind.kind, reason: '名单办理的事项不密封。A matter that listings make is not sealed.' }]),
  ...MEASURE_MOVES.filter((name) => kind.moves[name]?.by !== 'listing').map((name) => ({
    place: `${kind.kind}.moves.${name}`,
    reason: '须由名单自身办理。Only the listing makes this move.',
  })),
]

/** `open` also replaces lifts that are still due. */
export const findMeasureMove = (before: CaseState | null, after: CaseState | null): MeasureMove | null => {
  if (isPublicState(before)) return isPublicState(after) ? null : after === 'HIDDEN' ? 'hold_off' : 'lift_due'
  if (isPublicState(after)) return before === 'HIDDEN' ? 'show_again' : 'open'
  return before === 'HIDDEN' && after !== 'HIDDEN' ? 'lift_due' : null
}

export const listMeasureRows = (
  { organisations }: MeasureRules,
  { list, day, onlyConfirmed }: { list: string; day: string; onlyConfirmed: boolean },
): MeasureRow[] =>
  organisations.filter((row) => row.lists.includes(list) && isInForce(row, day) && (row.mark === 'F' || !onlyConfirmed))

export const findCarrier = (
  { agency, region }: MeasureRow,
  authorityRegion: string,
  isOrganisation: (seat: string) => boolean,
): string | null => {
  const regions = region === 'PROVINCE' ? [] : [authorityRegion, `${authorityRegion.slice(0, 4)}00`]
  return [...regions, PROVINCE_DIVISION].map((one) => `${agency}@${one}`).find(isOrganisation) ?? null
}

export interface EntriesInForce {
  list: string
  authorityCode: string
  entries: number
}

export interface MeasureWithoutCarrier {
  item: string
  agency: string
  region: string
  entries: number
}

export const findMeasuresWithoutCarrier = (
  counted: readonly EntriesInForce[],
  rowsOfList: (list: string) => readonly MeasureRow[],
  isOrganisation: (seat: string) => boolean,
): MeasureWithoutCarrier[] => {
  const found = new Map<string, MeasureWithoutCarrier>()
  for (const { list, authorityCode, entries } of counted)
    for (const row of rowsOfList(list)) {
      if (findCarrier(row, authorityCode, isOrganisation) !== null) continue
      const { item, agency } = row
      const region = row.region === 'PROVINCE' ? PROVINCE_DIVISION : authorityCode
      const key = `${keyOfMeasure(row)}/${region}`
      found.set(key, { item, agency, region, entries: entries + (found.get(key)?.entries ?? 0) })
    }
  return [...found.values()]
}

export const keyOfMeasure = ({ agency, item }: Pick<MeasureRow, 'agency' | 'item'>): string => `${agency}/${item}`
