/** Previews each move as if all required input were given, so that users see a denial before typing. */

import type { Role } from '../access/viewer.js'
import type { Case, CaseAct, MoveRules } from './case.js'
import { attemptMove, MOVES_BY_PEOPLE, type MoveDenial } from './listing.js'
import type { RemovalReason } from './lists.js'
import { MOVES, type MoveName, type MoveRow } from './moves.js'

export interface CaseOutlook {
  move: MoveName
  removal: RemovalReason | null
  roles: Role[]
  isTheirs: boolean
  denial: MoveDenial | null
  /** The case after the move; null when the move is denied. */
  reached: Case | null
}

export interface OutlookRequest {
  by: string
  role: Role
  on: string
  today: string
}

/** Removal reasons that people may choose. EXPIRED is missing: only an automatic job ends a term. */
const REMOVALS: readonly RemovalReason[] = ['REPAIRED', 'REVOKED', 'CORRECTED', 'CEASED']
const WRITTEN = '—'
/** Stands for a person who has not acted in the case, so that a viewer without the role sees what else is needed. */
const SOMEBODY = '\u0000'

export const moveOutlooks = (before: Case, asking: OutlookRequest, rules: MoveRules): CaseOutlook[] =>
  MOVES_BY_PEOPLE.filter((name) => {
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
): CaseOutlook => {
  const row: MoveRow = MOVES[name]
  const roles = row.roles.filter((role): role is Role => role !== 'clock')
  const isTheirs = roles.includes(asking.role)
  const [other = asking.role] = roles
  const who = isTheirs ? { by: asking.by, role: asking.role } : { by: SOMEBODY, role: other }
  const moved = attemptMove(name, before, { ...full(before, asking), ...who, ...(removal && { removal }) }, rules)
  return {
    move: name,
    removal,
    roles,
    isTheirs,
    denial: moved.ok ? null : moved.reason,
    reached: moved.ok ? moved.after : null,
  }
}

/** Input with every field filled, by the simplest value because the user's choices are unknown. */
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
