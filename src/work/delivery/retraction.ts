import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as desk from '../../store/delivery/delivery-desk.js'
import * as store from '../../store/delivery/retractions.js'
import { listRemovalListeners, type RemovalListener } from '../../store/standing/sellers.js'
import type { WorkRules } from '../calendar/rules.js'

export interface RetractionStatus extends store.RetractionRow {
  receivers: store.RemovalReceiver[]
  listeners: RemovalListener[]
  done: boolean
}

export const listRetractions = async (
  db: Db,
  rules: Pick<WorkRules, 'lists'>,
  filter: store.RetractionFilter,
  page: store.RetractionPage,
): Promise<RetractionStatus[]> => {
  const rows = await store.list(db, filter, page)
  const keys = rows.map(({ at, subjectId }) => ({ at, subjectId }))
  const [receivers, listeners] = await Promise.all([store.listReceivers(db, keys), listRemovalListeners(db, keys)])
  const isOf = (one: store.RetractionKey) => (each: store.RetractionKey) =>
    each.at === one.at && each.subjectId === one.subjectId
  return rows.map((one) => {
    const ofThis = receivers.filter(isOf(one))
    return {
      ...one,
      removal: one.untoldOf === null ? one.removal : withWords(rules, one.untoldOf, one.removal),
      receivers: ofThis,
      listeners: listeners.filter(isOf(one)),
      done:
        !one.liftsDue && ofThis.every(({ state, check }) => state !== 'OWED' && state !== 'REFUSED' && check !== 'DUE'),
    }
  })
}

const withWords = ({ lists }: Pick<WorkRules, 'lists'>, list: string, removal: store.RetractionRow['removal']) =>
  removal && {
    ...removal,
    reasonText: lists.find(({ id }) => id === list)?.removals.find(({ reason }) => reason === removal.reason)?.zh ?? '',
  }

/** Closes unconfirmed removals. Refusals: RETRACTION_UNKNOWN, INPUT_INVALID. */
export const giveUpRemovals = async (
  db: Db,
  rules: WorkRules,
  {
    subjectId,
    platform,
    by,
    now,
    ...made
  }: { subjectId: string; platform: string; reason: string; by: string; now: Date },
): Promise<void> => {
  const reason = checkAndRedactText(made.reason, '理由 the reason', rules.pseudonymOf)
  await db.transaction(async (tx) => {
    const open = await desk.listOpenRemovals(tx, subjectId, platform)
    if (open.length === 0) throw new Refusal('RETRACTION_UNKNOWN')
    await desk.closeDeliveries(
      tx,
      open.map(({ id }) => id),
      { by, at: now, reason },
    )
    await desk.recordActs(
      tx,
      open.map(({ id, receipt }) => ({ deliveryId: id, act: 'CLOSE' as const, by, at: now, reason, receipt })),
    )
  })
}
