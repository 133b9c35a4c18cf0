/**
 * Lines of a card: whose score falls below one gets a lead, a reason to look and never a ground for listing, or an entry of
 * the internal watch list, until the score is above it again.
 */
import { LIST_FACT } from '../../domain/records/facts.js'
import { crossed, type Reason } from '../../domain/scoring/score.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import type { Tx } from '../../store/db/db.js'
import * as concerns from '../../store/listing/concerns.js'
import * as leads from '../../store/listing/leads.js'
import * as scores from '../../store/scoring/scores.js'
import * as watchEntries from '../../store/scoring/watch-entries.js'
import type { Rules } from '../calendar/rules.js'
import { openLeads } from '../listing/listing.js'
import { cardByHash, hashOfCard } from './scorecards.js'

/** Why an untouched lead is dropped, and nobody need look at what the run gave rise to. */
export const WITHOUT_GROUND = '所依据的批次已被撤回。The run it rests on was taken back.'

interface Followed {
  card: Scorecard
  /** All that were looked at. */
  ids: readonly number[]
  /** The scores that were added. */
  rows: readonly scores.NewScore[]
  /** Where each stood before. */
  before: ReadonlyMap<number, { value: number; scorecardHash: string }>
  on: string
  at: Date
}

/** Before the new scores are added. */
export const followLines = async (tx: Tx, rules: Rules, followed: Followed): Promise<void> => {
  const { card, rows, on, at } = followed
  const dropped = await dropUnfounded(tx, followed)
  const stood = await stoodBefore(tx, followed, dropped)
  const fallen = { lead: [] as Fallen[], watch: [] as Fallen[] }
  for (const { operatorId, value, reasons } of rows) {
    // Whoever already stands on a list needs no lead to get there.
    for (const opens of crossed(stood.get(operatorId) ?? null, { value }, card)) {
      if (opens === 'watch' || !listedBy(reasons)) fallen[opens].push({ operatorId, value })
    }
  }
  await openLeads(tx, rules, fallen.lead, { on, now: at })
  await watchEntries.open(tx, fallen.watch, { on, at })
  const line = card.lines.find(({ opens }) => opens === 'watch')?.below ?? 0
  const risen = rows.filter(({ value }) => value >= line).map(({ operatorId }) => operatorId)
  await watchEntries.close(tx, risen, { on, at })
}

/** On a list of the seriously dishonest; an entry without a day, which nobody can count, is none. */
const listedBy = (reasons: readonly Reason[]): boolean =>
  reasons.some(({ fact, why, count }) => fact === LIST_FACT && why !== 'UNDATED' && count > 0)

interface Fallen {
  operatorId: number
  value: number
}

type Stood = Map<number, { value: number; lines?: Scorecard['lines'] }>

/**
 * Where each stood before, by the lines of its own card. A score that rests on what was taken back never stood, nor did one
 * whose lead was dropped for it; one that needed no lead because its operator was listed does not stand for one without. But
 * what a person dropped is not opened again while the score stays below.
 */
const stoodBefore = async (
  tx: Tx,
  { card, rows, before, on }: Followed,
  dropped: ReadonlySet<number>,
): Promise<Stood> => {
  const line = card.lines.find(({ opens }) => opens === 'lead')?.below ?? 0
  const stood: Stood = new Map()
  const still: number[] = []
  for (const { operatorId, value } of rows) {
    const earlier = before.get(operatorId)
    if (earlier === undefined || dropped.has(operatorId)) continue
    stood.set(operatorId, { value: earlier.value, ...(await linesOf(tx, earlier.scorecardHash, card)) })
    if (value < line && earlier.value < line) still.push(operatorId)
  }
  if (still.length === 0) return stood
  const sound = await scores.lastSound(tx, still, on)
  const settled = await leads.droppedByPerson(tx, still)
  for (const id of still) {
    if (settled.has(id)) continue
    const last = sound.get(id)
    if (last && !listedBy(last.reasons))
      stood.set(id, { value: last.value, ...(await linesOf(tx, last.scorecardHash, card)) })
    else stood.delete(id)
  }
  return stood
}

const linesOf = async (tx: Tx, hash: string, card: Scorecard): Promise<{ lines?: Scorecard['lines'] }> => {
  const its = hash === hashOfCard(card) ? card : await cardByHash(tx, hash)
  return its === null || its === card ? {} : { lines: its.lines }
}

/** Leads put in question by a take-back: without a new score they stand; with one they are dropped, to be opened anew if it says so. */
const dropUnfounded = async (tx: Tx, { ids, rows, on, at }: Followed): Promise<Set<number>> => {
  const questioned = await leads.questioned(tx, ids)
  if (questioned.length === 0) return new Set()
  const moved = new Set(rows.map((row) => row.operatorId))
  const unfounded = questioned.filter(({ operatorId }) => moved.has(operatorId))
  await leads.drop(
    tx,
    unfounded.map(({ id }) => id),
    { on, reason: WITHOUT_GROUND, at },
  )
  const settled = { by: 'score', note: '已重新评分。Scored anew.', now: at }
  await concerns.settleOf(
    tx,
    questioned.map(({ id }) => id),
    settled,
  )
  return new Set(unfounded.map(({ operatorId }) => operatorId))
}
