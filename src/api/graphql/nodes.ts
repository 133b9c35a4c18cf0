/** Access is checked before loading, so a missing and a forbidden object take equally long. */
import {
  may,
  mayOnFeed,
  maySeeOperator,
  maySeeRecord,
  type OperatorScope,
  seesOnlySomeFiles,
  type Viewer,
  visibleSenderOf,
} from '../../domain/access/viewer.js'
import { type AuthorizationRow, type AuthorizedType, isAuthorizedType } from '../../store/db/authorization-columns.js'
import { type FieldAccess, mayAnswerField, NODE_ACCESS } from '../access/fields.js'
import { deliveryById } from '../delivery/deliveries.js'
import { discrepancyById } from '../delivery/reconcile.js'
import { rejectById } from '../intake/rejects.js'
import { concernById } from '../listing/concerns.js'
import { listingById } from '../listing/listing-by-id.js'
import { matterByGlobalId } from '../matters/matters.js'
import { decisionById, unmatchedById } from '../operators/identity.js'
import { recordById } from '../records/records.js'
import type { GraphqlContext } from '../request/context.js'
import { type NodeType, parseGlobalId, readNumberInGlobalId } from '../request/ids.js'
import { operatorById } from '../request/operator-at-time.js'
import { NO_ID } from '../request/viewer.js'
import { objectionById } from '../scoring/objections.js'
import { overrideById } from '../scoring/overrides.js'
import { scoreById } from '../scoring/score.js'
import { activationById } from '../scoring/scorecards.js'
import { seesGrade } from '../standing/grades.js'
import { authorisationById } from '../standing/sellers.js'
import { webhookById } from '../standing/webhooks.js'
import { runById } from '../timetable/operations.js'

const BY_KEY: Partial<Record<NodeType, (context: GraphqlContext, key: number) => unknown>> = {
  Operator: operatorById,
  Concern: concernById,
  Discrepancy: discrepancyById,
  Reject: rejectById,
  Unmatched: unmatchedById,
  IdentityDecision: decisionById,
  Score: scoreById,
  Override: overrideById,
  Objection: objectionById,
  ScorecardActivation: activationById,
  Delivery: deliveryById,
  Record: recordById,
  Run: runById,
  Authorisation: authorisationById,
  Webhook: webhookById,
}

export const resolveNode = async (_: unknown, { id }: { id: string }, context: GraphqlContext) => {
  const type = parseGlobalId(id)?.type
  const row = type === undefined ? undefined : NODE_ACCESS.get(type)
  if (type === undefined || row === undefined || !mayAnswerField(row, context.viewer)) return null
  if (type === 'Listing') return listingById(context, id)
  if (type === 'Matter') return matterByGlobalId(context, id)
  const key = readNumberInGlobalId(id, type)
  if (key === null || !(await isFor(context, type, row, key))) return null
  return BY_KEY[type]?.(context, key) ?? null
}

/** False for a missing object, unless the viewer may see all of its type. */
const isFor = async (context: GraphqlContext, type: NodeType, row: FieldAccess, key: number): Promise<boolean> => {
  if (!isAuthorizedType(type) || !isParted(context.viewer, type, row)) return true
  const head = await context.load.head({ type, key: String(key) })
  return head !== null && (await isHeadFor(context, type, row, head))
}

const isParted = (viewer: Viewer, type: AuthorizedType, { whose }: FieldAccess): boolean =>
  seesOnlySomeFiles(viewer) ||
  viewer.role === 'agency' ||
  may(viewer, 'see_sellers_grade') ||
  may(viewer, 'see_authorised_grade')
    ? whose !== 'HUB' && type !== 'Operator'
    : false

const isHeadFor = async (
  context: GraphqlContext,
  type: AuthorizedType,
  { whose }: FieldAccess,
  head: AuthorizationRow,
): Promise<boolean> => {
  const { viewer, parts } = context
  const { kind, stands, feed, by } = head
  if (type === 'Reject') {
    const sent = visibleSenderOf(viewer)
    return (sent === null || sent === by) && isOfFeed(viewer, parts.agencies, feed)
  }
  if (!maySeeOperator(viewer, ownerIn(head))) return false
  if (whose === 'SENT') return isOfFeed(viewer, parts.agencies, feed)
  if (type === 'Authorisation') return may(viewer, 'see_authorisations') || by === viewer.sub
  if (type === 'Score') return seesGrade(context, { ...head, id: head.operatorId ?? NO_ID })
  if (type !== 'Record') return true
  return kind !== null && maySeeRecord(viewer, { kind, stands: stands === true })
}

const ownerIn = ({ operatorId, uscc, shop, region }: AuthorizationRow): OperatorScope | null =>
  operatorId === null ? null : { uscc, shop, region }

const isOfFeed = (viewer: Viewer, agencies: GraphqlContext['parts']['agencies'], feed: string | null): boolean =>
  viewer.role !== 'agency' ||
  (feed !== null &&
    mayOnFeed(viewer, 'see_queue', { agency: agencies.find(({ sends }) => sends.includes(feed))?.id ?? '' }))
