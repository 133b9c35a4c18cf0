/**
 * Repair: what earlier releases left wrong in a database is found by one list of checks and mended in one transaction, each
 * record with a row in the audit log; whose score it may have moved is scored anew. A second run finds nothing.
 */
import type { Feed } from '../../../agencies/feed.js'
import { dateIn } from '../../../foundation/time/dates.js'
import type { Db, Tx } from '../../../store/db/db.js'
import * as knowledge from '../../../store/db/knowledge.js'
import { markRehearsal } from '../../../store/db/rehearsed.js'
import type { Mended } from '../../../store/intake/repair/ends.js'
import * as dirty from '../../../store/scoring/dirty.js'
import type { Rules } from '../../calendar/rules.js'
import { oweRecords } from '../../delivery/published-records.js'
import { consequences } from '../../listing/consequences.js'
import { alone } from '../../timetable/run.js'
import { CHECKS, type Check } from './checks.js'

/** A merge that goes on is waited for so long, milliseconds. */
const WAIT_MS = 60_000

export interface RepairOptions {
  /** Finds and mends, and undoes it all. */
  dryRun: boolean
  feeds: readonly Feed[]
  rules: Rules
  mark: (id: string) => string
  /** Folder of the archive. */
  archiveDir: string
  now: () => Date
  by?: string
  /** Writes one row of the audit log: the check, the feed, the key, and the code of the operator. */
  note: (words: string, codes: readonly string[]) => Promise<void>
  /** Scores these operators anew, after the repair is committed. */
  score: (operators: readonly number[]) => Promise<unknown>
}

export interface Repaired {
  dryRun: boolean
  checks: { check: Check['id']; zh: string; en: string; found: number; records: Mended[] }[]
  found: number
  /** Operators that were scored anew. */
  scored: number
  /** Feeds of which nobody can tell what their last whole delivery held: the next pull asks for everything. */
  untold: string[]
  /** Records with a day of 1976 that may have been misread: nothing that is kept shows what was sent. */
  unproven: Mended[]
  ms: number
}

class Rehearsed extends Error {}

/** Refusal RUN_BUSY while another repair goes on. */
export const repair = async (db: Db, options: RepairOptions): Promise<Repaired> => {
  const what = { job: 'repair' as const, cause: 'command' as const, now: options.now, waitMs: WAIT_MS }
  const done = await alone(db, { ...what, ...(options.by === undefined ? {} : { by: options.by }) }, async (run) => {
    let found: Omit<Repaired, 'ms' | 'scored'> | null = null
    const operators = new Set<number>()
    try {
      await db.transaction(async (tx) => {
        if (options.dryRun) await markRehearsal(tx)
        found = await mend(tx, run.id, options)
        const at = await knowledge.tick(tx, options.now())
        for (const { operator } of found.checks.flatMap(({ records }) => records))
          if (operator !== null) operators.add(operator)
        await dirty.mark(tx, [...operators], at)
        const { rules } = options
        await consequences(tx, { run: run.id, at, now: options.now(), rules })
        await oweRecords(tx, rules, { operators: [...operators] }, { at, dueAt: options.now() })
        if (options.dryRun) throw new Rehearsed()
        await noteAll(tx, found, options)
      })
    } catch (error) {
      if (!(error instanceof Rehearsed)) throw error
    }
    if (!options.dryRun && operators.size > 0) await options.score([...operators])
    const told = found as unknown as Omit<Repaired, 'ms' | 'scored'>
    Object.assign(run.counts, Object.fromEntries(told.checks.map(({ check, found }) => [check, found])))
    return { ...told, scored: options.dryRun ? 0 : operators.size, ms: run.elapsed() }
  })
  if (done === null) throw new Error('a repair is no occurrence of the timetable')
  return done
}

/** Each check has an instant of its own: a record may be wrong in several ways, and its versions follow one another. */
const mend = async (tx: Tx, run: number, options: RepairOptions): Promise<Omit<Repaired, 'ms' | 'scored'>> => {
  const untold = new Set<string>()
  const unproven: Mended[] = []
  const checks: Repaired['checks'] = []
  const today = dateIn(options.now())
  let last = 0
  for (const { id, zh, en, mend: work } of CHECKS) {
    // A rehearsal reads one instant again and again.
    last = Math.max((await knowledge.tick(tx, options.now())).getTime(), last + 1)
    const records = await work(tx, { run, at: new Date(last), ...options, today, untold, unproven })
    checks.push({ check: id, zh, en, found: records.length, records })
  }
  const found = checks.reduce((sum, check) => sum + check.found, 0)
  return { dryRun: options.dryRun, checks, found, untold: [...untold], unproven }
}

/** Before it is committed: nothing is mended without its row. */
const noteAll = async (tx: Tx, { checks }: Pick<Repaired, 'checks'>, { note }: RepairOptions): Promise<void> => {
  const all = checks.flatMap(({ check, records }) => records.map((record) => ({ check, ...record })))
  const codes = new Map<number, string>()
  const ids = [...new Set(all.map(({ operator }) => operator).filter((id) => id !== null))]
  const rows = await tx('operators').whereIn('id', ids).select('id', 'uscc', 'shop')
  for (const { id, uscc, shop } of rows) codes.set(id, uscc ?? shop)
  for (const { check, feed, key, operator } of all) {
    const code = operator === null ? undefined : codes.get(operator)
    await note(`${check} ${feed} ${key}`, code === undefined ? [] : [code])
  }
}
