import { judgeLeadGround, pickGravest } from '../../domain/listing/lead-ground.js'
import { isHeavyPenalty } from '../../domain/records/penalty.js'
import type { RecordBody } from '../../domain/records/records.js'
import type { GraphqlContext } from '../request/context.js'
import { makeGlobalId } from '../request/ids.js'
import { type ListingView, makeCaseView, readStoredListing } from './listing-view.js'

const caseViewOf = async (view: ListingView, context: GraphqlContext): Promise<ListingView | null> => {
  if (view.uuid === null) return null
  return view.facts === null ? makeCaseView(await readStoredListing(context, view.uuid)) : view
}

const findPenalty = async (view: ListingView, { load }: GraphqlContext) => {
  if (view.record !== null) {
    const version = await load.record(view.record)
    return version === null ? null : { id: version.id, body: version.body, linked: true }
  }
  if (view.state !== 'LEAD' || view.operatorId === null) return null
  const gravest = pickGravest(await load.penalties(view.operatorId))
  return gravest && { ...gravest, linked: false }
}

const textIn = (body: RecordBody, field: string): string | null => {
  const value = body[field]
  return typeof value === 'string' ? value : null
}

const penalty = async (of: ListingView, _: unknown, context: GraphqlContext) => {
  const view = await caseViewOf(of, context)
  const found = view && (await findPenalty(view, context))
  if (!found) return null
  const { id, body, linked } = found
  return {
    record: makeGlobalId('Record', id),
    documentNumber: textIn(body, 'document_number') ?? '',
    authority: textIn(body, 'authority'),
    decidedOn: textIn(body, 'decided_on'),
    violation: textIn(body, 'violation'),
    fineYuan: textIn(body, 'fine_yuan'),
    heavy: isHeavyPenalty(body),
    linked,
  }
}

const leadGround = async (of: ListingView, _: unknown, context: GraphqlContext) => {
  const view = await caseViewOf(of, context)
  if (view?.state !== 'LEAD') return null
  const found = await findPenalty(view, context)
  const leads = context.parts.rules.lists.find(({ id }) => id === view.kind)?.leads ?? []
  return judgeLeadGround(found?.body ?? null, leads, context.today)
}

export const linkedPenaltyResolvers = { Listing: { penalty, leadGround } }
