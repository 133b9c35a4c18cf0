/** Mirrored entries (of agencies' lists) have no case. */
import type { BilingualText } from '../../foundation/text/words.js'
import { isDate } from '../../foundation/time/dates.js'
import type { Case, CaseAct, CaseRole, CaseState, MoveRules } from './case.js'
import type { ListKind } from './lists.js'
import {
  DENIALS,
  type DenialCode,
  findMissingNeed,
  MOVES,
  type MoveName,
  type MoveRow,
  type NotYetDenial,
} from './moves.js'

export const MOVE_NAMES = Object.keys(MOVES) as MoveName[]

export const MOVES_BY_PEOPLE = MOVE_NAMES.filter((name) => MOVES[name].roles.some((role) => role !== 'clock'))

export interface MoveDenial extends BilingualText {
  code: DenialCode
  /** First day on which the move may be made. */
  from: string | null
}

export type MoveResult = { ok: true; after: Case; act: CaseAct } | { ok: false; reason: MoveDenial }

export const attemptMove = (name: MoveName, before: Case | null, given: CaseAct, rules: MoveRules): MoveResult => {
  if (before === null) return { ok: false, reason: denial('NO_CASE') }
  const row = MOVES[name]
  const act = actWithLegalDay(name, before, given)
  const denied =
    checkActor(row, before, act) ??
    row.offered?.(before) ??
    checkDays(before, act) ??
    checkRules(row, before, act, rules)
  if (denied !== null) return { ok: false, reason: denial(denied) }
  // Moves to LEAD leave `lastOn` unchanged, because the agency's procedure may have begun before the lead.
  const state = typeof row.to === 'function' ? row.to(before, act) : (row.to ?? before.state)
  const lastOn = state === 'LEAD' ? before.lastOn : act.on
  return { ok: true, after: { ...before, ...row.sets?.(before, act, rules), state, lastOn }, act }
}

/** Days, people and documents are judged when the move is made. */
export const allowedMoves = (current: Case | null, role: CaseRole): MoveName[] =>
  MOVE_NAMES.filter((name) => current !== null && MOVES[name].roles.includes(role) && isOffered(name, current))

export const isOffered = (name: MoveName, current: Case): boolean => {
  const { from, offered } = MOVES[name]
  return from.includes(current.state) && (offered?.(current) ?? null) === null
}

export const isPublicState = (state: CaseState | null): boolean => state === 'PUBLISHED' || state === 'REPAIR_APPLIED'

export interface DatedEntry {
  state: CaseState | null
  mirrored: boolean
  publishedOn: string | null
  endsOn: string | null
}

export const isListedOn = (entry: DatedEntry, list: ListKind, asOf: string): boolean =>
  isPublicState(entry.state) &&
  !entry.mirrored &&
  list.blacklist &&
  entry.publishedOn !== null &&
  entry.publishedOn <= asOf &&
  entry.endsOn !== null &&
  asOf <= entry.endsOn

const checkActor = (row: MoveRow, before: Case, act: CaseAct): DenialCode | null => {
  if (!row.from.includes(before.state)) return 'STATE'
  if (!row.roles.includes(act.role)) return 'ROLE'
  return act.by.trim() === '' ? 'NOBODY' : null
}

/** A future day is ignored: a clock that was ahead wrote it. */
const lastDay = ({ lastOn }: Case, today: string): string | null => (lastOn !== null && lastOn <= today ? lastOn : null)

/** These moves end the display. No date in the case may prevent them. */
const STOPPING: readonly MoveName[] = ['hideListing', 'removeListing']

/** An automatic move, or one that ends the display, is dated no earlier than the last step. */
const actWithLegalDay = (name: MoveName, before: Case, act: CaseAct): CaseAct => {
  const last = lastDay(before, act.today)
  const raised = last !== null && act.on < last && (act.role === 'clock' || STOPPING.includes(name))
  return raised && isDate(act.on) ? { ...act, on: last } : act
}

const checkDays = (before: Case, act: CaseAct): DenialCode | NotYetDenial | null => {
  if (!isDate(act.on) || !isDate(act.today)) return 'NOT_A_DAY'
  if (act.on > act.today) return 'AFTER_TODAY'
  const last = lastDay(before, act.today)
  return last !== null && act.on < last ? { code: 'BEFORE_LAST', from: last } : null
}

const checkRules = (row: MoveRow, before: Case, act: CaseAct, rules: MoveRules): DenialCode | NotYetDenial | null => {
  if (rules.list.id !== before.list) return 'OTHER_LIST'
  const lacking = findMissingNeed(row.needs ?? [], act)
  if (lacking !== null) return lacking
  for (const guard of row.guards ?? []) {
    const denied = guard(before, act, rules)
    if (denied !== null) return denied
  }
  return null
}

const denial = (because: DenialCode | NotYetDenial): MoveDenial => {
  const { code, from } = typeof because === 'string' ? { code: because, from: null } : because
  const { zh, en } = DENIALS[code]
  if (from === null) return { code, from, zh, en }
  return { code, from, zh: `${zh}（${from} 起可以）`, en: `${en} (it may be from ${from})` }
}

/** A listing has one uuid everywhere. A mirrored entry has only the GraphQL id `Listing:m<version>`. */

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** base64url of `Listing:` and a uuid: the GraphQL id until 2026-11-29. */
const FORMER = /^TGlzdGluZz[op][\w-]{48}$/

export const isUuid = (text: string): boolean => UUID.test(text)

/** Accepts a former GraphQL id too. */
export const parseListingUuid = (id: string): string | null => {
  if (UUID.test(id)) return id
  const [, uuid = ''] = FORMER.test(id) ? Buffer.from(id, 'base64url').toString('utf8').split(':') : []
  return UUID.test(uuid) ? uuid : null
}
