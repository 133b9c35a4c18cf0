import {
  findBusinessAddress,
  keepPartyListedBeforeMerger,
  makePublicEntry,
  type PublicEntryResult,
} from '../../domain/listing/public-entry.js'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as listings from '../../store/listing/listings.js'
import * as operators from '../../store/operators/operators.js'
import * as versions from '../../store/records/versions.js'
import * as objections from '../../store/scoring/objections.js'
import type { WorkRules } from '../calendar/rules.js'
import { readGroundOfListing } from './legal-ground.js'
import { readPublicEntryRules } from './publication-clocks.js'

const ALL_KNOWLEDGE = new Date('9999-12-31T00:00:00Z')
const REGISTRATIONS_MOST = 50

/** Each operator's registrations valid on `day`, by present knowledge. */
export const readRegistrationsOn = (tx: Tx | Db, queries: readonly { operator: number; day: string }[]) =>
  versions.findVersionsOnDays(tx, queries, {
    knownAt: ALL_KNOWLEDGE,
    kinds: ['registration'],
    removed: false,
    first: REGISTRATIONS_MOST,
  })

export interface PublicEntryFacts {
  decision: Pick<versions.RecordVersion, 'body'> | null
  registrations: readonly Pick<versions.RecordVersion, 'body'>[]
  contested: boolean
}

type ConfirmedRules = Pick<WorkRules, 'confirmations'>

interface EntryInput {
  listing: listings.Listing
  operator: operators.StoredOperator
  on: string
}

export const composePublicEntry = async (
  tx: Tx | Db,
  rules: ConfirmedRules,
  { listing, operator, on }: EntryInput,
): Promise<PublicEntryResult> => {
  const { decisionVersion } = listing
  const [registrations = []] = await readRegistrationsOn(tx, [{ operator: operator.id, day: on }])
  return composePublicEntryFromFacts(
    rules,
    { listing, operator, on },
    {
      decision: decisionVersion === null ? null : ((await versions.byId(tx, decisionVersion)) ?? null),
      registrations,
      contested: (await objections.findContestedListings(tx, [listing.id])).has(listing.id),
    },
  )
}

export const composePublicEntryFromFacts = (
  { confirmations }: ConfirmedRules,
  { listing, operator, on }: EntryInput,
  { decision, registrations, contested }: PublicEntryFacts,
): PublicEntryResult => {
  const { decidedOn, ofAge = null } = listing.facts
  return makePublicEntry({ ...listing, decidedOn }, operator, readPublicEntryRules(confirmations), on, {
    minor: ofAge === null ? null : !ofAge,
    naturalPerson: decision?.body['party_kind'] === 'NATURAL_PERSON',
    businessAddress: findBusinessAddress(
      operator,
      registrations.map(({ body }) => body),
    ),
    contested,
  })
}

/** Compares the published entry with its present records. WITHHELD: nothing may be public. */
export const compareEntryWithRecords = async (
  tx: Tx,
  rules: ConfirmedRules,
  listing: listings.Listing,
  on: string,
): Promise<'SAME' | 'OTHER' | 'WITHHELD'> => {
  const standing = (await readGroundOfListing(tx, listing))?.decisionInForce
  const operator = (await operators.operatorsById(tx, [listing.operatorId])).get(listing.operatorId)
  const published = (await listings.readPublicEntries(tx, [listing.id])).get(listing.id)
  if (operator === undefined || published === undefined) return 'SAME'
  const punished = listing.facts.ground !== 'DECISION_NOT_PERFORMED'
  const renewed = {
    ...listing,
    ...(standing && { decisionVersion: standing.version, authority: standing.authority }),
    ...(standing && punished && { reason: standing.violation }),
  }
  const { body } = await composePublicEntry(tx, rules, {
    ...{ listing: renewed, on },
    operator: keepPartyListedBeforeMerger(operator, published),
  })
  if (body === null) return 'WITHHELD'
  const plain = (entry: object) => canonicalJson({ ...entry, endsOn: null } as unknown as Json)
  return plain(body) === plain(published) ? 'SAME' : 'OTHER'
}
