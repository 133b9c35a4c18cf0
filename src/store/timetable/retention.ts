/**
 * What is past its term and no longer needed is deleted, window by window of ids, so that no statement reads or locks more than
 * a window. Each function returns the last id that it looked at, null at the end, and how many rows it deleted.
 */
import type { Db } from '../db/db.js'

export interface Window {
  /** Rows of before may go. */
  before: Date
  /** Ids above this one, so many of them. */
  after: number
  rows: number
}

export interface Tidied {
  last: number | null
  deleted: number
}

/** `due`: SQL, the ids to be deleted among the rows `w` of the window. `age`: the column that says how old a row is. */
const tidied = async (db: Db, table: string, age: string, due: string, window: Window): Promise<Tidied> => {
  const answer = await db.raw(
    `with w as materialized (select * from ${table} where id > :after order by id limit :rows),
       old as materialized (select * from w where ${age} < :before),
       gone as (delete from ${table} where id in (${due}) returning 1)
     select (select max(id) from w) as last, (select bool_and(${age} >= :before) from w) as young,
       (select count(*)::int from gone) as deleted /* retention.${table} */`,
    { ...window } as never,
  )
  const [{ last, young, deleted }] = answer.rows
  // Ids come with time: behind a window without an old row there is none.
  return { last: young === true ? null : last, deleted }
}

/**
 * Runs that brought nothing, but for the newest of their kind and what refers to them. Pulls, corrections and scorings that brought
 * something stay for good: versions and scores are traced to them.
 */
export const runs = (db: Db, window: Window): Promise<Tidied> =>
  tidied(
    db,
    'runs',
    'started_at',
    `select r.id from old r where r.outcome <> 'RUNNING' and r.taken_back_at is null
       and (r.job in ('push', 'publish', 'expire', 'reconcile', 'trail', 'audit', 'changes', 'tidy')
         or (r.job = 'score' and r.outcome <> 'ABANDONED' and coalesce((r.counts->>'stored')::int, 0) = 0)
         or (r.job = 'pull' and (r.outcome <> 'DONE' or coalesce((r.counts->>'received')::int, 0) = 0)))
       and exists (select 1 from runs n where n.job = r.job and n.subject = r.subject and n.id > r.id and n.outcome = r.outcome
         and n.whole = r.whole and n.complete = r.complete and n.taken_back_at is null)
       and not exists (select 1 from rejects x where x.run_id = r.id)
       and not exists (select 1 from snapshots x where x.run_id = r.id)
       and not exists (select 1 from comparisons x where x.run_id = r.id)
       and not exists (select 1 from concerns x where x.run_id = r.id)
       and not exists (select 1 from feed_states x where x.run_id = r.id)`,
    window,
  )

/** Comparisons, but for the newest of each platform and those in which a discrepancy was found that stands. */
export const comparisons = (db: Db, window: Window): Promise<Tidied> =>
  tidied(
    db,
    'comparisons',
    'compared_at',
    `select c.id from old c where exists (select 1 from comparisons n where n.platform = c.platform and n.id > c.id)
       and not exists (select 1 from findings f where f.comparison_id = c.id)`,
    window,
  )

/** Discrepancies settled before the term: they keep their comparison. */
export const findings = (db: Db, window: Window): Promise<Tidied> =>
  tidied(db, 'findings', 'found_at', 'select f.id from old f where f.settled_at < :before', window)

/**
 * Confirmed deliveries behind which the platform has confirmed a later one of the same subject. The newest addition stays, by which
 * is told what a platform lacks; so does whatever a person has dealt with.
 */
export const deliveries = (db: Db, window: Window): Promise<Tidied> =>
  tidied(
    db,
    'deliveries',
    'created_at',
    `select d.id from old d where d.state in ('CONFIRMED', 'FOLDED') and coalesce(d.confirmed_at, d.created_at) < :before
       and exists (select 1 from deliveries n where n.subject_id = d.subject_id and n.platform = d.platform and n.number > d.number
         and n.state = 'CONFIRMED')
       and (d.action <> 'ADD' or exists (select 1 from deliveries n where n.subject_id = d.subject_id and n.platform = d.platform
         and n.number > d.number and n.action = 'ADD'))
       and not exists (select 1 from delivery_acts a where a.delivery_id = d.id)`,
    window,
  )

/** Bad items that are settled, or that their agency has sent anew since with all that it has; not those whose correction still stands. */
export const rejects = (db: Db, window: Window): Promise<Tidied> =>
  tidied(
    db,
    'rejects',
    '(select started_at from runs where runs.id = run_id)',
    `select x.id from old x where coalesce(x.settled_at, '-infinity') < :before and (
       x.state = 'DROPPED'
       or (x.state = 'TAKEN' and not exists (select 1 from versions v where v.run_id = x.taken_run and v.known_to is null and v.ended_on is null))
       or (x.state = 'OPEN' and x.run_id < (select max(id) from runs c where c.job = 'pull' and c.subject = x.feed and c.complete
         and c.outcome = 'DONE' and c.taken_back_at is null)))`,
    window,
  )

/** Of these archived files those that are still some run's, or that a run is writing. */
export const archivesInUse = async (
  db: Db,
  files: readonly { path: string; run: number }[],
  before: Date,
): Promise<Set<string>> => {
  const answer = await db.raw(
    `select f.path from jsonb_to_recordset(?::jsonb) as f(path text, run bigint) join runs r on r.id = f.run
     where r.outcome = 'RUNNING' or (r.archive = f.path and r.started_at >= ?) /* retention.archivesInUse */`,
    [JSON.stringify(files), before],
  )
  return new Set(answer.rows.map(({ path }: { path: string }) => path))
}

/** Their runs say no more where they lay. */
export const forgetArchives = async (db: Db, files: readonly { path: string; run: number }[]): Promise<void> => {
  await db.raw(
    `update runs r set archive = null from jsonb_to_recordset(?::jsonb) as f(path text, run bigint)
     where r.id = f.run and r.archive = f.path /* retention.forgetArchives */`,
    [JSON.stringify(files)],
  )
}
