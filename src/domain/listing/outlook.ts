/**
 * What would come of each step that leaves the present state, were it tried with all that it needs written: what is refused is
 * known before anybody has typed. Pure; nothing is kept of it, and the move itself is judged anew.
 */

import type { Role } from '../access/viewer.js'
import type { Act, Case, Rules } from './case.js'
import { type Denial, move, PEOPLES_MOVES } from './listing.js'
import type { RemovalReason } from './lists.js'
import { MOVES, type MoveName, type MoveRow } from './moves.js'

export interface Outlook {
  move: MoveName
  /** Of a removal: for which reason; null: another move. */
  removal: RemovalReason | null
  /** Who may make it; the clock apart. */
  roles: Role[]
  /** Whether that is so of whoever asks. */
  isTheirs: boolean
  /** Why not, whoever of these roles acts; null: nothing stands against it. */
  denial: Denial | null
  /** Null: it is refused, and reaches nothing. */
  reached: Case | null
}

export interface Asking {
  by: string
  role: Role
  /** The legal day of the act. */
  on: string
  today: string
}

/** What people remove for; the end of the term is the clock's. */
const REMOVALS: readonly RemovalReason[] = ['REPAIRED', 'REVOKED', 'CORRECTED', 'CEASED']
/** Stands for a text that is not written yet. */
const WRITTEN = '—'
/** Somebody else than everybody who has acted: what a move needs besides the person is told to whoever may not make it. */
const SOMEBODY = '\u0000'

/** In the order of the table; a party's own moves are its own. */
export const outlooks = (before: Case, asking: Asking, rules: Rules): Outlook[] =>
  PEOPLES_MOVES.filter((name) => {
    const row: MoveRow = MOVES[name]
    return row.from.includes(before.state) && (row.offered?.(before) ?? null) === null
  }).flatMap((name) => {
    const reasons = rules.list.removals.map(({ reason }) => reason)
    if (name !== 'removeListing') return [outlookOf(name, null, before, asking, rules)]
    return REMOVALS.filter((reason) => reasons.includes(reason)).map((reason) =>
      outlookOf(name, reason, before, asking, rules),
    )
  })

const outlookOf = (
  name: MoveName,
  removal: RemovalReason | null,
  before: Case,
  asking: Asking,
  rules: Rules,
): Outlook => {
  const row: MoveRow = MOVES[name]
  const roles = row.roles.filter((role): role is Role => role !== 'clock')
  const isTheirs = roles.includes(asking.role)
  const [other = asking.role] = roles
  const who = isTheirs ? { by: asking.by, role: asking.role } : { by: SOMEBODY, role: other }
  const moved = move(name, before, { ...full(before, asking), ...who, ...(removal && { removal }) }, rules)
  return {
    move: name,
    removal,
    roles,
    isTheirs,
    denial: moved.ok ? null : moved.reason,
    reached: moved.ok ? moved.after : null,
  }
}

/** All that people can write is written; which choice they will make is not known, and the plainest is taken. */
const full = (before: Case, { on, today }: Asking): Omit<Act, 'by' | 'role'> => {
  const [point] = before.openPoints
  return {
    on,
    today,
    documentNumber: WRITTEN,
    reason: WRITTEN,
    text: WRITTEN,
    heavy: true,
    hiding: before.hiding?.kind === 'LOST' || before.hiding === null ? 'ERROR' : before.hiding.kind,
    ...(point !== undefined && { point }),
  }
}
