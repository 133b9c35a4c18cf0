/**
 * Natural persons appear only under a confirmed row of schema/rules/public-entry.json, minors never. Free text is
 * masked, and the officer sees what was masked.
 */
import type { BilingualText } from '../../foundation/text/words.js'
import { checkRuleRows, type DatedRow, isInForce, type RuleFault } from '../calendar/dated-rows.js'
import { maskPersonalData, PERSONAL_DATA_KINDS, type PersonalDataKind } from '../records/personal-data.js'
import type { RecordBody } from '../records/records.js'
import { KINDS_MASKED_IN_NAMES, maskCode } from './masked-names.js'

/** Raise it when what may be public changes: older entries are then rebuilt. */
export const MASKING_VERSION = 2

interface PersonsRow extends DatedRow {
  list: string
  public: boolean
}

export interface PublicEntryRules {
  persons: readonly PersonsRow[]
}

export const checkPublicEntryRules = ({ persons }: PublicEntryRules): RuleFault[] =>
  checkRuleRows(persons, 'persons', (a, b) => a.list === b.list)

export interface ListingToPublish
  extends Pick<PublicEntry, 'id' | 'list' | 'reason' | 'basis' | 'authority' | 'endsOn'> {
  documentNumber: string | null
  decidedOn: string | null
  publishedOn: string | null
}

export interface PartyToPublish extends Pick<PublicEntry, 'uscc' | 'region'> {
  name: string | null
  kind: 'ENTERPRISE' | 'INDIVIDUAL' | 'COOPERATIVE' | 'SHOP' | 'OTHER'
}

export interface PartyFacts {
  /** An officer found that the person is a minor, or was one when acting; null: the age is unknown. */
  minor?: boolean | null
  naturalPerson?: boolean
  businessAddress?: string | null
  contested?: boolean
}

export interface PublicEntry {
  id: string
  list: string
  uscc: string | null
  name: string
  region: string | null
  reason: string
  basis: string
  authority: string
  documentNumber: string
  decidedOn: string
  publishedOn: string
  endsOn: string | null
  contested: boolean
}

interface MaskedField {
  field: 'name' | 'reason' | 'basis' | 'authority' | 'documentNumber' | 'uscc'
  what: PersonalDataKind
  times: number
}

export const WITHHOLDING_REASONS = {
  NO_NAME: { zh: '没有名称，不得公示', en: 'it has no name and is not published' },
  MINOR: { zh: '未成年人，不得公示', en: 'a minor is never published' },
  AGE_UNKNOWN: {
    zh: '自然人，尚未查明是否成年，不得公示',
    en: 'a natural person whose age nobody has established is not published',
  },
  PERSON: {
    zh: '自然人，该名单没有已核实的公示依据，不得公示',
    en: 'a natural person is not published: no confirmed rule of this list says so',
  },
} as const satisfies Record<string, BilingualText>
type Withheld = keyof typeof WITHHOLDING_REASONS

export type PublicEntryResult = { masked: MaskedField[] } & (
  | { body: PublicEntry; withheld: null }
  | { body: null; withheld: Withheld }
)

/** `on`: the publication day. */
export const makePublicEntry = (
  listing: ListingToPublish,
  operator: PartyToPublish,
  rules: PublicEntryRules,
  on: string,
  known: PartyFacts = {},
): PublicEntryResult => {
  const masked: MaskedField[] = []
  const shown = (
    field: MaskedField['field'],
    text: string,
    kinds: readonly PersonalDataKind[] = PERSONAL_DATA_KINDS,
  ): string => {
    const answer = maskPersonalData(text, kinds, known.businessAddress ?? null)
    for (const what of PERSONAL_DATA_KINDS) {
      const times = answer.found.filter((each) => each === what).length
      if (times > 0) masked.push({ field, what, times })
    }
    return answer.text
  }
  const body: PublicEntry = {
    id: listing.id,
    list: listing.list,
    uscc: codeShown(operator.uscc, masked),
    name: shown('name', operator.name?.trim() ?? '', KINDS_MASKED_IN_NAMES),
    region: operator.region,
    reason: shown('reason', listing.reason),
    basis: shown('basis', listing.basis),
    authority: shown('authority', listing.authority),
    // A document number may look like a telephone number, so telephones are not masked here.
    documentNumber: shown('documentNumber', listing.documentNumber ?? '', ['ID_NUMBER', 'EMAIL']),
    decidedOn: listing.decidedOn ?? '',
    publishedOn: listing.publishedOn ?? '',
    endsOn: listing.endsOn,
    contested: known.contested ?? false,
  }
  const withheld = whyNot(listing, operator, rules, on, known)
  return withheld === null ? { body, withheld, masked } : { body: null, withheld, masked }
}

const codeShown = (uscc: string | null, masked: MaskedField[]): string | null => {
  const shown = maskCode(uscc)
  if (shown === uscc) return uscc
  masked.push({ field: 'uscc', what: 'ID_NUMBER', times: 1 })
  return null
}

const whyNot = (
  { list }: ListingToPublish,
  operator: PartyToPublish,
  rules: PublicEntryRules,
  on: string,
  { minor = null, naturalPerson = false }: PartyFacts,
): Withheld | null => {
  if (!operator.name?.trim()) return 'NO_NAME'
  if (minor === true) return 'MINOR'
  // An individual business appears under its licensed name. A shop without a licence is a person.
  if (operator.uscc !== null && operator.kind !== 'SHOP' && !naturalPerson) return null
  const row = rules.persons.find((each) => each.list === list && isInForce(each, on))
  if (!row?.public || !row.confirmed) return 'PERSON'
  return minor === null ? 'AGE_UNKNOWN' : null
}

/** The registered address is public even when it is a home. A shop without a licence has none. */
export const findBusinessAddress = (
  { uscc, kind }: Pick<PartyToPublish, 'uscc' | 'kind'>,
  registrations: readonly RecordBody[],
): string | null => {
  if (uscc === null || kind === 'SHOP') return null
  const address = registrations.find((body) => (body['uscc'] ?? uscc) === uscc)?.['address']
  return typeof address === 'string' ? address : null
}

/** After a merger the entry still names the firm that was listed. */
export const keepPartyListedBeforeMerger = <P extends Pick<PartyToPublish, 'uscc' | 'name' | 'region'>>(
  party: P,
  shown: Pick<PublicEntry, 'uscc' | 'name' | 'region'> | undefined,
): P =>
  shown === undefined || maskCode(party.uscc) === shown.uscc
    ? party
    : { ...party, uscc: shown.uscc, name: shown.name, region: shown.region }
