/** Score: facts of the operators that need it → points, reasons, grade → a row added where something moved; leads opened. */
import { createHash } from 'node:crypto'
import * as contracts from '../contracts.js'
import { dateIn } from '../domain/dates.js'
import { eventsOf, FAMILY_OF } from '../domain/evidence.js'
import type { FactEvent, FactFamily, Facts } from '../domain/facts.js'
import { canonical, type Json, type RecordKind } from '../domain/records.js'
import { crossesLine, score as fold } from '../domain/score.js'
import { checkScorecard, type Scorecard } from '../domain/scorecard.js'
import { Refusal, reasonOf } from '../errors.js'
import type { Db, Tx } from '../store/db.js'
import * as knowledge from '../store/knowledge.js'
import * as locks from '../store/locks.js'
import * as operators from '../store/operators.js'
import * as runs from '../store/runs.js'
import * as scores from '../store/scores.js'
import type { When } from '../store/versions.js'
import { openLead, type Rules } from './listing.js'

export const SCORECARD_IN_FORCE = 'ecommerce-1'
const LIST_FACT = 'serious_list'
/** Operators scored in one transaction. */
const CHUNK_OPERATORS = 500
/** How long a second scoring waits for the first, milliseconds. */
const WAIT_FOR_SCORE_MS = 120_000

export interface Scored {
  scored: number
  stored: number
  unchanged: number
  ms: number
}

export interface ScoreOptions {
  all?: boolean
  asOf?: string
  scorecard?: string
  dryRun?: boolean
  cause: runs.Cause
  plannedFor?: Date | null
  rules: Rules
  /** Kinds of record that the hub has a feed for: what no source tells is missing, not zero. */
  kinds: readonly RecordKind[]
  now: () => Date
  progress?: (operators: number) => void
}

/** Null: another process has this occurrence of the timetable. */
export const score = async (db: Db, options: ScoreOptions): Promise<Scored | null> => {
  const card = loadScorecard(options.scorecard ?? SCORECARD_IN_FORCE)
  const done = await locks.alone(db, 'score', WAIT_FOR_SCORE_MS, async () => {
    const startedAt = options.now()
    const run = await runs.start(db, {
      job: 'score',
      cause: options.cause,
      plannedFor: options.plannedFor ?? null,
      now: startedAt,
    })
    if (run === null) return 'taken' as const
    try {
      const counts = await scoreAll(db, run, card, startedAt, options)
      await runs.finish(db, run, { outcome: 'DONE', counts: { ...counts }, now: options.now() })
      return { ...counts, ms: options.now().getTime() - startedAt.getTime() }
    } catch (error) {
      await runs.finish(db, run, {
        outcome: 'FAILED',
        error: { code: 'INTERNAL', message: reasonOf(error) },
        now: options.now(),
      })
      throw error
    }
  })
  if (done === null) throw new Refusal('FEED_BUSY', { feed: 'score' })
  return done === 'taken' ? null : done
}

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

const scoreAll = async (
  db: Db,
  run: number,
  card: Scorecard,
  startedAt: Date,
  options: ScoreOptions,
): Promise<Omit<Scored, 'ms'>> => {
  const asOf = options.asOf ?? dateIn(startedAt)
  const counts = { scored: 0, stored: 0, unchanged: 0 }
  const step = { all: options.all === true, asOf, limit: CHUNK_OPERATORS }
  for (let after = 0; ; ) {
    const chunk = await operators.toScore(db, { ...step, after })
    const last = chunk.at(-1)
    if (last === undefined) return counts
    after = last.id
    const stored = await db.transaction(async (tx) => {
      const knownAt = await knowledge.tick(tx, options.now())
      return scoreChunk(tx, run, card, { asOf, knownAt }, chunk, options)
    })
    counts.scored += chunk.length
    counts.stored += stored
    counts.unchanged += chunk.length - stored
    options.progress?.(counts.scored)
  }
}

type Chunk = { id: number; dirtySince: Date | null; kind: string }[]

