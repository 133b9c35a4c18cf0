import { createHash } from 'node:crypto'
import type { AuditHead } from '../../domain/audit/audit-log.js'
import {
  HASH_BEFORE_FIRST,
  isManifestRenewalDue,
  isTrialManifest,
  limitManifestValidity,
  type Manifest,
  type ManifestFile,
  SNAPSHOT_FORM,
  sealEntry,
} from '../../domain/publication/snapshot.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import * as trail from '../../store/audit/audit-log.js'
import { keepSignedHead } from '../../store/audit/heads.js'
import * as clockDoubts from '../../store/db/clock-doubts.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as restored from '../../store/db/restored.js'
import { DEADLOCK_DETECTED, hasSqlstate, SERIALIZATION_FAILURE } from '../../store/db/sqlstate.js'
import * as office from '../../store/office/proposals.js'
import { readEntriesInBatches } from '../../store/publication/entry-batches.js'
import { forgetChanges } from '../../store/publication/public-list.js'
import * as snapshots from '../../store/publication/snapshots.js'
import { type RunOptions, runAlone } from '../timetable/run.js'
import { FEED_CHANGES_MOST, findOrigin, writeAtomFeed } from './publish-atom.js'
import { buildEdition, closeEdition, type Edition } from './publish-edition.js'
import { ATOM_FILE, type SnapshotHead, writeCsvRow } from './publish-files.js'
import type { PublishedFiles } from './published-files.js'

export interface PublishResult
  extends Pick<snapshots.Snapshot, 'sequence' | 'entries' | 'added' | 'changed' | 'removed' | 'hash'> {
  ms: number
}

export interface PublishOptions extends RunOptions {
  manifests: Keys['manifests']
  /** Latest instant not in doubt, used as signing date. Default `now`. */
  sure?: () => Date
  /** Notes the publication outside the database, to reveal a restored backup. */
  note: (published: { sequence: number; hash: string; publishedAt: string }) => void
  /** Sequence noted outside the database; it is never reused. */
  noted?: () => number
  files?: Pick<PublishedFiles, 'make' | 'adopt'>
  /** Additions and changes wait for the scheduled run. */
  removalsOnly?: boolean
}

const STEP_ENTRIES = 1_000
const TOUCHED_MOST = 5_000
const TRIES = 5

/** An unchanged list keeps its sequence number. */
export const publishList = (
  db: Db,
  { note, noted, manifests, sure, files, removalsOnly = false, ...options }: PublishOptions,
): Promise<PublishResult | null> =>
  runAlone(db, { ...options, job: 'publish' }, async (run, db) => {
    const now = run.startedAt
    const taking = { run: run.id, now, sure: sure?.() ?? now, manifests, noted: noted?.() ?? 0, files, removalsOnly }
    await renewCsvRows(db)
    const taken = takeAtOneInstant(db, taking)
    const adopted = files?.adopt(taken.then(({ edition }) => edition))
    adopted?.catch(() => undefined)
    const { sequence, entries, added, changed, removed, hash, publishedAt } = (await taken).snapshot
    await adopted
    note({ sequence, hash, publishedAt: publishedAt.toISOString() })
    const counts = { sequence, entries, added, changed, removed }
    Object.assign(run.counts, counts)
    return { ...counts, hash, ms: run.elapsed() }
  })

interface SnapshotInput extends Required<Pick<PublishOptions, 'manifests' | 'removalsOnly'>> {
  run: number
  now: Date
  sure: Date
  noted: number
  files: PublishOptions['files']
}

/** A trigger hides the published copy of an entry removed meanwhile. */
const takeAtOneInstant = async (db: Db, taking: SnapshotInput): ReturnType<typeof take> => {
  for (let tried = 1; ; tried += 1) {
    let edition = null as Edition | null
    const act = async (tx: Tx) => {
      const taken = await take(tx, taking)
      edition = taken.edition
      return taken
    }
    try {
      return await db.transaction(act, { isolationLevel: 'repeatable read' })
    } catch (error) {
      if (edition !== null) await closeEdition(edition)
      if (!hasSqlstate(error, SERIALIZATION_FAILURE, DEADLOCK_DETECTED) || tried === TRIES) throw error
    }
  }
}

/**
 * A restored database or doubted clock publishes only removals. Refusals DATABASE_RESTORED and CLOCK_DOUBTED when
 * nothing was ever published.
 */
