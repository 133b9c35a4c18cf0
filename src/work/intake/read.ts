import { setImmediate as turn } from 'node:timers/promises'
import type { AgencyFeed, MappingContext } from '../../agencies/feed.js'
import type { Calendar } from '../../domain/calendar/calendar.js'
import { comparedDigest, contradictionProblem } from '../../domain/intake/contradiction.js'
import { withHeadings } from '../../domain/intake/feed-maps.js'
import { makeRejectCauses, type RejectCauses, withCauses } from '../../domain/intake/reject-causes.js'
import { isSentLate } from '../../domain/intake/timeliness.js'
import { isWithdrawnPenalty } from '../../domain/records/penalty.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import type {
  Draft,
  DraftsOrProblems,
  Problem,
  RecordKind,
  SourceItem,
  UnreadableRecords,
} from '../../domain/records/records.js'
import { chunksOfItems } from '../../foundation/chunks.js'
import { contractCheck } from '../../foundation/contracts.js'
import { Refusal } from '../../foundation/errors.js'
import { makeRepeatDetector } from '../../foundation/fingerprints.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { KnownVersions } from '../../store/intake/digest-index.js'
import type * as rejects from '../../store/intake/rejects.js'
import type { DraftStage } from '../../store/intake/staged.js'
import { stagedDraft } from './merge.js'

/** A delivery with more rejects than this, and more than its feed's permitted share, is aborted. */
const REJECTS_ENOUGH = 10_000
/** A delivery with more unreadable keys than this is aborted: they are held in memory. */
const UNREADABLE_MOST = 1_000_000
/** Bounds of one write of rejects; a `jsonb` value is limited to 256 MB. */
const CHUNK_REJECTS = 1_000
export const CHUNK_REJECT_CHARACTERS_MOST = 4 * 1024 * 1024
const TELL_EVERY_ITEMS = 1_000
/** Reading local files never yields to the event loop, so writes would starve without a pause. */
const TURN_EVERY_ITEMS = 50

export interface ItemReadInput {
  feed: AgencyFeed
  items: AsyncIterable<SourceItem>
  dated: string | null
  mark: (id: string) => string
  calendar?: Calendar
  archive?: { add: (item: SourceItem) => unknown }
  maps?: Set<number>
  progress?: (items: number) => void
  signal?: AbortSignal
}

export interface ItemReadResult {
  received: number
  rejected: number
  causes: RejectCauses
  met: number
  drafts: number
  /** Distinct records; a rejected item counts as one. */
  records: number
  unreadable: { keys: string[]; stems: string[]; codes: string[] }
  /** Keys of decisions that the same delivery withdraws in a later row. */
  withdrawn: string[]
}

export interface ItemReadTarget {
  startedAt: Date
  setAside: (bad: readonly rejects.NewReject[]) => Promise<void>
}

