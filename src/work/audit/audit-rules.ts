import { checkTrail, type TrailRules } from '../../domain/audit/audit-rules.js'
import { checked } from '../calendar/rules.js'

let read: TrailRules | null = null

/** Refusal RULES_BROKEN. */
export const auditRules = (): TrailRules => {
  read ??= checked<TrailRules>('rules/trail', 'contracts/trail', checkTrail)
  return read
}
