/** Data that is still needed has no term. */

import { shanghaiDate } from '../../foundation/time/dates.js'
import type { RuleFault } from '../calendar/dated-rows.js'
import { type DatedRow, findCoverageFaults, findRowInForce } from '../calendar/dated-rows.js'

export const RETAINED_KINDS = [
  'RUNS',
  'COMPARISONS',
  'DELIVERIES',
  'REJECTS',
  'ARCHIVES',
  'MATTER_FILES',
  'PAPERS',
  'MATTERS',
  'REPORTERS',
  'AUDIT_LOG',
] as const
export type RetainedKind = (typeof RETAINED_KINDS)[number]

export interface RetentionTerm extends DatedRow {
  what: RetainedKind
  months: number
}

export interface RetentionRules {
  terms: readonly RetentionTerm[]
}

export const checkRetention = ({ terms }: RetentionRules): RuleFault[] =>
  RETAINED_KINDS.flatMap((what) =>
    findCoverageFaults(
      what,
      terms.filter((row) => row.what === what),
    ),
  )

export const keptSince = ({ terms }: RetentionRules, what: RetainedKind, now: Date): Date => {
  const own = terms.filter((row) => row.what === what)
  const rule = findRowInForce(own, shanghaiDate(now))
  if (rule === undefined) throw new Error(`no term of retention for ${what}`)
  const since = new Date(now)
  since.setUTCMonth(since.getUTCMonth() - rule.months)
  return since
}
