import { checkPublicEntryRules, type PublicEntryRules } from '../../domain/listing/public-entry.js'
import {
  type ClockedEntry,
  type ClockRules,
  checkClockRules,
  computePublicationClocks,
  type PublicationClocks,
  type SiteClockRules,
} from '../../domain/listing/publication-clocks.js'
import { findBan } from '../../domain/records/penalty.js'
import type { RecordBody } from '../../domain/records/records.js'
import { makeRulesReader } from '../calendar/rules.js'

export const readClockRules = makeRulesReader<SiteClockRules>('rules/clocks', 'contracts/clocks', checkClockRules)

export const readPublicEntryRules = makeRulesReader<PublicEntryRules>(
  'rules/public-entry',
  'contracts/public-entry',
  checkPublicEntryRules,
)

export interface PublicationClockInput extends Omit<ClockedEntry, 'documentOn' | 'banUntil'> {
  decidedOn: string
  decision: RecordBody | null
}

/** `endless`: the ban is permanent, so publication at 公示系统 has no known end. */
export const computeListingClocks = (
  rules: ClockRules,
  { decidedOn, decision, ...entry }: PublicationClockInput,
): PublicationClocks & { endless: boolean } => {
  const ban = decision === null ? null : findBan(decision)
  const clocks = computePublicationClocks(rules, { ...entry, documentOn: decidedOn, banUntil: ban?.until ?? null })
  return { ...clocks, endless: ban?.endless === true && clocks.gsxt?.endsOn.row.legalBan === 'LENGTHENS' }
}
