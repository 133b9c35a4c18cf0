/** The order in which the hub came to know things. */
import type { Tx } from './db.js'
import { IS_REHEARSAL } from './rehearsed.js'

/**
 * SQL for `now`. While the clock is doubted it is capped at the expected time, because an order that ran ahead cannot
 * go back.
 */
const CERTAIN = `least(?::timestamptz, (select d.expected_at + greatest(clock_timestamp() - d.found_at, interval '0') from clock_doubts d where d.settled_at is null))`

/**
 * Returns the knowledge instant of this transaction: `now`, advanced where needed so that instants are unique and
 * increasing. The row lock lasts until commit, so a reader of an instant sees all earlier knowledge. A score can
 * therefore be replayed from versions with `known_from` up to its instant. A rehearsal takes no lock and reads the
 * instant that it would get.
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

/**
 * Advisory lock: shared by those who take an instant beside the order, exclusive for those who read everything known.
 */
const BESIDE = 20_161_125

/**
 * Returns an instant without waiting, for example to hide a wrong firm while a register of a million rows is merged. It
 * lies after everything known now. A running merge keeps its earlier instant and becomes visible later.
 */
export const beside = async (tx: Tx, now: Date): Promise<Date> => {
  await tx.raw('select pg_advisory_xact_lock_shared(?) /* knowledge.beside */', [BESIDE])
  return next(tx, now)
}

/**
 * Returns an instant to read by. Everything taken beside the order before it is visible, and anything later has a later
 * instant.
 */
export const tickToRead = async (tx: Tx, now: Date): Promise<Date> => {
  const at = await tick(tx, now)
  await tx.raw('select pg_advisory_xact_lock(?) /* knowledge.tickToRead */', [BESIDE])
  return at
}
