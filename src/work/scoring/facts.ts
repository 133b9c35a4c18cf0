import type { FactFamily, Facts } from '../../domain/records/facts.js'
import { makeFacts } from '../../domain/scoring/operator-facts.js'
import { groupBy } from '../../foundation/groups.js'
import type { Db } from '../../store/db/db.js'
import type { PointInTime } from '../../store/records/versions.js'
import { readEvidence, readOwnEntries } from '../../store/scoring/evidence.js'
import type { RuleBookLists } from '../../store/scoring/rule-books.js'

export const readFacts = async (
  db: Db,
  operators: readonly { id: number; kind: string }[],
  when: PointInTime,
  { lists, known: families }: { lists: RuleBookLists; known: readonly FactFamily[] },
): Promise<Map<number, Facts>> => {
  const ids = operators.map(({ id }) => id)
  const operatorOf = ({ operatorId }: { operatorId: number }): number => operatorId
  const evidence = groupBy(await readEvidence(db, ids, when), operatorOf)
  const entries = groupBy(await readOwnEntries(db, ids, when), operatorOf)
  const sources = { asOf: when.asOf, lists, known: [...families].sort() }
  return new Map(
    operators.map(({ id, kind }) => {
      const known = evidence.get(id) ?? []
      const coming = known.filter(({ coming }) => coming !== null)
      const [comingOn = null] = coming.map(({ coming }) => coming).sort()
      const reported = coming.length === 0 ? known : known.filter(({ coming }) => coming === null)
      const own = { kind, reported, entries: entries.get(id) ?? [], comingOn }
      return [id, makeFacts(own, sources)]
    }),
  )
}
