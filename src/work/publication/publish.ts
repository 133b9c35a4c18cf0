/**
 * Publish: the public list as a numbered snapshot, chained to the one before, with the files that it is served as and their
 * signed manifest; the sequence is noted outside the database too.
 */
import { createHash } from 'node:crypto'
import { type Head, headSaid } from '../../domain/audit/audit-log.js'
import {
  dueAgain,
  FIRST_HASH,
  type FileSaid,
  FORM,
  type Manifest,
  sealed,
  validUntil,
} from '../../domain/publication/snapshot.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import { dateIn } from '../../foundation/time/dates.js'
import * as trail from '../../store/audit/audit-log.js'
import { keepSigned } from '../../store/audit/heads.js'
import * as clockDoubts from '../../store/db/clock-doubts.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as restored from '../../store/db/restored.js'
import { forgetChanges } from '../../store/publication/public-list.js'
import * as snapshots from '../../store/publication/snapshots.js'
import { alone, type Occasioned } from '../timetable/run.js'
import { atom, FEED_CHANGES, originIn } from './publish-atom.js'
import { buildEdition, closeEdition, type Edition } from './publish-edition.js'
import { ATOM } from './publish-files.js'
import type { PublishedFiles } from './published-files.js'

export interface Published {
  sequence: number
  entries: number
  added: number
  changed: number
  removed: number
  hash: string
  ms: number
}

export interface PublishOptions extends Occasioned {
  manifests: Keys['manifests']
  /** The latest instant that is certain: what is signed says no later one. `now` when absent. */
  sure?: () => Date
  /** Writes the sequence where a database restored from a backup will find itself behind. */
  note: (published: { sequence: number; hash: string; publishedAt: string }) => void
  /** The largest sequence noted there, of whichever database: it is not given again. */
  noted?: () => number
  /** Where this process serves the files from: the next edition is made of the one it holds. Absent: nothing is kept. */
  files?: Pick<PublishedFiles, 'make' | 'adopt'>
  /** Takes out what has left the list and nothing else: additions and other texts wait for the timetable. */
  removalsOnly?: boolean
}

/** Entries written at a time; where as many are put, statistics are gathered anew. */
const STEP_ENTRIES = 1_000
/** How often a snapshot is begun anew because what it takes was removed meanwhile. */
const TRIES = 5
/** SQLSTATE: another transaction changed what this one wanted to. */
const SERIALIZATION_FAILURE = '40001'

/** A list that did not change keeps its sequence. Null: another process has this occurrence of the timetable. */
export const publish = (
  db: Db,
  { note, noted, manifests, sure, files, removalsOnly = false, ...options }: PublishOptions,
): Promise<Published | null> =>
  alone(db, { ...options, job: 'publish' }, async (run) => {
    const now = run.startedAt
    const taking = { run: run.id, now, sure: sure?.() ?? now, manifests, noted: noted?.() ?? 0, files, removalsOnly }
    let edition: Edition | null = null
    const taken = undisturbed(db, async (tx) => {
      if (edition !== null) await closeEdition(edition)
      edition = null
      const made = await take(tx, taking)
      edition = made.edition
      return made.snapshot
    })
    const adopted = files?.adopt(taken.then(() => edition))
    adopted?.catch(() => undefined)
    const snapshot = await taken.catch(async (error) => {
      if (edition !== null) await closeEdition(edition)
      throw error
    })
    await adopted
    note({ sequence: snapshot.sequence, hash: snapshot.hash, publishedAt: snapshot.publishedAt.toISOString() })
    const { sequence, entries, added, changed, removed, hash } = snapshot
    Object.assign(run.counts, { sequence, entries, added, changed, removed })
    return { sequence, entries, added, changed, removed, hash, ms: run.elapsed() }
  })

