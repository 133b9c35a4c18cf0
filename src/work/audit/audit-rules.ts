import { type AuditRules, checkAuditRules } from '../../domain/audit/audit-rules.js'
import { makeRulesReader } from '../calendar/rules.js'

export const readAuditRules = makeRulesReader<AuditRules>('rules/audit-log', 'contracts/audit-log', checkAuditRules)
