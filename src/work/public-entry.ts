/** What of a listing may be public, by all that the hub knows of its party: the same for whoever publishes and for the officer who asks before. */
import { type PublicAnswer, publicEntry } from '../domain/public-entry.js'
import { publicCode } from '../domain/public-name.js'
import { canonical, type Json } from '../domain/records.js'
import type { Db, Tx } from '../store/db.js'
import type { Listing, PublicBody } from '../store/listings.js'
import * as listings from '../store/listings.js'
import * as objections from '../store/objections.js'
import type { Operator } from '../store/operators.js'
import * as operators from '../store/operators.js'
import * as versions from '../store/versions.js'
import { publicRules } from './clocks.js'
import { standingUnder } from './ground.js'

const ALL_KNOWLEDGE = new Date('9999-12-31T00:00:00Z')
/** Of one operator, those merged into it counted, that are looked at for its own. */
const REGISTRATIONS_MOST = 50

/** `on`: the day of publication. `ofAge`: what an officer has established of a natural person; null: nothing. */
export const publicEntryOf = async (
  tx: Tx | Db,
  listing: Listing,
  operator: Operator,
  on: string,
  ofAge: boolean | null,
): Promise<PublicAnswer> => {
  const { decisionVersion, facts } = listing
  const decision = decisionVersion === null ? null : await versions.byId(tx, decisionVersion)
  const known = {
    minor: ofAge === null ? null : !ofAge,
    naturalPerson: decision?.body['party_kind'] === 'NATURAL_PERSON',
    businessAddress: await businessAddress(tx, operator, on),
    contested: (await objections.contestedAmong(tx, [listing.id])).has(listing.id),
  }
  return publicEntry({ ...listing, decidedOn: facts.decidedOn }, operator, publicRules(), on, known)
}

/** As registered: public even where somebody lives there. A person's shop has none but its home. */
const businessAddress = async (
  tx: Tx | Db,
  { id, uscc, kind }: Pick<Operator, 'id' | 'uscc' | 'kind'>,
  on: string,
): Promise<string | null> => {
  if (uscc === null || kind === 'SHOP') return null
  const when = { asOf: on, knownAt: ALL_KNOWLEDGE }
  const sight = { kinds: ['registration'] as const, removed: false, first: REGISTRATIONS_MOST, after: null }
  const found = await versions.ofOperators(tx, [id], when, sight)
  const own = found.find(({ body }) => (body['uscc'] ?? uscc) === uscc)
  const address = own?.body['address']
  return typeof address === 'string' ? address : null
}

/** The firm that was listed: whoever it was merged into since, the entry goes on naming it, and its new names as long as it is itself. */
export const asShown = (operator: Operator, shown: PublicBody | undefined): Operator =>
  shown === undefined || publicCode(operator.uscc) === shown.uscc
    ? operator
    : { ...operator, uscc: shown.uscc, name: shown.name, region: shown.region }

/** Whether what is public of an entry still is what its records, and its operator's, say. */
export const asToldNow = async (tx: Tx, listing: Listing, on: string): Promise<'SAME' | 'OTHER' | 'WITHHELD'> => {
  const standing = await standingUnder(tx, listing)
  const operator = (await operators.byIds(tx, [listing.operatorId])).get(listing.operatorId)
  const shown = (await listings.publicBodies(tx, [listing.id])).get(listing.id)
  if (operator === undefined || shown === undefined) return 'SAME'
  const punished = listing.facts.ground !== 'DECISION_NOT_PERFORMED'
  const renewed = {
    ...listing,
    ...(standing && { decisionVersion: standing.version, authority: standing.authority }),
    ...(standing && punished && { reason: standing.violation }),
  }
  const { body } = await publicEntryOf(tx, renewed, asShown(operator, shown), on, listing.facts.ofAge ?? null)
  if (body === null) return 'WITHHELD'
  const plain = (entry: object) => canonical({ ...entry, endsOn: null } as unknown as Json)
  return plain(body) === plain(shown) ? 'SAME' : 'OTHER'
}
