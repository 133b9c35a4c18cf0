import {
  deliveryRequiredBy,
  type Notice,
  type NoticeAction,
  type PriorDelivery,
} from '../../domain/delivery/delivery.js'
import { entryRemoval } from '../../domain/delivery/entry-notice.js'
import { checkedText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as deliveries from '../../store/delivery/deliveries.js'
import * as desk from '../../store/delivery/delivery-desk.js'
import * as platformStates from '../../store/delivery/platform-states.js'
import * as listings from '../../store/listing/listings.js'
import { listKindOf, type WorkRules } from '../calendar/rules.js'
import { noticesOfSubjects } from './in-force.js'

const NO_LONGER_SHOWN = '不再公示'

export interface DeliveryDecision {
  delivery: number
  reason: string
  by: string
  now: Date
}

/**
 * Queues the current content, or a removal when the entry is no longer public. The delivery number changes only when
 * the platform would ignore the old one. Refusals: DELIVERY_UNKNOWN, DELIVERY_NOT_REFUSED, INPUT_INVALID, RUN_BUSY.
 */
export const resendRefused = (db: Db, rules: WorkRules, made: DeliveryDecision): Promise<void> =>
  settle(db, rules, made, 'RESEND', async (tx, refused, listing) => {
    const fresh = await freshOf(tx, rules, refused)
    if (fresh === null) return withdraw(tx, rules, refused, listing, made)
    const number = await numberOf(tx, refused)
    await desk.resend(tx, refused.id, { number, notice: { ...fresh, sequence: number } }, made.now)
  })

/** A null `action` means that nothing would be sent. */
export const previewResend = async (
  db: Db,
  rules: WorkRules,
  refused: desk.StoredDelivery,
): Promise<{ action: NoticeAction | null; notice: Notice | null }> => {
  const fresh = await freshOf(db, rules, refused)
  if (fresh !== null) return { action: fresh.action, notice: fresh }
  const earlier = await desk.earlierMessagesOf(db, refused.platform, [refused.subjectId])
  return { action: deliveryRequiredBy('REMOVE', earlier).owe, notice: null }
}

/** Refusals: DELIVERY_UNKNOWN, DELIVERY_NOT_REFUSED, INPUT_INVALID, RUN_BUSY. */
export const closeRefused = (db: Db, rules: WorkRules, made: DeliveryDecision): Promise<void> =>
  settle(db, rules, made, 'CLOSE', async (tx, refused, _, reason) => {
    await desk.closeDeliveries(tx, [refused.id], { by: made.by, at: made.now, reason })
    await addInstead(tx, refused, made.now)
  })

const addInstead = async (tx: Tx, closed: desk.StoredDelivery, now: Date): Promise<void> => {
  const all = await desk.earlierMessagesOf(tx, closed.platform, [closed.subjectId])
  const next = all.find(({ number }) => number > closed.number)
  if (next?.state !== 'OWED' || next.attempts > 0 || next.action !== 'CHANGE') return
  if (asChange(all, next.number) === 'CHANGE') return
  const waiting = await desk.byNumber(tx, closed, next.number)
  if (waiting !== null)
    await desk.resend(tx, waiting.id, { number: next.number, notice: { ...waiting.notice, action: 'ADD' } }, now)
}

const asChange = (all: readonly (PriorDelivery & { number: number })[], number: number): NoticeAction =>
  deliveryRequiredBy(
    'CHANGE',
    all.filter((row) => row.number < number),
  ).owe ?? 'ADD'

type SettlementAction = (
  tx: Tx,
  refused: desk.StoredDelivery,
  listing: listings.Listing | null,
  reason: string,
) => Promise<void>

const settle = async (
  db: Db,
  rules: WorkRules,
  { delivery, by, now, ...made }: DeliveryDecision,
  act: desk.DeliveryAct['act'],
  deed: SettlementAction,
): Promise<void> => {
  const reason = checkedText(made.reason, '理由 the reason', rules.mark)
  await inTransaction(db, 'settle', async (tx) => {
    const stored = await desk.byId(tx, delivery)
    if (stored === null) throw new Refusal('DELIVERY_UNKNOWN')
    // Lock order: the listing before its delivery, as in every move.
    const listing = stored.kind === 'listing' ? await listings.lockForMove(tx, stored.subjectId) : null
    const refused = await desk.lockById(tx, delivery)
    if (refused?.state !== 'REFUSED') throw new Refusal('DELIVERY_NOT_REFUSED', { state: refused?.state ?? '—' })
    await deed(tx, refused, listing, reason)
    await desk.recordActs(tx, [{ deliveryId: delivery, act, by, at: now, reason, receipt: refused.receipt }])
  })
}

/** Returns null when the entry is no longer public. Removals, and records without a current notice, keep the refused text. */
const freshOf = async (tx: Db | Tx, rules: WorkRules, refused: desk.StoredDelivery): Promise<Notice | null> => {
  const { kind, number, notice, subjectId } = refused
  if (refused.action === 'REMOVE') return notice
  const action =
    refused.action === 'ADD' ? 'ADD' : asChange(await desk.earlierMessagesOf(tx, refused.platform, [subjectId]), number)
  const [standing] = await noticesOfSubjects(tx, rules, [subjectId])
  if (standing !== undefined) return { ...standing.notice, sequence: number, action } as Notice
  return kind === 'listing' ? null : { ...notice, action }
}

/**
 * Keeps the number when later deliveries are queued. A new number exceeds all that the platform may have received
 * before a restore. Takes no locks: a merge may wait for this transaction.
 */
const numberOf = async (tx: Tx, { platform, subjectId, number }: desk.StoredDelivery): Promise<number> => {
  const last = (await desk.earlierMessagesOf(tx, platform, [subjectId])).at(-1)?.number ?? number
  return last > number ? number : Math.max(number, (await floorOf(tx, platform)) + 1)
}

const floorOf = async (tx: Tx, platform: string): Promise<number> =>
  (await platformStates.sequenceFloors(tx)).get(platform) ?? 0

const withdraw = async (
  tx: Tx,
  rules: WorkRules,
  { platform, kind, subjectId, notice }: desk.StoredDelivery,
  listing: listings.Listing | null,
  { now }: DeliveryDecision,
): Promise<void> => {
  const earlier = (await deliveries.earlierDeliveries(tx, [subjectId])).filter((row) => row.platform === platform)
  const { owe, fold } = deliveryRequiredBy('REMOVE', earlier)
  if (fold !== 'nothing') await deliveries.foldEarlier(tx, [{ subjectId, platform, what: fold }])
  if (owe === null) return
  const today = shanghaiDate(now)
  const removal = (listing && entryRemoval(listKindOf(rules, listing.list), listing, { on: today })) ?? {
    reason: 'WITHDRAWN',
    reasonText: NO_LONGER_SHOWN,
    documentNumber: null,
    removedOn: today,
  }
  const number = Math.max(earlier.at(-1)?.number ?? 0, await floorOf(tx, platform)) + 1
  const removing = { ...notice, sequence: number, action: owe, removal } as Notice
  await deliveries.addOwed(tx, [{ platform, kind, subjectId, number, action: owe, notice: removing, dueAt: now }])
}
