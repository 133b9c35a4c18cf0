import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { findLastRelease, readHashes } from '../../store/audit/heads.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as store from '../../store/db/restored.js'
import * as comparisons from '../../store/delivery/comparisons.js'
import * as states from '../../store/delivery/platform-states.js'
import type { HeadNotes } from '../audit/head-notes.js'
import type { RestoreNotes } from '../audit/restore-guard.js'

/** Delivery numbers skipped without a note of what was sent: platforms ignore repeated ones. */
const UNNOTED_NUMBERS = 1_000

export const areAdditionsStopped = async (db: Db | Tx): Promise<boolean> => !(await store.mayPublishList(db))

interface RestoreContext {
  platforms: readonly string[]
  now: Date
  log: Log
}

type Notes = Pick<RestoreNotes, 'published' | 'sent' | 'heads'>

export const detectRestore = async (
  db: Db,
  { notes, ...context }: RestoreContext & { notes: Notes },
): Promise<boolean> => {
  const database = await store.databaseIdentity(db)
  const sent = notes.sent(database)
  const published = ownPublication(notes, database)
  const causes: [store.RestoreEvidence['cause'], boolean][] = [
    // New deliveries soon reach the noted id, so the id alone proves nothing.
    ['DELIVERY_NOTED', sent !== null && !(await store.holdsDelivery(db, sent))],
    ['SNAPSHOT_NOTED', published !== null && published.sequence > (await store.highestSentPosition(db)).sequence],
    ['SERVER_CHANGED', await hasMoved(db)],
  ]
  const cause = causes.find(([, found]) => found)?.[0]
  if (cause === 'SERVER_CHANGED' && (await acceptPromotion(db, notes.heads(database), context.log)))
    return areAdditionsStopped(db)
  if (cause === undefined) return areAdditionsStopped(db)
  await stop(db, context, {
    cause,
    notedDelivery: sent?.deliveryId ?? null,
    notedNumber: sent?.number ?? null,
    notedSequence: published?.sequence ?? null,
  })
  return true
}

/** Another server may lack the last transactions. The first start accepts the current one. */
const hasMoved = async (db: Db): Promise<boolean> => {
  const { now, vouched } = await store.readPresentAndVouchedServer(db)
  if (vouched !== null)
    return now.timeline !== null && (now.timeline !== vouched.timeline || now.system !== vouched.system)
  await store.vouchForServer(db, { only: 'FIRST' })
  return false
}

/**
 * WAL is replayed in order: a promoted standby that holds the last noted head of the audit log holds all that was
 * acknowledged before. What was due may have been sent, as after the death of a hub.
 */
const acceptPromotion = async (db: Db, notes: HeadNotes, log: Log): Promise<boolean> => {
  const { now, vouched } = await store.readPresentAndVouchedServer(db)
  if (now.system !== vouched?.system) return false
  // Another hub, or another connection of this one, has judged it meanwhile.
  if (now.timeline === vouched.timeline) return true
  if (!isLaterTimeline(now.timeline, vouched.timeline)) return false
  const released = await findLastRelease(db)
  // A person judged what was noted before a release.
  const heads = notes.heads().filter(({ at }) => at === null || released === null || at > released)
  const numbers = heads.map(({ number }) => number)
  const hashes = await readHashes(db, numbers)
  if (heads.length === 0 || heads.some(({ number, hash }) => hashes.get(number) !== hash)) return false
  await db.transaction(async (tx) => {
    await store.markQueuedAsTried(tx)
    await store.vouchForServer(tx, { only: 'ALWAYS' })
  })
  log.warn({ from: vouched, to: now }, 'a standby was promoted that lost nothing of what was noted')
  return true
}

/** Timelines are eight hexadecimal digits. */
const isLaterTimeline = (now: string | null, before: string | null): boolean =>
  now !== null && before !== null && now > before

/** A note of an early release names no database and counts as this one's. */
const ownPublication = (notes: Notes, database: string) => {
  const published = notes.published()
  return published === null || (published.database ?? database) === database ? published : null
}

type AheadPlatform = RestoreContext & { platform: string }

export const notePlatformAhead = async (
  db: Db,
  { highest, ...of }: AheadPlatform & { highest: number },
): Promise<void> => {
  const { platform, now, log } = of
  const others = await db.transaction((tx) => holdPlatform(tx, { platform, now, highest }))
  if (others === 0 && !(await areAdditionsStopped(db)))
    log.error({ platform, highest }, 'a platform shows more than it was told: additions to it are held')
  else await stop(db, of, { cause: 'SHOWN', platform, notedNumber: highest })
}

const CLOCK = 'clock'

const holdPlatform = async (
  tx: Tx,
  { platform, highest, now }: { platform: string; highest: number; now: Date },
): Promise<number> => {
  await states.lockPauses(tx)
  const floor = Math.max(await store.highestDeliveryNumber(tx), highest) + UNNOTED_NUMBERS
  await store.raiseSequenceFloors(tx, [{ platform, floor }])
  const reason = `该平台展示的序号 ${highest} 大于推送过的。It shows number ${highest}, above all that it was told.`
  await states.pause(tx, { platform, act: 'PAUSE', by: CLOCK, at: now, reason })
  return (await states.listPlatformsPausedBy(tx, CLOCK)).filter((one) => one !== platform).length
}

