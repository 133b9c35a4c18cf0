import { type AuditRules, checkAuditRules } from '../../domain/audit/audit-rules.js'
import { readRulesFile } from '../calendar/rules.js'

let read: AuditRules | null = null

export const readAuditRules = (): AuditRules => {
  read ??= readRulesFile<AuditRules>('rules/audit-log', 'contracts/audit-log', checkAuditRules)
  return read
}
