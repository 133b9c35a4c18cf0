import { checkedText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as store from '../../store/db/restored.js'
import * as comparisons from '../../store/delivery/comparisons.js'
import * as states from '../../store/delivery/platform-states.js'
import type { RestoreNotes } from '../audit/restore-guard.js'

/** Without a note of what was sent, this many delivery numbers are skipped: platforms ignore repeated ones. */
const UNNOTED_NUMBERS = 1_000

export const areAdditionsStopped = async (db: Db | Tx): Promise<boolean> => !(await store.mayList(db))

export interface RestoreCheckOptions {
  notes: Pick<RestoreNotes, 'published' | 'sent'>
  platforms: readonly string[]
  now: Date
  log: Log
}

/** Detects a restored database. Returns true when additions are stopped. */
export const detectRestore = async (db: Db, { notes, platforms, now, log }: RestoreCheckOptions): Promise<boolean> => {
  const database = await store.databaseIdentity(db)
  const had = await store.highestSentPosition(db)
  const sent = notes.sent(database)
  const published = ownPublication(notes, database)
  // New deliveries soon reach the noted id, so the id alone proves nothing.
  const sentAhead = sent !== null && !(await store.holdsDelivery(db, sent))
  const publishedAhead = published !== null && published.sequence > had.sequence
  const moved = await hasMoved(db)
  if (!sentAhead && !publishedAhead && !moved) return areAdditionsStopped(db)
  const evidence = {
    cause: sentAhead
      ? ('DELIVERY_NOTED' as const)
      : publishedAhead
        ? ('SNAPSHOT_NOTED' as const)
        : ('SERVER_CHANGED' as const),
    notedDelivery: sent?.deliveryId ?? null,
    notedNumber: sent?.number ?? null,
    notedSequence: published?.sequence ?? null,
  }
  await stop(db, { ...NOBODY, ...evidence, exact: sent !== null, had, platforms, now, log })
  return true
}

/**
 * True when the database runs on another server, which may lack the last transactions. The first start accepts the
 * current server.
 */
const hasMoved = async (db: Db): Promise<boolean> => {
  const { now, vouched } = await store.presentAndVouchedServer(db)
  if (vouched !== null)
    return now.timeline !== null && (now.timeline !== vouched.timeline || now.system !== vouched.system)
  await store.vouchForServer(db, { only: 'FIRST' })
  return false
}

/** A note of an early release without an identity belongs to this database. */
const ownPublication = (notes: RestoreCheckOptions['notes'], database: string) => {
  const published = notes.published()
  return published === null || (published.database ?? database) === database ? published : null
}

const NOBODY = { saidBy: null, said: null, platform: null }

/** A platform that shows a number never sent is paused; a second such platform stops all additions. */
export const notePlatformAhead = async (
  db: Db,
  { highest, ...of }: { platform: string; platforms: readonly string[]; highest: number; now: Date; log: Log },
): Promise<void> => {
  const others = await db.transaction((tx) => holdPlatform(tx, { ...of, highest }))
  if (others === 0 && !(await areAdditionsStopped(db))) {
    of.log.error({ platform: of.platform, highest }, 'a platform shows more than it was told: additions to it are held')
    return
  }
  const had = await store.highestSentPosition(db)
  const evidence = { cause: 'SHOWN' as const, notedDelivery: null, notedNumber: highest, notedSequence: null }
  await stop(db, { ...NOBODY, ...evidence, ...of, exact: false, had })
}

const CLOCK = 'clock'

const holdPlatform = async (
  tx: Tx,
  { platform, highest, now }: { platform: string; highest: number; now: Date },
): Promise<number> => {
  await states.lockPauses(tx)
  const floor = Math.max(await store.highestDeliveryNumber(tx), highest) + UNNOTED_NUMBERS
  await store.raiseSequenceFloors(tx, [{ platform, floor }])
  const reason = `该平台展示的序号 ${highest} 大于报送过的。It shows number ${highest}, above all that it was told.`
  const act = { platform, act: 'PAUSE' as const, by: CLOCK, at: now, reason }
  if (await states.pause(tx, act)) await states.recordAct(tx, act)
  return (await states.platformsPausedBy(tx, CLOCK)).filter((one) => one !== platform).length
}

export const noteReceiptsAhead = async (
  db: Db,
  {
    deliveryIds,
    ...of
  }: { platform: string; platforms: readonly string[]; deliveryIds: readonly number[]; now: Date; log: Log },
): Promise<void> => {
  const number = await store.highestUnfollowedNumber(db, of.platform, deliveryIds)
  if (number !== null) await notePlatformAhead(db, { ...of, highest: number })
}

/** A person declares a restore that no note reveals. Refusal INPUT_INVALID for an empty reason. */
export const declareRestored = async (
  db: Db,
  { by, reason, mark, ...of }: Omit<ReleaseRestoredInput, 'configured'> & { log: Log },
): Promise<store.RestoredDatabase> => {
  const had = await store.highestSentPosition(db)
  const text = checkedText(reason, '理由 the reason', mark)
  const evidence = { cause: 'DECLARED' as const, notedDelivery: null, notedNumber: null, notedSequence: null }
  await stop(db, { ...evidence, saidBy: by, said: text, platform: null, exact: false, had, ...of })
  const open = await store.currentRestore(db)
  if (open === null) throw new Refusal('NOT_RESTORED')
  return open
}

type StopEvidence = Omit<store.RestoreEvidence, 'foundAt' | 'hadDelivery' | 'hadSequence'> & {
  had: store.SentPosition
  platforms: readonly string[]
  exact: boolean
  now: Date
  log: Log
}

const stop = async (db: Db, { had, platforms, exact, now, log, ...evidence }: StopEvidence): Promise<void> => {
  const fresh = await db.transaction(async (tx) => {
    const made = { ...evidence, foundAt: now, hadDelivery: had.deliveryId, hadSequence: had.sequence }
    const first = await store.addRestore(tx, made)
    // New removals are numbered above all that platforms hold.
    const floor = exact
      ? (evidence.notedNumber ?? 0)
      : Math.max(await store.highestDeliveryNumber(tx), evidence.notedNumber ?? 0) + UNNOTED_NUMBERS
    if (exact || first)
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
  return open !== null && !(await comparisons.latestComparisonsSince(db, open.foundAt)).has(platform)
}

export interface RestoreStatus extends store.RestoredDatabase {
  compared: { platform: string; at: Date | null }[]
}

export const restoreStatus = async (
  db: Db | Tx,
  open: store.RestoredDatabase,
  configured: Iterable<string>,
): Promise<RestoreStatus> => {
  const since = await comparisons.latestComparisonsSince(db, open.foundAt)
  return { ...open, compared: [...configured].map((platform) => ({ platform, at: since.get(platform)?.good ?? null })) }
}

export interface ReleaseRestoredInput {
  by: string
  reason: string
  mark: (id: string) => string
  configured: Iterable<string>
  platforms: readonly string[]
  now: Date
}

/**
 * Resumes additions, with numbers above all noted and shown. Refusals: NOT_RESTORED, RESTORED_NOT_COMPARED (lists
 * platforms), INPUT_INVALID.
 */
export const releaseRestored = async (db: Db, input: ReleaseRestoredInput): Promise<store.RestoredDatabase> => {
  const reason = checkedText(input.reason, '理由 the reason', input.mark)
  const { by, configured, platforms, now } = input
  return db.transaction(async (tx) => {
    const open = await store.lockForRelease(tx)
    if (open === null) throw new Refusal('NOT_RESTORED')
    const { compared } = await restoreStatus(tx, open, configured)
    const missing = compared.flatMap(({ platform, at }) => (at === null ? [platform] : []))
    if (missing.length > 0) throw new Refusal('RESTORED_NOT_COMPARED', { platforms: missing.join(' ') })
    const since = await comparisons.latestComparisonsSince(tx, open.foundAt)
    const floorOf = (platform: string) => Math.max(open.notedNumber ?? 0, since.get(platform)?.highest ?? 0)
    await store.raiseSequenceFloors(
      tx,
      platforms.map((platform) => ({ platform, floor: floorOf(platform) })),
    )
    await store.releaseRestore(tx, { id: open.id, by, reason, now })
    await store.vouchForServer(tx, { only: 'ALWAYS' })
    for (const platform of await states.platformsPausedBy(tx, CLOCK)) {
      await states.resume(tx, platform)
      await states.recordAct(tx, { platform, act: 'RESUME', by, at: now, reason })
    }
    return { ...open, releasedAt: now, releasedBy: by, releasedReason: reason }
  })
}
