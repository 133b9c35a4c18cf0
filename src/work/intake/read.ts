import { setImmediate as turn } from 'node:timers/promises'
import type { AgencyFeed, MappingContext } from '../../agencies/feed.js'
import type { Calendar } from '../../domain/calendar/calendar.js'
import { findBoundsFault, findOutdatedFault } from '../../domain/intake/bounds.js'
import { digestForComparison, makeContradictionProblem } from '../../domain/intake/contradiction.js'
import { addHeadingsToProblems } from '../../domain/intake/feed-maps.js'
import { addMainCauses, makeRejectCauses } from '../../domain/intake/reject-causes.js'
import { isSentLate } from '../../domain/intake/timeliness.js'
import { isWithdrawnPenalty } from '../../domain/records/penalty.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import {
  type DraftsOrProblems,
  type ItemProblem,
  RECORD_KIND_TRAITS,
  type RecordDraft,
  type SourceItem,
  type UnreadableRecords,
} from '../../domain/records/records.js'
import { chunksOfItems } from '../../foundation/chunks.js'
import { contractCheck } from '../../foundation/contracts.js'
import { Refusal } from '../../foundation/errors.js'
import { makeRepeatDetector } from '../../foundation/fingerprints.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import { type KnownVersions, loadKnownVersions } from '../../store/intake/digest-index.js'
import type { ItemCounts } from '../../store/intake/plan.js'
import type * as rejects from '../../store/intake/rejects.js'
import type { DraftStage } from '../../store/intake/staged.js'
import * as versions from '../../store/records/versions.js'
import * as runs from '../../store/timetable/runs.js'
import { makeStagedDraft } from './staged-draft.js'

/** More rejects, if also above the feed's permitted share, abort a delivery. */
const REJECTS_ENOUGH = 10_000
/** More unreadable keys abort a delivery: they are held in memory. */
const UNREADABLE_MOST = 1_000_000
/** Bounds of one write of rejects; a `jsonb` value is limited to 256 MB. */
const CHUNK_REJECTS = 1_000
export const CHUNK_REJECT_CHARACTERS_MOST = 4 * 1024 * 1024
const PROGRESS_EVERY_ITEMS = 1_000
/** Reading local files never yields to the event loop: writes would starve without a pause. */
const TURN_EVERY_ITEMS = 50

export interface ItemReadInput {
  feed: AgencyFeed
  items: AsyncIterable<SourceItem>
  startedAt: Date
  dated: string | null
  pseudonymOf: (id: string) => string
  addRejects: (bad: readonly rejects.NewReject[]) => Promise<void>
  calendar?: Calendar | undefined
  archive?: { add: (item: SourceItem) => unknown } | null
  maps?: Set<number>
  progress?: (items: number) => void
  signal?: AbortSignal
}

export const stageDelivery = async (
  db: Db,
  stage: DraftStage,
  { whole, partial, ...reading }: ItemReadInput & { whole: boolean; partial: boolean },
) => {
  const { feed } = reading
  const known = await loadKnownVersions(db, feed.id, { whole })
  const done = await readItems(stage, known, reading)
  const passedOver = await stage.keepLast([...done.replaced])
  await stage.ready()
  // Records that never end by absence accumulate: compare this delivery with the last complete one.
  const sizeBefore = RECORD_KIND_TRAITS[feed.kind].endsByAbsence
    ? await versions.countInForce(db, feed.id)
    : await runs.lastCompleteSize(db, feed.id)
  const { dated } = reading
  const outdated = whole && dated !== null ? findOutdatedFault(dated, await runs.lastWholeDay(db, feed.id)) : null
  const fault = outdated ?? findBoundsFault(feed.bounds, { ...done, sizeBefore, partialFile: partial, whole })
  return { ...done, drafts: done.drafts - passedOver, met: done.met + passedOver, known, fault }
}

export const itemCountsOf = (
  { received, rejected, met }: { received: number; rejected: number; met: number },
  { NEW, CHANGED, UNCHANGED, UNMATCHED }: ItemCounts,
) => ({ received, new: NEW, changed: CHANGED, unchanged: UNCHANGED + met, rejected, unmatched: UNMATCHED })

