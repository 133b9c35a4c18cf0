/** What is known of each platform beside its deliveries: pauses, the breaker, the pace, from which number on it is told. */
import type { Db, Tx } from './db.js'

/** By platform: no message to it is numbered this or less any more. Absent: 0. */
export const floors = async (db: Db | Tx): Promise<Map<string, number>> => {
  const answer = await db.raw(
    'select platform, sequence_floor as floor from platform_states /* platform-states.floors */',
  )
  return new Map(answer.rows.map((row: { platform: string; floor: number }) => [row.platform, row.floor]))
}
