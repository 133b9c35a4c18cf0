/** How long the trail keeps its content, and whom it tells who has asked about an operator: rules with dates, by schema/rules/trail.json. */

import { dateIn } from '../../foundation/time/dates.js'
import { ROLES, type Role } from '../access/viewer.js'
import type { RuleFault } from '../calendar/dated-rows.js'
import { type DatedRow, gaps, rowOn } from '../calendar/dated-rows.js'

export interface Retention extends DatedRow {
  months: number
}

export interface Telling extends DatedRow {
  /** Role of whoever asked. */
  asker: Role
  /** Who is told that it has asked. */
  told: readonly Role[]
}

export interface TrailRules {
  retention: readonly Retention[]
  telling: readonly Telling[]
}

/** Every day has one term, and every asker one rule; who may be told at all is the table's word (ACCESS). */
export const checkTrail = ({ retention, telling }: TrailRules): RuleFault[] => [
  ...gaps('retention', retention),
  ...ROLES.filter((role) => role !== 'public').flatMap((role) =>
    gaps(
      `telling ${role}`,
      telling.filter(({ asker }) => asker === role),
    ),
  ),
]

/** From this instant on the content of a row of `at` may be erased. */
export const keptUntil = ({ retention }: TrailRules, at: Date): Date => {
  const rule = rowOn(retention, dateIn(at))
  if (rule === undefined) throw new Error('no term of retention')
  const until = new Date(at)
  until.setUTCMonth(until.getUTCMonth() + rule.months)
  return until
}

/** Roles of askers of whom a viewer of this role is told, on this day. */
export const toldOf = ({ telling }: TrailRules, viewer: Role, day: string): Role[] =>
  ROLES.filter((asker) => {
    const rule = rowOn(
      telling.filter((row) => row.asker === asker),
      day,
    )
    return rule?.told.includes(viewer) ?? false
  })