export const noteReceiptsAhead = async (
  db: Db,
  { deliveryIds, ...of }: AheadPlatform & { deliveryIds: readonly number[] },
): Promise<void> => {
  const number = await store.findHighestUnfollowedNumber(db, of.platform, deliveryIds)
  if (number !== null) await notePlatformAhead(db, { ...of, highest: number })
}

interface RestoreDecision {
  by: string
  reason: string
  mark: (id: string) => string
}

export const declareRestored = async (
  db: Db,
  { by, reason, mark, ...context }: RestoreDecision & RestoreContext,
): Promise<store.RestoredDatabase> => {
  const said = checkAndRedactText(reason, '理由 the reason', mark)
  await stop(db, context, { cause: 'DECLARED', saidBy: by, said })
  const open = await store.currentRestore(db)
  if (open === null) throw new Refusal('NOT_RESTORED')
  return open
}

const NO_EVIDENCE = {
  saidBy: null,
  said: null,
  platform: null,
  notedDelivery: null,
  notedNumber: null,
  notedSequence: null,
}

type FoundEvidence = Pick<store.RestoreEvidence, 'cause'> & Partial<store.RestoreEvidence>

const stop = async (db: Db, { platforms, now, log }: RestoreContext, found: FoundEvidence): Promise<void> => {
  const had = await store.highestSentPosition(db)
  const evidence = { ...NO_EVIDENCE, ...found }
  const isExact = evidence.notedDelivery !== null
  const fresh = await db.transaction(async (tx) => {
    const made = { ...evidence, foundAt: now, hadDelivery: had.deliveryId, hadSequence: had.sequence }
    const first = await store.addRestore(tx, made)
    // New removals are numbered above all that platforms hold.
    const noted = evidence.notedNumber ?? 0
    const floor = isExact ? noted : Math.max(await store.highestDeliveryNumber(tx), noted) + UNNOTED_NUMBERS
    if (isExact || first)
      await store.raiseSequenceFloors(
        tx,
        platforms.map((platform) => ({ platform, floor })),
      )
    if (first) await store.markQueuedAsTried(tx)
    return first
  })
  if (fresh) log.error({ ...evidence, ...had }, 'the database is behind what has left it: additions are stopped')
}

export const awaitsComparison = async (db: Db, platform: string): Promise<boolean> => {
  const open = await store.currentRestore(db)
  return open !== null && !(await comparisons.readLatestComparisonsSince(db, open.foundAt)).has(platform)
}

export const listComparisonsSince = async (
  db: Db,
  { foundAt }: store.RestoredDatabase,
  configured: Iterable<string>,
): Promise<{ platform: string; at: Date | null }[]> => {
  const since = await comparisons.readLatestComparisonsSince(db, foundAt)
  return [...configured].map((platform) => ({ platform, at: since.get(platform)?.good ?? null }))
}

/** Refusals: NOT_RESTORED, RESTORED_NOT_COMPARED (lists platforms). */
export const lockReleasable = async (
  tx: Tx,
  configured: Iterable<string>,
): Promise<{ open: store.RestoredDatabase; highestAt: (platform: string) => number }> => {
  const open = await store.lockForRelease(tx)
  if (open === null) throw new Refusal('NOT_RESTORED')
  const since = await comparisons.readLatestComparisonsSince(tx, open.foundAt)
  const missing = [...configured].filter((platform) => !since.get(platform)?.good)
  if (missing.length > 0) throw new Refusal('RESTORED_NOT_COMPARED', { platforms: missing.join(' ') })
  return { open, highestAt: (platform) => Math.max(open.notedNumber ?? 0, since.get(platform)?.highest ?? 0) }
}

export interface ConfirmedRelease {
  proposedBy: string
  by: string
  reason: string
  platforms: readonly string[]
  configured: Iterable<string>
  now: Date
}

/** Resumes additions, with delivery numbers above all noted and shown. */
export const releaseRestored = async (
  tx: Tx,
  { proposedBy, by, reason, platforms, configured, now }: ConfirmedRelease,
): Promise<void> => {
  const { open, highestAt } = await lockReleasable(tx, configured)
  await store.raiseSequenceFloors(
    tx,
    platforms.map((platform) => ({ platform, floor: highestAt(platform) })),
  )
  const made = { releasedAt: now, releaseProposedBy: proposedBy, releasedBy: by, releasedReason: reason }
  await store.releaseRestore(tx, { id: open.id, ...made })
  await store.vouchForServer(tx, { only: 'ALWAYS' })
  for (const platform of await states.listPlatformsPausedBy(tx, CLOCK))
    await states.resume(tx, { platform, act: 'RESUME', by, at: now, reason })
}