const take = async (
  tx: Tx,
  taking: SnapshotInput,
): Promise<{ snapshot: snapshots.Snapshot; edition: Edition | null }> => {
  const { run, now, sure, manifests, noted, files, removalsOnly } = taking
  const last = await snapshots.readLastWithManifest(tx)
  const today = shanghaiDate(now)
  await forgetChanges(tx)
  const behind = !(await restored.mayPublishList(tx))
  const stopped = behind || (await clockDoubts.currentDoubt(tx)) !== null
  if (stopped && last === null) throw new Refusal(behind ? 'DATABASE_RESTORED' : 'CLOCK_DOUBTED')
  const { changes, comparedOn } = await findChanges(tx, last?.snapshot ?? null, { today, removalsOnly, stopped })
  if (last !== null && (stopped || last.snapshot.form === SNAPSHOT_FORM) && changes.length === 0) {
    if (comparedOn !== null && comparedOn !== last.snapshot.comparedOn)
      await snapshots.noteComparison(tx, last.snapshot.sequence, comparedOn)
    await renew(tx, last, sure, manifests)
    return { snapshot: { ...last.snapshot, added: 0, changed: 0, removed: 0 }, edition: null }
  }
  const many = (change: snapshots.SnapshotChange['change']) => changes.filter((row) => row.change === change).length
  const begun: snapshots.Snapshot = {
    sequence: Math.max(noted, (await restored.highestSentPosition(tx)).sequence) + 1,
    previousHash: last?.snapshot.hash ?? HASH_BEFORE_FIRST,
    hash: '',
    entries: 0,
    added: many('ADDED'),
    changed: many('CHANGED'),
    removed: many('REMOVED'),
    publishedAt: sure,
    form: SNAPSHOT_FORM,
    origin: findOrigin(manifests.issuer),
    feedId: await restored.databaseIdentity(tx),
    files: null,
    firstEnd: null,
    comparedOn,
  }
  await snapshots.openSnapshot(tx, begun, run)
  await enter(tx, begun.sequence, today, changes)
  await formCsvRows(tx, { anew: false })
  await snapshots.deleteEndedEntriesAndManifests(tx, begun.sequence)
  const made = { before: last?.snapshot ?? null, next: begun, changed: changes.map(({ listingId }) => listingId) }
  const batches = () => readEntriesInBatches(tx, begun.sequence)
  const edition = await (files?.make(tx, made) ?? buildEdition(begun, batches(), null))
  try {
    const done = { ...begun, ...(await described(tx, begun, edition)) }
    await snapshots.closeSnapshot(tx, done)
    await signAnew(tx, done, sure, manifests)
    return { snapshot: done, edition: files ? edition : null }
  } catch (error) {
    await closeEdition(edition)
    throw error
  }
}

/** The whole list once a day, because days change what is shown; then touched entries only. */
const findChanges = async (
  tx: Tx,
  last: snapshots.Snapshot | null,
  { today, removalsOnly, stopped }: { today: string; removalsOnly: boolean; stopped: boolean },
): Promise<{ changes: snapshots.SnapshotChange[]; comparedOn: string | null }> => {
  const hasForm = last?.form === SNAPSHOT_FORM
  let only: string[] | null = null
  if (hasForm && removalsOnly) only = await snapshots.findEntriesGoneSince(tx, last.sequence, today)
  else if (hasForm && last.comparedOn === today) {
    const touched = await snapshots.findTouchedEntries(tx, TOUCHED_MOST + 1)
    if (touched.length <= TOUCHED_MOST) only = touched
  }
  const found = await snapshots.findChangesSinceLast(tx, today, only)
  const isComplete = !stopped && !(hasForm && removalsOnly)
  if (isComplete) await snapshots.forgetTouchedEntries(tx)
  const comparedOn = isComplete && only === null ? today : (last?.comparedOn ?? null)
  return { changes: stopped ? found.flatMap(removalOf) : found, comparedOn }
}

const removalOf = (one: snapshots.SnapshotChange): snapshots.SnapshotChange[] =>
  one.change === 'REMOVED' || one.isForgotten ? [{ ...one, change: 'REMOVED' }] : []

const renew = async (
  tx: Tx,
  { snapshot, signed, forgotten }: NonNullable<Awaited<ReturnType<typeof snapshots.readLastWithManifest>>>,
  now: Date,
  manifests: Keys['manifests'],
): Promise<void> => {
  if (forgotten) await snapshots.deleteEndedEntriesAndManifests(tx, snapshot.sequence)
  const fresh =
    signed !== null &&
    signed.kid === manifests.kid() &&
    isTrialManifest(signed.jws) === (await office.isOnTrial(tx)) &&
    !isManifestRenewalDue(signed.validUntil, now, snapshot.firstEnd)
  if (!fresh || forgotten) await signAnew(tx, snapshot, now, manifests)
}

