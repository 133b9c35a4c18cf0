import { writtenText } from '../../domain/records/written-text.js'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as store from '../../store/db/restored.js'
import * as comparisons from '../../store/delivery/comparisons.js'
import * as states from '../../store/delivery/platform-states.js'
import type { Notes } from '../audit/restore-guard.js'

/**
 * Where no note says which numbers were sent, so many above all that are known are passed over: a subject is told of a handful of
 * times, and a platform takes a number that it has had for a repeat.
 */
const UNNOTED_NUMBERS = 1_000

/** The gate of additions and changes; removals pass. */
export const additionsStopped = async (db: Db | Tx): Promise<boolean> => !(await store.mayList(db))

export interface Noticing {
  notes: Pick<Notes, 'published' | 'sent'>
  /** Ids of all platforms. */
  platforms: readonly string[]
  now: Date
  log: Log
}

/** Compares the notes with the database; at start, before a push and before a publication. True: additions are stopped. */
export const notice = async (db: Db, { notes, platforms, now, log }: Noticing): Promise<boolean> => {
  const database = await store.identity(db)
  const had = await store.reached(db)
  const sent = notes.sent(database)
  const published = ownPublication(notes, database)
  // Not by the highest id alone: new deliveries soon pass the noted one.
  const sentAhead = sent !== null && !(await store.holds(db, sent))
  const publishedAhead = published !== null && published.sequence > had.sequence
  const moved = await hasMoved(db)
  if (!sentAhead && !publishedAhead && !moved) return additionsStopped(db)
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
 * Whether the database is on another server than the one for which it was vouched: a promoted standby, or a copy restored elsewhere.
 * Whatever was acknowledged last may be missing there. The first start vouches for the server that it finds.
 */
const hasMoved = async (db: Db): Promise<boolean> => {
  const { now, vouched } = await store.servers(db)
  if (vouched !== null)
    return now.timeline !== null && (now.timeline !== vouched.timeline || now.system !== vouched.system)
  await store.vouch(db, { only: 'FIRST' })
  return false
}

/** Notes of before databases had an identity are this one's. */
const ownPublication = (notes: Noticing['notes'], database: string) => {
  const published = notes.published()
  return published === null || (published.database ?? database) === database ? published : null
}

const NOBODY = { saidBy: null, said: null, platform: null }

/**
 * A platform shows, or says that it holds, what the database has not told it yet. One platform's word holds additions to that
 * platform alone, for a person to look at; that of a second one says that the database is behind.
 */
export const shownAhead = async (
  db: Db,
  { highest, ...of }: { platform: string; platforms: readonly string[]; highest: number; now: Date; log: Log },
): Promise<void> => {
  const others = await db.transaction((tx) => holdPlatform(tx, { ...of, highest }))
  if (others === 0 && !(await additionsStopped(db))) {
    of.log.error({ platform: of.platform, highest }, 'a platform shows more than it was told: additions to it are held')
    return
  }
  const had = await store.reached(db)
  const evidence = { cause: 'SHOWN' as const, notedDelivery: null, notedNumber: highest, notedSequence: null }
  await stop(db, { ...NOBODY, ...evidence, ...of, exact: false, had })
}

/** Who holds a platform that shows more than it was told. */
const CLOCK = 'clock'

/** Pauses the platform and passes over what it may hold; gives how many others are held for the same. */
const holdPlatform = async (
  tx: Tx,
  { platform, highest, now }: { platform: string; highest: number; now: Date },
): Promise<number> => {
  const floor = Math.max(await store.highestNumber(tx), highest) + UNNOTED_NUMBERS
  await store.raiseFloors(tx, [{ platform, floor }])
  const reason = `该平台展示的序号 ${highest} 大于报送过的。It shows number ${highest}, above all that it was told.`
  const act = { platform, act: 'PAUSE' as const, by: CLOCK, at: now, reason }
  if (await states.pause(tx, act)) await states.record(tx, act)
  return (await states.pausedBy(tx, CLOCK)).filter((one) => one !== platform).length
}

/** A platform has answered to what it was told that it holds something later, and the database knows of nothing later. */
export const receiptsAhead = async (
  db: Db,
  {
    deliveryIds,
    ...of
  }: { platform: string; platforms: readonly string[]; deliveryIds: readonly number[]; now: Date; log: Log },
): Promise<void> => {
  const number = await store.overtaken(db, of.platform, deliveryIds)
  if (number !== null) await shownAhead(db, { ...of, highest: number })
}

/** By a person who has restored it and whose notes are lost. Refusal INPUT_INVALID for a reason that says nothing. */
export const declare = async (
  db: Db,
  { by, reason, mark, ...of }: Omit<Releasing, 'configured'> & { log: Log },
): Promise<store.Restored> => {
  const had = await store.reached(db)
  const said = writtenText(reason, '理由 the reason', mark)
  const evidence = { cause: 'DECLARED' as const, notedDelivery: null, notedNumber: null, notedSequence: null }
  await stop(db, { ...evidence, saidBy: by, said, platform: null, exact: false, had, ...of })
  const open = await store.open(db)
  if (open === null) throw new Refusal('NOT_RESTORED')
  return open
}

type Stopping = Omit<store.Evidence, 'foundAt' | 'hadDelivery' | 'hadSequence'> & {
  had: store.Reached
  platforms: readonly string[]
  /** A note says the largest number that was sent. */
  exact: boolean
  now: Date
  log: Log
}

const stop = async (db: Db, { had, platforms, exact, now, log, ...evidence }: Stopping): Promise<void> => {
  const fresh = await db.transaction(async (tx) => {
    const made = { ...evidence, foundAt: now, hadDelivery: had.deliveryId, hadSequence: had.sequence }
    const first = await store.stop(tx, made)
    // Removals go on, and what they are numbered by must be above what the platforms hold.
    const floor = exact
      ? (evidence.notedNumber ?? 0)
      : Math.max(await store.highestNumber(tx), evidence.notedNumber ?? 0) + UNNOTED_NUMBERS
    if (exact || first)
      await store.raiseFloors(
        tx,
        platforms.map((platform) => ({ platform, floor })),
      )
    if (first) await store.mayHaveBeenSent(tx)
    return first
  })
  if (fresh) log.error({ ...evidence, ...had }, 'the database is behind what has left it: additions are stopped')
}

/** Whether it is restored and this platform was not looked at since. */
export const waitsFor = async (db: Db, platform: string): Promise<boolean> => {
  const open = await store.open(db)
  return open !== null && !(await comparisons.since(db, open.foundAt)).has(platform)
}

export interface Standing extends store.Restored {
  /** Of the configured platforms, when each was well compared with since; null: it was not, or it was an outage. */
  compared: { platform: string; at: Date | null }[]
}

export const standing = async (db: Db | Tx, open: store.Restored, configured: Iterable<string>): Promise<Standing> => {
  const since = await comparisons.since(db, open.foundAt)
  return { ...open, compared: [...configured].map((platform) => ({ platform, at: since.get(platform)?.good ?? null })) }
}

export interface Releasing {
  by: string
  reason: string
  mark: (id: string) => string
  /** Ids of platforms that have an address; and of all. */
  configured: Iterable<string>
  platforms: readonly string[]
  now: Date
}

/**
 * Additions go on, numbered above all that was noted and shown. Refusals: NOT_RESTORED; RESTORED_NOT_COMPARED with the platforms
 * that were not well compared with since; INPUT_INVALID for a reason that says nothing.
 */
export const release = async (db: Db, given: Releasing): Promise<store.Restored> => {
  const reason = writtenText(given.reason, '理由 the reason', given.mark)
  const { by, configured, platforms, now } = given
  return db.transaction(async (tx) => {
    const open = await store.openForRelease(tx)
    if (open === null) throw new Refusal('NOT_RESTORED')
    const { compared } = await standing(tx, open, configured)
    const missing = compared.flatMap(({ platform, at }) => (at === null ? [platform] : []))
    if (missing.length > 0) throw new Refusal('RESTORED_NOT_COMPARED', { platforms: missing.join(' ') })
    const since = await comparisons.since(tx, open.foundAt)
    const floorOf = (platform: string) => Math.max(open.notedNumber ?? 0, since.get(platform)?.highest ?? 0)
    await store.raiseFloors(
      tx,
      platforms.map((platform) => ({ platform, floor: floorOf(platform) })),
    )
    await store.release(tx, { id: open.id, by, reason, now })
    await store.vouch(tx, { only: 'ALWAYS' })
    for (const platform of await states.pausedBy(tx, CLOCK)) {
      await states.resume(tx, platform)
      await states.record(tx, { platform, act: 'RESUME', by, at: now, reason })
    }
    return { ...open, releasedAt: now, releasedBy: by, releasedReason: reason }
  })
}
