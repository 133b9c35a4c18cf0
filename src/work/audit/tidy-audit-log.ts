import { setTimeout as rest } from 'node:timers/promises'
import { type AuditRules, findErasureInstant } from '../../domain/audit/audit-rules.js'
import { parseCode } from '../../domain/operators/codes.js'
import * as store from '../../store/audit/audit-log.js'
import * as clockDoubts from '../../store/db/clock-doubts.js'
import type { Db } from '../../store/db/db.js'
import { type RunOptions, runAlone } from '../timetable/run.js'
import { archiveOld, makeRoom, removeErasedFiles } from './archive-audit-log.js'
import { readAuditRules } from './audit-rules.js'
import { unpackCodes } from './operator-codes.js'

const INDEXED = { rows: 2_000, codes: 5_000 }
const ERASE_ROWS = 2_000
const REST_MOST_MS = 1_000
const INDEX_MOST_MS = 240_000
const ERASE_MOST_MS = 240_000

export const tidyAuditLog = (
  db: Db,
  options: RunOptions & { signal?: AbortSignal; isDoubted?: () => boolean; archiveDir?: string },
): Promise<{ indexed: number; erased: number; archived: number } | null> =>
  runAlone(db, { ...options, job: 'trail' }, async (run, db) => {
    const { archiveDir, signal } = options
    await makeRoom(db, run.startedAt)
    run.counts['indexed'] = await indexAll(db, options.signal)
    // Erasing cannot be undone, so it pauses while the clock is in doubt.
    const waits = options.signal?.aborted || options.isDoubted?.() || (await clockDoubts.currentDoubt(db)) !== null
    run.counts['erased'] = waits ? 0 : await eraseAll(db, run.startedAt, signal)
    const moves = !waits && archiveDir !== undefined
    run.counts['archived'] = moves
      ? await archiveOld(db, { archiveDir, now: run.startedAt, log: options.log, signal })
      : 0
    if (moves) await removeErasedFiles(db, archiveDir, run.startedAt)
    return { indexed: run.counts['indexed'], erased: run.counts['erased'], archived: run.counts['archived'] }
  })

/** Rests after each step as long as it took. */
const indexAll = async (db: Db, signal?: AbortSignal): Promise<number> => {
  const started = performance.now()
  for (let all = 0; ; ) {
    const began = performance.now()
    const { rows, isLast } = await indexStep(db)
    all += rows
    if (isLast || began - started > INDEX_MOST_MS) return all
    await rest(Math.min(performance.now() - began, REST_MOST_MS), undefined, { signal }).catch(() => undefined)
    if (signal?.aborted) return all
  }
}

const indexStep = (db: Db): Promise<{ rows: number; isLast: boolean }> =>
  db.transaction(async (tx) => {
    const { indexed } = await store.lockProgress(tx)
    const rows = await store.listRowsToIndex(tx, indexed, INDEXED)
    const last = rows.at(-1)
    if (last === undefined) return { rows: 0, isLast: true }
    const codesShown = rows.flatMap(({ number, shown: packed }) =>
      unpackCodes(packed).flatMap((code) => {
        const parsed = parseCode(code)
        return parsed === null ? [] : [{ number, scheme: parsed.scheme, code: parsed.code }]
      }),
    )
    await store.indexCodes(tx, codesShown, last.number)
    const codes = rows.reduce((sum, row) => sum + row.codes, 0)
    return { rows: rows.length, isLast: rows.length < INDEXED.rows && codes < INDEXED.codes }
  })

const eraseAll = async (db: Db, now: Date, signal?: AbortSignal): Promise<number> => {
  const rules = readAuditRules()
  const started = performance.now()
  for (let all = 0; ; ) {
    const step = await eraseStep(db, rules, now)
    all += step
    if (step < ERASE_ROWS || signal?.aborted || performance.now() - started > ERASE_MOST_MS) return all
  }
}

const eraseStep = (db: Db, rules: AuditRules, now: Date): Promise<number> =>
  db.transaction(async (tx) => {
    const { erased, indexed } = await store.lockProgress(tx)
    const rows = await store.listInstantsAfter(tx, erased, ERASE_ROWS)
    const first = rows.findIndex(({ number, at }) => number > indexed || findErasureInstant(rules, at) > now)
    const due = first < 0 ? rows : rows.slice(0, first)
    const last = due.at(-1)
    if (last === undefined) return 0
    await store.eraseContent(tx, { from: erased + 1, to: last.number, now })
    return due.length
  })
