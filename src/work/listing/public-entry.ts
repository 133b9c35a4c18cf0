/** What of a listing may be public, by all that the hub knows of its party: the same for whoever publishes and for the officer who asks before. */
import { type PublicAnswer, publicEntry } from '../../domain/listing/public-entry.js'
import { publicCode } from '../../domain/listing/public-name.js'
import { canonical, type Json } from '../../domain/records/records.js'
import type { Db, Tx } from '../../store/db/db.js'
import type { Listing, PublicBody } from '../../store/listing/listings.js'
import * as listings from '../../store/listing/listings.js'
import type { Operator } from '../../store/operators/operators.js'
import * as operators from '../../store/operators/operators.js'
import * as versions from '../../store/records/versions.js'
import * as objections from '../../store/scoring/objections.js'
import { standingUnder } from './legal-ground.js'
import { publicRules } from './publication-clocks.js'

const ALL_KNOWLEDGE = new Date('9999-12-31T00:00:00Z')
/** Of one operator, those merged into it counted, that are looked at for its own. */
const REGISTRATIONS_MOST = 50

/** Where each is registered on its day, by all that is known. */
export const registrationsOn = (tx: Tx | Db, asked: readonly { operator: number; day: string }[]) =>
  versions.onDays(tx, asked, {
    knownAt: ALL_KNOWLEDGE,
    kinds: ['registration'],
    removed: false,
    first: REGISTRATIONS_MOST,
  })

/** What `publicEntryFrom` is told of a listing beside itself. */
export interface Known {
  decision: Pick<versions.Version, 'body'> | null
  /** Its operator's, those merged into it counted (`registrationsOn`). */
  registrations: readonly Pick<versions.Version, 'body'>[]
  contested: boolean
  /** What an officer has established of a natural person; null: nothing. */
  ofAge: boolean | null
}

/** `on`: the day of publication. */
export const publicEntryOf = async (
  tx: Tx | Db,
  listing: Listing,
  operator: Operator,
  on: string,
  ofAge: boolean | null,
): Promise<PublicAnswer> => {
  const { decisionVersion } = listing
  const [registrations = []] = await registrationsOn(tx, [{ operator: operator.id, day: on }])
  return publicEntryFrom(listing, operator, on, {
    decision: decisionVersion === null ? null : ((await versions.byId(tx, decisionVersion)) ?? null),
    registrations,
    contested: (await objections.contestedAmong(tx, [listing.id])).has(listing.id),
    ofAge,
  })
}

/** For whoever has looked up what is known. */
export const publicEntryFrom = (
  listing: Listing,
  operator: Operator,
  on: string,
  { decision, registrations, contested, ofAge }: Known,
): PublicAnswer =>
  publicEntry({ ...listing, decidedOn: listing.facts.decidedOn }, operator, publicRules(), on, {
    minor: ofAge === null ? null : !ofAge,
    naturalPerson: decision?.body['party_kind'] === 'NATURAL_PERSON',
    businessAddress: businessAddress(operator, registrations),
    contested,
  })

/** As registered: public even where somebody lives there. A person's shop has none but its home. */
const businessAddress = (
  { uscc, kind }: Pick<Operator, 'uscc' | 'kind'>,
  registrations: Known['registrations'],
): string | null => {
  if (uscc === null || kind === 'SHOP') return null
  const own = registrations.find(({ body }) => (body['uscc'] ?? uscc) === uscc)
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
