import type { EntryNotice, Notice, SubjectKind } from '../../domain/delivery/delivery.js'
import { entryNotice, entryRemoval } from '../../domain/delivery/entry-notice.js'
import { isRefusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as comparisons from '../../store/delivery/comparisons.js'
import * as deliveries from '../../store/delivery/deliveries.js'
import * as platformStates from '../../store/delivery/platform-states.js'
import * as checks from '../../store/delivery/removal-checks.js'
import * as listings from '../../store/listing/listings.js'
import * as operators from '../../store/operators/operators.js'
import { listKindOf, type WorkRules } from '../calendar/rules.js'
import { noticesOfSubjects } from './in-force.js'

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

/**
 * Queues a removal. Returns false when a delivery is open, the entry is in force again, or an officer closed the
 * removal.
 */
export const queueRemoval = (db: Db, one: ExaminedSubject, by: SettleContext): Promise<boolean> =>
  inTurn(db, (tx) => removeWithin(tx, one, by))

const removeWithin = async (
  tx: Tx,
  one: ExaminedSubject,
  by: SettleContext,
  before: () => Promise<void> = async () => {},
): Promise<boolean> => {
  const listing = one.kind === 'listing' ? await listings.lockForMove(tx, one.key) : null
  const all = await unmoved(tx, one, by)
  if (all === null || isClosedRemoval(all.at(-1))) return false
  if ((await listings.publicBodies(tx, [one.key])).has(one.key)) return false
  const notice = await removalNotice(tx, one, listing, by)
  if (notice === null) return false
  await before()
  await owe(tx, { ...notice, action: 'REMOVE' }, one, by)
  return true
}

/** Queues a removal like `queueRemoval` and settles the removal check of `delivery` as SHOWN. */
export const queueRemovalOfShown = (
  db: Db,
  one: ExaminedSubject,
  delivery: number,
  by: SettleContext,
): Promise<boolean> =>
  inTurn(db, (tx) => removeWithin(tx, one, by, () => checks.settleChecks(tx, [delivery], 'SHOWN', by.now)))

/** Queues a change; an ended record gets its last notice. Returns false when a delivery is open. */
export const queueChange = (db: Db, one: ExaminedSubject, by: SettleContext): Promise<boolean> =>
  inTurn(db, async (tx) => {
    if (one.kind === 'listing') await listings.lockForMove(tx, one.key)
    if ((await unmoved(tx, one, by)) === null) return false
    const [standing] = await noticesOfSubjects(tx, by.rules, [one.key])
    const last = one.kind === 'listing' ? null : await comparisons.lastNotice(tx, by.platform, one.key)
    const notice = standing?.notice ?? last
    if (notice == null) return false
    await owe(tx, { ...notice, action: 'CHANGE', removal: null } as Notice, one, by)
    return true
  })

/**
 * Queues an addition. Returns false when a delivery is open, the subject is no longer in force, or an officer closed
 * the addition.
 */
export const queueAddition = (db: Db, one: ExaminedSubject, by: SettleContext): Promise<boolean> =>
  inTurn(db, async (tx) => {
    if (one.kind === 'listing') await listings.lockForMove(tx, one.key)
    const all = await unmoved(tx, one, by)
    if (all === null || all.findLast(({ state }) => state !== 'FOLDED')?.state === 'CLOSED') return false
    const [standing] = await noticesOfSubjects(tx, by.rules, [one.key])
    if (standing === undefined) return false
    await owe(tx, { ...standing.notice, action: 'ADD', removal: null } as Notice, one, by)
    return true
  })

const isClosedRemoval = (last: deliveries.EarlierDelivery | undefined): boolean =>
  last?.action === 'REMOVE' && last.state === 'CLOSED'

/** Runs `act` in a transaction. Returns false on a lock conflict; the next run tries again. */
const inTurn = async (db: Db, act: (tx: Tx) => Promise<boolean>): Promise<boolean> => {
  try {
    return await inTransaction(db, 'settle', act)
  } catch (error) {
    if (isRefusal(error) && error.code === 'RUN_BUSY') return false
    throw error
  }
}

/** Returns null when the subject's deliveries changed since the comparison, or one is open. */
const unmoved = async (
  tx: Tx,
  { key, highest }: ExaminedSubject,
  { platform }: SettleContext,
): Promise<deliveries.EarlierDelivery[] | null> => {
  const all = (await deliveries.earlierDeliveries(tx, [key])).filter((row) => row.platform === platform)
  const same = (all.at(-1)?.number ?? 0) === highest
  return same && all.every(({ state }) => state !== 'OWED' && state !== 'REFUSED') ? all : null
}

const removalNotice = async (
  tx: Tx,
  { key }: ExaminedSubject,
  listing: listings.Listing | null,
  by: SettleContext,
): Promise<Notice | null> => {
  const last = await comparisons.lastNotice(tx, by.platform, key)
  if (last?.removal) return last
  const removal = (listing && endOf(listing, by)) ?? notInForce(by)
  if (last !== null) return { ...last, removal }
  const operator = listing && (await operators.byIds(tx, [listing.operatorId])).get(listing.operatorId)
  if (!listing || !operator) return null
  return {
    ...entryNotice(listKindOf(by.rules, listing.list), listing, operator, removal, undefined),
    sequence: 0,
    action: 'REMOVE',
  }
}

const endOf = (listing: listings.Listing, { rules, now }: SettleContext): EntryNotice['removal'] => {
  const today = shanghaiDate(now)
  const on = listing.facts.hiding?.on ?? listing.removedOn ?? today
  return entryRemoval(listKindOf(rules, listing.list), listing, { on })
}

const notInForce = ({ now }: SettleContext): NonNullable<EntryNotice['removal']> => ({
  reason: 'NOT_IN_FORCE',
  reasonText: '不在公示',
  documentNumber: null,
  removedOn: shanghaiDate(now),
})

/** Queues `notice` with a number above all that the platform was sent, shows, or may have received before a restore. */
const owe = async (
  tx: Tx,
  notice: Notice,
  { key, kind, highest, shown }: ExaminedSubject,
  { platform, now }: SettleContext,
): Promise<void> => {
  const floor = (await platformStates.sequenceFloors(tx)).get(platform) ?? 0
  const number = Math.max(highest, shown?.sequence ?? 0, floor) + 1
  const { action } = notice
  await deliveries.addOwed(tx, [
    { platform, kind, subjectId: key, number, action, notice: { ...notice, sequence: number }, dueAt: now },
  ])
}
