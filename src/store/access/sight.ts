/** A merged operator has its successor's region. */
import type { Db } from '../db/db.js'

/** Prefix of a division code; null means all regions. */
export type RegionSight = string | null

export const andIsWithinSightSql = (sight: RegionSight, operator: string): string =>
  sight === null
    ? ''
    : `and exists (select 1 from operators s0 join operators s1 on s1.id = coalesce(s0.merged_into, s0.id)
        where s0.id = ${operator} and starts_with(s1.region, :sight::text))`

/** The operator of a subject of deliveries: a listing or a published record. */
export const operatorOfSubjectSql = (subject: string): string =>
  `(select l0.operator_id from listings l0 where l0.id = ${subject}
    union all select t0.operator_id from told_records t0 where t0.id = ${subject} limit 1)`

export const andIsSubjectWithinSightSql = (sight: RegionSight, subject: string): string =>
  andIsWithinSightSql(sight, operatorOfSubjectSql(subject))

export const operatorsOfSubjects = async (db: Db, subjects: readonly string[]): Promise<Map<string, number>> => {
  const answer = await db.raw(
    `select id, operator_id as owner from listings where id = any(:subjects::uuid[])
     union all select id, operator_id from told_records where id = any(:subjects::uuid[]) /* sight.ownersOf */`,
    { subjects: [...subjects] } as never,
  )
  return new Map(answer.rows.map(({ id, owner }: { id: string; owner: number }) => [id, owner]))
}
