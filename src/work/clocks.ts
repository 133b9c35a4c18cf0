/** The clocks of publication and what may be public, by schema/rules: read and checked once, told by place and reason. */
import * as contracts from '../contracts.js'
import { type ClockRules, checkClocks, type RuleFault } from '../domain/clocks.js'
import { checkPersons, type PublicRules } from '../domain/public-entry.js'

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

/** Throws with every fault: a hub with broken rules does not start. */
export const checked = <T>(file: string, shape: string, check: (content: T) => RuleFault[]): T => {
  const content = contracts.document(`${file}.json`)
  const badly = contracts
    .contract(shape)(content)
    .map(({ message }) => message)
  const faults = badly.length > 0 ? badly : check(content as T).map(({ place, reason }) => `${place} ${reason}`)
  if (faults.length > 0) throw new Error(`schema/${file}.json: ${faults.join('; ')}`)
  return content as T
}
