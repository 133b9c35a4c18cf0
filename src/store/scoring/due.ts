/**
 * Operators to score: all, `only` some, or those with changed records, a reached date or another basis. The set is
 * computed once and read through a cursor.
 */
import type { Db } from '../db/db.js'

export interface DueOperator {
  id: number
  kind: string
}

export interface DueOperators {
  /** Empty at the end. */
  next: (many: number) => Promise<DueOperator[]>
}

export const withDue = async <T>(
  db: Db,
  { all, only = null, asOf, basis }: { all: boolean; only?: readonly number[] | null; asOf: string; basis: string },
  work: (list: DueOperators) => Promise<T>,
): Promise<T> => {
  const connection = await db.client.acquireRawConnection()
  const named = only?.map(Number).join(',')
  const which =
    all || only !== null
      ? `operators o where ${named === undefined ? '' : `o.id = any('{${named}}') and`}`
      : `(select operator_id from dirty_operators
        union select operator_id from current_scores where next_change_on <= '${asOf}'
        union select operator_id from current_scores where basis < '${basis}' or basis > '${basis}') d
       join operators o on o.id = d.operator_id where`
  try {
    await connection.query(
      `create temporary table due as select o.id, o.kind from ${which} o.known_to is null and o.merged_into is null order by o.id /* due.find */`,
    )
    await connection.query('begin read only')
    await connection.query('declare due_next no scroll cursor for select id, kind from due')
    return await work({
      next: async (many) => (await connection.query(`fetch ${many} from due_next /* due.next */`)).rows,
    })
  } finally {
    await db.client.destroyRawConnection(connection).catch(() => {})
  }
}
