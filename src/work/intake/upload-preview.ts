/** Previews an upload with the real reader, contracts and merge. Stores nothing. */
import type { AgencyFeed } from '../../agencies/feed.js'
import { boundsFault } from '../../domain/intake/bounds.js'
import { withCauses } from '../../domain/intake/reject-causes.js'
import { type Problem, RECORD_KIND_TRAITS } from '../../domain/records/records.js'
import type { Db, Tx } from '../../store/db/db.js'
import { loadKnownVersions } from '../../store/intake/digest-index.js'
import * as feedMaps from '../../store/intake/feed-maps.js'
import * as rehearsal from '../../store/intake/rehearsal.js'
import type { NewReject } from '../../store/intake/rejects.js'
import { withStage } from '../../store/intake/staged.js'
import * as versions from '../../store/records/versions.js'
import * as runs from '../../store/timetable/runs.js'
import type { WorkRules } from '../calendar/rules.js'
import { mergeDelivery } from './merge.js'
import type { PullResult, SubmittedFile } from './pull.js'
import { readItems } from './read.js'
import { rehearse } from './rehearsal.js'

const SHOWN_RECORDS = 50
const SHOWN_FAULTS = 100
const LEASE_MS = 120_000

interface RejectPreview {
  page: number | null
  row: number
  problems: readonly Problem[]
  item: Record<string, unknown>
}

export interface UploadPreview
  extends Pick<PullResult, 'feed' | 'received' | 'new' | 'changed' | 'unchanged' | 'rejected'> {
  unmatched: number
  ended: number
  full: boolean
  refused: string | null
  records: rehearsal.BroughtRecord[]
  faults: RejectPreview[]
  rules: { rule: string; count: number }[]
}

export interface UploadPreviewInput {
  feed: AgencyFeed
  file: SubmittedFile & { bytes: Buffer }
  mark: (id: string) => string
  rules: WorkRules
  now: Date
  signal?: AbortSignal
}

/** Refusals: those of a pull, except FEED_OUT_OF_BOUNDS, which becomes `refused`; HUB_BUSY on a timeout. */
export const previewUpload = async (db: Db, input: UploadPreviewInput): Promise<UploadPreview> => {
  const { feed, file, mark, rules, now, signal } = input
  const maps = await feedMaps.inForce(db, feed.id)
  const items = feed.read(file.bytes, { ...(file.reader ? { reader: file.reader } : {}), maps })
  const whole = file.full === true
  const faults: RejectPreview[] = []
  const byRule = new Map<string, number>()
  const setAside = async (aside: readonly NewReject[]): Promise<void> => {
    for (const { page, row, problems, item } of aside) {
      const rule = problems[0]?.rule ?? ''
      byRule.set(rule, (byRule.get(rule) ?? 0) + 1)
      if (faults.length < SHOWN_FAULTS) faults.push({ page, row, problems, item: item as RejectPreview['item'] })
    }
  }
  return withStage(db, async (stage) => {
    const known = await loadKnownVersions(db, feed.id, { whole })
    const reading = {
      feed,
      items,
      dated: file.dated ?? null,
      mark,
      calendar: rules.calendar,
      ...(signal && { signal }),
    }
    const done = await readItems({ startedAt: now, setAside }, stage, known, reading)
    const passedOver = await stage.keepLast(done.withdrawn)
    await stage.ready()
    const standing = RECORD_KIND_TRAITS[feed.kind].endsByAbsence
      ? await versions.countInForce(db, feed.id)
      : await runs.lastCompleteSize(db, feed.id)
    const reason = boundsFault(feed.bounds, { ...done, standing, partialFile: !whole, whole })
    const refused = reason && withCauses(reason, done.causes.told(), null)
    const merged = await rehearse(stage.transaction, async (tx: Tx) => {
      const started = { job: 'pull' as const, subject: feed.id, cause: 'upload' as const, leaseMs: LEASE_MS, now }
      const run = (await runs.start(tx, started)) ?? 0
      const { says } = stage
      const of = { run, feed: feed.id, whole, drafts: done.drafts - passedOver, says, known, now, rules }
      const counts = await mergeDelivery(tx, { ...of, unreadable: done.unreadable })
      return { counts, records: await rehearsal.recordsBrought(tx, run, SHOWN_RECORDS) }
    })
    const { counts, records } = merged
    return {
      feed: feed.id,
      received: done.received,
      new: counts.NEW,
      changed: counts.CHANGED,
      unchanged: counts.UNCHANGED + done.met + passedOver,
      rejected: done.rejected,
      unmatched: counts.UNMATCHED,
      ended: counts.ended,
      full: whole,
      refused,
      records,
      faults,
      rules: [...byRule].map(([rule, count]) => ({ rule, count })).sort((a, b) => b.count - a.count),
    }
  })
}
