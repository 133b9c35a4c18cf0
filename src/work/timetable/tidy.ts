/** Deletes what is unreferenced and past its term (schema/rules/retention.json). */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { checkRetention, keptSince, type RetainedKind, type RetentionRules } from '../../domain/timetable/retention.js'
import { Refusal } from '../../foundation/errors.js'
import * as clockDoubts from '../../store/db/clock-doubts.js'
import type { Db } from '../../store/db/db.js'
import * as papers from '../../store/listing/papers.js'
import * as reporters from '../../store/matters/reporters.js'
import * as retention from '../../store/timetable/retention.js'
import { makeRulesReader } from '../calendar/rules.js'
import { type RunOptions, runAlone } from './run.js'

interface ArchivedFile {
  path: string
  run: number
}

const ARCHIVE = /^[^/]+\/[^/]+\/[^/]+\/(\d{1,15})-[^/]*\.jsonl\.gz(?:\.part)?$/

const ARCHIVE_FOLDER_DEPTH = 3

const pathsIn = async (folder: string, place = '', depth = ARCHIVE_FOLDER_DEPTH): Promise<string[]> => {
  const paths = (await readdir(join(folder, place)).catch(() => [])).map((name) => join(place, name))
  return depth === 0 ? paths : (await Promise.all(paths.map((path) => pathsIn(folder, path, depth - 1)))).flat()
}

const archivesIn = async (folder: string): Promise<ArchivedFile[]> =>
  (await pathsIn(folder)).sort().flatMap((path) => {
    const run = ARCHIVE.exec(path)?.[1]
    return run === undefined ? [] : [{ path, run: Number(run) }]
  })

const WINDOW_ROWS = 2_000
const FILES_AT_ONCE = 500

export const readRetentionRules = makeRulesReader<RetentionRules>(
  'rules/retention',
  'contracts/retention',
  checkRetention,
)

export interface TidyOptions extends RunOptions {
  archive: string
  rules?: RetentionRules
  windowRows?: number
  signal?: AbortSignal
  /** Called before deletion, to renew decisions that rest on expired records. */
  renew?: (now: Date) => Promise<unknown>
}

export type TidyCounts = Record<
  'rejects' | 'comparisons' | 'deliveries' | 'archives' | 'files' | 'papers' | 'runs' | 'matters' | 'reporters',
  number
>

/** Referring rows are deleted first, runs last. */
const STEPS = [
  ['rejects', 'rejects', 'REJECTS'],
  ['findings', 'comparisons', 'COMPARISONS'],
  ['comparisons', 'comparisons', 'COMPARISONS'],
  ['deliveries', 'deliveries', 'DELIVERIES'],
  ['matter_files', 'files', 'MATTER_FILES'],
  ['runs', 'runs', 'RUNS'],
] as const

export const deleteExpired = (db: Db, options: TidyOptions): Promise<TidyCounts | null> =>
  runAlone(db, { ...options, job: 'tidy' }, async (run, db) => {
    // Deletion cannot be undone, so the clock must be certain.
    if ((await clockDoubts.currentDoubt(db)) !== null) throw new Refusal('CLOCK_DOUBTED')
    await options.renew?.(run.startedAt)
    const counts: TidyCounts = {
      rejects: 0,
      comparisons: 0,
      deliveries: 0,
      archives: 0,
      files: 0,
      papers: 0,
      runs: 0,
      matters: 0,
      reporters: 0,
    }
    const since = (what: RetainedKind) => keptSince(options.rules ?? readRetentionRules(), what, run.startedAt)
    const rows = options.windowRows ?? WINDOW_ROWS
    counts.archives = await tidyArchives(db, since('ARCHIVES'), options)
    counts.papers = await erasePapers(db, { before: since('PAPERS'), rows, now: run.startedAt }, options.signal)
    for (const [table, count, what] of STEPS) {
      const before = since(what)
      for (let after: number | null = 0; after !== null && !options.signal?.aborted; ) {
        const { last, deleted }: retention.WindowResult = await retention.deleteWindow(db, table, {
          before,
          after,
          rows,
        })
        counts[count] += deleted
        after = last
      }
    }
    for (let erased = rows; erased === rows && !options.signal?.aborted; counts.reporters += erased)
      erased = await reporters.eraseContacts(db, { before: since('REPORTERS'), rows })
    for (let deleted = rows; deleted === rows && !options.signal?.aborted; counts.matters += deleted)
      deleted = await retention.deleteEndedMatters(db, { before: since('MATTERS'), rows })
    Object.assign(run.counts, counts)
    return counts
  })

type EraseWindow = Parameters<typeof papers.eraseWindow>[1]

const erasePapers = async (db: Db, window: EraseWindow, signal?: AbortSignal): Promise<number> => {
  let erased = 0
  for (let more = true; more && !signal?.aborted; ) {
    const done = await papers.eraseWindow(db, window)
    erased += done
    more = done === window.rows
  }
  return erased
}

const tidyArchives = async (db: Db, before: Date, { archive, signal }: TidyOptions): Promise<number> => {
  const archives = await archivesIn(archive)
  let removed = 0
  for (let from = 0; from < archives.length && !signal?.aborted; from += FILES_AT_ONCE) {
    const files = archives.slice(from, from + FILES_AT_ONCE)
    const inUse = await retention.archivesInUse(db, files, before)
    const due = files.filter(({ path }) => !inUse.has(path))
    for (const { path } of due) await rm(join(archive, path), { force: true })
    if (due.length > 0) await retention.forgetArchives(db, due)
    removed += due.length
  }
  return removed
}