export const readItems = async (stage: DraftStage, known: KnownVersions, reading: ItemReadInput) => {
  const { feed, pseudonymOf } = reading
  const today = shanghaiDate(reading.startedAt)
  const context: MappingContext = { dated: reading.dated, today }
  const done = makeReadCounts()
  const { reject, flush, settle } = makeRejectWriter(stage, done, reading)
  const delivered = makeRepeatDetector()
  const stageItem = makeItemStager(stage, known, done, { ...reading, today, delivered, reject })
  try {
    for await (const chunk of chunksOfItems(reading.items)) {
      for (const sent of chunk) {
        reading.signal?.throwIfAborted()
        done.received += 1
        const fields = redactIdNumbers(sent.fields, pseudonymOf, feed.exempt)
        const item: SourceItem = fields === sent.fields ? sent : { ...sent, fields }
        if (item.map) reading.maps?.add(item.map.id)
        const written = reading.archive?.add(item)
        if (written) await written
        const mapped = draftsOfItem(feed, item, context, pseudonymOf)
        const isBad = 'problems' in mapped
        const isFull = isBad ? reject(item, mapped.problems, mapped.unreadable) : stageItem(item, mapped.drafts)
        if (isBad) refuseTooManyRejects(feed, done)
        if (isFull) await flush()
        if (done.received % TURN_EVERY_ITEMS === 0) await turn()
        if (done.received % PROGRESS_EVERY_ITEMS === 0) reading.progress?.(done.received)
      }
    }
  } finally {
    // Aborted deliveries flush too: rejects tell the sender why.
    await flush()
    await settle()
  }
  done.records = delivered.records + done.rejected
  return done
}

type ReadCounts = ReturnType<typeof makeReadCounts>

const makeReadCounts = () => ({
  received: 0,
  rejected: 0,
  causes: makeRejectCauses(),
  met: 0,
  drafts: 0,
  records: 0,
  unreadable: noneUnreadable(),
  /** Keys whose last row counts: it withdraws the decision, or equals the version in force. */
  replaced: new Set<string>(),
})

const outOfBounds = (feed: AgencyFeed, reason: string): Refusal =>
  new Refusal('FEED_OUT_OF_BOUNDS', { feed: feed.id, reason })

const refuseTooManyRejects = (feed: AgencyFeed, { received, rejected, causes }: ReadCounts): void => {
  if (rejected <= REJECTS_ENOUGH || rejected <= received * feed.bounds.rejectShare) return
  const reason = `前 ${received} 条中 ${rejected} 条不合格 / ${rejected} of the first ${received} items are bad`
  throw outOfBounds(feed, addMainCauses(reason, causes.describe(), null))
}

/** Returns true when a chunk is full: the caller flushes. */
type Reject = (item: SourceItem, faults: ItemProblem[], of?: Partial<UnreadableRecords>) => boolean

const makeRejectWriter = (
  stage: DraftStage,
  done: ReadCounts,
  { feed, addRejects, progress }: Pick<ItemReadInput, 'feed' | 'addRejects' | 'progress'>,
) => {
  let bad: rejects.NewReject[] = []
  let badCharacters = 0
  let writing: Promise<void> = Promise.resolve()
  const reject: Reject = (item, faults, of = {}) => {
    const problems = item.map ? addHeadingsToProblems(faults, item.map) : faults
    done.rejected += 1
    done.causes.add(problems)
    for (const part of UNREADABLE_PARTS) done.unreadable[part].push(...(of[part] ?? []))
    if (UNREADABLE_PARTS.reduce((sum, part) => sum + done.unreadable[part].length, 0) > UNREADABLE_MOST)
      throw outOfBounds(
        feed,
        '不可读的行过多，无法判断哪些记录已不在其中 / too many illegible rows: nobody can tell which records are gone',
      )
    bad.push({ page: item.page, row: item.row, problems, item: item.fields, map: item.map?.id ?? null })
    badCharacters += charactersIn(item.fields) + charactersIn(problems)
    return bad.length >= CHUNK_REJECTS || badCharacters >= CHUNK_REJECT_CHARACTERS_MOST
  }
  /** Drafts and rejects are written while the next chunk is read. */
  const flush = async (): Promise<void> => {
    await writing
    const rejected = bad
    bad = []
    badCharacters = 0
    writing = stage.flush().then(() => addRejects(rejected))
    // Avoids an unhandled rejection; the next chunk awaits the promise.
    writing.catch(() => {})
    progress?.(done.received)
  }
  return { reject, flush, settle: () => writing }
}

