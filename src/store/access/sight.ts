/**
 * What a viewer of one region may be shown of a list: where clauses that obey `sightOf` (domain/access/viewer). An operator is of its
 * region of today, and one that was merged into another of that other's. Nothing is asked where nothing bounds.
 */
import type { Db } from '../db/db.js'

/** First digits of a division; null: all operators, also those that nobody knows. */
export type Sight = string | null

/** `and …` of the operator with this id (SQL), bound by :sight. */
export const inSight = (sight: Sight, operator: string): string =>
  sight === null
    ? ''
    : `and exists (select 1 from operators s0 join operators s1 on s1.id = coalesce(s0.merged_into, s0.id)
        where s0.id = ${operator} and starts_with(s1.region, :sight::text))`

/** `and …` of the subject of a delivery (SQL, uuid): an entry of a list or a record that was told. */
export const subjectInSight = (sight: Sight, subject: string): string =>
  inSight(
    sight,
    `(select l0.operator_id from listings l0 where l0.id = ${subject}
      union all select t0.operator_id from told_records t0 where t0.id = ${subject} limit 1)`,
  )

/** Whose these subjects are. */
export const ownersOf = async (db: Db, subjects: readonly string[]): Promise<Map<string, number>> => {
  const answer = await db.raw(
    `select id, operator_id as owner from listings where id = any(:subjects::uuid[])
     union all select id, operator_id from told_records where id = any(:subjects::uuid[]) /* sight.ownersOf */`,
    { subjects: [...subjects] } as never,
  )
  return new Map(answer.rows.map(({ id, owner }: { id: string; owner: number }) => [id, owner]))
}
