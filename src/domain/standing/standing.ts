import { isBlacklist, type ListKind } from '../listing/lists.js'
import { maskCode, maskName } from '../listing/masked-names.js'
import type { ListingToPublish } from '../listing/public-entry.js'

/** GraphQL, /v1/standings, /v1/changes and webhooks share these members. */
export interface StandingEntry {
  /** Uuid; for a mirrored entry the global id of GraphQL. */
  id: string
  /** Id of the list kind in schema/rules/lists.json. */
  kind: string
  state: string
  reason: string
  basis: string | null
  authority: string | null
  documentNumber: string | null
  decidedOn: string | null
  publishedOn: string | null
  endsOn: string | null
  removedOn: string | null
  removalReason: string | null
  mirrored: boolean
  contested: boolean
}

export type EntryMembers = Omit<StandingEntry, 'state' | 'contested'>

export const describeEntry = (body: ListingToPublish): EntryMembers => ({
  id: body.id,
  kind: body.list,
  reason: body.reason,
  basis: body.basis || null,
  authority: body.authority || null,
  documentNumber: body.documentNumber || null,
  decidedOn: body.decidedOn || null,
  publishedOn: body.publishedOn,
  endsOn: body.endsOn,
  removedOn: null,
  removalReason: null,
  mirrored: false,
})

export const makeStandingEntry = (
  members: EntryMembers,
  { state, contested }: Pick<StandingEntry, 'state' | 'contested'>,
): StandingEntry => ({
  id: members.id,
  kind: members.kind,
  state,
  reason: members.reason,
  basis: members.basis,
  authority: members.authority,
  documentNumber: members.documentNumber,
  decidedOn: members.decidedOn,
  publishedOn: members.publishedOn,
  endsOn: members.endsOn,
  removedOn: members.removedOn,
  removalReason: members.removalReason,
  mirrored: members.mirrored,
  contested,
})

export const CEASED_STATUSES: ReadonlySet<string> = new Set(['DEREGISTERED', 'CANCELLED', 'MOVED_OUT'])

/** An answer for a future day is stale, because data may change by then. */
export const limitFreshness = (freshness: Freshness, asOf: string, today: string): Freshness =>
  asOf > today ? { ...freshness, stale: true } : freshness

/** The answer was true at `asOf`. It is `stale` when its feed is older than allowed. */
export interface Freshness {
  asOf: Date
  stale: boolean
}

export interface Standing extends Freshness {
  uscc: string | null
  name: string | null
  status: 'KNOWN' | 'UNKNOWN' | 'CEASED'
  grade: 'A' | 'B' | 'C' | 'D' | null
  score: number | null
  /** A reason of the score is contested. */
  objected: boolean
  listed: boolean
  listings: StandingEntry[]
}

export interface StandingFacts extends Pick<Standing, 'uscc' | 'name' | 'grade' | 'score' | 'objected'> {
  status: string
  /** True when the score weighed an entry that is no longer public, which some viewers may not learn. */
  forgotten: boolean
  entries: readonly StandingEntry[]
}

const UNKNOWN: Omit<Standing, keyof Freshness> = {
  uscc: null,
  name: null,
  status: 'UNKNOWN',
  grade: null,
  score: null,
  objected: false,
  listed: false,
  listings: [],
}

/** Grade and score are shown for the viewer's own seller (`own`) only. */
export const makeStandingForViewer = (
  known: StandingFacts | null,
  { own, lists, freshness }: { own: boolean; lists: readonly ListKind[]; freshness: Freshness },
): Standing => {
  if (known === null) return { ...UNKNOWN, ...freshness }
  const graded = own && !known.forgotten
  return {
    uscc: maskCode(known.uscc),
    name: maskName(known.name),
    status: CEASED_STATUSES.has(known.status) ? 'CEASED' : 'KNOWN',
    grade: graded ? known.grade : null,
    score: graded ? known.score : null,
    objected: graded && known.objected,
    listed: known.entries.some(({ kind }) => isBlacklist(lists, kind)),
    listings: [...known.entries],
    ...freshness,
  }
}
