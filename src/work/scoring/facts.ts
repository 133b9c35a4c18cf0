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
  { lists, known }: { lists: RuleBookLists; known: readonly FactFamily[] },
): Promise<Map<number, Facts>> => {
  const ids = operators.map(({ id }) => id)
  const evidence = await readEvidence(db, ids, when)
  const operatorOf = ({ operatorId }: { operatorId: number }): number => operatorId
  const reported = groupBy(
    evidence.filter(({ coming }) => coming === null),
    operatorOf,
  )
  const comingDays = groupBy(
    evidence.filter(({ coming }) => coming !== null),
    operatorOf,
  )
  const entries = groupBy(await readOwnEntries(db, ids, when), operatorOf)
  const sources = { asOf: when.asOf, lists, known: [...known].sort() }
  return new Map(
    operators.map(({ id, kind }) => {
      const [comingOn = null] = (comingDays.get(id) ?? []).map(({ coming }) => coming).sort()
      const own = { kind, reported: reported.get(id) ?? [], entries: entries.get(id) ?? [], comingOn }
      return [id, makeFacts(own, sources)]
    }),
  )
}