interface ItemStaging extends Pick<ItemReadInput, 'feed' | 'calendar'> {
  today: string
  delivered: ReturnType<typeof makeRepeatDetector>
  reject: Reject
}

const makeItemStager = (
  stage: DraftStage,
  known: KnownVersions,
  done: ReadCounts,
  { feed, calendar, today, delivered, reject }: ItemStaging,
) => {
  const stageItem = (item: SourceItem, drafts: readonly RecordDraft[]): boolean => {
    const rows = drafts.map((draft, part) => {
      const late = feed.duty && calendar ? isSentLate(draft.validFrom, feed.duty, calendar, today) : null
      return makeStagedDraft(done.received, part, item, draft, late)
    })
    const compared = (compare: typeof delivered.of) =>
      rows.map(({ draft, digest }) => compare(draft.key, digestForComparison(draft, digest)))
    // An item with a contradicting row is rejected: remember none of its rows.
    let came = compared(rows.length > 1 ? delivered.wouldBe : delivered.of)
    const contradicting = rows[came.indexOf('other')]
    if (contradicting) {
      const { draft } = contradicting
      if (draft.kind === 'penalty' && rows.length === 1 && isWithdrawnPenalty(draft.body)) {
        done.replaced.add(draft.key)
        done.drafts += 1
        return stage.put(contradicting)
      }
      return reject(item, [makeContradictionProblem(draft.key)], { keys: drafts.map(({ key }) => key) })
    }
    if (rows.length > 1) came = compared(delivered.of)
    const unmet = rows.filter(({ draft: { key }, digest }, at) => {
      if (came[at] === 'first') return !known.meets(key, digest)
      const replaces = !done.replaced.has(key) && known.isUnmet(key, digest) && known.meets(key, digest)
      if (replaces) done.replaced.add(key)
      return replaces
    })
    done.drafts += unmet.length
    if (unmet.length === 0) done.met += 1
    return unmet.filter(stage.put).length > 0
  }
  return stageItem
}

const charactersIn = (value: unknown): number => {
  if (typeof value === 'string') return value.length
  if (value === null || typeof value !== 'object') return 0
  return Object.entries(value).reduce((sum, [name, inner]) => sum + name.length + charactersIn(inner), 0)
}

export const draftsOfItem = (
  feed: AgencyFeed,
  item: SourceItem,
  context: MappingContext,
  pseudonymOf: (id: string) => string,
): DraftsOrProblems =>
  // Mapping may join pieces into an ID number. Registration numbers stay.
  redactIdNumbers(checked(feed.map(item, context)), pseudonymOf, REGISTRATION_NUMBERS)

const NO_RECORD: ItemProblem = {
  field: null,
  rule: 'record.none',
  message: '这一行没有给出任何记录。This row gives no record.',
}

const REGISTRATION_NUMBERS = new Set(['reg_no', 'regNo'])

const checked = (mapped: DraftsOrProblems): DraftsOrProblems => {
  if ('problems' in mapped) return mapped
  if (mapped.drafts.length === 0) return { problems: [NO_RECORD] }
  const problems: ItemProblem[] = []
  for (const { kind, body } of mapped.drafts) problems.push(...contractCheck(`records/${kind}`)(body))
  if (problems.length === 0) return mapped
  return { problems, unreadable: { keys: mapped.drafts.map(({ key }) => key), stems: [], codes: [] } }
}

const UNREADABLE_PARTS = ['keys', 'stems', 'codes'] as const
const noneUnreadable = () => ({ keys: [] as string[], stems: [] as string[], codes: [] as string[] })