const enter = async (
  tx: Tx,
  sequence: number,
  today: string,
  changes: readonly snapshots.SnapshotChange[],
): Promise<void> => {
  const gone = changes.flatMap(({ listingId, change, removedOn }) =>
    change === 'REMOVED' ? [{ listingId, removedOn: removedOn ?? today }] : [],
  )
  if (gone.length > 0) await snapshots.dropTexts(tx, sequence, gone)
  const put = changes.filter(({ change }) => change !== 'REMOVED')
  const read = (from: number) =>
    snapshots.readEntrySources(
      tx,
      put.slice(from, from + STEP_ENTRIES).map(({ listingId }) => listingId),
    )
  let next = read(0)
  for (let from = 0; from < put.length; from += STEP_ENTRIES) {
    const sources = new Map((await next).map((source) => [source.id, source]))
    next = read(from + STEP_ENTRIES)
    next.catch(() => undefined)
    const entries = put.slice(from, from + STEP_ENTRIES).map(({ listingId, change }): snapshots.SnapshotEntry => {
      const source = sources.get(listingId)
      if (source === undefined) throw new Error(`entry ${listingId} is gone from a transaction of one instant`)
      const { body, salt, ...kept } = source
      const sealed = sealEntry(body, salt)
      return { ...kept, ...sealed, csv: writeCsvRow(sealed.line), replaces: change === 'CHANGED' }
    })
    await snapshots.putEntries(tx, sequence, entries)
  }
  await next
  await snapshots.noteChanges(tx, sequence, today)
  if (put.length >= STEP_ENTRIES) await snapshots.analyzeTables(tx)
}

const formCsvRows = async (db: Db, { anew }: { anew: boolean }): Promise<{ id: string; csv: string }[]> => {
  const skipped: { id: string; csv: string }[] = []
  for (let after: string | null | undefined = null; after !== undefined; ) {
    const found = await snapshots.readEntriesToForm(db, { anew, after, atATime: STEP_ENTRIES })
    const rows = found.map(({ id, line }) => ({ id, csv: writeCsvRow(line) }))
    const put = await snapshots.putCsvRows(db, rows)
    skipped.push(...rows.filter(({ id }) => !put.has(id)))
    after = rows.length < STEP_ENTRIES ? undefined : rows.at(-1)?.id
  }
  return skipped
}

/**
 * Rows of another form are written in short transactions before the snapshot's. Else a removal and the publication
 * would wait for each other.
 */
const renewCsvRows = async (db: Db): Promise<void> => {
  const last = await snapshots.readLastSnapshot(db)
  if (last === null || last.form === SNAPSHOT_FORM) return
  for (const row of await formCsvRows(db, { anew: true })) await snapshots.putCsvRows(db, [row], { waits: true })
}

const described = async (
  tx: Tx,
  snapshot: snapshots.Snapshot,
  { hash, entries, files }: Edition,
): Promise<Pick<snapshots.Snapshot, 'hash' | 'entries' | 'files' | 'firstEnd'>> => {
  const feed = await snapshots.listLatestChanges(tx, snapshot.sequence, FEED_CHANGES_MOST)
  const text = Buffer.from(writeAtomFeed(snapshot, feed))
  const listed = feed.filter(({ line }) => line !== null).length
  const sha256 = createHash('sha256').update(text).digest('hex')
  const atomFile = { path: ATOM_FILE.path, sha256, bytes: text.length, entries: listed }
  return { hash, entries, firstEnd: await snapshots.findEarliestEnd(tx), files: [...files, atomFile] }
}

const signAnew = async (
  tx: Tx,
  snapshot: snapshots.Snapshot,
  now: Date,
  manifests: Keys['manifests'],
): Promise<void> => {
  const until = limitManifestValidity(now, snapshot.firstEnd)
  const trial = await office.isOnTrial(tx)
  const manifest = makeManifest(snapshot, until, snapshot.files ?? [], { trial, head: await trail.readHead(tx) })
  const { kid, jws } = manifests.sign(JSON.stringify(manifest))
  await snapshots.addManifest(tx, snapshot.sequence, { kid, jws, validUntil: until })
  if (manifest.trail !== null)
    await keepSignedHead(tx, {
      ...manifest.trail,
      signedAt: now,
      ...manifests.signHead(JSON.stringify(manifest.trail)),
    })
}

export const makeManifest = (
  snapshot: SnapshotHead,
  until: Date,
  files: readonly ManifestFile[],
  { trial, head = null }: { trial: boolean; head?: AuditHead | null },
): Manifest => ({
  sequence: snapshot.sequence,
  previousHash: snapshot.previousHash,
  publishedAt: snapshot.publishedAt.toISOString(),
  validUntil: until.toISOString(),
  trail: head,
  files,
  ...(trial && { trial }),
})
