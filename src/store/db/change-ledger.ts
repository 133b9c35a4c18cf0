/** Numbers of each reader begin at 1, without gaps: one statement writes counters and changes. */
import type { RetainedChanges } from '../../domain/standing/changes.js'
import { IS_CLOCK_DOUBTED_SQL } from './clock-doubts.js'
import { type Db, queryValue, type Tx } from './db.js'

export interface ChangeLedger {
  changes: string
  counters: string
  /** Column of both: whose numbers they are. */
  reader: string
  readerOfWebhook: string
  /** SQL of a change `c`: messages about one subject leave in their order. */
  subject: string
  isRemoval: string
  lock: string
}

export const SELLER_CHANGES: ChangeLedger = {
  changes: 'changes',
  counters: 'change_clients',
  reader: 'client',
  readerOfWebhook: 'case when w.seat is null then w.client end',
  subject: `coalesce(c.code, '')`,
  isRemoval: `'ENTRY_REMOVED' = any(c.what)`,
  lock: 'hub.changes',
}

export const MATTER_CHANGES: ChangeLedger = {
  changes: 'matter_changes',
  counters: 'matter_change_seats',
  reader: 'seat',
  readerOfWebhook: 'w.seat',
  subject: `'matter ' || c.matter_id`,
  isRemoval: 'false',
  lock: 'hub.matter-changes',
}

/** Changes `before` + 1 to `last` of this reader. */
export interface NumberedRange {
  reader: string
  before: number
  last: number
}

export const tryNumberingLock = (tx: Tx, { lock }: ChangeLedger): Promise<boolean> =>
  queryValue(tx, 'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as mine /* changes.tryNumbering */', [lock])

/** CTEs `counted` and `placed` number the rows of CTE `changes_by_reader` in this order. */
export const numberedSql = ({ counters, reader }: ChangeLedger, order: string): string =>
  `counted as (
     insert into ${counters} as c (${reader}, last) select ${reader}, count(*) from changes_by_reader group by ${reader} order by ${reader}
     on conflict (${reader}) do update set last = c.last + excluded.last returning ${reader}, last),
   placed as (
     select h.*, c.last, c.last - count(*) over own + row_number() over (own order by ${order}) as sequence
     from changes_by_reader h join counted c using (${reader}) window own as (partition by h.${reader}))`

export const rangesSql = ({ reader }: ChangeLedger): string =>
  `coalesce((select jsonb_agg(jsonb_build_object('reader', n.${reader}, 'before', n.last - n.count, 'last', n.last))
     from (select ${reader}, last, count(*) from placed group by ${reader}, last) n), '[]')`

/** Until `tx` ends, no change of this reader is numbered. */
export const lockNumbers = async (tx: Tx, { counters, reader }: ChangeLedger, of: string): Promise<void> => {
  await tx.raw(`select from ${counters} where ${reader} = ? for update /* changes.lockNumbers */`, [of])
}

export const findRetainedChanges = async (
  db: Db,
  { counters, reader }: ChangeLedger,
  readers: readonly string[],
): Promise<Map<string, RetainedChanges>> => {
  const answer = await db.raw(
    `select ${reader} as reader, erased, last from ${counters} where ${reader} = any(?::text[]) /* changes.reaches */`,
    [[...readers]],
  )
  return new Map(answer.rows.map(({ reader: of, ...reach }: RetainedChanges & { reader: string }) => [of, reach]))
}

export const eraseChangesBefore = async (
  tx: Tx,
  { changes, counters, reader, readerOfWebhook }: ChangeLedger,
  before: Date,
  limit: number,
): Promise<number> => {
  const answer = await tx.raw(
    `with due as (
       select c.${reader}, (select max(d.sequence) from (select o.sequence, o.at from ${changes} o where o.${reader} = c.${reader} and o.sequence > c.erased
         order by o.sequence limit :limit) d where d.at < :before::timestamptz) as upto from ${counters} c),
     moved as (update ${counters} c set erased = d.upto from due d where d.${reader} = c.${reader} and d.upto is not null and not ${IS_CLOCK_DOUBTED_SQL} returning c.${reader}, c.erased),
     late as (delete from webhook_messages m using webhooks w, moved v where w.id = m.webhook_id and ${readerOfWebhook} = v.${reader} and m.sequence <= v.erased)
     delete from ${changes} c using moved v where c.${reader} = v.${reader} and c.sequence <= v.erased returning 1 /* changes.erase */`,
    { before, limit } as never,
  )
  return answer.rowCount ?? answer.rows.length
}
