import { queryValue, type Tx } from './db.js'
import { IS_REHEARSAL_SQL } from './transaction.js'

/** `now`; while the clock is in doubt, at most the expected time, because `known_from` must never go back. */
const CERTAIN = `least(?::timestamptz, (select d.expected_at + greatest(clock_timestamp() - d.found_at, interval '0') from clock_doubts d where d.settled_at is null))`

/**
 * Returns a unique instant, later than all before; in a rehearsal the next one, which stays free. The row lock lasts
 * until commit, so scores can be recomputed from versions up to it.
 */
export const nextInstant = async (tx: Tx, now: Date): Promise<Date> => {
  const answer = await tx.raw(
    `update knowledge set latest = greatest(latest + interval '1 millisecond', date_trunc('milliseconds', ${CERTAIN}))
     where not ${IS_REHEARSAL_SQL} returning latest /* knowledge.tick */`,
    [now],
  )
  return answer.rows[0]?.latest ?? next(tx, now)
}

const next = (tx: Tx, now: Date): Promise<Date> =>
  queryValue(
    tx,
    `select greatest(latest + interval '1 millisecond', date_trunc('milliseconds', ${CERTAIN})) as at from knowledge /* knowledge.next */`,
    [now],
  )

/** Key of an advisory lock: `nextInstantBesideMerge` holds it shared, `nextInstantAfterAll` exclusively. */
const BESIDE = 20_161_125

/**
 * Later than all committed changes, without waiting for a merge with the row lock. Waits for one that locked whole
 * tables (`withIndexesDropped`): with a listing's row locked, the two would deadlock.
 */
export const nextInstantBesideMerge = async (tx: Tx, now: Date): Promise<Date> => {
  await tx.raw('lock table operators, versions in access share mode /* knowledge.tables */')
  await tx.raw('select pg_advisory_xact_lock_shared(?) /* knowledge.beside */', [BESIDE])
  return next(tx, now)
}

/** Waits for all that used `nextInstantBesideMerge`: their rows are visible. */
export const nextInstantAfterAll = async (tx: Tx, now: Date): Promise<Date> => {
  const at = await nextInstant(tx, now)
  await tx.raw('select pg_advisory_xact_lock(?) /* knowledge.tickToRead */', [BESIDE])
  return at
}
