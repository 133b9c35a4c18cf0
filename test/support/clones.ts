/** Multiplies an operator and everything attached to it by copying rows. */
import { randomUUID } from 'node:crypto'
import type { Db } from '../../src/store/db/db.js'

type Row = Record<string, unknown>
/** Returns the columns that the n-th copy of a row changes. */
type Other = (row: Row, n: number) => Row

/** Ids of copies, by table, old id and number of the copy. */
export type Ids = Map<string, unknown>

const nameOf = (table: string, id: unknown, n: number): string => `${table}/${id}/${n}`

export const idOf = (ids: Ids, table: string, id: unknown, n: number): unknown =>
  id == null ? id : (ids.get(nameOf(table, id, n)) ?? id)

/** Copies rows `times` times. A numeric or uuid `id` is replaced and noted in `ids`. */
export const copies = async (
  db: Db,
  ids: Ids,
  { table, where = 'true', times, other }: { table: string; where?: string; times: number; other?: Other },
): Promise<void> => {
  const rows = (await db.raw(`select row_to_json(t) as row from ${table} t where ${where}`)).rows.map(
    ({ row }: { row: Row }) => row,
  ) as Row[]
  const highest = (
    await db.raw(
      `select coalesce(max((to_jsonb(t)->>'id')::bigint), 0) as id from ${table} t where to_jsonb(t)->>'id' ~ '^\\d+$'`,
    )
  ).rows[0].id
  let next = Number(highest)
  const made: Row[] = []
  for (let n = 1; n <= times; n += 1)
    for (const row of rows) {
      const id = typeof row['id'] === 'number' ? ++next : typeof row['id'] === 'string' ? randomUUID() : undefined
      if (id !== undefined) ids.set(nameOf(table, row['id'], n), id)
      const copied = { ...row, ...(id !== undefined && { id }) }
      made.push({ ...copied, ...other?.(copied, n) })
    }
  // Generated columns cannot be inserted.
  const { rows: columns } = await db.raw(
    `select string_agg(quote_ident(column_name), ', ') as all from information_schema.columns
     where table_schema = current_schema and table_name = ? and is_generated = 'NEVER'`,
    [table],
  )
  await db.raw(
    `insert into ${table} (${columns[0].all}) overriding system value select ${columns[0].all} from json_populate_recordset(null::${table}, ?::json)`,
    [JSON.stringify(made)],
  )
  if (next > Number(highest))
    await db.raw(
      `select setval(pg_get_serial_sequence('${table}', 'id'), ${next}) where pg_get_serial_sequence('${table}', 'id') is not null`,
    )
}
