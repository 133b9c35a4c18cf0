import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { readHead } from '../../store/audit/audit-log.js'
import { findLastRelease, readHashes } from '../../store/audit/heads.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as store from '../../store/db/restored.js'
import { commitLocally } from '../../store/db/transaction.js'
import * as comparisons from '../../store/delivery/comparisons.js'
import * as states from '../../store/delivery/platform-states.js'
import * as proposals from '../../store/office/proposals.js'
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
  const open = await store.currentRestore(db)
  const causes = [
    // New deliveries soon reach the noted id, so the id alone proves nothing.
    {
      cause: 'DELIVERY_NOTED',
      isFound: sent !== null && !(await store.holdsDelivery(db, sent)),
      isLater: isNotedSince(open, sent?.at, sent?.deliveryId, open?.notedDelivery),
    },
    {
      cause: 'SNAPSHOT_NOTED',
      isFound: published !== null && published.sequence > (await store.highestSentPosition(db)).sequence,
      isLater: isNotedSince(open, published?.publishedAt, published?.sequence, open?.notedSequence),
    },
    // A found loss vouches for its server, so a further change is later.
    { cause: 'SERVER_CHANGED', isFound: await hasMoved(db), isLater: open !== null },
  ] as const
  const found = causes.filter(({ isFound }) => isFound)
  const later = found.find(({ isLater }) => isLater)
  const cause = (later ?? found[0])?.cause
  if (cause === undefined) return areAdditionsStopped(db)
  if (cause === 'SERVER_CHANGED' && (await acceptPromotion(db, notes.heads(database), context.log)))
    return areAdditionsStopped(db)
  const noted = {
    notedDelivery: sent?.deliveryId ?? null,
    notedNumber: sent?.number ?? null,
    notedSequence: published?.sequence ?? null,
  }
  const isUnchanged = ({ foundAt }: store.RestoredDatabase) => foundAt.getTime() === open?.foundAt.getTime()
  await stop(db, context, { cause, ...noted }, (now) => later !== undefined && isUnchanged(now))
  return true
}

/** A missing delivery or list noted after the finding was lost by another restore. */
const isNotedSince = (
  open: store.RestoredDatabase | null,
  at: string | undefined,
  number: number | undefined,
  known: number | null | undefined,
): boolean =>
  open !== null && at !== undefined && Date.parse(at) > open.foundAt.getTime() && (number ?? 0) > (known ?? 0)

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
 * acknowledged. What was due may have been sent.
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
  // A new installation has neither rows nor notes; rows without notes mean lost notes.
  if (heads.length === 0 && (await readHead(db)) !== null) return false
  if (heads.some(({ number, hash }) => hashes.get(number) !== hash)) return false
  await db.transaction(async (tx) => {
    await commitLocally(tx)
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
  pseudonymOf: (id: string) => string
}

/** Refusal INPUT_INVALID. */
export const declareRestored = async (
  db: Db,
  { by, reason, pseudonymOf, ...context }: RestoreDecision & RestoreContext,
): Promise<store.RestoredDatabase> => {
  const said = checkAndRedactText(reason, '理由 the reason', pseudonymOf)
  await stop(db, context, { cause: 'DECLARED', saidBy: by, said }, () => true)
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

type FoundEvidence = Pick<store.RestoreFinding, 'cause'> & Partial<store.RestoreFinding>

const FOUND_AGAIN = '提出以后又发现数据库恢复，须重新比对。The database was found restored since; compare again.'

/** `isAnother`: the database was restored again since. */
const stop = async (
  db: Db,
  { platforms, now, log }: RestoreContext,
  found: FoundEvidence,
  isAnother: (open: store.RestoredDatabase) => boolean = () => false,
): Promise<void> => {
  const had = await store.highestSentPosition(db)
  const evidence = { ...NO_EVIDENCE, ...found }
  const isExact = evidence.notedDelivery !== null
  const isNew = await db.transaction(async (tx) => {
    // The commit of a person's declaration waits for a standby.
    if (evidence.saidBy === null) await commitLocally(tx)
    await proposals.lockOffice(tx)
    const open = await store.currentRestore(tx)
    const isNew = open === null || isAnother(open)
    const made = { ...evidence, foundAt: now, hadDelivery: had.deliveryId, hadSequence: had.sequence }
    await (open !== null && isNew ? store.addLaterFinding(tx, { ...made, id: open.id }) : store.addRestore(tx, made))
    // New removals are numbered above all that platforms hold.
    const noted = evidence.notedNumber ?? 0
    const floor = isExact ? noted : Math.max(await store.highestDeliveryNumber(tx), noted) + UNNOTED_NUMBERS
    if (isExact || isNew)
      await store.raiseSequenceFloors(
        tx,
        platforms.map((platform) => ({ platform, floor })),
      )
    if (isNew) {
      await store.markQueuedAsTried(tx)
      await store.vouchForServer(tx, { only: 'ALWAYS' })
      await proposals.refuseWaiting(tx, 'RESTORE_RELEASE', { by: CLOCK, note: FOUND_AGAIN, at: now })
    }
    return isNew
  })
  if (isNew) log.error({ ...evidence, ...had }, 'the database is behind what has left it: additions are stopped')
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

interface ReleasableRestore {
  open: store.RestoredDatabase
  highestAt: (platform: string) => number
}

/** Refusals: NOT_RESTORED, RESTORED_NOT_COMPARED (lists platforms). */
export const lockReleasable = async (tx: Tx, configured: Iterable<string>): Promise<ReleasableRestore> => {
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
  now: Date
}

/** Resumes additions, with delivery numbers above all noted and shown. */
export const releaseRestored = async (
  tx: Tx,
  { open, highestAt }: ReleasableRestore,
  { proposedBy, by, reason, platforms, now }: ConfirmedRelease,
): Promise<void> => {
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
