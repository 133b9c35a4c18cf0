import { shanghaiDate } from '../../foundation/time/dates.js'
import { ROLES, type Role } from '../access/viewer.js'
import type { RuleFault } from '../calendar/dated-rows.js'
import { type DatedRow, findCoverageFaults, findRowInForce } from '../calendar/dated-rows.js'

interface Retention extends DatedRow {
  months: number
}

interface AskerRule extends DatedRow {
  asker: Role
  told: readonly Role[]
}

export interface AuditRules {
  retention: readonly Retention[]
  telling: readonly AskerRule[]
}

export const checkAuditRules = ({ retention, telling }: AuditRules): RuleFault[] => [
  ...findCoverageFaults('retention', retention),
  ...ROLES.filter((role) => role !== 'public').flatMap((role) =>
    findCoverageFaults(
      `telling ${role}`,
      telling.filter(({ asker }) => asker === role),
    ),
  ),
]

export const findErasureInstant = ({ retention }: AuditRules, at: Date): Date => {
  const rule = findRowInForce(retention, shanghaiDate(at))
  if (rule === undefined) throw new Error('no term of retention')
  const until = new Date(at)
  until.setUTCMonth(until.getUTCMonth() + rule.months)
  return until
}

export const findAskersShownTo = ({ telling }: AuditRules, viewer: Role, day: string): Role[] =>
  ROLES.filter((asker) => {
    const rule = findRowInForce(
      telling.filter((row) => row.asker === asker),
      day,
    )
    return rule?.told.includes(viewer) ?? false
  })
