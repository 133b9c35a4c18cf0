import { type Db, queryColumn, queryOne, queryValue } from '../db/db.js'

export interface IdWindow {
  before: Date
  after: number
  rows: number
}

export interface WindowResult {
  /** It is null when no row follows. */
  last: number | null
  deleted: number
}

interface RetainedTable {
  /** SQL: start of a row's retention term. */
  age: string
  /** SQL: the ids to delete among `old`, whose term is over. */
  due: string
}

const TABLES = {
  /** Deletes those settled or superseded by a complete delivery, unless their corrected record stands. */
  rejects: {
    age: '(select started_at from runs where runs.id = run_id)',
    due: `select x.id from old x where coalesce(x.settled_at, '-infinity') < :before and (
       x.state = 'DROPPED'
       or (x.state = 'TAKEN' and not exists (select 1 from versions v where v.run_id = x.taken_run and v.known_to is null and v.ended_on is null)
         and not exists (select 1 from unmatched u where u.feed = x.feed and u.last_run = x.taken_run and u.state = 'OPEN'))
       or (x.state = 'OPEN' and x.run_id < (select max(id) from runs c where c.job = 'pull' and c.subject = x.feed and c.complete
         and c.outcome = 'DONE' and c.taken_back_at is null)))`,
  },
  findings: {
    age: 'found_at',
    due: 'select f.id from old f where f.settled_at < :before',
  },
  /** Spares the newest per platform and those with discrepancies. */
  comparisons: {
    age: 'compared_at',
    due: `select c.id from old c where exists (select 1 from comparisons n where n.platform = c.platform and n.id > c.id)
       and not exists (select 1 from findings f where f.comparison_id = c.id)`,
  },
  /** Spares a subject's newest addition, with which backfills compare. */
  deliveries: {
    age: 'created_at',
    due: `select d.id from old d where d.state in ('CONFIRMED', 'FOLDED') and coalesce(d.confirmed_at, d.created_at) < :before
       and exists (select 1 from deliveries n where n.subject_id = d.subject_id and n.platform = d.platform and n.number > d.number
         and n.state = 'CONFIRMED')
       and (d.action <> 'ADD' or exists (select 1 from deliveries n where n.subject_id = d.subject_id and n.platform = d.platform
         and n.number > d.number and n.action = 'ADD'))
       and not exists (select 1 from delivery_acts a where a.delivery_id = d.id)`,
  },
  matter_files: {
    age: 'stored_at',
    due: 'select f.id from old f where not exists (select 1 from matter_attachments a where a.seat = f.seat and a.sha256 = f.sha256)',
  },
  /** Spares the newest of their kind and those that other rows reference. */
  runs: {
    age: 'started_at',
    due: `select r.id from old r where r.outcome <> 'RUNNING' and r.taken_back_at is null
       and (r.job in ('push', 'publish', 'expire', 'reconcile', 'trail', 'audit', 'standings', 'changes', 'notify', 'tidy', 'exchange', 'figures')
         or (r.job = 'score' and r.outcome <> 'ABANDONED' and coalesce((r.counts->>'stored')::int, 0) = 0)
         or (r.job = 'pull' and (r.outcome <> 'DONE' or coalesce((r.counts->>'received')::int, 0) = 0)))
       and exists (select 1 from runs n where n.job = r.job and n.subject = r.subject and n.id > r.id and n.outcome = r.outcome
         and n.whole = r.whole and n.complete = r.complete and n.taken_back_at is null)
       and not exists (select 1 from rejects x where x.run_id = r.id)
       and not exists (select 1 from snapshots x where x.run_id = r.id)
       and not exists (select 1 from comparisons x where x.run_id = r.id)
       and not exists (select 1 from concerns x where x.run_id = r.id)
       and not exists (select 1 from feed_states x where x.run_id = r.id)`,
  },
} satisfies Record<string, RetainedTable>

export const deleteWindow = async (db: Db, table: keyof typeof TABLES, window: IdWindow): Promise<WindowResult> => {
  const { age, due } = TABLES[table]
  const { last, young, deleted } = await queryOne<WindowResult & { young: boolean | null }>(
    db,
    `with w as materialized (select * from ${table} where id > :after order by id limit :rows),
       old as materialized (select * from w where ${age} < :before),
       gone as (delete from ${table} where id in (${due}) returning 1)
     select (select max(id) from w) as last, (select bool_and(${age} >= :before) from w) as young,
       (select count(*)::int from gone) as deleted /* retention.${table} */`,
    { ...window },
  )
  return { last: young === true ? null : last, deleted }
}

export const deleteEndedMatters = (db: Db, { before, rows }: Omit<IdWindow, 'after'>): Promise<number> =>
  queryValue(
    db,
    `with old as materialized (select m.id from matters m where m.closed_at < :before and not exists (
         select 1 from listings l where l.id = m.listing_id and l.state not in ('REMOVED', 'NOT_LISTED'))
       order by m.closed_at limit :rows for update of m skip locked),
     parted as (update matters set parent_id = null where parent_id in (select id from old) and id not in (select id from old)),
     gone as (delete from matters where id in (select id from old) returning 1)
     select count(*)::int as deleted from gone /* retention.matters */`,
    { before, rows },
  )

export const archivesInUse = async (
  db: Db,
  files: readonly { path: string; run: number }[],
  before: Date,
): Promise<Set<string>> => {
  const used = await queryColumn<string>(
    db,
    `select f.path from jsonb_to_recordset(?::jsonb) as f(path text, run bigint) join runs r on r.id = f.run
     where r.outcome = 'RUNNING' or (r.archive = f.path and r.started_at >= ?) /* retention.archivesInUse */`,
    [JSON.stringify(files), before],
  )
  return new Set(used)
}

export const forgetArchives = async (db: Db, files: readonly { path: string; run: number }[]): Promise<void> => {
  await db.raw(
    `update runs r set archive = null from jsonb_to_recordset(?::jsonb) as f(path text, run bigint)
     where r.id = f.run and r.archive = f.path /* retention.forgetArchives */`,
    [JSON.stringify(files)],
  )
}
