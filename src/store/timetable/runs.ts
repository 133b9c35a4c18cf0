import { type Db, hasRows, queryColumn, queryFirst, queryRows, type Tx } from '../db/db.js'
import { COMMIT_LOCALLY } from '../db/transaction.js'

export const JOBS = [
  'seed',
  'pull',
  'score',
  'publish',
  'push',
  'expire',
  'takeback',
  'repair',
  'reconcile',
  'trail',
  'audit',
  'standings',
  'changes',
  'notify',
  'tidy',
  'exchange',
  'figures',
] as const
export type Job = (typeof JOBS)[number]

export const RUN_CAUSES = ['timetable', 'command', 'demo', 'upload', 'person'] as const
export type RunCause = (typeof RUN_CAUSES)[number]

type RunOutcome = 'RUNNING' | 'DONE' | 'REFUSED' | 'FAILED' | 'ABANDONED'

export interface RunError {
  code: string
  message: string
  headings?: readonly string[]
}

export interface RunRow {
  id: number
  job: Job
  subject: string
  cause: RunCause
  plannedFor: Date | null
  attempt: number
  by: string | null
  startedAt: Date
  endedAt: Date | null
  outcome: RunOutcome
  whole: boolean
  file: string | null
  counts: Record<string, number>
  error: RunError | null
  maps: number[]
  rolledBackAt: Date | null
  rolledBackBy: string | null
  rolledBackReason: string | null
}

const COLUMNS = `id, job, subject, cause, planned_for as "plannedFor", attempt, asked_by as "by", started_at as "startedAt", ended_at as "endedAt",
  outcome, whole, file, counts, error, maps::int[] as maps, taken_back_at as "rolledBackAt", taken_back_by as "rolledBackBy", taken_back_reason as "rolledBackReason"`

export interface NewRun {
  job: Job
  subject?: string
  cause: RunCause
  plannedFor?: Date | null
  whole?: boolean
  file?: string | null
  dated?: string | null
  by?: string | null
  attempt?: number
  /** Milliseconds; without it, the run is exclusive. */
  leaseMs?: number | null
  now: Date
}

/**
 * Abandons dead runs first: expired ones or, without `leaseMs`, all open ones (the caller holds the lock of job and
 * subject). Null when the attempt has begun.
 */
export const startRun = async (db: Db, input: NewRun): Promise<number | null> => {
  const unset = { subject: '', plannedFor: null, whole: false, file: null, dated: null, by: null, leaseMs: null }
  const run = { ...unset, attempt: 1, ...input }
  await db.raw(
    `update runs set outcome = 'ABANDONED', ended_at = :now /* runs.start */
     where job = :job and subject = :subject and outcome = 'RUNNING' and (:leaseMs::integer is null or lease_until < clock_timestamp())`,
    run,
  )
  const started = await queryFirst<{ id: number }>(
    db,
    `insert into runs (job, subject, cause, planned_for, attempt, started_at, outcome, whole, file, dated, asked_by, lease_until)
     values (:job, :subject, :cause, :plannedFor, :attempt, :now, 'RUNNING', :whole, :file, :dated, :by,
       clock_timestamp() + :leaseMs * interval '1 ms')
     on conflict (job, subject, planned_for, attempt) where planned_for is not null do nothing
     returning id /* runs.start */`,
    run,
  )
  return started?.id ?? null
}

export const renewLease = async (db: Db, id: number, leaseMs: number): Promise<void> => {
  await db.raw(
    `with local as materialized (select ${COMMIT_LOCALLY})
     update runs set lease_until = clock_timestamp() + ? * interval '1 ms' from local
     where id = ? and outcome = 'RUNNING' /* runs.renew */`,
    [leaseMs, id],
  )
}

export const abandonAttempts = async (
  tx: Tx,
  { job, subject, plannedFor, attempts }: { job: Job; subject: string; plannedFor: Date; attempts: number },
  now: Date,
): Promise<void> => {
  await tx.raw(
    `update runs set outcome = 'ABANDONED', ended_at = ?
     where job = ? and subject = ? and planned_for = ? and attempt < ? and outcome = 'RUNNING' /* runs.abandonAttempts */`,
    [now, job, subject, plannedFor, attempts],
  )
}

export const lockIfRunning = (tx: Tx, id: number): Promise<boolean> =>
  hasRows(tx, `select 1 from runs where id = ? and outcome = 'RUNNING' for share /* runs.hold */`, [id])

export interface PulledDelivery {
  whole: boolean
  complete: boolean
  file: string | null
  contentHash: string | null
  archive: string | null
}