/** Of one instant: moves go on beside it, and what they remove is told by its trigger to whoever reads. */
const undisturbed = async <T>(db: Db, act: (tx: Tx) => Promise<T>): Promise<T> => {
  for (let tried = 1; ; tried += 1) {
    try {
      return await db.transaction(act, { isolationLevel: 'repeatable read' })
    } catch (error) {
      if ((error as { code?: unknown }).code !== SERIALIZATION_FAILURE || tried === TRIES) throw error
    }
  }
}

interface Taking {
  run: number
  /** Decides what is in force. */
  now: Date
  /** What is signed is dated so. */
  sure: Date
  manifests: Keys['manifests']
  noted: number
  files: PublishOptions['files']
  removalsOnly: boolean
}

interface Taken {
  snapshot: snapshots.Snapshot
  /** Null: the list is the same, or its files are not kept. */
  edition: Edition | null
}

/**
 * Of a database that was restored from a backup only what left the list is published, and that is signed anew like any other
 * snapshot, so that removals go on being told; while the clock is doubted the list also only shrinks. Refusals DATABASE_RESTORED and
 * CLOCK_DOUBTED where it has never published.
 */
const take = async (tx: Tx, taking: Taking): Promise<Taken> => {
  const { run, now, sure, manifests, noted, files } = taking
  const last = await snapshots.current(tx)
  const today = dateIn(now)
  await forgetChanges(tx)
  const behind = !(await restored.mayList(tx))
  const stopped = behind || (await clockDoubts.open(tx)) !== null
  if (stopped && last === null) throw new Refusal(behind ? 'DATABASE_RESTORED' : 'CLOCK_DOUBTED')
  const changes = (await changesIn(tx, last, today, taking)).filter(({ change }) => !stopped || change === 'REMOVED')
  if (last !== null && (stopped || last.snapshot.form === FORM) && changes.length === 0) {
    await renew(tx, last, sure, manifests)
    return { snapshot: { ...last.snapshot, added: 0, changed: 0, removed: 0 }, edition: null }
  }
  const many = (change: snapshots.Change['change']) => changes.filter((row) => row.change === change).length
  const begun: snapshots.Snapshot = {
    sequence: Math.max(noted, (await restored.reached(tx)).sequence) + 1,
    previousHash: last?.snapshot.hash ?? FIRST_HASH,
    hash: '',
    entries: 0,
    added: many('ADDED'),
    changed: many('CHANGED'),
    removed: many('REMOVED'),
    // Two publications within one instant of a clock that stands still are told apart by their sequence.
    publishedAt: sure,
    form: FORM,
    origin: originIn(manifests.issuer),
    feedId: await restored.identity(tx),
    files: null,
    firstEnd: null,
  }
  await snapshots.open(tx, begun, run)
  await enter(tx, begun.sequence, today, changes)
  await snapshots.tidy(tx, begun.sequence)
  const made = { last: last?.snapshot ?? null, next: begun, changes }
  const edition = await (files?.make(tx, made) ?? counted(tx, begun))
  try {
    const done = { ...begun, ...(await described(tx, begun, edition)) }
    await snapshots.close(tx, done)
    await signAnew(tx, done, sure, manifests)
    return { snapshot: done, edition: files ? edition : null }
  } catch (error) {
    await closeEdition(edition)
    throw error
  }
}

/** A list that was never published, or in another form, is published whole whatever is asked. */
const changesIn = async (
  tx: Tx,
  last: Awaited<ReturnType<typeof snapshots.current>>,
  today: string,
  { removalsOnly }: Pick<Taking, 'removalsOnly'>,
): Promise<snapshots.Change[]> => {
  if (!removalsOnly || last === null || last.snapshot.form !== FORM) return snapshots.changes(tx, today)
  return snapshots.changes(tx, today, await snapshots.gone(tx, last.snapshot.sequence, today))
}

/** The same list, signed for another while. Nothing differs, so nothing that was forgotten is in it. */
const renew = async (
  tx: Tx,
  { snapshot, signed, forgotten }: NonNullable<Awaited<ReturnType<typeof snapshots.current>>>,
  now: Date,
  manifests: Keys['manifests'],
): Promise<void> => {
  if (forgotten) await snapshots.tidy(tx, snapshot.sequence)
  const fresh =
    signed !== null && signed.kid === manifests.kid() && !dueAgain(signed.validUntil, now, snapshot.firstEnd)
  if (!fresh || forgotten) await signAnew(tx, snapshot, now, manifests)
}

