import type { ItemProblem } from '../../domain/records/records.js'
import { type Db, queryOne, queryRows, type Tx } from '../db/db.js'

export interface NewReject {
  page: number | null
  row: number
  problems: readonly ItemProblem[]
  item: unknown
  map: number | null
}

export const add = async (db: Db | Tx, runId: number, feed: string, rows: readonly NewReject[]): Promise<void> => {
  if (rows.length === 0) return
  const payload = rows.map(({ row, map, ...reject }) => ({
    ...reject.problems[0],
    ...reject,
    row_number: row,
    map_id: map,
  }))
  await db.raw(
    `insert into rejects (run_id, feed, page, row_number, field, rule, message, problems, item, map_id, item_digest)
     select ?::bigint, ?::text, r.*, md5(r.item::text) from jsonb_to_recordset(?::jsonb) as r(page int, row_number int, field text, rule text, message text,
       problems jsonb, item jsonb, map_id bigint) /* rejects.add */`,
    [runId, feed, JSON.stringify(payload)],
  )
}

/** `reopenAfterRollback` finds rejects by this note. */
export const repeatedNote = (runId: number): string => `同一内容在第 ${runId} 号运行再次报送，以后者为准`

/** A nightly full feed would otherwise add a reject each night. */
export const settleRepeated = async (tx: Tx, runId: number, feed: string, now: Date): Promise<void> => {
  await tx.raw(
    `update rejects old set state = 'DROPPED', settled_at = :now, note = :note
     where old.feed = :feed and old.state = 'OPEN' and old.run_id < :run and exists (select 1 from rejects later
       where later.run_id = :run and later.rule = old.rule and later.item = old.item) /* rejects.settleRepeated */`,
    { now, feed, run: runId, note: repeatedNote(runId) },
  )
}

export const latestRejectsOf = (
  db: Db,
  feed: string,
  first: number,
): Promise<{ page: number | null; row: number; field: string | null; rule: string; message: string }[]> =>
  queryRows(
    db,
    `select page, row_number as row, field, rule, message from rejects
     where run_id = (select max(id) from runs where job = 'pull' and subject = ? and cause <> 'person') order by id limit ? /* rejects.latestOf */`,
    [feed, first],
  )

export const selectOpenRejectRowsSql = (feed: string): string =>
  `select page, row_number, coalesce(item_digest, md5(item::text)) from rejects where feed = ${feed} and state = 'OPEN' and run_id >= coalesce((
     select id from runs where job = 'pull' and subject = ${feed} and complete and outcome = 'DONE' and taken_back_at is null
     order by id desc limit 1), 0) and run_id not in (select id from runs where taken_back_at is not null)`

/** Counts rows of files, each of which may hold several records. */
export const countOpenRows = (db: Db): Promise<{ unmatched: number; rejects: number }> =>
  queryOne(
    db,
    `select (select count(distinct (feed, last_run, page, row_number))::int from unmatched where state = 'OPEN') as unmatched,
       (select count(*)::int from (select distinct feed from rejects where state = 'OPEN') f
         cross join lateral (select distinct * from (${selectOpenRejectRowsSql('f.feed')}) r) items) as rejects /* rejects.backlog */`,
  )
