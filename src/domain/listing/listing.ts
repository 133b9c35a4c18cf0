/**
 * The life of one listing that is decided here, from lead to removal: one table of moves (moves.ts) and
 * the one function that reads it. Mirrored entries have no case and pass through none of this.
 */

import type { Words } from '../../foundation/text/words.js'
import { isDate } from '../../foundation/time/dates.js'
import type { Act, Case, Role, Rules, State } from './case.js'
import type { ListKind } from './lists.js'
import { DENIALS, type DenialCode, MOVES, type MoveName, type MoveRow, missing, type NotYet } from './moves.js'

export const MOVE_NAMES = Object.keys(MOVES) as MoveName[]

/** Moves that people make; the others are the clock's alone. */
export const PEOPLES_MOVES = MOVE_NAMES.filter((name) => {
  const { roles }: MoveRow = MOVES[name]
  return roles.some((role) => role !== 'clock')
})

export interface Denial extends Words {
  code: DenialCode
  /** From this day on it is denied no longer; null: no day is known. */
  from: string | null
}

export type Moved =
  | {
      ok: true
      after: Case
      /** Names of the fields that the move has changed. */
      changed: (keyof Case)[]
      /** A deadline set by it lies beyond the published holidays, and may yet move. */
      provisional: boolean
    }
  | { ok: false; reason: Denial }

/** One step of a case, or why it may not be taken. Pure: today comes in the act. */
export const move = (name: MoveName, before: Case | null, given: Act, rules: Rules): Moved => {
  if (before === null) return { ok: false, reason: denial('NO_CASE') }
  const row: MoveRow = MOVES[name]
  const act = dated(name, before, given)
  const denied =
    checkActor(row, before, act) ??
    row.offered?.(before) ??
    checkDays(before, act) ??
    checkRules(row, before, act, rules)
  if (denied !== null) return { ok: false, reason: denial(denied) }
  const { provisional = false, ...set } = row.sets(before, act, rules)
  // A lead is the hub's own: the procedure, whose days are the law's, may have begun at the agency before it.
  const state = reached(row, before)
  const lastOn = state === 'LEAD' ? before.lastOn : act.on
  const after: Case = { ...before, ...set, state, lastOn }
  const changed = (Object.keys(after) as (keyof Case)[]).filter((field) => after[field] !== before[field])
  return { ok: true, after, changed, provisional }
}

const reached = ({ to }: MoveRow, before: Case): State | null => {
  if (typeof to === 'function') return to(before)
  return to === 'SAME' ? before.state : to
}

/** What a role may try in this state; days, people and proof are judged when it is tried. */
export const allowedMoves = (current: Case | null, role: Role): MoveName[] =>
  MOVE_NAMES.filter((name) => {
    const row: MoveRow = MOVES[name]
    if (current === null || !row.from.includes(current.state) || !row.roles.includes(role)) return false
    return (row.offered?.(current) ?? null) === null
  })

/** REPAIR_APPLIED is public as PUBLISHED is. */
export const isPublic = (state: State | null): boolean => state === 'PUBLISHED' || state === 'REPAIR_APPLIED'

export interface Entry {
  /** The state on the day asked about. */
  state: State | null
  mirrored: boolean
  publishedOn: string | null
  endsOn: string | null
}

/** Whether an entry makes its operator `listed` on a day: published by this hub, of a blacklist, and in force that day. */
export const listed = (entry: Entry, list: ListKind, asOf: string): boolean =>
  isPublic(entry.state) &&
  !entry.mirrored &&
  list.blacklist &&
  entry.publishedOn !== null &&
  entry.publishedOn <= asOf &&
  entry.endsOn !== null &&
  asOf <= entry.endsOn

const checkActor = (row: MoveRow, before: Case, act: Act): DenialCode | null => {
  if (!row.from.includes(before.state)) return 'STATE'
  if (!row.roles.includes(act.role)) return 'ROLE'
  return act.by.trim() === '' ? 'NOBODY' : null
}

/** The day of the last step. A day that has not come yet was written while a clock was ahead: it binds nobody. */
const lastDay = ({ lastOn }: Case, today: string): string | null => (lastOn !== null && lastOn <= today ? lastOn : null)

/** Moves that stop an entry from being shown. No date in the case may prevent them. */
const STOPPING: readonly MoveName[] = ['hideListing', 'removeListing']

/** The act with its legal day: a move of the clock, or one that stops an entry, is never dated before the last step. */
export const dated = (name: MoveName, before: Case, act: Act): Act => {
  const last = lastDay(before, act.today)
  const raised = last !== null && act.on < last && (act.role === 'clock' || STOPPING.includes(name))
  return raised && isDate(act.on) ? { ...act, on: last } : act
}

const checkDays = (before: Case, act: Act): DenialCode | null => {
  if (!isDate(act.on) || !isDate(act.today)) return 'NOT_A_DAY'
  if (act.on > act.today) return 'AFTER_TODAY'
  const last = lastDay(before, act.today)
  return last !== null && act.on < last ? 'BEFORE_LAST' : null
}

const checkRules = (row: MoveRow, before: Case, act: Act, rules: Rules): DenialCode | NotYet | null => {
  if (rules.list.id !== before.list) return 'OTHER_LIST'
  const lacking = missing(row.needs, act)
  if (lacking !== null) return lacking
  for (const guard of row.guards) {
    const denied = guard(before, act, rules)
    if (denied !== null) return denied
  }
  return null
}

const denial = (because: DenialCode | NotYet): Denial => {
  const { code, from } = typeof because === 'string' ? { code: because, from: null } : because
  const { zh, en } = DENIALS[code]
  if (from === null) return { code, from, zh, en }
  return { code, from, zh: `${zh}（${from} 起可以）`, en: `${en} (it may be from ${from})` }
}
