/** All listings at a glance, for whoever works on them. */
import type { State } from '../domain/case.js'
import type { Db } from './db.js'

/** Without those known to have been opened on what was taken back; with `ended`, also what has left its list. */
export const counts = async (db: Db, { ended }: { ended: boolean }): Promise<{ state: State; count: number }[]> => {
  const answer = await db.raw(
    `select l.state, count(*)::int as count from listings l
     where l.wrong_from is null and (:ended or l.state not in ('REMOVED', 'NOT_LISTED')) group by l.state order by l.state
     /* board.counts */`,
    { ended },
  )
  return answer.rows
}
