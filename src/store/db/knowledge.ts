/** The order in which the hub came to know things. */
import type { Tx } from './db.js'
import { IS_REHEARSAL } from './rehearsed.js'

/** `now`, but while the clock is doubted no later than it would be had it not leapt: an order that ran ahead never comes back. */
const CERTAIN = `least(?::timestamptz, (select d.expected_at + greatest(clock_timestamp() - d.found_at, interval '0') from clock_doubts d where d.settled_at is null))`

/**
 * The instant of this transaction's knowledge: `now`, moved on where needed so that no two transactions share one and none
 * goes backwards. Held to the end of the transaction: whoever sees an instant sees everything known before it, so that a
 * score can be replayed from the versions with `known_from` up to its own instant. A rehearsal holds nothing: it reads the instant
 * that it would have had.
 */
export const tick = async (tx: Tx, now: Date): Promise<Date> => {
  const answer = await tx.raw(
    `update knowledge set latest = greatest(latest + interval '1 millisecond', date_trunc('milliseconds', ${CERTAIN}))
     where not ${IS_REHEARSAL} returning latest /* knowledge.tick */`,
    [now],
  )
  return answer.rows[0]?.latest ?? next(tx, now)
}

const next = async (tx: Tx, now: Date): Promise<Date> => {
  const answer = await tx.raw(
    `select greatest(latest + interval '1 millisecond', date_trunc('milliseconds', ${CERTAIN})) as at from knowledge /* knowledge.next */`,
    [now],
  )
  return answer.rows[0].at
}

/** Advisory lock between those who take an instant beside the order, shared, and whoever reads all that is known, alone. */
const BESIDE = 20_161_125

/**
 * An instant for what may wait for nobody: a wrong firm is hidden while a register of a million rows is being merged. After
 * all that is known by now; what is being learnt meanwhile carries an earlier instant and becomes known later, as it would
 * if it had begun earlier.
 */
export const beside = async (tx: Tx, now: Date): Promise<Date> => {
  await tx.raw('select pg_advisory_xact_lock_shared(?) /* knowledge.beside */', [BESIDE])
  return next(tx, now)
}

/** An instant to read by: what was taken beside the order before it is there to be read, and what comes after it is later. */
export const tickToRead = async (tx: Tx, now: Date): Promise<Date> => {
  const at = await tick(tx, now)
  await tx.raw('select pg_advisory_xact_lock(?) /* knowledge.tickToRead */', [BESIDE])
  return at
}
