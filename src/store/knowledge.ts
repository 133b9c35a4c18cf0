/** The order in which the hub came to know things. */
import type { Tx } from './db.js'

/**
 * The instant of this transaction's knowledge: `now`, moved on where needed so that no two transactions share one and none
 * goes backwards. Held to the end of the transaction: whoever sees an instant sees everything known before it, so that a
 * score can be replayed from the versions with `known_from` up to its own instant.
 */
export const tick = async (tx: Tx, now: Date): Promise<Date> => {
  const answer = await tx.raw(
    `update knowledge set latest = greatest(latest + interval '1 millisecond', date_trunc('milliseconds', ?::timestamptz))
     returning latest /* knowledge.tick */`,
    [now],
  )
  return answer.rows[0].latest
}