const scoreChunk = async (
  tx: Tx,
  run: number,
  card: Scorecard,
  when: When,
  chunk: Chunk,
  options: ScoreOptions,
): Promise<number> => {
  const ids = chunk.map((operator) => operator.id)
  const facts = await factsOf(tx, chunk, when, options)
  const before = await scores.latest(tx, ids, when)
  const rows: Omit<scores.StoredScore, 'id'>[] = []
  for (const { id } of chunk) {
    const row = scoreOne(id, facts.get(id) as Facts, card, when, before.get(id))
    if (row !== null) rows.push(row)
  }
  if (options.dryRun) return rows.length
  await scores.add(tx, rows, run)
  // A score of another day or by another card says nothing of today: it opens no lead and leaves the operator as dirty as it was.
  if (options.asOf !== undefined || card.version !== SCORECARD_IN_FORCE) return rows.length
  await operators.scored(tx, chunk)
  for (const row of rows) {
    const earlier = before.get(row.operatorId)
    // Whoever stands on a list already needs no lead to get there.
    const standsOnList = row.reasons.some((reason) => reason.fact === LIST_FACT && reason.count > 0)
    if (!standsOnList && crossesLine(earlier?.grade ?? null, row.grade)) {
      await openLead(tx, options.rules, {
        operatorId: row.operatorId,
        value: row.value,
        on: when.asOf,
        now: when.knownAt,
      })
    }
  }
  return rows.length
}

/** Null: nothing moved, so no row is added. */
const scoreOne = (id: number, facts: Facts, card: Scorecard, when: When, before: scores.StoredScore | undefined) => {
  const result = fold(facts, card)
  const row = {
    operatorId: id,
    asOf: when.asOf,
    knownAt: when.knownAt,
    scorecard: card.version,
    scorecardHash: hashOfCard(card),
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

/** Facts of these operators on a day, as they were known at an instant. */
const factsOf = async (
  db: Db | Tx,
  chunk: readonly { id: number; kind: string }[],
  when: When,
  { rules, kinds }: Pick<ScoreOptions, 'rules' | 'kinds'>,
): Promise<Map<number, Facts>> => {
  const ids = chunk.map((operator) => operator.id)
  const events = new Map<number, FactEvent[]>(ids.map((id) => [id, []]))
  for (const row of await scores.evidence(db, ids, when))
    events.get(row.operatorId)?.push(...eventsOf(row, rules.lists))
  for (const entry of await scores.ownEntries(db, ids, when)) {
    const until = entry.removedOn ?? entry.endsOn
    events.get(entry.operatorId)?.push({ fact: LIST_FACT, on: entry.publishedOn, until, record: entry.record })
  }
  const known = [...new Set<FactFamily>(kinds.map((kind) => FAMILY_OF[kind]))].sort()
  return new Map(
    chunk.map(({ id, kind }) => [
      id,
      { asOf: when.asOf, kind: kind.toLowerCase() as Facts['kind'], known, events: events.get(id) ?? [] },
    ]),
  )
}

export interface Verified {
  verified: number
  differences: number
  ms: number
}

/** Recomputes stored scores from the versions as they were known then; a difference is a score that cannot be replayed. */
export const verify = async (
  db: Db,
  options: Pick<ScoreOptions, 'rules' | 'kinds' | 'now' | 'progress'> & { sample?: number },
): Promise<Verified> => {
  const startedAt = options.now()
  const counts = { verified: 0, differences: 0 }
  for (let after = 0; ; ) {
    const stored = await scores.sample(db, { after, limit: CHUNK_OPERATORS, of: options.sample ?? null })
    const last = stored.at(-1)
    if (last === undefined) return { ...counts, ms: options.now().getTime() - startedAt.getTime() }
    after = last.id
    counts.verified += stored.length
    for (const together of alike(stored)) counts.differences += await differences(db, together, options)
    options.progress?.(counts.verified)
  }
}

/** Scores of one day, one instant and one card are recomputed from one query; those of one transaction always are. */
const alike = (stored: readonly scores.StoredScore[]): scores.StoredScore[][] => {
  const groups = new Map<string, scores.StoredScore[]>()
  for (const row of stored) {
    const key = `${row.asOf} ${row.knownAt.toISOString()} ${row.scorecard}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()]
}

const differences = async (
  db: Db,
  rows: readonly scores.StoredScore[],
  options: Pick<ScoreOptions, 'rules' | 'kinds'>,
): Promise<number> => {
  const [first] = rows
  if (first === undefined) return 0
  const card = loadScorecard(first.scorecard)
  const known = await operators.byIds(
    db,
    rows.map((row) => row.operatorId),
  )
  const facts = await factsOf(db, [...known.values()], first, options)
  const replays = (row: scores.StoredScore): boolean => {
    const own = facts.get(row.operatorId)
    return own !== undefined && scoreOne(row.operatorId, own, card, row, row) === null && sums(row)
  }
  return rows.filter((row) => !replays(row)).length
}

/** The points of the reasons are the value, exactly. */
const sums = (row: scores.StoredScore): boolean =>
  row.reasons.reduce((sum, reason) => sum + reason.points, 0) === row.value