const enter = async (tx: Tx, sequence: number, today: string, changes: readonly snapshots.Change[]): Promise<void> => {
  const gone = changes.flatMap(({ listingId, change, removedOn }) =>
    change === 'REMOVED' ? [{ listingId, removedOn: removedOn ?? today }] : [],
  )
  if (gone.length > 0) await snapshots.drop(tx, sequence, gone)
  const put = changes.filter(({ change }) => change !== 'REMOVED')
  const read = (from: number) =>
    snapshots.sources(
      tx,
      put.slice(from, from + STEP_ENTRIES).map(({ listingId }) => listingId),
    )
  let next = read(0)
  for (let from = 0; from < put.length; from += STEP_ENTRIES) {
    const sources = new Map((await next).map((source) => [source.id, source]))
    // The next ones are read while these are sealed.
    next = read(from + STEP_ENTRIES)
    next.catch(() => undefined)
    const entries = put.slice(from, from + STEP_ENTRIES).map(({ listingId, change }): snapshots.Entry => {
      const source = sources.get(listingId)
      if (source === undefined) throw new Error(`entry ${listingId} is gone from a transaction of one instant`)
      const { body, salt, ...kept } = source
      return { ...kept, ...sealed(body, salt), replaces: change === 'CHANGED' }
    })
    await snapshots.put(tx, sequence, entries)
  }
  await next
  await snapshots.note(tx, sequence, today)
  if (put.length >= STEP_ENTRIES) await snapshots.analyze(tx)
}

/** Hashes and lengths alone, for a process that serves nothing. */
const counted = (tx: Tx, snapshot: snapshots.Snapshot): Promise<Edition> =>
  buildEdition(snapshot, snapshots.lines(tx, snapshot.sequence, STEP_ENTRIES), null)

const described = async (
  tx: Tx,
  snapshot: snapshots.Snapshot,
  { hash, entries, files }: Edition,
): Promise<Pick<snapshots.Snapshot, 'hash' | 'entries' | 'files' | 'firstEnd'>> => {
  const feed = await snapshots.latestChanges(tx, snapshot.sequence, FEED_CHANGES)
  const text = Buffer.from(atom(snapshot, feed))
  const shown = feed.filter(({ line }) => line !== null).length
  const sha256 = createHash('sha256').update(text).digest('hex')
  const told = { path: ATOM.path, sha256, bytes: text.length, entries: shown }
  return { hash, entries, firstEnd: await snapshots.firstEnd(tx), files: [...files, told] }
}

const signAnew = async (
  tx: Tx,
  snapshot: snapshots.Snapshot,
  now: Date,
  manifests: Keys['manifests'],
): Promise<void> => {
  const until = validUntil(now, snapshot.firstEnd)
  const head = await trail.head(tx)
  const said = manifestOf(snapshot, until, snapshot.files ?? [], head && headSaid(head))
  const { kid, jws } = manifests.sign(JSON.stringify(said))
  await snapshots.sign(tx, snapshot.sequence, { kid, jws, validUntil: until })
  if (said.trail !== null)
    await keepSigned(tx, { ...said.trail, signedAt: now, ...manifests.signHead(JSON.stringify(said.trail)) })
}

/** Of the files of a snapshot, or of one answer about it. */
export const manifestOf = (
  snapshot: Pick<snapshots.Snapshot, 'sequence' | 'previousHash' | 'publishedAt'>,
  until: Date,
  files: readonly FileSaid[],
  head: Head | null = null,
): Manifest => ({
  sequence: snapshot.sequence,
  previousHash: snapshot.previousHash,
  publishedAt: snapshot.publishedAt.toISOString(),
  validUntil: until.toISOString(),
  trail: head,
  files,
})