export const noteDeliveryOfRun = async (
  tx: Tx,
  id: number,
  { whole, complete, file, contentHash, archive }: PulledDelivery,
): Promise<void> => {
  await tx.raw(
    'update runs set whole = ?, complete = ?, file = ?, content_hash = ?, archive = ? where id = ? /* runs.noteSource */',
    [whole, complete, file, contentHash, archive, id],
  )
}

/** Refused runs store them too: a map may have caused the refusal. */
export const noteMaps = async (db: Db | Tx, id: number, maps: readonly number[]): Promise<void> => {
  if (maps.length === 0) return
  await db.raw('update runs set maps = ?::bigint[] where id = ? /* runs.noteMaps */', [[...maps], id])
}

type RunEnd = Partial<Pick<RunRow, 'counts' | 'error'>> & { outcome: Exclude<RunOutcome, 'RUNNING'>; now: Date }

export const finishRun = async (
  db: Db | Tx,
  id: number,
  { outcome, counts = {}, error = null, now }: RunEnd,
): Promise<void> => {
  await db.raw(
    `update runs set outcome = ?, ended_at = ?, counts = ?, error = ? where id = ? and outcome = 'RUNNING' /* runs.finish */`,
    [outcome, now, JSON.stringify(counts), error && JSON.stringify(error), id],
  )
}

export interface RunFilter {
  first: number
  before: number | null
  job?: Job | null
  subject?: string | null
}

export const listRuns = (db: Db, { first, before, job = null, subject = null }: RunFilter): Promise<RunRow[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from runs where ${job === null ? 'true' : 'job = :job'} and ${subject === null ? 'true' : 'subject = :subject'}
       and (:before::bigint is null or id < :before::bigint) order by id desc limit :first /* runs.list */`,
    { before, first, job, subject },
  )

export const findRun = (db: Db, id: number): Promise<RunRow | null> =>
  queryFirst(db, `select ${COLUMNS} from runs where id = ? /* runs.byId */`, [id])

export const latestRuns = (db: Db, of: readonly { job: Job; subject: string }[]): Promise<RunRow[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from unnest(?::text[], ?::text[]) as w (of_job, of_subject),
       lateral (select * from runs where job = of_job and subject = of_subject order by id desc limit 1) r /* runs.latest */`,
    [of.map(({ job }) => job), of.map(({ subject }) => subject)],
  )

export const doneSubjects = async (db: Db, job: Job): Promise<Set<string>> => {
  const sql = `select distinct subject from runs where job = ? and outcome = 'DONE' /* runs.doneSubjects */`
  return new Set(await queryColumn<string>(db, sql, [job]))
}

export const lastCompleteSize = async (db: Db | Tx, feed: string): Promise<number> => {
  const last = await queryFirst<{ n: number | null }>(
    db,
    `select coalesce(counts->'records', counts->'received')::int as n from runs where job = 'pull' and subject = ? and complete and outcome = 'DONE'
       and taken_back_at is null order by id desc limit 1 /* runs.lastCompleteSize */`,
    [feed],
  )
  return last?.n ?? 0
}

export const lastWholeDay = async (db: Db, feed: string): Promise<string | null> => {
  const last = await queryFirst<{ day: string }>(
    db,
    `select coalesce(dated, (started_at at time zone 'Asia/Shanghai')::date)::text as day from runs
     where job = 'pull' and subject = ? and whole and outcome = 'DONE' and taken_back_at is null order by id desc limit 1 /* runs.lastWholeDay */`,
    [feed],
  )
  return last?.day ?? null
}

export const listTakenFeeds = (db: Db): Promise<string[]> =>
  queryColumn(
    db,
    `select distinct subject from runs where job = 'pull' and outcome = 'DONE' and taken_back_at is null /* runs.takenFeeds */`,
  )

/** `at`: end of the pull, or its file's date if earlier. */
export const lastGoodPulls = async (db: Db): Promise<Map<string, { at: Date; counts: Record<string, number> }>> => {
  const pulls = await queryRows<{ subject: string; at: Date; counts: Record<string, number> }>(
    db,
    `select distinct on (subject) subject, least(ended_at, dated::timestamp at time zone 'Asia/Shanghai') as at, counts from runs
     where job = 'pull' and whole and outcome = 'DONE' and taken_back_at is null order by subject, id desc /* runs.lastGoodPulls */`,
  )
  return new Map(pulls.map((pull) => [pull.subject, pull]))
}
