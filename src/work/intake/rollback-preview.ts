/** What would follow if a run were taken back, by the code that takes back, and nothing of it stays. */

import type { FactFamily } from '../../domain/records/facts.js'
import { Refusal } from '../../foundation/errors.js'
import { dateIn } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import * as locks from '../../store/db/locks.js'
import * as rehearsal from '../../store/intake/rehearsal.js'
import * as scores from '../../store/scoring/scores.js'
import * as runs from '../../store/timetable/runs.js'
import type { Rules } from '../calendar/rules.js'
import { factsOf, scoreOf } from '../scoring/facts.js'
import { cardInForce } from '../scoring/scorecards.js'
import { rehearse } from './rehearsal.js'
import { checked, type TakenBack, undo } from './rollback.js'

/** Of each kind of thing so many are named; of the rest their number is told. */
export const NAMED_MOST = 50
/** How long it waits for a pull of the feed that goes on, milliseconds. */
const WAIT_MS = 2_000
/** The rehearsed run is nobody's to take for dead, milliseconds. */
const LEASE_MS = 120_000

export interface ScoreMoved {
  operatorId: number
  before: { value: number; grade: string } | null
  after: { value: number; grade: string }
}

export interface TakeBackPreview extends Pick<TakenBack, 'wrong' | 'restored' | 'operators' | 'gone'> {
  feed: string
  /** Records that say now what they would say no more. */
  records: { records: rehearsal.RecordUndone[]; total: number }
  listings: { listings: rehearsal.ListingMoved[]; total: number }
  /** Messages to platforms that would be owed. */
  deliveries: number
  /** Operators no longer believed to exist, the first. */
  goneOperators: number[]
  /** Of the first operators that are left, those whose score would move; and of how many that was looked at. */
  scores: ScoreMoved[]
  weighed: number
}

export interface Previewing {
  run: number
  by: string
  mayMove: boolean
  rules: Rules
  families: readonly FactFamily[]
  now: Date
}

/** Refusals: as of `takeBack`; HUB_BUSY where it takes too long. */
export const previewTakeBack = async (db: Db, asked: Previewing): Promise<TakeBackPreview> => {
  const { feed } = await checked(db, asked.run)
  const done = await locks.alone(db, `pull:${feed}`, WAIT_MS, () =>
    rehearse(
      (work) => db.transaction(work),
      (tx) => rehearsed(tx, feed, asked),
    ),
  )
  if (done === 'held') throw new Refusal('RUN_BUSY', { job: 'pull', subject: feed })
  return done
}

const rehearsed = async (tx: Tx, feed: string, asked: Previewing): Promise<TakeBackPreview> => {
  const { run, by, mayMove, rules, now } = asked
  await checked(tx, run)
  const started = { job: 'takeback' as const, subject: feed, cause: 'person' as const, by, leaseMs: LEASE_MS, now }
  const own = (await runs.start(tx, started)) ?? 0
  const before = await rehearsal.mark(tx)
  const at = await knowledge.tick(tx, now)
  const counts = await undo(tx, { run, by: own, at }, rules, now, { by, mayMove })
  const { gone: goneOperators, left } = await rehearsal.operatorsConcerned(tx, at, NAMED_MOST)
  return {
    feed,
    ...counts,
    records: await rehearsal.recordsUndone(tx, own, NAMED_MOST),
    listings: await rehearsal.listingsSince(tx, before, NAMED_MOST),
    deliveries: await rehearsal.deliveriesSince(tx, before),
    goneOperators,
    scores: await scoresMoved(tx, left, at, asked),
    weighed: left.length,
  }
}

/** As the next scoring would weigh them, one after the other against what stands. */
const scoresMoved = async (
  tx: Tx,
  operators: readonly { id: number; kind: string }[],
  at: Date,
  { rules, families, now }: Previewing,
): Promise<ScoreMoved[]> => {
  const asOf = dateIn(now)
  const card = await cardInForce(tx, asOf)
  const facts = await factsOf(tx, operators, { asOf, knownAt: at }, { lists: rules.lists, known: families })
  const stored = await scores.current(
    tx,
    operators.map(({ id }) => id),
  )
  return [...facts].flatMap(([operatorId, own]) => {
    const { value, grade } = scoreOf(own, card)
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
