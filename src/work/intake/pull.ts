/** Items are staged without an open transaction, then merged in one: a crash leaves nothing half done. */
import { createHash } from 'node:crypto'
import { accessSync, constants, createReadStream, type Stats, statSync } from 'node:fs'
import type { DeliveryOutcome, FeedDelivery } from '../../agencies/delivery.js'
import type { AgencyFeed } from '../../agencies/feed.js'
import { deliveryScopeOf } from '../../domain/intake/delivery-scope.js'
import { addMainCauses } from '../../domain/intake/reject-causes.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { INTERNAL_ERROR, isRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
import { type Db, isConnectionLost } from '../../store/db/db.js'
import * as feedMaps from '../../store/intake/feed-maps.js'
import * as feedStates from '../../store/intake/feed-states.js'
import * as rejectDesk from '../../store/intake/reject-desk.js'
import * as rejects from '../../store/intake/rejects.js'
import { type DraftStage, withStage } from '../../store/intake/staged.js'
import * as runs from '../../store/timetable/runs.js'
import type { WorkRules } from '../calendar/rules.js'
import { recheckSellerLists } from '../standing/confirmed-sellers.js'
import { isRefusedContent, type OpenRun, type RunOptions, runAlone } from '../timetable/run.js'
import { redactedFileName, type SubmittedFile } from '../timetable/submitted-file.js'
import type { makeDeliveryArchive } from './archive.js'
import { mergeDelivery } from './merge.js'
import { itemCountsOf, stageDelivery } from './read.js'

const MOST_DELIVERIES = 1_000

const SUMMED = ['received', 'new', 'changed', 'unchanged', 'rejected', 'unmatched', 'ended', 'ms'] as const

export interface PullResult extends Record<(typeof SUMMED)[number], number> {
  feed: string
  full: boolean
  run: number
}

export interface PullRunOptions extends RunOptions {
  feed: AgencyFeed
  url: string | null
  setting?: string | undefined
  file?: SubmittedFile
  pseudonymOf: (id: string) => string
  rules?: WorkRules
  archive?: ReturnType<typeof makeDeliveryArchive>
  progress?: (items: number) => void
  signal?: AbortSignal
}

export const runPull = async (db: Db, options: PullRunOptions): Promise<PullResult | null> => {
  let sum: PullResult | null = null
  for (let taken = 1; taken <= MOST_DELIVERIES; taken += 1) {
    // Only the first delivery belongs to the scheduled occurrence. Further files get their own runs.
    const next = await pullOnce(db, taken === 1 ? options : { ...options, plannedFor: null })
    if (next === null) break
    sum = sum === null ? next.pulled : added(sum, next.pulled)
    if (!next.more) break
  }
  if (sum !== null && options.feed.kind === 'shop') await confirmSellers(db, options)
  return sum
}

/** Errors are only logged, because the nightly job confirms sellers again. */
const confirmSellers = async (db: Db, { now, log, signal }: PullRunOptions): Promise<void> => {
  try {
    await recheckSellerLists(db, { now: now(), log, signal })
  } catch (error) {
    log?.error({ err: error }, 'seller lists could not be compared with the shops')
  }
}

const added = (sum: PullResult, more: PullResult): PullResult => {
  const total = { ...more }
  for (const count of SUMMED) total[count] += sum[count]
  return total
}

const pullOnce = async (db: Db, options: PullRunOptions): Promise<{ pulled: PullResult; more: boolean } | null> => {
  const { feed, file } = options
  if (file && 'path' in file) checkReadable(file.path)
  const what = {
    ...options,
    job: 'pull' as const,
    subject: feed.id,
    // A pull makes the feed current, even with changes only, so it counts as whole.
    whole: file === undefined || file.full === true,
    file: redactedFileName(null, options),
    dated: file?.dated ?? null,
  }
  let opened = null as OpenedDelivery | null
  try {
    const pulled = await runAlone(db, what, async (run, db) => {
      const delivery = await open(db, options)
      opened = { run: run.id, delivery }
      return withStage(db, (stage) => takeIn(db, run, stage, delivery, options))
    })
    // If the sender was not told the outcome, it would return the same delivery again.
    const settled = opened === null || (await settle(db, opened, options, 'DONE', null))
    return pulled && { pulled, more: settled && opened?.delivery.more === true }
  } catch (error) {
    const outcome = isRefusedContent(error) ? 'REFUSED' : 'FAILED'
    if (opened) await settle(db, opened, options, outcome, error)
    throw error
  }
}

export const checkReadable = (path: string): Stats => {
  try {
    accessSync(path, constants.R_OK)
    const found = statSync(path)
    if (!found.isFile()) throw new Error('不是普通文件 not a regular file')
    return found
  } catch (error) {
    throw new Refusal('FILE_UNREADABLE', { path, reason: (error as NodeJS.ErrnoException).code ?? reasonOf(error) })
  }
}

