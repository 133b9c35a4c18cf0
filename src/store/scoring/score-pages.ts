import type { Db } from '../db/db.js'
import { byIds, STORED_SCORE_COLUMNS, type StoredScore } from './scores.js'

const PAGE_SCORES = 2_000

export const readPages = (db: Db, sample: number | null): AsyncIterable<StoredScore[]> =>
  sample === null ? all(db) : sampled(db, sample)

async function* all(db: Db): AsyncIterable<StoredScore[]> {
  for (let after = 0; ; ) {
    const { rows } = await db.raw(
      `select ${STORED_SCORE_COLUMNS} from scores s where s.id > ? order by s.id limit ? /* score-pages.all */`,
      [after, PAGE_SCORES],
    )
    const last: StoredScore | undefined = rows.at(-1)
    if (last === undefined) return
    yield rows
    after = last.id
  }
}

async function* sampled(db: Db, sample: number): AsyncIterable<StoredScore[]> {
  const connection = await db.client.acquireRawConnection()
  try {
    await connection.query('create temporary table sampled (id bigint primary key)')
    await connection.query(
      `insert into sampled select id from (select id, row_number() over (order by id) as nth, count(*) over () as of_all from scores) n
       where nth * $1::bigint / of_all <> (nth - 1) * $1::bigint / of_all /* score-pages.sampled */`,
      [sample],
    )
    for (let after = 0; ; ) {
      const { rows } = await connection.query(
        'select id from sampled where id > $1 order by id limit $2 /* score-pages.next */',
        [after, PAGE_SCORES],
      )
      if (rows.length === 0) return
      const ids = rows.map(({ id }: { id: number | string }) => Number(id))
      const byId = await byIds(db, ids)
      yield ids.flatMap((id: number) => byId.get(id) ?? [])
      after = ids.at(-1) ?? after
    }
  } finally {
    await db.client.destroyRawConnection(connection).catch(() => {})
  }
}
