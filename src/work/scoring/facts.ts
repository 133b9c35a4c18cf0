import { hash } from 'node:crypto'
import { type OwnDecision, repeatsOwn } from '../../domain/listing/own-decisions.js'
import { type FactEvent, type FactFamily, type Facts, LIST_FACT } from '../../domain/records/facts.js'
import { canonical, type Json } from '../../domain/records/records.js'
import { afterLastDay, eventsOf, isOldBook, oncePerFact } from '../../domain/scoring/evidence.js'
import { type Score, score } from '../../domain/scoring/score.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import type { Db, Tx } from '../../store/db/db.js'
import type { PointInTime } from '../../store/records/versions.js'
import * as evidence from '../../store/scoring/evidence.js'
import type { Lists } from '../../store/scoring/rule-books.js'

/** `known` lists the families with a source. */
export const factsOf = async (
  db: Db | Tx,
  chunk: readonly { id: number; kind: string }[],
  when: PointInTime,
  { lists, known }: { lists: Lists; known: readonly FactFamily[] },
): Promise<Map<number, Facts>> => {
  const ids = chunk.map((operator) => operator.id)
  const records = new Map<number, evidence.EvidenceRow[]>()
  const coming = new Map<number, string>()
  for (const row of await evidence.of(db, ids, when)) {
    if (row.coming !== null) {
      const first = coming.get(row.operatorId)
      if (first === undefined || row.coming < first) coming.set(row.operatorId, row.coming)
      continue
    }
    const own = records.get(row.operatorId)
    if (own) own.push(row)
    else records.set(row.operatorId, [row])
  }
  const entries = new Map<number, FactEvent[]>()
  const decisions = new Map<number, evidence.OwnEntry[]>()
  for (const entry of await evidence.ownEntries(db, ids, when)) {
    const { operatorId, publishedOn, decidedOn, removedOn, endsOn, record } = entry
    if (!isOldBook(lists)) decisions.set(operatorId, [...(decisions.get(operatorId) ?? []), entry])
    if (entry.hidden) continue
    const event: FactEvent = {
      fact: LIST_FACT,
      on: publishedOn,
      decidedOn,
      until: removedOn ?? afterLastDay(lists, endsOn),
      record,
    }
    entries.set(operatorId, [...(entries.get(operatorId) ?? []), event])
  }
  const families = [...known].sort()
  return new Map(
    chunk.map(({ id, kind }) => {
      const told = eventsOf(withoutOwn(oncePerFact(records.get(id) ?? []), decisions.get(id)), lists)
      const own = entries.get(id)
      const events = own ? [...told, ...own] : told
      return [
        id,
        {
          asOf: when.asOf,
          kind: kind.toLowerCase() as Facts['kind'],
          known: families,
          events: ordered(events),
          comingOn: coming.get(id) ?? null,
        },
      ]
    }),
  )
}

/** An agency's entries that repeat a decision of this hub are skipped. */
const withoutOwn = (rows: readonly evidence.EvidenceRow[], own: readonly OwnDecision[] | undefined) => {
  if (own === undefined) return rows
  const isRepeated = repeatsOwn(own)
  return rows.filter(({ kind, body }) => kind !== 'list_entry' || !isRepeated(body))
}

const ordered = (events: FactEvent[]): FactEvent[] => (events.length > 1 ? events.sort(inOrder) : events)

const inOrder = (a: FactEvent, b: FactEvent): number =>
  a.record - b.record ||
  compared(a.fact, b.fact) ||
  compared(a.on ?? '', b.on ?? '') ||
  compared(a.until ?? '', b.until ?? '')

const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * SHA-256 (hexadecimal) of the canonical JSON of `{events: [{fact, on, record, until, weight}], kind, known}`. Events
 * are sorted by record, fact, day and end; families by name. Time alone changes no fact, so the day is excluded.
 */
export const hashOfFacts = ({ kind, known, events }: Facts): string => {
  // Concatenated without escaping, for speed: it runs a million times.
  let told = ''
  for (const { fact, on, record, until = null, weight = 1 } of events) {
    told += `${told === '' ? '' : ','}{"fact":"${fact}","on":${quoted(on)},"record":${record},"until":${quoted(until)},"weight":${weight}}`
  }
  return hash('sha256', `{"events":[${told}],"kind":"${kind}","known":${JSON.stringify(known)}}`)
}

const quoted = (day: string | null): string => (day === null ? 'null' : `"${day}"`)

/** A state that begins later also sets `nextChangeOn`. */
export const scoreOf = (facts: Facts, card: Scorecard): Score => {
  const result = score(facts, card)
  const { comingOn = null } = facts
  const sooner = comingOn !== null && (result.nextChangeOn === null || comingOn < result.nextChangeOn)
  return sooner ? { ...result, nextChangeOn: comingOn } : result
}

export const bookOf = (lists: Lists): { hash: string; lists: Lists } => {
  const known = books.get(lists)
  if (known) return known
  const book = lists.map(({ id, fact, terms, counting }) => ({
    ...{ id, fact, terms },
    // Old stored books lack `counting` and keep their hash.
    ...(counting && { counting: { lastDay: counting.lastDay } }),
  }))
  const made = { hash: hash('sha256', canonical(book as unknown as Json)), lists: book }
  books.set(lists, made)
  return made
}

const books = new WeakMap<Lists, { hash: string; lists: Lists }>()
