import type { SubjectKind, UnnumberedNotice } from '../../domain/delivery/delivery.js'
import { makeEntryNotice } from '../../domain/delivery/entry-notice.js'
import { isRefusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as comparisons from '../../store/delivery/comparisons.js'
import * as deliveries from '../../store/delivery/deliveries.js'
import * as checks from '../../store/delivery/removal-checks.js'
import * as listings from '../../store/listing/listings.js'
import * as operators from '../../store/operators/operators.js'
import { findListKind, type WorkRules } from '../calendar/rules.js'
import { noticesOfSubjects, removalOfEntry } from './in-force.js'
import { removalOfRecord } from './published-records.js'

export interface SettleContext {
  platform: string
  name: string
  rules: WorkRules
  now: Date
  log: Log
}

export interface ExaminedSubject {
  key: string
  kind: SubjectKind
  highest: number
  shown: { sequence: number | null } | undefined
}

type Message = Pick<deliveries.NewDelivery, 'action' | 'notice'>

type MessageFor = (
  tx: Tx,
  listing: listings.Listing | null,
  earlier: readonly deliveries.EarlierDelivery[],
) => Promise<Message | null>

/** False when no message is needed or possible; the next run tries again. */
const queueMessage = async (
  db: Db,
  { key, kind, highest, shown }: ExaminedSubject,
  { platform, now }: SettleContext,
  messageFor: MessageFor,
): Promise<boolean> => {
  try {
    return await inTransaction(db, 'settle', async (tx) => {
      const listing = kind === 'listing' ? await listings.lockForMove(tx, key) : null
      const earlier = await deliveries.earlierDeliveries(tx, [key], { platform, lock: true })
      if ((earlier.at(-1)?.number ?? 0) !== highest) return false
      if (earlier.some(({ state }) => state === 'OWED' || state === 'REFUSED')) return false
      const message = await messageFor(tx, listing, earlier)
      if (message === null) return false
      const above = shown?.sequence ?? null
      await deliveries.addOwed(tx, [{ platform, kind, subjectId: key, ...message, above, dueAt: now }])
      return true
    })
  } catch (error) {
    if (isRefusal(error) && error.code === 'RUN_BUSY') return false
    throw error
  }
}

/** None when the entry is in force again, or an officer closed its last removal. */
export const queueRemoval = (db: Db, one: ExaminedSubject, by: SettleContext): Promise<boolean> =>
  queueMessage(db, one, by, removalOf(one, by))

export const queueRemovalOfShown = (
  db: Db,
  one: ExaminedSubject,
  delivery: number,
  by: SettleContext,
): Promise<boolean> =>
  queueMessage(db, one, by, async (tx, listing, earlier) => {
    const message = await removalOf(one, by)(tx, listing, earlier)
    if (message !== null) await checks.settleChecks(tx, [delivery], 'SHOWN', by.now)
    return message
  })

const removalOf =
  (one: ExaminedSubject, by: SettleContext): MessageFor =>
  async (tx, listing, earlier) => {
    const last = earlier.at(-1)
    if (last?.action === 'REMOVE' && last.state === 'CLOSED') return null
    if ((await listings.readPublicEntries(tx, [one.key])).has(one.key)) return null
    const notice = await removalNotice(tx, one, listing, by)
    return notice && { action: 'REMOVE', notice }
  }

export const queueChange = (db: Db, one: ExaminedSubject, by: SettleContext): Promise<boolean> =>
  queueMessage(db, one, by, async (tx) => {
    const [standing] = await noticesOfSubjects(tx, by.rules, [one.key])
    const last = one.kind === 'listing' ? null : await comparisons.readLastNotice(tx, by.platform, one.key)
    const notice = standing?.notice ?? last
    return notice && { action: 'CHANGE', notice: { ...notice, removal: null } }
  })

export const queueAddition = (db: Db, one: ExaminedSubject, by: SettleContext): Promise<boolean> =>
  queueMessage(db, one, by, async (tx, _, earlier) => {
    if (earlier.findLast(({ state }) => state !== 'FOLDED')?.state === 'CLOSED') return null
    const [standing] = await noticesOfSubjects(tx, by.rules, [one.key])
    return standing === undefined ? null : { action: 'ADD', notice: standing.notice }
  })

const removalNotice = async (
  tx: Tx,
  { key }: ExaminedSubject,
  listing: listings.Listing | null,
  by: SettleContext,
): Promise<UnnumberedNotice | null> => {
  const last = await comparisons.readLastNotice(tx, by.platform, key)
  const present = await (listing === null
    ? removalOfRecord(tx, key, shanghaiDate(by.now))
    : removalOfEntry(tx, by.rules, listing))
  const isTold = listing === null && (present === null || present.reason === last?.removal?.reason)
  const removal = (isTold ? last?.removal : present) ?? notInForce(by)
  if (last !== null) return { ...last, removal }
  const operator = listing && (await operators.operatorsById(tx, [listing.operatorId])).get(listing.operatorId)
  if (!listing || !operator) return null
  return makeEntryNotice(findListKind(by.rules, listing.list), listing, operator, removal, undefined)
}

const notInForce = ({ now }: SettleContext): NonNullable<UnnumberedNotice['removal']> => ({
  reason: 'NOT_IN_FORCE',
  reasonText: '不在公示',
  documentNumber: null,
  removedOn: shanghaiDate(now),
})
