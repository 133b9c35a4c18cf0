/** From what the store knows of operators on a day to facts: shared by scoring, by replaying what was stored, and by trials. */
import { hash } from 'node:crypto'
import { eventsOf, oncePerFact } from '../domain/evidence.js'
import type { FactEvent, FactFamily, Facts } from '../domain/facts.js'
import type { ListKind } from '../domain/lists.js'
import type { Db, Tx } from '../store/db.js'
import * as evidence from '../store/evidence.js'
import type { When } from '../store/versions.js'

/** What an entry in force on a list of the seriously dishonest is to a scorecard. */
export const LIST_FACT = 'serious_list'

/** Facts of these operators on a day, as they were known at an instant; `known`: families that the hub had a source for. */
export const factsOf = async (
  db: Db | Tx,
  chunk: readonly { id: number; kind: string }[],
  when: When,
  { lists, known }: { lists: readonly ListKind[]; known: readonly FactFamily[] },
): Promise<Map<number, Facts>> => {
  const ids = chunk.map((operator) => operator.id)
  const records = new Map<number, evidence.EvidenceRow[]>()
  for (const row of await evidence.of(db, ids, when)) {
    const own = records.get(row.operatorId)
    if (own) own.push(row)
    else records.set(row.operatorId, [row])
  }
  const entries = new Map<number, FactEvent[]>()
  for (const { operatorId, publishedOn, removedOn, endsOn, record } of await evidence.ownEntries(db, ids, when)) {
    const event: FactEvent = { fact: LIST_FACT, on: publishedOn, until: removedOn ?? endsOn, record }
    entries.set(operatorId, [...(entries.get(operatorId) ?? []), event])
  }
  const families = [...known].sort()
  return new Map(
    chunk.map(({ id, kind }) => {
      const told = eventsOf(oncePerFact(records.get(id) ?? []), lists)
      const own = entries.get(id)
      const events = own ? [...told, ...own] : told
      return [
        id,
        { asOf: when.asOf, kind: kind.toLowerCase() as Facts['kind'], known: families, events: ordered(events) },
      ]
    }),
  )
}

const ordered = (events: FactEvent[]): FactEvent[] => (events.length > 1 ? events.sort(inOrder) : events)

const inOrder = (a: FactEvent, b: FactEvent): number =>
  a.record - b.record ||
  compared(a.fact, b.fact) ||
  compared(a.on ?? '', b.on ?? '') ||
  compared(a.until ?? '', b.until ?? '')

const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * SHA-256, hexadecimal, of the canonical JSON of `{events: [{fact, on, record, until, weight}], kind, known}`: events by record,
 * fact, day and end, families by name, every field there. The day is not part of it: time alone changes no fact.
 */
export const hashOfFacts = ({ kind, known, events }: Facts): string => {
  // Names of facts and days need no escaping; written at once, since it is done a million times.
  let told = ''
  for (const { fact, on, record, until = null, weight = 1 } of events) {
    told += `${told === '' ? '' : ','}{"fact":"${fact}","on":${quoted(on)},"record":${record},"until":${quoted(until)},"weight":${weight}}`
  }
  return hash('sha256', `{"events":[${told}],"kind":"${kind}","known":${JSON.stringify(known)}}`)
}

const quoted = (day: string | null): string => (day === null ? 'null' : `"${day}"`)
