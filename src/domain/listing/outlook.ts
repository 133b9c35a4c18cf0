/** Previews each move with all input assumed, so users see a denial before typing. */

import type { Role } from '../access/viewer.js'
import type { Case, CaseAct, MoveRules } from './case.js'
import { attemptMove, isOffered, MOVES_BY_PEOPLE } from './listing.js'
import { REMOVAL_REASONS, type RemovalReason } from './lists.js'
import { MOVES, type MoveName } from './moves.js'

export type CaseOutlook = ReturnType<typeof outlookOf>

export interface OutlookRequest extends Pick<CaseAct, 'by' | 'on' | 'today'> {
  role: Role
}

const WRITTEN = '—'
/** Stands for a person who has not acted in the case, so a viewer without the role sees what else is needed. */
const SOMEBODY = '\u0000'

export const previewMoves = (before: Case, asking: OutlookRequest, rules: MoveRules): CaseOutlook[] =>
  MOVES_BY_PEOPLE.filter((name) => isOffered(name, before)).flatMap((name) => {
    const removals = name === 'removeListing' ? removalsByPeople(rules) : [null]
    return removals.map((removal) => outlookOf(name, removal, before, asking, rules))
  })

const removalsByPeople = ({ list }: MoveRules): RemovalReason[] =>
  REMOVAL_REASONS.filter((one) => one !== 'EXPIRED' && list.removals.some(({ reason }) => reason === one))

const outlookOf = (
  name: MoveName,
  removal: RemovalReason | null,
  before: Case,
  asking: OutlookRequest,
  rules: MoveRules,
) => {
  const roles = MOVES[name].roles.filter((role): role is Role => role !== 'clock')
  const isTheirs = roles.includes(asking.role)
  const [other = asking.role] = roles
  const who = isTheirs ? { by: asking.by, role: asking.role } : { by: SOMEBODY, role: other }
  const moved = attemptMove(
    name,
    before,
    { ...makeFullAct(before, asking), ...who, ...(removal && { removal }) },
    rules,
  )
  return {
    move: name,
    removal,
    roles,
    isTheirs,
    denial: moved.ok ? null : moved.reason,
    reached: moved.ok ? moved.after : null,
  }
}

const makeFullAct = (before: Case, { on, today }: OutlookRequest): Omit<CaseAct, 'by' | 'role'> => {
  const [point] = before.openPoints
  return {
    on,
    today,
    documentNumber: WRITTEN,
    reason: WRITTEN,
    text: WRITTEN,
    heavy: true,
    returning: 'PROPOSAL',
    hiding: before.hiding?.kind === 'LOST' || before.hiding === null ? 'ERROR' : before.hiding.kind,
    ...(point !== undefined && { point }),
  }
}
