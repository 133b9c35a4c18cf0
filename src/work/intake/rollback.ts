/**
 * Rolls back a pull that was declared wrong. What later runs only repeated of it is wrong too and must be delivered
 * again.
 */

import { findRollbackFault } from '../../domain/intake/rollback.js'
import { isHiddenByRun } from '../../domain/listing/case.js'
import type { FactFamily } from '../../domain/records/facts.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { scoreWithComingChange } from '../../domain/scoring/operator-facts.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import * as locks from '../../store/db/locks.js'
import * as orphanedRows from '../../store/intake/orphaned-rows.js'
import * as rehearsal from '../../store/intake/rehearsal.js'
import * as rejectDesk from '../../store/intake/reject-desk.js'
import { relearnCodes } from '../../store/intake/relearn.js'
import { reopenVersions } from '../../store/intake/rollback/reopened-versions.js'
import { restoreUnmatched } from '../../store/intake/rollback/restored-unmatched.js'
import * as rollbackRuns from '../../store/intake/rollback/rollback-run.js'
import { forgetOperators, listOperatorsWithoutRecords } from '../../store/intake/rollback/unfounded-operators.js'
import { closeWrongVersions } from '../../store/intake/rollback/wrong-versions.js'
import * as concerns from '../../store/listing/concerns.js'
import * as leads from '../../store/listing/leads.js'
import * as listings from '../../store/listing/listings.js'
import * as scores from '../../store/scoring/scores.js'
import * as watchEntries from '../../store/scoring/watch-entries.js'
import * as runs from '../../store/timetable/runs.js'
import type { WorkRules } from '../calendar/rules.js'
import { queueChangedRecords } from '../delivery/published-records.js'
import { followChangedRecords } from '../listing/consequences.js'
import { republishContested } from '../listing/entry.js'
import { tryMove } from '../listing/listing.js'
import { readFacts } from '../scoring/facts.js'
import { DROPPED_LEAD_REASON } from '../scoring/grade-thresholds.js'
import { findCardInForce } from '../scoring/scorecards.js'
import { type RunOptions, runAlone } from '../timetable/run.js'
import { REHEARSAL_LEASE_MS, rehearse } from './rehearsal.js'

const WAIT_MS = 10_000

export interface RollbackResult {
  run: number
  feed: string
  wrong: number
  restored: number
  operators: number
  gone: number
  ms: number
}

export interface RollbackOptions extends Omit<RunOptions, 'cause' | 'plannedFor' | 'by'> {
  run: number
  reason: string
  by: string
  mayMove?: boolean
  rules: WorkRules
}

/**
 * Refusals: RUN_UNKNOWN, RUN_NOT_TAKEN_BACK (no pull, not done, already rolled back), RUN_BUSY while its feed is
 * pulled.
 */
export const rollBack = async (db: Db, options: RollbackOptions): Promise<RollbackResult> => {
  const { run: id, rules } = options
  const reason = checkAndRedactText(options.reason, '理由 the reason', rules.pseudonymOf)
  const { feed } = await rollbackableRun(db, id)
  const waitMs = options.waitMs ?? WAIT_MS
  const done = await locks.withLock(db, `pull:${feed}`, waitMs, () =>
    runAlone(db, { ...options, waitMs, job: 'takeback', subject: feed, cause: 'person' }, async (running, db) => {
      const counts = await db.transaction(async (tx) => {
        const now = options.now()
        const at = await knowledge.nextInstant(tx, now)
        await rollbackableRun(tx, id)
        const counts = await undoRun(tx, { run: id, by: running.id, at }, rules, now, {
          by: options.by,
          mayMove: options.mayMove ?? true,
        })
        await rollbackRuns.noteRollback(tx, { run: id, by: running.id, at }, { by: options.by, reason, feed })
        Object.assign(running.counts, { ...counts, run: id })
        await running.close(tx)
        return counts
      })
      return { run: id, feed, ...counts, ms: running.elapsed() }
    }),
  )
  if (done === 'held' || done === null) throw new Refusal('RUN_BUSY', { job: 'pull', subject: feed })
  return done
}

const rollbackableRun = async (db: Db | Tx, id: number): Promise<rollbackRuns.PulledRun> => {
  const found = await rollbackRuns.rollbackCandidate(db, id)
  if (found === null) throw new Refusal('RUN_UNKNOWN')
  const why = findRollbackFault(found)
  if (why !== null) throw new Refusal('RUN_NOT_TAKEN_BACK', { reason: why })
  return found
}

