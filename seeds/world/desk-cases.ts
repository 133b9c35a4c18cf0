/** Heavier penalties of the demo, so that the desk has a case in every state and leads beside them. */
import { at, chance, plusDays } from './chance.js'
import { EARLIER_ON, inCrowd, LAST_DAY } from './operators.js'
import { makePenalty } from './penalties.js'
import { authorityOf } from './places.js'
import type { WorldOperator, WorldPenalty } from './types.js'
import { COUNTERFEITS, HEAVY, LARGE_FINE, LIGHT, type Violation } from './violations.js'

const PARTIES = 24
/** The last penalties are large fines that do not say whether they are heavier. */
const LARGE_FINES = 3
const FIRST_SERIAL = 601
const DAYS_APART = 11
const UNCODED = 3
const UNCODED_SERIAL = 701
const DAYS_BEFORE = 300
/** Repair of these may be applied for, a year after the listing: one has applied, one has not. */
const OLDEST = [0, 12]
const OLDEST_DAYS_BEFORE = 500
const VIOLATIONS: readonly Violation[] = [at(HEAVY, 1), at(HEAVY, 2), at(HEAVY, 3), COUNTERFEITS]

export const deskPenalties = (
  operators: readonly WorldOperator[],
  penalties: readonly WorldPenalty[],
): WorldPenalty[] => {
  const luck = chance('desk cases')
  const penalised = new Set(penalties.map(({ partyUscc }) => partyUscc))
  const parties = luck
    .shuffled(operators.filter((one, i) => inCrowd(i) && isOrdinary(one) && !penalised.has(one.code)))
    .slice(0, PARTIES)
  return parties.map((party, n) => {
    const isLarge = n >= PARTIES - LARGE_FINES
    const decidedOn = plusDays(LAST_DAY, OLDEST.includes(n) ? n - OLDEST_DAYS_BEFORE : n * DAYS_APART - DAYS_BEFORE)
    const number = `${authorityOf(party.region).mark}市监处罚〔${decidedOn.slice(0, 4)}〕${FIRST_SERIAL + n}号`
    const violation = isLarge ? LARGE_FINE : at(VIOLATIONS, n % VIOLATIONS.length)
    return makePenalty({ party, violation, decidedOn, heavy: !isLarge }, number, luck)
  })
}

/** Penalties sent without a code: name and representative agree with one operator, so its identity is proposed. */
export const uncodedPenalties = (
  operators: readonly WorldOperator[],
  penalties: readonly WorldPenalty[],
): WorldPenalty[] => {
  const luck = chance('uncoded penalties')
  const penalised = new Set(penalties.map(({ partyUscc }) => partyUscc))
  return operators
    .filter((one, i) => inCrowd(i) && isOrdinary(one) && one.representative !== null && !penalised.has(one.code))
    .slice(-UNCODED)
    .map((party, n) => {
      const decidedOn = plusDays(LAST_DAY, -40 - n)
      const number = `${authorityOf(party.region).mark}市监处罚〔${decidedOn.slice(0, 4)}〕${UNCODED_SERIAL + n}号`
      const made = makePenalty({ party, violation: at(LIGHT, 1), decidedOn, heavy: false }, number, luck)
      return { ...made, partyUscc: null, partyRegNo: null }
    })
}

const isOrdinary = ({ kind, status, establishedOn }: WorldOperator): boolean =>
  kind === 'enterprise' && status === 'ACTIVE' && establishedOn < plusDays(EARLIER_ON, -OLDEST_DAYS_BEFORE)
