/** The retraction ledger: per removal every platform that may have got the entry, and whether all of them are done with it. */
import { writtenText } from '../../domain/records/written-text.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as desk from '../../store/delivery/delivery-desk.js'
import * as store from '../../store/delivery/retractions.js'
import { type Hearer, ofRetractions } from '../../store/standing/seller-removals.js'
import type { Rules } from '../calendar/rules.js'

export interface Retracted extends store.Retraction {
  receivers: store.Receiver[]
  /** Marketplaces that have the seller on their list, and hear of it beside the platforms. */
  hearers: Hearer[]
  /** Every receiver has confirmed and shows the entry no more, or an officer has closed the rest, or the entry stands again. */
  done: boolean
}

/** Newest first; `after` is the last that was seen. */
export const retractions = async (
  db: Db,
  filter: store.Filter,
  page: { first: number; after: store.RetractionKey | null },
): Promise<Retracted[]> => {
  const found = await store.list(db, filter, page)
  const keys = found.map(({ at, subjectId }) => ({ at, subjectId }))
  const [receivers, hearers] = await Promise.all([store.receivers(db, keys), ofRetractions(db, keys)])
  const isOf = (one: store.RetractionKey) => (each: store.RetractionKey) =>
    each.at === one.at && each.subjectId === one.subjectId
  return found.map((one) => {
    const own = receivers.filter(isOf(one))
    return {
      ...one,
      receivers: own,
      hearers: hearers.filter(isOf(one)),
      done: own.every(({ state, check }) => state !== 'OWED' && state !== 'REFUSED' && check !== 'DUE'),
    }
  })
}

/**
 * A named officer closes what a platform has not confirmed: it is told no more. Refusals: RETRACTION_UNKNOWN where no removal of
 * the subject waits there, INPUT_INVALID.
 */
export const closeRetraction = async (
  db: Db,
  rules: Rules,
  {
    subjectId,
    platform,
    by,
    now,
    ...made
  }: { subjectId: string; platform: string; reason: string; by: string; now: Date },
): Promise<void> => {
  const reason = writtenText(made.reason, '理由 the reason', rules.mark)
  await db.transaction(async (tx) => {
    const open = await desk.openRemovals(tx, subjectId, platform)
    if (open.length === 0) throw new Refusal('RETRACTION_UNKNOWN')
    await desk.close(
      tx,
      open.map(({ id }) => id),
      { by, at: now, reason },
    )
    await desk.record(
      tx,
      open.map(({ id, receipt }) => ({ deliveryId: id, act: 'CLOSE' as const, by, at: now, reason, receipt })),
    )
  })
}
