import { isRegionBound, may, mayConsentToListing, mayInRegion, type Viewer } from '../../domain/access/viewer.js'
import { MOVES_BY_PEOPLE } from '../../domain/listing/listing.js'
import { changesScore, MOVES, type MoveName } from '../../domain/listing/moves.js'
import { parseCode } from '../../domain/operators/codes.js'
import { Refusal } from '../../foundation/errors.js'
import type { Listing } from '../../store/listing/listings.js'
import * as operators from '../../store/operators/operators.js'
import * as work from '../../work/listing/listing.js'
import { type GraphqlContext, renewLoaders, viewerTowards } from '../request/context.js'
import { readListingInGlobalId, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { NO_ID, requireAct } from '../request/viewer.js'
import { isVisibleToViewer, makeCaseView } from './listing-view.js'

interface OpenLeadInput extends Pick<work.OpenCaseInput, 'list' | 'reason' | 'on'> {
  code: string
}

type Nullable<T> = { [K in keyof T]: T[K] | null }

interface ListingMoveInput extends Nullable<Omit<work.MoveInput, 'on' | 'decision' | 'run' | 'result' | 'paper'>> {
  id: string
  on: string
  record?: string | null
}

const mover = (viewer: Viewer, name: MoveName) => {
  const isPartys = viewer.role === 'party' && MOVES[name].roles.includes('party')
  requireAct(viewer, isPartys ? 'move_own_listing' : 'move_listing')
  return { by: viewer.sub ?? '', role: viewer.role }
}

const payload = (listing: Listing, context: GraphqlContext) => {
  renewLoaders(context)
  return { listing: makeCaseView(listing) }
}

const openLead = async (_: unknown, { input }: { input: OpenLeadInput }, context: GraphqlContext) => {
  const who = mover(context.viewer, 'openLead')
  const { code, list, reason, on } = refuseUnstorableText(input)
  const { db, rules } = context.parts
  const scheme = parseCode(code)
  const [operator] = scheme ? (await operators.operatorsByCode(db, [scheme])).values() : []
  if (operator === undefined || !mayInRegion(context.viewer, 'move_listing', operator.region))
    throw new Refusal('INPUT_INVALID', { reason: '没有这个主体 no such operator' })
  const made = { operatorId: operator.id, list, reason, on, ...who, now: context.now }
  return payload(await work.openCase(db, rules, made), context)
}

const moveNamed =
  (name: MoveName) =>
  async (_: unknown, { input }: { input: ListingMoveInput }, context: GraphqlContext) => {
    const who = mover(context.viewer, name)
    const key = readListingInGlobalId(input.id)
    if (key === null || !('uuid' in key) || !(await isTheirs(context, key.uuid))) throw new Refusal('LISTING_UNKNOWN')
    if (name === 'consentListing' && !(await isAbove(context, key.uuid))) throw new Refusal('FORBIDDEN')
    if (notToday(context, input.on))
      throw new Refusal('INPUT_INVALID', { reason: '办理日期应为今天 the day of the act is today' })
    const made = { id: key.uuid, name, ...who, input: moveInput(refuseUnstorableText(input)), now: context.now }
    const moved = await work.makeMove(context.parts.db, context.parts.rules, made)
    if (changesScore(name)) await context.parts.rescore([moved.operatorId])
    return payload(moved, context)
  }

/** True for a party after service of notice, and for a regional viewer in its region. */
const isTheirs = async (context: GraphqlContext, uuid: string): Promise<boolean> => {
  const { viewer } = context
  if (viewer.role !== 'party' && !isRegionBound(viewer)) return true
  const listing = await context.load.listing(uuid)
  const owner = await context.load.operator(listing?.operatorId ?? NO_ID)
  if (viewer.role !== 'party') return mayInRegion(viewer, 'move_listing', owner?.region ?? null)
  return (
    listing !== null && isVisibleToViewer(context, listing) && may(viewerTowards(context, owner), 'move_own_listing')
  )
}

const isAbove = async (context: GraphqlContext, uuid: string): Promise<boolean> =>
  !isRegionBound(context.viewer) ||
  mayConsentToListing(context.viewer, (await context.load.listing(uuid))?.facts.level ?? null)

const notToday = ({ viewer, today }: GraphqlContext, on: string): boolean => viewer.role === 'party' && on !== today

const moveInput = ({ id: _, on, record, ...said }: ListingMoveInput): work.MoveInput => {
  const decision = record == null ? null : readNumberInGlobalId(record, 'Record')
  if (record != null && decision === null)
    throw new Refusal('INPUT_INVALID', { reason: 'record 不是信用信息的标识 not the id of a record' })
  const present = Object.fromEntries(Object.entries(said).filter(([, value]) => value != null))
  return { on, ...(present as Omit<work.MoveInput, 'on'>), ...(decision !== null && { decision }) }
}

const others = MOVES_BY_PEOPLE.filter((name) => name !== 'openLead')

export const moveResolvers = {
  Mutation: { openLead, ...Object.fromEntries(others.map((name) => [name, moveNamed(name)])) },
}
