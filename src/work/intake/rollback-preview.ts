import type { FactFamily } from '../../domain/records/facts.js'
import { scoreWithComingChange } from '../../domain/scoring/operator-facts.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import * as locks from '../../store/db/locks.js'
import * as rehearsal from '../../store/intake/rehearsal.js'
import * as scores from '../../store/scoring/scores.js'
import * as runs from '../../store/timetable/runs.js'
import type { WorkRules } from '../calendar/rules.js'
import { factsOfOperators } from '../scoring/facts.js'
import { cardInForce } from '../scoring/scorecards.js'
import { rehearse } from './rehearsal.js'
import { type RollbackResult, rollbackableRun, undoRun } from './rollback.js'

const NAMED_MOST = 50
const WAIT_MS = 2_000
const LEASE_MS = 120_000

interface ScoreChange {
  operatorId: number
  before: { value: number; grade: string } | null
  after: { value: number; grade: string }
}

export interface RollbackForecast extends Pick<RollbackResult, 'wrong' | 'restored' | 'operators' | 'gone'> {
  feed: string
  records: { records: rehearsal.UndoneRecord[]; total: number }
  listings: { listings: rehearsal.MovedListing[]; total: number }
  deliveries: number
  goneOperators: number[]
  /** Score changes; `weighed` counts the operators compared. */
  scores: ScoreChange[]
  weighed: number
}

export interface RollbackPreviewInput {
  run: number
  by: string
  mayMove: boolean
  rules: WorkRules
  families: readonly FactFamily[]
  now: Date
}

/** Refusals: as `rollBack`, and HUB_BUSY on a timeout. */
export const previewRollback = async (db: Db, input: RollbackPreviewInput): Promise<RollbackForecast> => {
  const { feed } = await rollbackableRun(db, input.run)
  const done = await locks.withLock(db, `pull:${feed}`, WAIT_MS, () =>
    rehearse(
      (work) => db.transaction(work),
      (tx) => rehearsed(tx, feed, input),
    ),
  )
  if (done === 'held') throw new Refusal('RUN_BUSY', { job: 'pull', subject: feed })
  return done
}

const rehearsed = async (tx: Tx, feed: string, input: RollbackPreviewInput): Promise<RollbackForecast> => {
  const { run, by, mayMove, rules, now } = input
  await rollbackableRun(tx, run)
  const started = { job: 'takeback' as const, subject: feed, cause: 'person' as const, by, leaseMs: LEASE_MS, now }
  const takebackRun = (await runs.start(tx, started)) ?? 0
  const before = await rehearsal.readHighestIds(tx)
  const at = await knowledge.nextInstant(tx, now)
  const counts = await undoRun(tx, { run, by: takebackRun, at }, rules, now, { by, mayMove })
  const { gone: goneOperators, left } = await rehearsal.operatorsConcerned(tx, at, NAMED_MOST)
  return {
    feed,
    ...counts,
    records: await rehearsal.recordsUndone(tx, takebackRun, NAMED_MOST),
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
): Promise<ScoreChange[]> => {
  const asOf = shanghaiDate(now)
  const card = await cardInForce(tx, asOf)
  const facts = await factsOfOperators(tx, operators, { asOf, knownAt: at }, { lists: rules.lists, known: families })
  const stored = await scores.current(
    tx,
    operators.map(({ id }) => id),
  )
  return [...facts].flatMap(([operatorId, own]) => {
    const { value, grade } = scoreWithComingChange(own, card)
    const earlier = stored.get(operatorId) ?? null
    if (earlier?.value === value && earlier.grade === grade) return []
    return [
      {
        operatorId,
        before: earlier && { value: earlier.value, grade: earlier.grade },
        after: { value, grade },
      },
    ]
  })
}