export const readItems = async (
  { startedAt, setAside }: ItemReadTarget,
  stage: DraftStage,
  known: KnownVersions,
  reading: ItemReadInput,
): Promise<ItemReadResult> => {
  const { feed, mark, calendar } = reading
  const today = shanghaiDate(startedAt)
  const context: MappingContext = { dated: reading.dated, today }
  const done: ItemReadResult = {
    received: 0,
    rejected: 0,
    causes: makeRejectCauses(),
    met: 0,
    drafts: 0,
    records: 0,
    unreadable: nothing(),
    withdrawn: [],
  }
  const delivered = makeRepeatDetector()
  let bad: rejects.NewReject[] = []
  let badCharacters = 0
  let full = false
  let writing: Promise<void> = Promise.resolve()
  const flush = async (): Promise<void> => {
    await writing
    const aside = bad
    bad = []
    badCharacters = 0
    writing = stage.flush().then(() => setAside(aside))
    // Avoids an unhandled rejection; the next chunk awaits the promise.
    writing.catch(() => {})
    reading.progress?.(done.received)
  }
  const aside = (item: SourceItem, faults: Problem[], of: Partial<UnreadableRecords> = {}): void => {
    const problems = item.map ? withHeadings(faults, item.map) : faults
    done.rejected += 1
    done.causes.add(problems)
    for (const part of UNREADABLE_PARTS) done.unreadable[part].push(...(of[part] ?? []))
    if (UNREADABLE_PARTS.reduce((sum, part) => sum + done.unreadable[part].length, 0) > UNREADABLE_MOST) {
      const reason = `不可读的行过多，无法判断哪些记录已不在其中 / too many illegible rows: nobody can tell which records are gone`
      throw new Refusal('FEED_OUT_OF_BOUNDS', { feed: feed.id, reason })
    }
    bad.push({ page: item.page, row: item.row, problems, item: item.fields, map: item.map?.id ?? null })
    badCharacters += charactersIn(item.fields) + charactersIn(problems)
    if (bad.length >= CHUNK_REJECTS || badCharacters >= CHUNK_REJECT_CHARACTERS_MOST) full = true
  }
  const stageItem = (item: SourceItem, drafts: readonly Draft[]): boolean => {
    const rows = drafts.map((draft, part) => {
      const late = feed.duty && calendar ? isSentLate(draft.validFrom, feed.duty, calendar, today) : null
      return stagedDraft(done.received, part, item, draft, late)
    })
    const other = rows.findIndex(
      (row) => delivered.wouldBe(row.draft.key, comparedDigest(row.draft, row.digest)) === 'other',
    )
    const contradicting = rows[other]
    const contradicts = contradicting?.draft
    if (contradicting && contradicts?.kind === 'penalty' && rows.length === 1 && isWithdrawnPenalty(contradicts.body)) {
      // In an event table, a later row withdraws the decision; the withdrawal applies at once.
      done.withdrawn.push(contradicts.key)
      done.drafts += 1
      return stage.put(contradicting)
    }
    if (contradicts) {
      aside(item, [contradictionProblem(contradicts.key)], { keys: drafts.map(({ key }) => key) })
      return false
    }
    let enough = false
    let unmet = 0
    for (const row of rows) {
      if (
        delivered.of(row.draft.key, comparedDigest(row.draft, row.digest)) !== 'first' ||
        known.meets(row.draft.key, row.digest)
      )
        continue
      unmet += 1
      if (stage.put(row)) enough = true
    }
    done.drafts += unmet
    if (unmet === 0) done.met += 1
    return enough
  }
  try {
    for await (const stretch of chunksOfItems(reading.items)) {
      for (const sent of stretch) {
        reading.signal?.throwIfAborted()
        done.received += 1
        const fields = redactIdNumbers(sent.fields, mark, feed.exempt)
        const asSent = fields === sent.fields
        const item: SourceItem = asSent ? sent : { ...sent, fields }
        if (item.map) reading.maps?.add(item.map.id)
        const written = reading.archive?.add(item)
        if (written) await written
        const mapped = draftsOfItem(feed, item, context, mark, asSent ? Object.values(fields) : [])
        if ('problems' in mapped) {
          aside(item, mapped.problems, mapped.unreadable)
          if (done.rejected > REJECTS_ENOUGH && done.rejected > done.received * feed.bounds.rejectShare) {
            const reason = `前 ${done.received} 条中 ${done.rejected} 条不合格 / ${done.rejected} of the first ${done.received} items are bad`
            throw new Refusal('FEED_OUT_OF_BOUNDS', {
              feed: feed.id,
              reason: withCauses(reason, done.causes.told(), null),
            })
          }
        } else if (stageItem(item, mapped.drafts)) full = true
        if (full) {
          full = false
          await flush()
        }
        if (done.received % TURN_EVERY_ITEMS === 0) await turn()
        if (done.received % TELL_EVERY_ITEMS === 0) reading.progress?.(done.received)
      }
    }
  } finally {
    // Aborted deliveries flush too: rejects tell the sender why.
    await flush()
    await writing
  }
  done.records = delivered.records + done.rejected
  return done
}

const charactersIn = (value: unknown): number => {
  if (typeof value === 'string') return value.length
  if (value === null || typeof value !== 'object') return 0
  return Object.entries(value).reduce((sum, [name, inner]) => sum + name.length + charactersIn(inner), 0)
}

/** The item's ID numbers are already replaced. `clear` lists texts already found to hold none. */
export const draftsOfItem = (
  feed: AgencyFeed,
  item: SourceItem,
  context: MappingContext,
  mark: (id: string) => string,
  clear: readonly unknown[] = [],
): DraftsOrProblems => redacted(checked(feed.map(item, context)), mark, clear)

const NO_RECORD: Problem = {
  field: null,
  rule: 'record.none',
  message: '这一行没有给出任何记录。This row gives no record.',
}

/** Replaces ID numbers again: mapping may join pieces into an ID number. Registration numbers stay. */
const redacted = (
  mapped: DraftsOrProblems,
  mark: (id: string) => string,
  clear: readonly unknown[],
): DraftsOrProblems => redactIdNumbers(mapped, mark, REGISTRATION_NUMBERS, clear)

const REGISTRATION_NUMBERS = new Set(['reg_no', 'regNo'])

const checked = (mapped: DraftsOrProblems): DraftsOrProblems => {
  if ('problems' in mapped) return mapped
  if (mapped.drafts.length === 0) return { problems: [NO_RECORD] }
  const problems: Problem[] = []
  for (const { kind, body } of mapped.drafts) problems.push(...contractOf(kind)(body))
  if (problems.length === 0) return mapped
  return { problems, unreadable: { keys: mapped.drafts.map(({ key }) => key), stems: [], codes: [] } }
}

const UNREADABLE_PARTS = ['keys', 'stems', 'codes'] as const
const nothing = (): ItemReadResult['unreadable'] => ({ keys: [], stems: [], codes: [] })

const contracts = new Map<RecordKind, ReturnType<typeof contractCheck>>()

const contractOf = (kind: RecordKind): ReturnType<typeof contractCheck> => {
  const known = contracts.get(kind) ?? contractCheck(`records/${kind}`)
  contracts.set(kind, known)
  return known
}
