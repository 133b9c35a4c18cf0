/**
 * Falling below a grade threshold opens a watch entry, and a lead if a penalty can be linked; rising closes the watch
 * entry.
 */
import type { Facts } from '../../domain/records/facts.js'
import { findThresholdsCrossed, isOnDishonestList } from '../../domain/scoring/score.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import type { Tx } from '../../store/db/db.js'
import * as concerns from '../../store/listing/concerns.js'
import * as leads from '../../store/listing/leads.js'
import * as scores from '../../store/scoring/scores.js'
import * as watchEntries from '../../store/scoring/watch-entries.js'
import type { WorkRules } from '../calendar/rules.js'
import { openLeadsOnPenalties } from '../listing/leads.js'
import { findCardByHash, hashCard } from './scorecards.js'

export const DROPPED_LEAD_REASON = '所依据的批次已被撤回。The run it rests on was taken back.'

interface ScoredBatch {
  card: Scorecard
  ids: readonly number[]
  rows: readonly scores.NewScore[]
  facts: ReadonlyMap<number, Facts>
  before: ReadonlyMap<number, { value: number; scorecardHash: string }>
  on: string
  at: Date
}

/** Call before the new scores are stored. */
export const followThresholdCrossings = async (tx: Tx, rules: WorkRules, followed: ScoredBatch): Promise<void> => {
  const { card, ids, rows, facts, on, at } = followed
  const dropped = await dropUnfounded(tx, followed)
  const earlierValues = await findEarlierValues(tx, followed, dropped)
  const fallen = { lead: [] as FallenScore[], watch: [] as FallenScore[] }
  for (const { operatorId, value, reasons } of rows) {
    for (const opens of findThresholdsCrossed(earlierValues.get(operatorId) ?? null, { value }, card)) {
      if (opens === 'watch' || !isOnDishonestList(reasons)) fallen[opens].push({ operatorId, value })
    }
  }
  const values = new Map(fallen.lead.map(({ operatorId, value }) => [operatorId, value]))
  await openLeadsOnPenalties(tx, rules, { ids, facts, fallen: values, on, now: at })
  await watchEntries.open(tx, fallen.watch, { on, at })
  const line = card.lines.find(({ opens }) => opens === 'watch')?.below ?? 0
  const risen = rows.filter(({ value }) => value >= line).map(({ operatorId }) => operatorId)
  await watchEntries.close(tx, risen, { on, at })
}

type FallenScore = Pick<scores.NewScore, 'operatorId' | 'value'>

interface EarlierValue {
  value: number
  lines?: Scorecard['lines']
}

/**
 * Ignores scores of rolled-back runs, and those without a lead because the operator was listed. A dropped lead stays
 * dropped while the score stays below.
 */
const findEarlierValues = async (
  tx: Tx,
  { card, rows, before, on }: ScoredBatch,
  dropped: ReadonlySet<number>,
): Promise<Map<number, EarlierValue>> => {
  const line = card.lines.find(({ opens }) => opens === 'lead')?.below ?? 0
  const earlierValues = new Map<number, EarlierValue>()
  const still: number[] = []
  for (const { operatorId, value } of rows) {
    const earlier = before.get(operatorId)
    if (earlier === undefined || dropped.has(operatorId)) continue
    earlierValues.set(operatorId, await earlierValueOf(tx, earlier, card))
    if (value < line && earlier.value < line) still.push(operatorId)
  }
  if (still.length === 0) return earlierValues
  const sound = await scores.findLastSoundScores(tx, still, on)
  const settled = await leads.listOperatorsDroppedByPerson(tx, still)
  for (const id of still.filter((id) => !settled.has(id))) {
    const last = sound.get(id)
    if (last && !isOnDishonestList(last.reasons)) earlierValues.set(id, await earlierValueOf(tx, last, card))
    else earlierValues.delete(id)
  }
  return earlierValues
}

const earlierValueOf = async (
  tx: Tx,
  { value, scorecardHash }: Pick<scores.NewScore, 'value' | 'scorecardHash'>,
  card: Scorecard,
): Promise<EarlierValue> => {
  const own = scorecardHash === hashCard(card) ? null : await findCardByHash(tx, scorecardHash)
  return own === null ? { value } : { value, lines: own.lines }
}

const dropUnfounded = async (tx: Tx, { ids, rows, on, at }: ScoredBatch): Promise<Set<number>> => {
  const questioned = await leads.lockLeadsWithRollbackConcern(tx, ids)
  if (questioned.length === 0) return new Set()
  const moved = new Set(rows.map((row) => row.operatorId))
  const unfounded = questioned.filter(({ operatorId }) => moved.has(operatorId))
  const idsOf = (listings: typeof questioned): string[] => listings.map(({ id }) => id)
  await leads.dropLeads(tx, idsOf(unfounded), { on, reason: DROPPED_LEAD_REASON, at })
  const settled = { by: 'score', note: '已重新评分。Scored anew.', now: at }
  await concerns.settleOfListings(tx, idsOf(questioned), settled)
  return new Set(unfounded.map(({ operatorId }) => operatorId))
}
