/** The database's clock, the newest instant at which it was right, and each time that it leapt. */
import type { Cause } from '../../foundation/time/clock-doubt.js'
import type { Db, Tx } from './db.js'

export interface Doubt {
  id: number
  cause: Cause
  /** What the clock showed when it was found to have leapt. */
  foundAt: Date
  /** What it should have shown; of a START the newest row. */
  expectedAt: Date
}

export interface ClockRead {
  at: Date
  /** The newest instant at which a hub found the clock right; null: no hub ever did. */
  sureAt: Date | null
  doubt: Doubt | null
}

const DOUBT = `select d.id, d.cause, d.found_at as "foundAt", d.expected_at as "expectedAt" from clock_doubts d where d.settled_at is null`

/** A condition of SQL: nothing is erased by a clock that is doubted. */
export const CLOCK_IS_DOUBTED = `exists (select 1 from clock_doubts where settled_at is null)`

export const read = async (db: Db): Promise<ClockRead> => {
  const answer = await db.raw(
    `select clock_timestamp() as at, (select sure_at from database_clock) as "sureAt", d.* from (select 1) one
     left join (${DOUBT}) d on true /* clock-doubts.read */`,
  )
  const [{ at, sureAt, ...doubt }] = answer.rows
  return { at, sureAt, doubt: doubt.id === null ? null : doubt }
}

/** Null: the clock is believed. */
export const open = async (db: Db | Tx): Promise<Doubt | null> => {
  const answer = await db.raw(`${DOUBT} /* clock-doubts.open */`)
  return answer.rows[0] ?? null
}

/** Notes that the clock is right now; not while it is doubted. */
export const noteSure = async (db: Db): Promise<void> => {
  await db.raw(
    `insert into database_clock (sure_at) select clock_timestamp() where not exists (${DOUBT})
     on conflict (one) do update set sure_at = excluded.sure_at /* clock-doubts.noteSure */`,
  )
}

/** False: it is doubted already. */
export const begin = async (db: Db, { cause, foundAt, expectedAt }: Omit<Doubt, 'id'>): Promise<boolean> => {
  const answer = await db.raw(
    `insert into clock_doubts (cause, found_at, expected_at) values (:cause, :foundAt, :expectedAt)
     on conflict ((true)) where settled_at is null do nothing returning id /* clock-doubts.begin */`,
    { cause, foundAt, expectedAt } as never,
  )
  return answer.rows.length > 0
}

/** From now on the clock is believed. Null: it was not doubted. */
export const settle = async (
  db: Db,
  { by, reason = null }: { by: string; reason?: string | null },
): Promise<Doubt | null> =>
  db.transaction(async (tx) => {
    const answer = await tx.raw(
      `update clock_doubts d set settled_at = clock_timestamp(), settled_by = :by, reason = :reason where d.settled_at is null
       returning d.id, d.cause, d.found_at as "foundAt", d.expected_at as "expectedAt" /* clock-doubts.settle */`,
      { by, reason } as never,
    )
    const [doubt] = answer.rows
    if (doubt === undefined) return null
    await tx.raw(
      `insert into database_clock (sure_at) values (clock_timestamp())
       on conflict (one) do update set sure_at = excluded.sure_at /* clock-doubts.settle */`,
    )
    return doubt
  })
