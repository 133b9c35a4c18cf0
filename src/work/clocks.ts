/** The clocks of publication and what may be public, by schema/rules: read and checked once, told by place and reason. */
import { type ClockRules, checkClocks } from '../domain/clocks.js'
import { checkPersons, type PublicRules } from '../domain/public-entry.js'
import { checked } from './rules.js'

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
