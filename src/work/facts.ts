/** From what the store knows of operators on a day to one score each: shared by scoring, and by recomputing what was stored. */
import { createHash } from 'node:crypto'
import * as contracts from '../contracts.js'
import { eventsOf } from '../domain/evidence.js'
import type { FactEvent, FactFamily, Facts } from '../domain/facts.js'
import type { ListKind } from '../domain/lists.js'
import { canonical, type Json } from '../domain/records.js'
import { score as fold } from '../domain/score.js'
import { checkScorecard, type Scorecard } from '../domain/scorecard.js'
import { Refusal } from '../errors.js'
import type { Db, Tx } from '../store/db.js'
import * as scores from '../store/scores.js'
import type { When } from '../store/versions.js'

/** What an entry in force on a list of the seriously dishonest is to a scorecard. */
export const LIST_FACT = 'serious_list'

/** Refused with place and reason if broken: the scores that stand are not touched. */
export const loadScorecard = (version: string): Scorecard => {
  const known = contracts.folder('scorecards').map((file) => file.replace(/\.json$/, ''))
  if (!known.includes(version)) throw new Refusal('SCORECARD_UNKNOWN', { version, known: known.join(' ') })
  const card = contracts.document(`scorecards/${version}.json`)
  const shape = contracts
    .contract('contracts/scorecard')(card)
    .map((fault) => `${fault.field}: ${fault.message}`)
  const faults =
    shape.length > 0 ? shape : checkScorecard(card as Scorecard).map((fault) => `${fault.place}: ${fault.reason}`)
  if (faults.length > 0) throw new Refusal('SCORECARD_BROKEN', { version, faults: faults.join('; ') })
  return card as Scorecard
}

/** Facts of these operators on a day, as they were known at an instant; `known`: families that the hub had a source for. */
export const factsOf = async (
  db: Db | Tx,
  chunk: readonly { id: number; kind: string }[],
  when: When,
  { lists, known }: { lists: readonly ListKind[]; known: readonly FactFamily[] },
): Promise<Map<number, Facts>> => {
  const ids = chunk.map((operator) => operator.id)
  const events = new Map<number, FactEvent[]>(ids.map((id) => [id, []]))
  for (const row of await scores.evidence(db, ids, when)) events.get(row.operatorId)?.push(...eventsOf(row, lists))
  for (const entry of await scores.ownEntries(db, ids, when)) {
    const until = entry.removedOn ?? entry.endsOn
    events.get(entry.operatorId)?.push({ fact: LIST_FACT, on: entry.publishedOn, until, record: entry.record })
  }
  return new Map(
    chunk.map(({ id, kind }) => [
      id,
      { asOf: when.asOf, kind: kind.toLowerCase() as Facts['kind'], known, events: events.get(id) ?? [] },
    ]),
  )
}

/** Null: nothing moved, so no row is added. */
export const scoreOne = (
  id: number,
  facts: Facts,
  card: Scorecard,
  when: When,
  before: scores.StoredScore | undefined,
) => {
  const result = fold(facts, card)
  const row = {
    operatorId: id,
    asOf: when.asOf,
    knownAt: when.knownAt,
    scorecard: card.version,
    scorecardHash: hashOfCard(card),
    families: [...facts.known],
    factsHash: hash({ kind: facts.kind, known: [...facts.known], events: facts.events as unknown as Json }),
    value: result.value,
    grade: result.grade,
    reasons: result.reasons,
    nextChangeOn: result.nextChangeOn,
  }
  if (before === undefined) return { ...row, cause: 'FIRST' as const }
  const sameFacts = before.factsHash === row.factsHash
  const sameCard = before.scorecardHash === row.scorecardHash
  const sameResult =
    before.value === row.value && before.grade === row.grade && before.nextChangeOn === row.nextChangeOn
  const sameReasons = canonical(before.reasons as unknown as Json) === canonical(row.reasons as unknown as Json)
  if (sameFacts && sameCard && sameReasons && sameResult) return null
  return { ...row, cause: sameCard ? (sameFacts ? ('TIME' as const) : ('RECORD' as const)) : ('SCORECARD' as const) }
}

/** A card is loaded once and frozen. */
const cardHashes = new WeakMap<Scorecard, string>()
const hashOfCard = (card: Scorecard): string => {
  const known = cardHashes.get(card) ?? hash(card as unknown as Json)
  cardHashes.set(card, known)
  return known
}

const hash = (value: Json): string => createHash('sha256').update(canonical(value)).digest('hex')
