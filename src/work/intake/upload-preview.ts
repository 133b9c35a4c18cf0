import type { AgencyFeed } from '../../agencies/feed.js'
import { addMainCauses } from '../../domain/intake/reject-causes.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as feedMaps from '../../store/intake/feed-maps.js'
import * as rehearsal from '../../store/intake/rehearsal.js'
import type { NewReject } from '../../store/intake/rejects.js'
import { withStage } from '../../store/intake/staged.js'
import * as runs from '../../store/timetable/runs.js'
import type { WorkRules } from '../calendar/rules.js'
import type { SubmittedFile } from '../timetable/submitted-file.js'
import { mergeDelivery } from './merge.js'
import type { PullResult } from './pull.js'
import { itemCountsOf, stageDelivery } from './read.js'
import { REHEARSAL_LEASE_MS, rehearse } from './rehearsal.js'

const SHOWN_RECORDS = 50
const SHOWN_FAULTS = 100

type RejectPreview = Omit<NewReject, 'map'>

export interface UploadPreview extends Omit<PullResult, 'run' | 'ms'> {
  refused: string | null
  wrongDigits: number
  records: rehearsal.BroughtRecord[]
  faults: RejectPreview[]
  rules: { rule: string; count: number }[]
}

export interface UploadPreviewInput {
  feed: AgencyFeed
  file: SubmittedFile & { bytes: Buffer }
  pseudonymOf: (id: string) => string
  rules: WorkRules
  now: Date
  signal?: AbortSignal
}

/** Refusals: those of a pull, except FEED_OUT_OF_BOUNDS, which becomes `refused`; HUB_BUSY on a timeout. */
export const previewUpload = async (db: Db, input: UploadPreviewInput): Promise<UploadPreview> => {
  const { feed, file, rules, now } = input
  const maps = await feedMaps.inForce(db, feed.id)
  const items = feed.read(file.bytes, { reader: file.reader || undefined, maps })
  const whole = file.full === true
  const faults: RejectPreview[] = []
  const byRule = new Map<string, number>()
  const addRejects = async (bad: readonly NewReject[]): Promise<void> => {
    for (const { page, row, problems, item } of bad) {
      const rule = problems[0]?.rule ?? ''
      byRule.set(rule, (byRule.get(rule) ?? 0) + 1)
      if (faults.length < SHOWN_FAULTS) faults.push({ page, row, problems, item })
    }
  }
  return withStage(db, async (stage) => {
    const given = { ...input, items, startedAt: now, dated: file.dated ?? null, whole, partial: !whole }
    const read = await stageDelivery(db, stage, { ...given, calendar: rules.calendar, addRejects })
    const { counts, records, wrongDigits } = await rehearse(stage.transaction, async (tx: Tx) => {
      const started = {
        job: 'pull' as const,
        subject: feed.id,
        cause: 'upload' as const,
        leaseMs: REHEARSAL_LEASE_MS,
        now,
      }
      const run = (await runs.startRun(tx, started)) ?? 0
      const counts = await mergeDelivery(tx, {
        ...read,
        run,
        feed: feed.id,
        whole,
        contents: stage.contents,
        now,
        rules,
      })
      const wrongDigits = await rehearsal.countWrongDigits(tx, run)
      return { counts, wrongDigits, records: await rehearsal.recordsBrought(tx, run, SHOWN_RECORDS) }
    })
    return {
      feed: feed.id,
      ...itemCountsOf(read, counts),
      ended: counts.ended,
      full: whole,
      wrongDigits,
      refused: read.fault && addMainCauses(read.fault, read.causes.describe(), null),
      records,
      faults,
      rules: [...byRule].map(([rule, count]) => ({ rule, count })).sort((a, b) => b.count - a.count),
    }
  })
}
