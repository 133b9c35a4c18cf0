/**
 * Tidying: what is past its term by schema/rules/retention.json and no longer needed is deleted, in windows of bounded size, each in a
 * statement of its own. Broken off anywhere, the next night begins anew and finds less.
 */
import { checkRetention, type Kept, keptSince, type RetentionRules } from '../../domain/timetable/retention.js'
import { Refusal } from '../../foundation/errors.js'
import * as clockDoubts from '../../store/db/clock-doubts.js'
import type { Db } from '../../store/db/db.js'
import * as retention from '../../store/timetable/retention.js'
import { checked } from '../calendar/rules.js'
import { type ArchivedFile, months, remove } from './archive-files.js'
import { alone, type Occasioned } from './run.js'

/** Rows looked at by one statement. */
const WINDOW_ROWS = 2_000
/** Archived files asked about at once. */
const FILES_AT_ONCE = 500

let read: RetentionRules | null = null

/** Refusal RULES_BROKEN. */
export const retentionRules = (): RetentionRules => {
  read ??= checked<RetentionRules>('rules/retention', 'contracts/retention', checkRetention)
  return read
}

export interface TidyOptions extends Occasioned {
  /** Folder of the archive. */
  archive: string
  /** Another than the hub's, for tests. */
  rules?: RetentionRules
  windowRows?: number
  signal?: AbortSignal
  /** Decides anew, before anything is deleted, what rests on records and claims that may have passed their term. */
  renew?: (now: Date) => Promise<unknown>
}

export interface TidyCounts {
  rejects: number
  comparisons: number
  deliveries: number
  archives: number
  runs: number
}

/** What is referred to goes after what refers to it: runs last. */
const STEPS: readonly [
  count: keyof TidyCounts,
  what: Kept,
  step: (db: Db, window: retention.Window) => Promise<retention.Tidied>,
][] = [
  ['rejects', 'REJECTS', retention.rejects],
  ['comparisons', 'COMPARISONS', retention.findings],
  ['comparisons', 'COMPARISONS', retention.comparisons],
  ['deliveries', 'DELIVERIES', retention.deliveries],
  ['runs', 'RUNS', retention.runs],
]

/** Null: another process has this occurrence of the timetable. Refusal CLOCK_DOUBTED. Ends after the window under way once the signal is given. */
export const tidy = (db: Db, options: TidyOptions): Promise<TidyCounts | null> =>
  alone(db, { ...options, job: 'tidy' }, async (run) => {
    // What was deleted does not come back.
    if ((await clockDoubts.open(db)) !== null) throw new Refusal('CLOCK_DOUBTED')
    await options.renew?.(run.startedAt)
    const counts: TidyCounts = { rejects: 0, comparisons: 0, deliveries: 0, archives: 0, runs: 0 }
    const since = (what: Kept) => keptSince(options.rules ?? retentionRules(), what, run.startedAt)
    const rows = options.windowRows ?? WINDOW_ROWS
    counts.archives = await tidyArchives(db, since('ARCHIVES'), options)
    for (const [count, what, step] of STEPS) {
      for (let after: number | null = 0; after !== null && !options.signal?.aborted; ) {
        const { last, deleted }: retention.Tidied = await step(db, { before: since(what), after, rows })
        counts[count] += deleted
        after = last
      }
    }
    Object.assign(run.counts, counts)
    return counts
  })

/** Files past their term, and files that no run calls its own: their process died before its delivery was taken in. */
const tidyArchives = async (db: Db, before: Date, { archive, signal }: TidyOptions): Promise<number> => {
  let removed = 0
  for await (const month of months(archive)) {
    for (let from = 0; from < month.length && !signal?.aborted; from += FILES_AT_ONCE) {
      const files: ArchivedFile[] = month.slice(from, from + FILES_AT_ONCE)
      const inUse = await retention.archivesInUse(db, files, before)
      const due = files.filter(({ path }) => !inUse.has(path))
      for (const file of due) await remove(archive, file)
      if (due.length > 0) await retention.forgetArchives(db, due)
      removed += due.length
    }
    if (signal?.aborted) break
  }
  return removed
}
