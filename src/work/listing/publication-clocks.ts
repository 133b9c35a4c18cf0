import { checkPublicEntryRules, type PublicEntryRules } from '../../domain/listing/public-entry.js'
import {
  type ClockRules,
  checkClocks,
  clocksOf,
  type PublicationClocks,
} from '../../domain/listing/publication-clocks.js'
import { banOf } from '../../domain/records/penalty.js'
import type { Body } from '../../domain/records/records.js'
import { readCheckedRules } from '../calendar/rules.js'

let clocks: ClockRules | null = null
let persons: PublicEntryRules | null = null

export const clockRules = (): ClockRules => {
  clocks ??= readCheckedRules<ClockRules>('rules/clocks', 'contracts/clocks', checkClocks)
  return clocks
}

export const publicEntryRules = (): PublicEntryRules => {
  persons ??= readCheckedRules<PublicEntryRules>('rules/public-entry', 'contracts/public-entry', checkPublicEntryRules)
  return persons
}

export interface PublicationClockInput {
  list: string
  decidedOn: string
  publishedOn: string | null
  anewFrom: string | null
  decision: Body | null
  today: string
}

/** `endless`: the ban is permanent, so publication at 公示系统 has no known end. */
export const publicationClocksOf = (
  rules: ClockRules,
  { decidedOn, decision, ...entry }: PublicationClockInput,
): PublicationClocks & { endless: boolean } => {
  const ban = decision === null ? null : banOf(decision)
  const clocks = clocksOf(rules, { ...entry, documentOn: decidedOn, banUntil: ban?.until ?? null })
  return { ...clocks, endless: ban?.endless === true && clocks.gsxt?.endsOn.row.legalBan === 'LENGTHENS' }
}
