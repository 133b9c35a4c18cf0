import type { DoubtCause } from '../../foundation/time/clock-doubt.js'
import { type Db, hasRows, queryFirst, type Tx } from './db.js'
import { COMMIT_LOCALLY } from './transaction.js'

export interface ClockDoubt {
  id: number
  cause: DoubtCause
  foundAt: Date
  /** The time that the clock should have shown; for cause START, the time of the newest row. */
  expectedAt: Date
}

export interface ClockRead {
  at: Date
  sureAt: Date | null
  doubt: ClockDoubt | null
}

const DOUBT = `select d.id, d.cause, d.found_at as "foundAt", d.expected_at as "expectedAt" from clock_doubts d where d.settled_at is null`

/** True while the clock is in doubt, for statements that erase. Their jobs ask `currentDoubt` first. */
export const IS_CLOCK_DOUBTED_SQL = `exists (select 1 from clock_doubts where settled_at is null)`

export const readClock = async (db: Db): Promise<ClockRead> => {
  const answer = await db.raw(
    `select clock_timestamp() as at, (select sure_at from database_clock) as "sureAt", d.* from (select 1) one
     left join (${DOUBT}) d on true /* clock-doubts.read */`,
  )
  const [{ at, sureAt, ...doubt }] = answer.rows
  return { at, sureAt, doubt: doubt.id === null ? null : doubt }
}

export const currentDoubt = (db: Db | Tx): Promise<ClockDoubt | null> =>
  queryFirst(db, `${DOUBT} /* clock-doubts.open */`)

export const noteLastSureInstant = async (db: Db | Tx): Promise<void> => {
  await db.raw(
    `with local as materialized (select ${COMMIT_LOCALLY})
     insert into database_clock (sure_at) select clock_timestamp() from local where not exists (${DOUBT})
     on conflict (one) do update set sure_at = excluded.sure_at /* clock-doubts.noteSure */`,
  )
}

export const addDoubt = (db: Db, { cause, foundAt, expectedAt }: Omit<ClockDoubt, 'id'>): Promise<boolean> =>
  hasRows(
    db,
    `insert into clock_doubts (cause, found_at, expected_at) values (:cause, :foundAt, :expectedAt)
     on conflict ((true)) where settled_at is null do nothing returning id /* clock-doubts.begin */`,
    { cause, foundAt, expectedAt },
  )

export const settleDoubt = async (
  db: Db,
  { by, reason = null }: { by: string; reason?: string | null },
): Promise<ClockDoubt | null> =>
  db.transaction(async (tx) => {
    const doubt = await queryFirst<ClockDoubt>(
      tx,
      `update clock_doubts d set settled_at = clock_timestamp(), settled_by = :by, reason = :reason where d.settled_at is null
       returning d.id, d.cause, d.found_at as "foundAt", d.expected_at as "expectedAt" /* clock-doubts.settle */`,
      { by, reason },
    )
    if (doubt !== null) await noteLastSureInstant(tx)
    return doubt
  })
