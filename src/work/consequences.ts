/**
 * Consequences: what follows for listings made here when the records under them are no longer what they were. What the
 * law does by itself is done at once, by the clock; where a person must judge, a concern asks.
 */
import { dateIn } from '../domain/dates.js'
import type { Ground } from '../domain/evidence.js'
import type { RemovalReason } from '../domain/lists.js'
import { isHeavy } from '../domain/penalty.js'
import * as concerns from '../store/concerns.js'
import type { Tx } from '../store/db.js'
import * as listings from '../store/listings.js'
import * as versions from '../store/versions.js'
import * as waiting from '../store/waiting.js'
import { groundUnder } from './ground.js'
import { moveWithin } from './listing.js'
import { repairs } from './repairs.js'
import { listOf, type Rules } from './rules.js'

export interface Changed {
  /** The instant of the transaction's knowledge: what it opened or closed carries it. */
  at: Date
  rules: Rules
  /** By the clock on the wall; `at` where it is not said. */
  now?: Date
  /** The run that changed the records, kept with what a person is asked. */
  run?: number
  /** The feed pulled, or the decision on identity: for whoever reads the call. */
  feed?: string
  decision?: number
  /** Versions that a whole delivery did not repeat; the temporary table `plan` of its merge says which it sent otherwise. */
  unmet?: readonly number[]
  /** Keys of records that were there, only unreadable. */
  unreadable?: readonly string[]
}

/**
 * Starts from the listings, of which there are few, not from the versions, of which one run may bring a million. Withdrawn
 * by its authority, or known to be wrong and told by nobody else: the case ends at once. Merely absent, lighter, gone to
 * another operator or named nobody's: nothing moves, a person is asked; as where what ended a case stands again.
 */
export const consequences = async (tx: Tx, changed: Changed): Promise<void> => {
  for (const listing of await listings.restingOn(tx, changed.at)) await follow(tx, listing, changed)
  await repairs(tx, changed)
  for (const listing of await listings.endedOver(tx, changed.at)) await reconsider(tx, listing, changed)
  const { at, run = null, unmet = [], unreadable = [] } = changed
  if (unmet.length === 0) return
  for (const { id, record } of await concerns.lackedBy(tx, unmet, unreadable))
    await concerns.open(tx, { listingId: id, cause: 'ABSENT', record, run, at })
}

const follow = async (tx: Tx, listing: listings.Listing, changed: Changed): Promise<void> => {
  const ground = await groundUnder(tx, listing)
  if (ground === null) return
  const wrong = ground.linked.wrongFrom?.getTime() === changed.at.getTime()
  const wasHeavy = listing.facts.decisionHeavy === true
  if (ground.state === 'WITHDRAWN') return fall(tx, listing, 'REVOKED', changed)
  if (ground.state === 'FALLEN' && (await waiting.letGo(tx, ground.linked, changed.at)))
    return ask(tx, listing, 'CHANGED_HANDS', ground.linked, changed)
  if (ground.state === 'FALLEN') return fall(tx, listing, 'CORRECTED', changed)
  // What was linked was never true; without it nothing would have been listed.
  if (wrong && !(ground.state === 'STANDS' && (ground.heavy || !wasHeavy)))
    return fall(tx, listing, 'CORRECTED', changed)
  const cause = causeOf(ground, wasHeavy)
  if (cause !== null) await ask(tx, listing, cause, ground.linked, changed)
}

/** The clock ended the case because of its record, which stands again as it was: nothing is published by itself. */
const reconsider = async (tx: Tx, listing: listings.Listing, changed: Changed): Promise<void> => {
  const ground = await groundUnder(tx, listing)
  if (ground?.state !== 'STANDS' || (isHeavy(ground.linked.body) && !ground.heavy)) return
  await ask(tx, listing, 'RESTORED', ground.linked, changed)
}

const causeOf = ({ state, heavy }: Ground, wasHeavy: boolean): concerns.Cause | null => {
  if (state === 'ABSENT') return 'ABSENT'
  if (state === 'ELSEWHERE') return 'CHANGED_HANDS'
  return wasHeavy && !heavy ? 'LIGHTER' : null
}

const ask = async (
  tx: Tx,
  listing: listings.Listing,
  cause: concerns.Cause,
  { feed, key }: versions.Version,
  { at, run }: Changed,
): Promise<void> => {
  const record = (await versions.current(tx, feed, key))?.id ?? null
  await concerns.open(tx, { listingId: listing.id, cause, record, run: run ?? null, at })
}

const REASONS = {
  REVOKED: '所依据的行政处罚决定已被作出机关撤销。The penalty it rests on was withdrawn by its authority.',
  CORRECTED:
    '所依据的行政处罚决定系误报，已查明并撤回。The penalty it rests on was reported in error and has been taken back.',
} as const

/** Off the list, or no further towards it; where the list knows no such way off, a person is asked. */
const fall = async (
  tx: Tx,
  listing: listings.Listing,
  removal: 'REVOKED' | 'CORRECTED',
  changed: Changed,
): Promise<void> => {
  const { at, rules, now = at } = changed
  const published = listing.publishedOn !== null
  if (published && !removable(rules, listing.list, removal)) {
    await concerns.open(tx, { listingId: listing.id, cause: 'TAKEN_BACK', record: null, run: changed.run ?? null, at })
    return
  }
  const made = { id: listing.id, by: 'clock', role: 'clock' as const, now, at }
  const input = { on: dateIn(now), reason: REASONS[removal] }
  if (published) await moveWithin(tx, rules, { ...made, name: 'removeListing', input: { ...input, removal } })
  else await moveWithin(tx, rules, { ...made, name: 'dropListing', input })
  await concerns.settleOf(tx, [listing.id], { by: 'clock', note: REASONS[removal], now: at })
}

const removable = (rules: Rules, list: string, removal: RemovalReason): boolean =>
  listOf(rules, list).removals.some(({ reason }) => reason === removal)
