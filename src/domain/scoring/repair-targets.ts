import { groupBy } from '../../foundation/groups.js'
import { compareTexts } from '../../foundation/text/values.js'
import { findFactOfList, type ListKind, type TermCounting } from '../listing/lists.js'
import { simplifyAuthority, simplifyAuthorityAsBefore, simplifyDocumentNumber } from '../records/decision-number.js'
import type { Json, RecordBody, RecordKind } from '../records/records.js'

export type ListFactRules = Pick<ListKind, 'id' | 'fact' | 'terms'> & { counting?: Pick<TermCounting, 'lastDay'> }

export interface RecordEvidence {
  record: number
  kind: RecordKind
  body: RecordBody
  /** For a shop: last day on which its record is valid. */
  validTo?: string | null
}

interface Repairable {
  record: number
  target: string
  /**
   * True for judgment defaulters. Only a court removes them, so a repair without number and authority never means one.
   */
  byCourt: boolean
  number: string | null
  authority: string | null
  on: string | null
}

/**
 * True for stored list rules without `counting`. Their scores are recomputed the old way: shops had no last day, and a
 * hub entry repeated by its agency's list counted twice.
 */
export const isOldRuleBook = (lists: readonly ListFactRules[]): boolean =>
  lists.length > 0 && lists.every(({ counting }) => counting === undefined)

export const findRepairDays = (
  records: readonly RecordEvidence[],
  lists: readonly ListFactRules[],
): Map<number, string> | null => {
  if (!records.some(({ kind }) => kind === 'repair')) return null
  const repairs = records.filter(({ kind }) => kind === 'repair').map(({ body }) => body)
  const ordered = repairs.filter((body) => STEP[String(body['outcome'])] !== undefined)
  ordered.sort((a, b) => compareTexts(dayOf(a), dayOf(b)) || stepOf(a) - stepOf(b))
  const authorityOf = authorityReader(isOldRuleBook(lists) ? simplifyAuthorityAsBefore : simplifyAuthority)
  const repairables = records.flatMap((each) => repairableOf(each, lists, authorityOf) ?? [])
  const recordsNamedBy = recordFinder(repairables, authorityOf)
  const until = new Map<number, string>()
  for (const body of ordered) {
    for (const { record } of recordsNamedBy(body)) {
      if (stepOf(body) === STEP['REVOKED']) until.delete(record)
      else if (!until.has(record)) until.set(record, dayOf(body))
    }
  }
  return until
}

/**
 * Order within a day. A refused repair has no effect. A revoked one (false materials) restores what it ended, and comes
 * last.
 */
const STEP: Record<string, number> = { REPAIRED: 0, REMOVED: 0, REVOKED: 1 }
const stepOf = (body: RecordBody): number => STEP[String(body['outcome'])] ?? 0
const dayOf = (body: RecordBody): string => String(body['decided_on'])

type TextReader = (value: Json | undefined) => string | null
const textIn: TextReader = (value) => (typeof value === 'string' ? value : null)
const numberIn: TextReader = (value) => (typeof value === 'string' ? simplifyDocumentNumber(value) : null)
const authorityReader =
  (compared: (name: string) => string): TextReader =>
  (value) =>
    typeof value === 'string' ? compared(value) : null

const repairableOf = (
  { record, kind, body }: RecordEvidence,
  lists: readonly ListFactRules[],
  authorityOf: TextReader,
): Repairable | null => {
  const about = { record, number: numberIn(body['document_number']), authority: authorityOf(body['authority']) }
  if (kind === 'penalty') return { ...about, target: 'PENALTY', byCourt: false, on: textIn(body['decided_on']) }
  const fact = kind === 'list_entry' ? findFactOfList(lists, body['list']) : null
  if (fact === null) return null
  const target = fact === 'abnormal_list' ? 'ABNORMAL' : 'LIST_ENTRY'
  return { ...about, target, byCourt: fact === 'judgment_defaulter', on: textIn(body['listed_on']) }
}

/**
 * A repair names its record by decision number, and by authority if several have that number. Without a number it names
 * an entry by authority, else the only entry.
 */
const recordFinder = (repairables: readonly Repairable[], authorityOf: TextReader) => {
  const authorityKey = ({ target, authority }: Repairable) => keyOf(target, authority)
  const byNumber = groupBy(repairables, ({ target, number }) => keyOf(target, number))
  const byAuthority = groupBy(repairables, authorityKey)
  const numberless = groupBy(
    repairables.filter(({ number }) => number === null),
    authorityKey,
  )
  const notByCourt = groupBy(
    repairables.filter(({ byCourt }) => !byCourt).sort((a, b) => compareTexts(a.on ?? '', b.on ?? '')),
    ({ target }) => target,
  )
  return (repair: RecordBody): readonly Repairable[] => {
    const day = dayOf(repair)
    const target = String(repair['target'])
    const by = (each: Repairable): boolean => each.on === null || each.on <= day
    const number = numberIn(repair['target_document_number'])
    const authority = authorityOf(repair['target_authority'])
    if (number !== null) {
      const numbered = (byNumber.get(keyOf(target, number)) ?? []).filter(by)
      const exact = authority === null ? [] : numbered.filter((each) => each.authority === authority)
      if (exact.length > 0) return exact
      // The repair may spell the authority differently, but which of several decisions it means is not guessed.
      if (numbered.length > 0) return numbered.length === 1 || authority === null ? numbered : []
    }
    // A penalty always has a number, so a repair without one means none.
    if (target === 'PENALTY') return []
    if (authority !== null)
      return ((number === null ? byAuthority : numberless).get(keyOf(target, authority)) ?? []).filter(by)
    const [only, another] = number === null ? (notByCourt.get(target) ?? []) : []
    return only && by(only) && !(another && by(another)) ? [only] : []
  }
}

const keyOf = (target: string, form: string | null): string | null => (form === null ? null : `${target}/${form}`)
