import { pagesFrom } from '../../foundation/pages.js'
import { type Db, queryColumn, queryRows } from '../db/db.js'
import { byIds, STORED_SCORE_COLUMNS, type StoredScore } from './scores.js'

const PAGE_SCORES = 2_000

/** `sample`: number of scores, evenly spread; null: all. */
export const readPages = (db: Db, sample: number | null): AsyncIterable<StoredScore[]> => {
  if (sample !== null) return sampled(db, sample)
  const all = `select ${STORED_SCORE_COLUMNS} from scores s where s.id > ? order by s.id limit ? /* score-pages.all */`
  return pagesFrom<StoredScore>((last) => queryRows(db, all, [last?.id ?? 0, PAGE_SCORES]))
}

async function* sampled(db: Db, sample: number): AsyncIterable<StoredScore[]> {
  const ids: number[] = await queryColumn(
    db,
    `select id from (select id, row_number() over (order by id) as nth, count(*) over () as of_all from scores) n
     where nth * :sample::bigint / of_all <> (nth - 1) * :sample::bigint / of_all order by id /* score-pages.sampled */`,
    { sample },
  )
  for (let from = 0; from < ids.length; from += PAGE_SCORES) {
    const some = ids.slice(from, from + PAGE_SCORES)
    const byId = await byIds(db, some)
    yield some.flatMap((id) => byId.get(id) ?? [])
  }
}
