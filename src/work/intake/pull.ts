/** Items are staged without an open transaction, then merged in one, so a crash leaves nothing half done. */
import { createHash } from 'node:crypto'
import { accessSync, constants, createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { DeliveryOutcome, FeedDelivery } from '../../agencies/delivery.js'
import type { AgencyFeed } from '../../agencies/feed.js'
import { boundsFault } from '../../domain/intake/bounds.js'
import { deliveryScopeOf } from '../../domain/intake/delivery-scope.js'
import { withCauses } from '../../domain/intake/reject-causes.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { RECORD_KIND_TRAITS, type SourceItem } from '../../domain/records/records.js'
import { INTERNAL_ERROR, isRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import { loadKnownVersions } from '../../store/intake/digest-index.js'
import * as feedMaps from '../../store/intake/feed-maps.js'
import * as feedStates from '../../store/intake/feed-states.js'
import * as rejects from '../../store/intake/rejects.js'
import { type DraftStage, withStage } from '../../store/intake/staged.js'
import * as versions from '../../store/records/versions.js'
import * as runs from '../../store/timetable/runs.js'
import type { WorkRules } from '../calendar/rules.js'
import { recheckSellerLists } from '../standing/confirmed-sellers.js'
import { LOWEST_FAILURE_HTTP_STATUS, type OpenRun, type RunOptions, runAlone } from '../timetable/run.js'
import { mergeDelivery } from './merge.js'
import { readItems } from './read.js'

const MOST_DELIVERIES = 1_000

export interface PullResult {
  feed: string
  received: number
  new: number
  changed: number
  unchanged: number
  rejected: number
  unmatched: number
  full: boolean
  ms: number
  run: number
  /** Records that the whole feed no longer holds. */
  ended: number
}

export type SubmittedFile = ({ path: string } | { bytes: Buffer; name: string | null }) & {
  reader?: string
  dated?: string
  full?: boolean
}

interface DeliveryArchive {
  open: (of: { feed: string; run: number; name: string | null; startedAt: Date }) => Promise<{
    add: (item: SourceItem) => unknown
    close: () => Promise<string | null>
    abandon: () => Promise<void>
  }>
}

export interface PullRunOptions extends RunOptions {
  feed: AgencyFeed
  url: string | null
  file?: SubmittedFile
  mark: (id: string) => string
  rules?: WorkRules
  archive?: DeliveryArchive
  progress?: (items: number) => void
  signal?: AbortSignal
}

export const runPull = async (db: Db, options: PullRunOptions): Promise<PullResult | null> => {
  let sum: PullResult | null = null
  for (let taken = 1; taken <= MOST_DELIVERIES; taken += 1) {
    // Only the first delivery belongs to the scheduled occurrence. Further queued files get runs of their own.
    const next = await pullOnce(db, taken === 1 ? options : { ...options, plannedFor: null })
    if (next === null) break
    sum = sum === null ? next.pulled : added(sum, next.pulled)
    if (!next.more) break
  }
  if (sum !== null && options.feed.kind === 'shop') await confirmSellers(db, options)
  return sum
}

/** A failure is only logged: the nightly job confirms sellers again. */
const confirmSellers = async (db: Db, { now, log, signal }: PullRunOptions): Promise<void> => {
  try {
    await recheckSellerLists(db, { now: now(), log, signal })
  } catch (error) {
    log?.error({ err: error }, 'sellers could not be held against the shops')
  }
}

const added = (sum: PullResult, more: PullResult) => ({
  ...more,
  received: sum.received + more.received,
  new: sum.new + more.new,
  changed: sum.changed + more.changed,
  unchanged: sum.unchanged + more.unchanged,
  rejected: sum.rejected + more.rejected,
  unmatched: sum.unmatched + more.unmatched,
  ended: sum.ended + more.ended,
  ms: sum.ms + more.ms,
})

const pullOnce = async (db: Db, options: PullRunOptions): Promise<{ pulled: PullResult; more: boolean } | null> => {
  const { feed, file } = options
  if (file && 'path' in file) checkReadable(file.path)
  const what = {
    ...options,
    job: 'pull' as const,
    subject: feed.id,
    // A pull makes the feed current, even when it brings only changes, so it counts as whole.
    whole: file === undefined || file.full === true,
    file: file === undefined ? null : redactIdNumbers(nameOf(file), options.mark),
    dated: file?.dated ?? null,
  }
  let opened: OpenedDelivery | null = null
  try {
    const pulled = await runAlone(db, what, async (run) => {
      opened = { run: run.id, ...(await open(db, options)) }
      return withStage(db, (stage) => takeIn(db, run, stage, opened as OpenedDelivery, options))
    })
    // If the sender was not told the outcome, asking now would return the same delivery again.
    const settled = opened === null || (await settle(db, opened, options, 'DONE', null))
    return pulled && { pulled, more: settled && (opened as OpenedDelivery | null)?.delivery.more === true }
  } catch (error) {
    const outcome = isRefusal(error) && error.status < LOWEST_FAILURE_HTTP_STATUS ? 'REFUSED' : 'FAILED'
    if (opened) await settle(db, opened, options, outcome, error)
    throw error
  }
}

const nameOf = (file: SubmittedFile): string => ('path' in file ? basename(file.path) : basename(file.name ?? ''))

export const checkReadable = (path: string): void => {
  try {
    accessSync(path, constants.R_OK)
    if (!statSync(path).isFile()) throw new Error('不是普通文件 not a regular file')
  } catch (error) {
    throw new Refusal('FILE_UNREADABLE', { path, reason: (error as NodeJS.ErrnoException).code ?? reasonOf(error) })
  }
}

interface OpenedDelivery {
  run: number
  delivery: FeedDelivery
}

const open = async (
  db: Db,
  { feed, url, file, plannedFor, signal }: PullRunOptions,
): Promise<{ delivery: FeedDelivery }> => {
  const maps = await feedMaps.inForce(db, feed.id)
  if (file) {
    const items = feed.read('path' in file ? file.path : file.bytes, {
      ...(file.reader ? { reader: file.reader } : {}),
      maps,
    })
    return { delivery: { items, file: null, whole: file.full === true } }
  }
  if (url === null) throw new Refusal('FEED_NOT_CONFIGURED', { feed: feed.id, setting: 'AGENCY_…_URL' })
  // A scheduled pull continues at the stored cursor; a manual one reads everything again.
  const state = plannedFor ? await feedStates.stateOf(db, feed.id) : null
  return { delivery: await feed.open({ url, ...(signal ? { signal } : {}) }, { state, maps }) }
}

const takeIn = async (
  db: Db,
  run: OpenRun,
  stage: DraftStage,
  { delivery }: OpenedDelivery,
  options: PullRunOptions,
): Promise<PullResult> => {
  const { feed, file, mark, rules } = options
  const { partial, whole, complete, current } = deliveryScopeOf({
    feedWhole: feed.whole,
    sentWhole: delivery.whole,
    unmodified: delivery.unmodified,
    hasNext: delivery.next !== undefined,
    givenFull: file === undefined ? null : file.full === true,
  })
  const name =
    file === undefined
      ? delivery.file && redactIdNumbers(basename(delivery.file), mark)
      : redactIdNumbers(nameOf(file), mark)
  const archive = await archived(run, name, options)
  try {
    const reading = {
      feed,
      items: delivery.items,
      dated: file?.dated ?? null,
      mark,
      ...(archive ? { archive } : {}),
    }
    const known = await loadKnownVersions(db, feed.id, { whole })
    const setAside = (bad: readonly rejects.NewReject[]) => rejects.add(db, run.id, feed.id, bad)
    const maps = new Set<number>()
    const done = await readItems({ startedAt: run.startedAt, setAside }, stage, known, {
      ...reading,
      maps,
      ...(rules ? { calendar: rules.calendar } : {}),
      ...(options.progress ? { progress: options.progress } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    }).finally(() => runs.noteMaps(db, run.id, [...maps]))
    const passedOver = await stage.keepLast(done.withdrawn)
    await stage.ready()
    // Records that never end by absence accumulate, so this delivery's size is compared with the last complete one.
    const standing = RECORD_KIND_TRAITS[feed.kind].endsByAbsence
      ? await versions.countInForce(db, feed.id)
      : await runs.lastCompleteSize(db, feed.id)
    const reason = delivery.unmodified
      ? null
      : boundsFault(feed.bounds, { ...done, standing, partialFile: partial, whole })
    if (reason !== null) {
      throw new Refusal('FEED_OUT_OF_BOUNDS', { feed: feed.id, reason: withCauses(reason, done.causes.told(), run.id) })
    }
    const source = {
      whole: current,
      complete,
      file: name,
      contentHash: await hashOf(file),
      archive: (await archive?.close()) ?? null,
    }
    const sums = await stage.transaction(async (tx) => {
      if (!(await runs.lockIfRunning(tx, run.id))) throw new Error('another process took this pull for dead')
      const merging = {
        run: run.id,
        feed: feed.id,
        whole: whole && !delivery.unmodified,
        drafts: done.drafts - passedOver,
      }
      const { ended, late, timely, told, ...counts } = await mergeDelivery(tx, {
        ...merging,
        says: stage.says,
        known,
        unreadable: done.unreadable,
        now: options.now(),
        ...(rules ? { rules } : {}),
      })
      const sums = {
        received: done.received,
        new: counts.NEW,
        changed: counts.CHANGED,
        unchanged: counts.UNCHANGED + done.met + passedOver,
        rejected: done.rejected,
        unmatched: counts.UNMATCHED,
      }
      Object.assign(run.counts, sums, { ended, late, timely }, told ?? {})
      await runs.noteSource(tx, run.id, source)
      if (delivery.next) await feedStates.keep(tx, feed.id, delivery.next(), run.id)
      await rejects.settleRepeated(tx, run.id, feed.id, options.now())
      await run.close(tx)
      return { ...sums, ended }
    })
    return { feed: feed.id, ...sums, full: whole, ms: run.elapsed(), run: run.id }
  } catch (error) {
    await archive?.abandon()
    throw error
  }
}

/** Files given by path are not archived: their sender keeps them. */
const archived = async (run: OpenRun, name: string | null, { feed, file, archive }: PullRunOptions) =>
  archive && !(file && 'path' in file)
    ? archive.open({ feed: feed.id, run: run.id, name, startedAt: run.startedAt })
    : null

const hashOf = async (file: SubmittedFile | undefined): Promise<string | null> => {
  if (file === undefined) return null
  const hash = createHash('sha256')
  if ('bytes' in file) hash.update(file.bytes)
  else for await (const chunk of createReadStream(file.path)) hash.update(chunk)
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
    ? redactIdNumbers({ code: error.code, message: error.message }, options.mark)
    : INTERNAL_ERROR
  try {
    await delivery.settle({
      outcome,
      run,
      error: error === null ? null : { code: fault.code, message: fault.message },
      rejects: rejects.ofRun(db, run),
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
