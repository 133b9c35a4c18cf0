/**
 * Previews each move as if everything it needs were written, so that users see a denial before typing. The real move is judged again.
 */

import type { Role } from '../access/viewer.js'
import type { Case, CaseAct, MoveRules } from './case.js'
import { type Denial, move, PEOPLES_MOVES } from './listing.js'
import type { RemovalReason } from './lists.js'
import { MOVES, type MoveName, type MoveRow } from './moves.js'

export interface Outlook {
  move: MoveName
  removal: RemovalReason | null
  /** Roles of people that may make the move. */
  roles: Role[]
  isTheirs: boolean
  /** The reason why nobody in these roles may make the move now. */
  denial: Denial | null
  /** The case is null when the move is denied. */
  reached: Case | null
}

export interface OutlookRequest {
  by: string
  role: Role
  on: string
  today: string
}

/** The clock ends the term. */
const REMOVALS: readonly RemovalReason[] = ['REPAIRED', 'REVOKED', 'CORRECTED', 'CEASED']
const WRITTEN = '—'
/** A person different from everybody who has acted shows a viewer without the role what else the move needs. */
const SOMEBODY = '\u0000'

/** The party's own moves are left out. */
export const outlooks = (before: Case, asking: OutlookRequest, rules: MoveRules): Outlook[] =>
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
  asking: OutlookRequest,
  rules: MoveRules,
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

/** Choices are unknown, so the simplest is taken. */
const full = (before: Case, { on, today }: OutlookRequest): Omit<CaseAct, 'by' | 'role'> => {
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
