import { type Act, mayInRegion, type Viewer } from '../../domain/access/viewer.js'
import { listServedDocumentKinds } from '../../domain/listing/documents.js'
import { isUuid } from '../../domain/listing/listing.js'
import { mayReadPapers } from '../../domain/listing/papers.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as listings from '../../store/listing/listings.js'
import * as store from '../../store/listing/papers.js'
import * as operators from '../../store/operators/operators.js'
import * as objections from '../../store/scoring/objections.js'
import * as work from '../../work/listing/papers.js'
import type { GraphqlContext } from '../request/context.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { requireAct } from '../request/viewer.js'
import type { ListingView } from './listing-view.js'

const readOwner = async (db: Db, { listingId, objectionId }: store.PaperOwner) => {
  const listing = listingId === null ? null : ((await listings.byIds(db, [listingId])).get(listingId) ?? null)
  const objection = objectionId === null ? null : await objections.byId(db, objectionId)
  const id = listing?.operatorId ?? objection?.operatorId ?? 0
  return { listing, operator: (await operators.operatorsById(db, [id])).get(id) ?? null }
}

const isReadable = (
  viewer: Viewer,
  { about, kind }: store.SealedPaper,
  { listing, operator }: Awaited<ReturnType<typeof readOwner>>,
): boolean => {
  if (operator === null) return false
  const { region } = operator
  // A masked copy is made for the public.
  if (viewer.role !== 'party' && about === 'MASKED') return mayInRegion(viewer, 'move_listing', region)
  if (viewer.role !== 'party')
    return mayReadPapers(viewer, { region, level: listing?.facts.level ?? null, keeper: listing?.keeper ?? null })
  if (viewer.sub === null || viewer.sub !== (operator.uscc ?? operator.shop) || about === 'MASKED') return false
  if (about !== 'SIGNED') return true
  return listing !== null && kind !== null && listServedDocumentKinds(listing.facts, listing.removedOn).includes(kind)
}

/** A replaced signed copy may be a mistake and name somebody else. */
const isReplaced = async (
  db: Db,
  viewer: Viewer,
  { id, listingId, about, kind }: store.SealedPaper,
): Promise<boolean> => {
  if (viewer.role !== 'party' || about !== 'SIGNED' || listingId === null) return false
  return (await store.findLatestSigned(db, listingId, kind))?.id !== id
}

export const openPaperFor = async ({ db, keys }: Pick<ApiDependencies, 'db' | 'keys'>, viewer: Viewer, id: string) => {
  const paper = isUuid(id) ? await store.findPaper(db, id) : null
  const owner = paper && (await readOwner(db, paper))
  if (paper === null || owner === null || !isReadable(viewer, paper, owner) || (await isReplaced(db, viewer, paper)))
    throw new Refusal('PAPER_UNKNOWN')
  const code = owner.operator?.uscc ?? owner.operator?.shop ?? ''
  if (paper.erasedAt !== null) throw new Refusal('PAPER_ERASED')
  return { paper, name: work.openPaperName(keys, paper), code, content: await work.openPaper(db, keys, paper) }
}

export const requireCaseInRegion = async (db: Db, viewer: Viewer, act: Act, listingId: string): Promise<string> => {
  requireAct(viewer, act)
  const { operator } = await readOwner(db, { listingId, objectionId: null })
  if (operator === null || !mayInRegion(viewer, act, operator.region)) throw new Refusal('LISTING_UNKNOWN')
  return operator.uscc ?? operator.shop ?? ''
}

type MaskedCopyWork = (db: Db, act: work.MaskedCopyAct) => Promise<store.SealedPaper>

const settled =
  (act: MaskedCopyWork) =>
  async (_: unknown, { id }: { id: string }, { parts: { db }, viewer, now }: GraphqlContext) => {
    const paper = isUuid(id) ? await store.findPaper(db, id) : null
    const owner = paper && (await readOwner(db, paper))
    if (!owner?.operator || !mayInRegion(viewer, 'move_listing', owner.operator.region))
      throw new Refusal('PAPER_UNKNOWN')
    return act(db, { id, by: viewer.sub ?? '', now })
  }

const attachments = async ({ uuid }: ListingView, _: unknown, { load }: GraphqlContext) =>
  uuid === null ? [] : (await load.papers(uuid)).filter(({ about }) => about === 'DEFENCE' || about === 'REPAIR')

const nameFor = (name: string | null, { viewer }: GraphqlContext): string | null =>
  viewer.role === 'party' && name !== viewer.sub ? null : name

const named =
  (field: 'storedBy' | 'releasedBy' | 'withdrawnBy') =>
  (paper: store.SealedPaper, _: unknown, context: GraphqlContext) =>
    nameFor(paper[field], context)

export const paperResolvers = {
  Mutation: { releasePaper: settled(work.releaseMaskedCopy), withdrawPaper: settled(work.withdrawMaskedCopy) },
  Listing: { attachments },
  SealedPaper: {
    name: (paper: store.SealedPaper, _: unknown, { parts }: GraphqlContext) => work.openPaperName(parts.keys, paper),
    storedBy: named('storedBy'),
    releasedBy: named('releasedBy'),
    withdrawnBy: named('withdrawnBy'),
  },
}
