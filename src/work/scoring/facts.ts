import type { FactFamily, Facts } from '../../domain/records/facts.js'
import { factsFrom, type OwnEntry, type ReportedEvidence } from '../../domain/scoring/operator-facts.js'
import type { Db, Tx } from '../../store/db/db.js'
import type { PointInTime } from '../../store/records/versions.js'
import * as evidence from '../../store/scoring/evidence.js'
import type { RuleBookLists } from '../../store/scoring/rule-books.js'

export const factsOfOperators = async (
  db: Db | Tx,
  chunk: readonly { id: number; kind: string }[],
  when: PointInTime,
  { lists, known }: { lists: RuleBookLists; known: readonly FactFamily[] },
): Promise<Map<number, Facts>> => {
  const ids = chunk.map((operator) => operator.id)
  const reported = new Map<number, ReportedEvidence[]>()
  const coming = new Map<number, string>()
  for (const row of await evidence.evidenceOf(db, ids, when)) {
    if (row.coming === null) {
      add(reported, row.operatorId, row)
      continue
    }
    const first = coming.get(row.operatorId)
    if (first === undefined || row.coming < first) coming.set(row.operatorId, row.coming)
  }
  const entries = new Map<number, OwnEntry[]>()
  for (const entry of await evidence.ownEntries(db, ids, when)) add(entries, entry.operatorId, entry)
  const sources = { asOf: when.asOf, lists, known: [...known].sort() }
  return new Map(
    chunk.map(({ id, kind }) => [
      id,
      factsFrom(
        {
          kind,
          reported: reported.get(id) ?? [],
          entries: entries.get(id) ?? [],
          comingOn: coming.get(id) ?? null,
        },
        sources,
      ),
    ]),
  )
}

const add = <T>(groups: Map<number, T[]>, operator: number, row: T): void => {
  const own = groups.get(operator)
  if (own) own.push(row)
  else groups.set(operator, [row])
}