const undoRun = async (
  tx: Tx,
  rollback: rollbackRuns.RollbackRun,
  rules: WorkRules,
  now: Date,
  who: { by: string; mayMove: boolean },
) => {
  const wrong = await closeWrongVersions(tx, rollback)
  const { restored, foundBy } = await reopenVersions(tx, rollback)
  await restoreUnmatched(tx, rollback)
  await rejectDesk.reopenAfterRollback(tx, rollback.run)
  const said = { by: 'clock', note: DROPPED_LEAD_REASON, now: rollback.at }
  const doubted = await concerns.settleOfRun(tx, rollback.run, said)
  // Listings come first: their end decides which operators are still needed.
  await followChangedRecords(tx, { run: rollback.by, at: rollback.at, now, rules })
  for (const id of doubted) await showAgain(tx, id, { run: rollback.run, at: rollback.at, now, rules, ...who })
  const unfounded = await listOperatorsWithoutRecords(tx, rollback)
  const untouched = await leads.lockUntouchedLeads(tx, unfounded)
  await leads.dropLeads(
    tx,
    untouched.map(({ id }) => id),
    { on: shanghaiDate(now), reason: DROPPED_LEAD_REASON, at: rollback.at },
  )
  const gone = await forgetOperators(tx, unfounded, rollback)
  await watchEntries.close(tx, unfounded, { on: shanghaiDate(now), at: rollback.at })
  const codes = [...(await relearnCodes(tx, rollback.run, rollback.at)), ...foundBy]
  const orphaned = await orphanedRows.detachRecords(tx, { codes, operators: unfounded }, rollback)
  if (orphaned > 0) await followChangedRecords(tx, { run: rollback.by, at: rollback.at, now, rules })
  await republishContested(tx, rules, { now: rollback.at, dueAt: now })
  await queueChangedRecords(tx, rules, 'takeback', { at: rollback.at, dueAt: now })
  const operators = await rollbackRuns.queueRescoringAndConcerns(tx, rollback)
  return { wrong, restored, operators, gone }
}

/** Opens a concern instead if the person may not decide on listings. */
const showAgain = async (tx: Tx, id: string, { run, at, now, rules, by, mayMove }: UnhideContext): Promise<void> => {
  const found = await listings.lockForMove(tx, id)
  if (found === null || !isHiddenByRun({ state: found.state, hiding: found.facts.hiding ?? null }, run)) return
  const asked = (await concerns.ofListings(tx, [id])).some(({ settledAt }) => settledAt === null)
  const input = { on: shanghaiDate(now), reason: DROPPED_LEAD_REASON }
  const made = { id, name: 'unhideListing' as const, by, role: 'reviewer' as const, input, now, at }
  if (!asked && mayMove && (await tryMove(tx, rules, made))) return
  if (!asked) await concerns.open(tx, { listingId: id, cause: 'RESTORED', record: null, run: null, at })
}

type UnhideContext = Omit<RollbackPreviewInput, 'families'> & { at: Date }

const NAMED_MOST = 50
const PREVIEW_WAIT_MS = 2_000

export interface RollbackPreviewInput {
  run: number
  by: string
  mayMove: boolean
  rules: WorkRules
  families: readonly FactFamily[]
  now: Date
}

/** Refusals: as `rollBack`, and HUB_BUSY on a timeout. */
export const previewRollback = async (db: Db, input: RollbackPreviewInput) => {
  const { feed } = await rollbackableRun(db, input.run)
  const done = await locks.withLock(db, `pull:${feed}`, PREVIEW_WAIT_MS, () =>
    rehearse(
      (work) => db.transaction(work),
      (tx) => rehearsed(tx, feed, input),
    ),
  )
  if (done === 'held') throw new Refusal('RUN_BUSY', { job: 'pull', subject: feed })
  return done
}

const rehearsed = async (tx: Tx, feed: string, input: RollbackPreviewInput) => {
  const { run, by, mayMove, rules, now } = input
  await rollbackableRun(tx, run)
  const started = {
    job: 'takeback' as const,
    subject: feed,
    cause: 'person' as const,
    by,
    leaseMs: REHEARSAL_LEASE_MS,
    now,
  }
  const rollbackRun = (await runs.startRun(tx, started)) ?? 0
  const before = await rehearsal.readHighestIds(tx)
  const at = await knowledge.nextInstant(tx, now)
  const counts = await undoRun(tx, { run, by: rollbackRun, at }, rules, now, { by, mayMove })
  const { gone: goneOperators, left } = await rehearsal.listAffectedOperators(tx, at, NAMED_MOST)
  return {
    feed,
    ...counts,
    records: await rehearsal.recordsUndone(tx, rollbackRun, NAMED_MOST),
    listings: await rehearsal.listingsMovedSince(tx, before, NAMED_MOST),
    deliveries: await rehearsal.countDeliveriesSince(tx, before),
    goneOperators,
    scores: await scoresMoved(tx, left, at, input),
    weighed: left.length,
  }
}

const scoresMoved = async (
  tx: Tx,
  operators: readonly { id: number; kind: string }[],
  at: Date,
  { rules, families, now }: RollbackPreviewInput,
) => {
  const asOf = shanghaiDate(now)
  const card = await findCardInForce(tx, asOf)
  const facts = await readFacts(tx, operators, { asOf, knownAt: at }, { lists: rules.lists, known: families })
  const ids = operators.map(({ id }) => id)
  const stored = await scores.current(tx, ids)
  return [...facts].flatMap(([operatorId, own]) => {
    const { value, grade } = scoreWithComingChange(own, card)
    const earlier = stored.get(operatorId) ?? null
    if (earlier?.value === value && earlier.grade === grade) return []
    const [before, gradeBefore] = [earlier?.value ?? null, earlier?.grade ?? null]
    return [{ operatorId, before, gradeBefore, after: value, gradeAfter: grade }]
  })
}
