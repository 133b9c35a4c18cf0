/** The clocks of publication and what may be public, by schema/rules: read and checked once, told by place and reason. */

import { checkPersons, type PublicRules } from '../../domain/listing/public-entry.js'
import { type ClockRules, type Clocks, checkClocks, clocksOf } from '../../domain/listing/publication-clocks.js'
import { banOf } from '../../domain/records/penalty.js'
import type { Body } from '../../domain/records/records.js'
import { checked } from '../calendar/rules.js'

let clocks: ClockRules | null = null
let persons: PublicRules | null = null

export const clockRules = (): ClockRules => {
  clocks ??= checked<ClockRules>('rules/clocks', 'contracts/clocks', checkClocks)
  return clocks
}

export const publicRules = (): PublicRules => {
  persons ??= checked<PublicRules>('rules/public-entry', 'contracts/public-entry', checkPersons)
  return persons
}

export interface ClockedListing {
  list: string
  decidedOn: string
  publishedOn: string | null
  /** The day of the document that restored it; null: none did. */
  anewFrom: string | null
  /** The penalty that it rests on; null: none is linked. */
  decision: Body | null
  today: string
}

/** The clocks of an entry with the ban of its penalty; `endless`: that ban has no end, and 公示系统 then no known one. */
export const clocksShown = (
  rules: ClockRules,
  { decidedOn, decision, ...entry }: ClockedListing,
): Clocks & { endless: boolean } => {
  const ban = decision === null ? null : banOf(decision)
  const clocks = clocksOf(rules, { ...entry, documentOn: decidedOn, banUntil: ban?.until ?? null })
  return { ...clocks, endless: ban?.endless === true && clocks.gsxt?.endsOn.row.legalBan === 'LENGTHENS' }
}
