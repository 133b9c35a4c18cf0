import { type Act, may, regionBoundOf, type Viewer } from '../../domain/access/viewer.js'
import { parseListingUuid } from '../../domain/listing/listing.js'
import { Refusal } from '../../foundation/errors.js'
import * as desk from '../../store/delivery/delivery-desk.js'
import type { BookedReceipt } from '../../store/delivery/delivery-queue.js'
import * as work from '../../work/delivery/deliveries.js'
import { listingById } from '../listing/listing-by-id.js'
import { makeConnection, type OrderedPageArgs, readPageSize } from '../request/connection.js'
import { type GraphqlContext, renewLoaders } from '../request/context.js'
import { makeCursor, makeGlobalId, readNumberInCursor, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { readOperatorWords } from '../request/operator-words.js'
import { NO_SUBJECT, requireAct, seesSubject } from '../request/viewer.js'

const NO_ADVICE = {
  meaning: 'CORRECT',
  zh: '该代码没有现成的处理办法：请按回执所指的字段和文字更正，再重新推送。',
  en: 'No advice is known for this code: put right the field that the receipt names, then send it again.',
} as const

const OWN_ADVICE = {
  meaning: 'CORRECT',
  zh: '本枢纽出站校验未通过，未曾发出：请由信源单位更正所指字段后重新归集，或在本枢纽更正后重新推送。',
  en: "The hub's own check refused it and it never left: have its agency put the field right and pull again, or put it right here and send it again.",
} as const

export const codeAdviceOf = ({ parts }: GraphqlContext, platform: string, code: string) => ({
  code,
  ...(parts.platforms.find(({ id }) => id === platform)?.codes[code] ?? NO_ADVICE),
})

const adviceFor = (context: GraphqlContext, platform: string, { code, batch }: BookedReceipt) =>
  batch == null ? { code, ...OWN_ADVICE } : codeAdviceOf(context, platform, code)

const deliveryView = (context: GraphqlContext, delivery: desk.StoredDelivery) => {
  const { subjectId, kind, platform, receipt, state } = delivery
  return {
    ...delivery,
    __typename: 'Delivery' as const,
    cursor: delivery.id,
    id: makeGlobalId('Delivery', delivery.id),
    key: subjectId,
    listing: () => (kind === 'listing' ? listingById(context, makeGlobalId('Listing', subjectId)) : null),
    owedAt: delivery.createdAt,
    advice: state === 'REFUSED' && receipt !== null ? adviceFor(context, platform, receipt) : null,
    closed: closingOf(delivery),
    allowed: state === 'REFUSED' ? allowedOf(context.viewer, delivery) : [],
    again: () => (state === 'REFUSED' ? work.previewResend(context.parts.db, context.parts.rules, delivery) : null),
    acts: () => context.load.deliveryActs(delivery.id),
  }
}

const closeAct = ({ action }: desk.StoredDelivery): Act =>
  action === 'REMOVE' ? 'close_retraction' : 'settle_delivery'

const allowedOf = (viewer: Viewer, delivery: desk.StoredDelivery): desk.DeliveryAct['act'][] => [
  ...(may(viewer, 'settle_delivery') ? (['RESEND'] as const) : []),
  ...(may(viewer, 'settle_delivery') && may(viewer, closeAct(delivery)) ? (['CLOSE'] as const) : []),
]

type ClosingFields = Pick<desk.StoredDelivery, 'closedAt' | 'closedBy' | 'closedReason'>

export const closingOf = ({ closedAt, closedBy, closedReason }: ClosingFields) =>
  closedAt && { at: closedAt, by: closedBy, reason: closedReason }

interface DeliveriesArgs extends OrderedPageArgs {
  filter?: (Omit<desk.DeliveryFilter, 'subjectId' | 'sight'> & { subject?: string | null }) | null
}

const list = async (_: unknown, args: DeliveriesArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const { subject = null, region = null, name = null, ...columns } = refuseUnstorableText(args.filter) ?? {}
  const subjectId = subject === null ? null : (parseListingUuid(subject) ?? NO_SUBJECT)
  const sight = regionBoundOf(context.viewer)
  const filter = { ...columns, ...readOperatorWords({ region, name }), subjectId, sight }
  const page = { first: readPageSize(args) + 1, after: readNumberInCursor(args.after), order: args.order ?? 'NEWEST' }
  const found = await desk.list(db, filter, page)
  return makeConnection(
    found.map((one) => deliveryView(context, one)),
    args,
    ({ cursor }) => makeCursor(cursor),
    (most) => desk.count(db, filter, most),
  )
}

export const deliveryById = async (context: GraphqlContext, id: number) => {
  const found = may(context.viewer, 'see_operations') ? await desk.byId(context.parts.db, id) : null
  const sees = await seesSubject(context, found?.subjectId ?? NO_SUBJECT)
  return found && sees ? deliveryView(context, found) : null
}

interface SettleArgs {
  id: string
  reason: string
}

const resendDelivery = (_: unknown, args: SettleArgs, context: GraphqlContext) =>
  settled(context, args, work.resendRefused, () => 'settle_delivery')

const closeDelivery = (_: unknown, args: SettleArgs, context: GraphqlContext) =>
  settled(context, args, work.closeRefused, closeAct)

const settled = async (
  context: GraphqlContext,
  args: SettleArgs,
  deed: typeof work.resendRefused,
  actOf: (delivery: desk.StoredDelivery) => Act,
) => {
  const { id, reason } = refuseUnstorableText(args)
  const { db, rules } = context.parts
  const found = await desk.byId(db, readNumberInGlobalId(id, 'Delivery') ?? 0)
  if (found === null) throw new Refusal('DELIVERY_UNKNOWN')
  requireAct(context.viewer, actOf(found))
  await deed(db, rules, { delivery: found.id, reason, by: getSubOfViewer(context.viewer), now: context.now })
  renewLoaders(context)
  const after = await desk.byId(db, found.id)
  if (after === null) throw new Error(`delivery ${found.id} is gone`)
  return deliveryView(context, after)
}

export const getSubOfViewer = ({ sub }: Viewer): string => sub ?? ''

export const deliveryResolvers = {
  Query: { deliveries: list },
  Mutation: { resendDelivery, closeDelivery },
  Listing: {
    deliveries: async ({ uuid }: { uuid: string | null }, _: unknown, context: GraphqlContext) =>
      uuid === null ? [] : (await context.load.deliveries(uuid)).map((one) => deliveryView(context, one)),
  },
}
