import { Refusal } from '../../../foundation/errors.js'
import { shanghaiDate } from '../../../foundation/time/dates.js'
import type { Db, Tx } from '../../../store/db/db.js'
import * as knowledge from '../../../store/db/knowledge.js'
import * as locks from '../../../store/db/locks.js'
import { markRehearsal } from '../../../store/db/transaction.js'
import type { RepairedRecord } from '../../../store/intake/repair/unended-records.js'
import * as operators from '../../../store/operators/operators.js'
import * as rescoringQueue from '../../../store/scoring/rescoring-queue.js'
import type { WorkRules } from '../../calendar/rules.js'
import { queueChangedRecords } from '../../delivery/published-records.js'
import { followChangedRecords } from '../../listing/consequences.js'
import { runAlone } from '../../timetable/run.js'
import type { StoredRecordsRepair } from './archived.js'
import { STORED_RECORD_MENDINGS, type StoredRecordMending } from './checks.js'

const WAIT_MS = 60_000

export interface RepairOptions extends Pick<StoredRecordsRepair, 'feeds' | 'pseudonymOf' | 'archiveDir'> {
  dryRun: boolean
  waitMs?: number
  rules: WorkRules
  now: () => Date
  by?: string
  note: (words: string, codes: readonly string[]) => Promise<void>
  score: (operators: readonly number[]) => Promise<unknown>
}

export interface RepairResult {
  dryRun: boolean
  checks: (Pick<StoredRecordMending, 'zh' | 'en'> & { check: string; found: number; records: RepairedRecord[] })[]
  found: number
  scored: number
  untold: string[]
  unproven: RepairedRecord[]
  ms: number
}

class DryRunEnd extends Error {}

export const repairRecords = async (db: Db, options: RepairOptions): Promise<RepairResult> => {
  const what = { job: 'repair' as const, cause: 'command' as const, now: options.now, waitMs: WAIT_MS }
  const done = await runAlone(
    db,
    { ...what, ...(options.by === undefined ? {} : { by: options.by }) },
    async (run, db) => {
      let found = null as Omit<RepairResult, 'ms' | 'scored'> | null
      const operators = new Set<number>()
      // A full delivery read meanwhile would miss what the repair ends.
      const repair = async (tx: Tx) => {
        if (options.dryRun) await markRehearsal(tx)
        found = await mend(tx, run.id, options)
        const at = await knowledge.nextInstant(tx, options.now())
        for (const { operator } of found.checks.flatMap(({ records }) => records))
          if (operator !== null) operators.add(operator)
        await rescoringQueue.markDirty(tx, [...operators], at)
        const { rules } = options
        await followChangedRecords(tx, { run: run.id, at, now: options.now(), rules })
        await queueChangedRecords(tx, rules, { operators: [...operators] }, { at, dueAt: options.now() })
        if (options.dryRun) throw new DryRunEnd()
        await noteAll(tx, found, options)
      }
      try {
        const feeds = options.feeds.map(({ id }) => `pull:${id}`).sort()
        const held = await locks.withLocks(db, feeds, options.waitMs ?? WAIT_MS, () => db.transaction(repair))
        if (held === 'held') throw new Refusal('RUN_BUSY', { job: 'pull', subject: '' })
      } catch (error) {
        if (!(error instanceof DryRunEnd)) throw error
      }
      if (!options.dryRun && operators.size > 0) await options.score([...operators])
      const result = found as unknown as Omit<RepairResult, 'ms' | 'scored'>
      Object.assign(run.counts, Object.fromEntries(result.checks.map(({ check, found }) => [check, found])))
      return { ...result, scored: options.dryRun ? 0 : operators.size, ms: run.elapsed() }
    },
  )
  if (done === null) throw new Error('a repair is no occurrence of the timetable')
  return done
}

/** Each check has its own instant, because two checks may correct one record. */
const mend = async (tx: Tx, run: number, options: RepairOptions): Promise<Omit<RepairResult, 'ms' | 'scored'>> => {
  const feedsToReread = new Set<string>()
  const unproven: RepairedRecord[] = []
  const checks: RepairResult['checks'] = []
  const today = shanghaiDate(options.now())
  let last = 0
  for (const { id, zh, en, mend: work } of STORED_RECORD_MENDINGS) {
    // In a rehearsal `nextInstant` may return the same instant again.
    last = Math.max((await knowledge.nextInstant(tx, options.now())).getTime(), last + 1)
    const records = await work(tx, { run, at: new Date(last), ...options, today, feedsToReread, unproven })
    checks.push({ check: id, zh, en, found: records.length, records })
  }
  const found = checks.reduce((sum, check) => sum + check.found, 0)
  return { dryRun: options.dryRun, checks, found, untold: [...feedsToReread], unproven }
}

const noteAll = async (tx: Tx, { checks }: Pick<RepairResult, 'checks'>, { note }: RepairOptions): Promise<void> => {
  const all = checks.flatMap(({ check, records }) => records.map((record) => ({ check, ...record })))
  const codes = new Map<number, string>()
  const ids = [...new Set(all.map(({ operator }) => operator).filter((id) => id !== null))]
  for (const [id, { uscc, shop }] of await operators.operatorsById(tx, ids)) codes.set(id, uscc ?? shop ?? '')
  for (const { check, feed, key, operator } of all) {
    const code = operator === null ? undefined : codes.get(operator)
    await note(`${check} ${feed} ${key}`, code === undefined ? [] : [code])
  }
}
