import { decideRequiredDelivery, type Notice, type NoticeAction } from '../../domain/delivery/delivery.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as deliveries from '../../store/delivery/deliveries.js'
import * as desk from '../../store/delivery/delivery-desk.js'
import * as listings from '../../store/listing/listings.js'
import type { WorkRules } from '../calendar/rules.js'
import { noticesOfSubjects, removalOfEntry } from './in-force.js'
import { queueForPlatforms } from './outbox.js'

const NO_LONGER_SHOWN = '不再公示'

interface DeliveryDecision {
  delivery: number
  reason: string
  by: string
  now: Date
}

/**
 * The delivery number changes only when the platform would ignore the old one. Refusals: DELIVERY_UNKNOWN,
 * DELIVERY_NOT_REFUSED, INPUT_INVALID, RUN_BUSY.
 */
export const resendRefused = (db: Db, rules: WorkRules, made: DeliveryDecision): Promise<void> =>
  settle(db, rules, made, 'RESEND', async (tx, refused, listing) => {
    const fresh = await freshOf(tx, rules, refused)
    if (fresh === null) await withdraw(tx, rules, refused, listing, made)
    else await deliveries.requeue(tx, refused.id, { action: fresh.action, notice: fresh }, made.now)
  })

/** A null `action` means that nothing would be sent. */
export const previewResend = async (
  db: Db,
  rules: WorkRules,
  refused: desk.StoredDelivery,
): Promise<{ action: NoticeAction | null; notice: Notice | null }> => {
  const fresh = await freshOf(db, rules, refused)
  if (fresh !== null) return { action: fresh.action, notice: fresh }
  return { action: decideRequiredDelivery('REMOVE', await messagesAbout(db, refused)).owe, notice: null }
}

/**
 * A change that waits behind it becomes an addition where the platform may lack the subject. Refusals as
 * `resendRefused`.
 */
export const closeRefused = (db: Db, rules: WorkRules, made: DeliveryDecision): Promise<void> =>
  settle(db, rules, made, 'CLOSE', async (tx, refused, _, reason) => {
    await desk.closeDeliveries(tx, [refused.id], { by: made.by, at: made.now, reason })
    await turnWaitingChangeIntoAddition(tx, refused, made.now)
  })

const turnWaitingChangeIntoAddition = async (tx: Tx, closed: desk.StoredDelivery, now: Date): Promise<void> => {
  const all = await messagesAbout(tx, closed)
  const next = all.find(({ number }) => number > closed.number)
  if (next?.state !== 'OWED' || next.attempts > 0 || next.action !== 'CHANGE') return
  if (asChange(all, next.number) === 'ADD') await deliveries.requeue(tx, next.id, { action: 'ADD', notice: null }, now)
}

const messagesAbout = (
  db: Db | Tx,
  { subjectId, platform }: desk.StoredDelivery,
): Promise<deliveries.EarlierDelivery[]> => deliveries.earlierDeliveries(db, [subjectId], { platform })

const asChange = (all: readonly deliveries.EarlierDelivery[], number: number): NoticeAction =>
  decideRequiredDelivery(
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
  const reason = checkAndRedactText(made.reason, '理由 the reason', rules.pseudonymOf)
  await inTransaction(db, 'settle', async (tx) => {
    const stored = await desk.byId(tx, delivery)
    if (stored === null) throw new Refusal('DELIVERY_UNKNOWN')
    // Lock order: the listing before its delivery, as in every case transition.
    const listing = stored.kind === 'listing' ? await listings.lockForMove(tx, stored.subjectId) : null
    const refused = await desk.byId(tx, delivery, 'for update')
    if (refused?.state !== 'REFUSED') throw new Refusal('DELIVERY_NOT_REFUSED', { state: refused?.state ?? '—' })
    await deed(tx, refused, listing, reason)
    await desk.recordActs(tx, [{ deliveryId: delivery, act, by, at: now, reason, receipt: refused.receipt }])
  })
}

/**
 * Returns null when the entry is no longer public. Removals, and records without a possible notice, keep their
 * content.
 */
const freshOf = async (tx: Db | Tx, rules: WorkRules, refused: desk.StoredDelivery): Promise<Notice | null> => {
  const { kind, number, notice, subjectId } = refused
  if (refused.action === 'REMOVE') return notice
  const action = refused.action === 'ADD' ? 'ADD' : asChange(await messagesAbout(tx, refused), number)
  const [standing] = await noticesOfSubjects(tx, rules, [subjectId])
  if (standing !== undefined) return { ...standing.notice, sequence: number, action } as Notice
  return kind === 'listing' ? null : { ...notice, action }
}

const withdraw = async (
  tx: Tx,
  rules: WorkRules,
  { platform, kind, subjectId, notice }: desk.StoredDelivery,
  listing: listings.Listing | null,
  { now }: DeliveryDecision,
): Promise<void> => {
  const today = shanghaiDate(now)
  const removal = (listing && (await removalOfEntry(tx, rules, listing))) ?? {
    reason: 'WITHDRAWN',
    reasonText: NO_LONGER_SHOWN,
    documentNumber: null,
    removedOn: today,
  }
  const change = { kind, subjectId, change: 'REMOVE', notice: { ...notice, removal } } as const
  await queueForPlatforms(tx, rules, [change], now, platform)
}
