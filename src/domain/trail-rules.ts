/** How long the trail keeps its content, and whom it tells who has asked about an operator: rules with dates, by schema/rules/trail.json. */
import type { RuleFault } from './clocks.js'
import { addDays, dateIn } from './dates.js'
import { ROLES, type Role } from './viewer.js'

interface Dated {
  /** First and last day that it is about; null: always, still. */
  from: string | null
  to: string | null
  basis: string
  mark: 'F' | 'M'
  confirmed: boolean
}

export interface Retention extends Dated {
  months: number
}

export interface Telling extends Dated {
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

const gaps = (place: string, rows: readonly Dated[]): RuleFault[] => {
  const sorted = [...rows].sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1))
  if (sorted[0]?.from !== null) return [{ place, reason: 'nothing from the beginning' }]
  if (sorted.at(-1)?.to !== null) return [{ place, reason: 'nothing to the end' }]
  return sorted.slice(1).flatMap((row, i) => {
    const before = sorted[i]?.to ?? null
    return before !== null && row.from !== null && addDays(before, 1) === row.from
      ? []
      : [{ place, reason: `does not follow the row before it: ${row.from}` }]
  })
}

const on = <R extends Dated>(rows: readonly R[], day: string): R | undefined =>
  rows.find(({ from, to }) => (from === null || from <= day) && (to === null || day <= to))

/** From this instant on the content of a row of `at` may be erased. */
export const keptUntil = ({ retention }: TrailRules, at: Date): Date => {
  const rule = on(retention, dateIn(at))
  if (rule === undefined) throw new Error('no term of retention')
  const until = new Date(at)
  until.setUTCMonth(until.getUTCMonth() + rule.months)
  return until
}

/** Roles of askers of whom a viewer of this role is told, on this day. */
export const toldOf = ({ telling }: TrailRules, viewer: Role, day: string): Role[] =>
  ROLES.filter((asker) => {
    const rule = on(
      telling.filter((row) => row.asker === asker),
      day,
    )
    return rule?.told.includes(viewer) ?? false
  })
