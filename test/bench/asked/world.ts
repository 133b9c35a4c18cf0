/** A synthetic register for the benches of answers: every operator has a score, and some have records and entries. Names are invented. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { feeds } from '../../../src/agencies/index.js'
import { connect, type Db, migrate } from '../../../src/store/db/db.js'
import { storeBitmap } from '../../../src/store/standing/sellers.js'
import * as runs from '../../../src/store/timetable/runs.js'
import { commanded } from '../commanded.js'
import { recorded } from '../people.js'
import { usccOf } from '../register.js'

/** Operators inserted by one statement. */
const AT_ONCE = 20_000
/** Every so many-th operator with records is on the list. */
const LISTED_EVERY = 50
const REGION = '220102'

const SIGNS = '云禾松岭泽安瑞恒晟嘉博远鸿信达盛源辰泰康宁和悦铭朗捷迅腾翔飞骏驰逸轩宇辉煌灿锦绣'
/** A name without digits, as most names are. */
const nameOf = (row: number): string => {
  const sign = (place: number) => SIGNS[Math.floor(row / SIGNS.length ** place) % SIGNS.length]
  return `样本市${sign(3)}${sign(2)}${sign(1)}${sign(0)}电子商务有限公司`
}

export interface Made {
  /** Files with one code a line: `codes` has all operators, `withRecords` those with records. */
  codes: string
  withRecords: string
}

/** Fills the new database `url` with `operators`. The first `paged` have ten records each, from which the hub computes their scores. */
export const made = async (url: string, folder: string, operators: number, paged: number): Promise<Made> => {
  const db = connect(url)
  try {
    await migrate(db)
    const codes = Array.from({ length: operators }, (_, row) => usccOf(row, REGION))
    for (let from = 0; from < operators; from += AT_ONCE)
      await db.raw(
        `insert into operators (uscc, kind, name, region, status, first_run, created_at)
         select code, 'ENTERPRISE', name, ?, 'ACTIVE', 1, now() - interval '1 hour'
         from unnest(?::text[], ?::text[]) with ordinality as c(code, name, n) order by n`,
        [
          REGION,
          codes.slice(from, from + AT_ONCE),
          codes.slice(from, from + AT_ONCE).map((_, n) => nameOf(from + n)),
        ] as never,
      )
    await recorded(db, paged)
    await listed(db, { first: 1, last: paged, every: LISTED_EVERY })
    await told(db)
    await db.raw('insert into dirty_operators select id, now() from operators where id <= ?', [paged])
    await db.raw('vacuum analyze')
    const { said } = await commanded(['score', '--json'], url, folder)
    if (said['stored'] !== paged) throw new Error(`not all were scored: ${JSON.stringify(said)}`)
    await copied(db, paged)
    await db.raw('vacuum analyze')
    await db.raw('checkpoint')
    const all = { codes: join(folder, 'codes.txt'), withRecords: join(folder, 'with-records.txt') }
    writeFileSync(all.codes, codes.join('\n'))
    writeFileSync(all.withRecords, codes.slice(0, paged).join('\n'))
    return all
  } finally {
    await db.destroy()
  }
}

/** Puts every `every`-th operator with an id from `first` to `last` on the public list. */
export const listed = async (
  db: Db,
  { first, last, every = 1 }: { first: number; last: number; every?: number },
): Promise<void> => {
  await db.raw(
    `with l as (insert into listings (list, operator_id, state, reason, basis, authority, document_number, facts, moves, published_on, ends_on, created_at)
       select 'serious', id, 'PUBLISHED', '销售假冒注册商标的商品', '《市场监督管理严重违法失信名单管理办法》第九条', '样市市场监督管理局',
         '样市监列〔2026〕' || id || '号', jsonb_build_object('operator', id), 9, current_date - 100, current_date + 900, now()
       from operators where id between ? and ? and id % ? = 0 returning *)
     insert into public_entries (listing_id, body, body_hash, published_on, shown_from, ends_on)
     select l.id, jsonb_build_object('id', l.id, 'list', l.list, 'uscc', o.uscc, 'name', o.name, 'region', o.region, 'reason', l.reason,
       'basis', l.basis, 'authority', l.authority, 'documentNumber', l.document_number, 'decidedOn', l.published_on,
       'publishedOn', l.published_on, 'endsOn', l.ends_on, 'contested', false), md5(l.id::text), l.published_on, l.published_on, l.ends_on
     from l join operators o on o.id = l.operator_id`,
    [first, last, every],
  )
}

/** Marks every feed as pulled completely, so that a missing record counts as none. */
const told = async (db: Db): Promise<void> => {
  const now = new Date()
  for (const { id } of feeds.values()) {
    const run = await runs.startRun(db, { job: 'pull', subject: id, cause: 'command', whole: true, now })
    await runs.finishRun(db, run ?? 0, { outcome: 'DONE', now })
  }
}

/** Copies those scores to all other operators. Rows have the same size, and the bench never reads the records that they cite. */
const copied = async (db: Db, paged: number): Promise<void> => {
  const { rows } = await db.raw(
    `select string_agg(quote_ident(column_name), ', ') as columns from information_schema.columns
     where table_name = 'scores' and column_name not in ('id', 'operator_id')`,
  )
  const { columns } = rows[0]
  await db.raw(
    `insert into scores (operator_id, ${columns}) select o.id, ${columns} from operators o join scores s on s.operator_id = 1 + o.id % ?
     where o.id > ? order by o.id`,
    [paged, paged],
  )
}

/** Puts every operator on the marketplace's list of its own sellers, so that its answers contain grades. */
export const sold = async (url: string, client: string): Promise<void> => {
  const db = connect(url)
  try {
    await db.raw(
      `with list as (insert into seller_lists (client, dated, uploaded_at, sellers, malformed)
         values (?, current_date, now(), (select count(*) from operators), 0) returning id)
       insert into sellers (list_id, scheme, code) select l.id, 'uscc', o.uscc from list l, operators o order by o.uscc`,
      [client],
    )
    await storeBitmap(db, client)
    await db.raw('vacuum analyze sellers, seller_lists')
    await db.raw('checkpoint')
  } finally {
    await db.destroy()
  }
}