const open = async (
  db: Db,
  { feed, url, setting, file, plannedFor, signal }: PullRunOptions,
): Promise<FeedDelivery> => {
  const maps = await feedMaps.inForce(db, feed.id)
  if (file) {
    const items = feed.read('path' in file ? file.path : file.bytes, { reader: file.reader || undefined, maps })
    return { items, file: null, whole: file.full === true }
  }
  if (url === null) throw new Refusal('FEED_NOT_CONFIGURED', { feed: feed.id, setting })
  // A scheduled pull continues at the stored cursor; a manual one rereads everything.
  const state = plannedFor ? await feedStates.stateOf(db, feed.id) : null
  return feed.open({ url, ...(signal ? { signal } : {}) }, { state, maps })
}

const takeIn = async (
  db: Db,
  run: OpenRun,
  stage: DraftStage,
  delivery: FeedDelivery,
  options: PullRunOptions,
): Promise<PullResult> => {
  const { feed, file, rules } = options
  const { partial, whole, complete, current } = scopeOf(delivery, options)
  const name = redactedFileName(delivery.file, options)
  const archive = await archived(run, name, options)
  const maps = new Set<number>()
  const before = file && 'path' in file ? checkReadable(file.path) : null
  let stored: string | null = null
  try {
    const { items } = delivery
    const addRejects = (bad: readonly rejects.NewReject[]) => rejects.add(db, run.id, feed.id, bad)
    const given = { ...options, items, startedAt: run.startedAt, dated: file?.dated ?? null, whole, partial }
    const reading = { ...given, calendar: rules?.calendar, archive, maps, addRejects }
    const read = await stageDelivery(db, stage, reading).finally(() => runs.noteMaps(db, run.id, [...maps]))
    if (read.fault !== null && !delivery.unmodified) {
      const reason = addMainCauses(read.fault, read.causes.describe(), run.id)
      throw new Refusal('FEED_OUT_OF_BOUNDS', { feed: feed.id, reason })
    }
    stored = (await archive?.close()) ?? null
    const hashing = hashOf(file, before)
    hashing.catch(() => {})
    const sums = await stage.transaction(async (tx) => {
      const merging = {
        ...read,
        run: run.id,
        feed: feed.id,
        whole: whole && !delivery.unmodified,
        contents: stage.contents,
      }
      const merged = await mergeDelivery(tx, { ...merging, now: options.now(), rules })
      const { ended, late, timely, told } = merged
      const sums = itemCountsOf(read, merged)
      Object.assign(run.counts, sums, { records: read.records, ended, late, timely }, told ?? {})
      const source = { whole: current, complete, file: name, contentHash: await hashing, archive: stored }
      await runs.noteDeliveryOfRun(tx, run.id, source)
      if (delivery.next) await feedStates.keep(tx, feed.id, delivery.next(), run.id)
      await rejects.settleRepeated(tx, run.id, feed.id, options.now())
      await run.close(tx)
      return { ...sums, ended }
    })
    return { feed: feed.id, ...sums, full: whole, ms: run.elapsed(), run: run.id }
  } catch (error) {
    // A commit without an answer may stand and name the file. `tidy` removes unnamed ones.
    if (stored === null || !isConnectionLost(error)) await archive?.abandon()
    throw error
  }
}

interface OpenedDelivery {
  run: number
  delivery: FeedDelivery
}

const scopeOf = ({ whole, unmodified, next }: FeedDelivery, { feed, file }: PullRunOptions) =>
  deliveryScopeOf({
    feedWhole: feed.whole,
    sentWhole: whole,
    unmodified,
    hasNext: next !== undefined,
    givenFull: file === undefined ? null : file.full === true,
  })

const archived = async (run: OpenRun, name: string | null, { feed, file, archive }: PullRunOptions) =>
  archive && !(file && 'path' in file) ? archive.open(run.id, feed.id, name, run.startedAt) : null

const hashOf = async (file: SubmittedFile | undefined, before: Stats | null): Promise<string | null> => {
  if (file === undefined) return null
  const hash = createHash('sha256')
  if ('bytes' in file) return hash.update(file.bytes).digest('hex')
  const { path } = file
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  const now = checkReadable(path)
  if (now.ino !== before?.ino || now.size !== before.size || now.mtimeMs !== before.mtimeMs)
    throw new Refusal('FILE_UNREADABLE', { path, reason: '读取期间被改动 changed while it was read' })
  return hash.digest('hex')
}

const settle = async (
  db: Db,
  { run, delivery }: OpenedDelivery,
  options: PullRunOptions,
  outcome: DeliveryOutcome['outcome'],
  error: unknown,
): Promise<boolean> => {
  if (!delivery.settle) return true
  const fault = isRefusal(error)
    ? redactIdNumbers({ code: error.code, message: error.message }, options.pseudonymOf)
    : INTERNAL_ERROR
  try {
    await delivery.settle({
      outcome,
      run,
      error: error === null ? null : { code: fault.code, message: fault.message },
      rejects: rejectDesk.ofRun(db, run),
    })
    return true
  } catch (fault) {
    options.log?.error(
      { run, feed: options.feed.id, err: fault },
      'the sender could not be told how its delivery ended',
    )
    return false
  }
}
