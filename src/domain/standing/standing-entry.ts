/** GraphQL, /v1/standings, /v1/changes and webhooks share these members. */
import type { PublicEntry } from '../listing/public-entry.js'

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

export const entryMembersOf = (body: PublicEntry): EntryMembers => ({
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

export const standingEntry = (
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
