/** Published entries whose terms end in a few days by the real clock, made by ordinary moves. */
import { addDays, addYears, daysBetween, shanghaiDate } from '../../src/foundation/time/dates.js'
import type { JobDb } from '../../src/store/db/db.js'
import { makeMove } from '../../src/work/listing/listing.js'
import { lead, PATH, penalised, rules } from './world.js'

/** Day of the decision. */
const DECIDED_ON = '2026-11-12'
/** Day of the penalty. */
const PUNISHED_ON = '2026-10-10'
const TERM_YEARS = 3

/** Returns their ids. Each was decided three years before its last day. */
export const endingIn = async (db: JobDb, days: number, count: number): Promise<string[]> => {
  const decidedOn = addYears(addDays(shanghaiDate(new Date()), days), -TERM_YEARS)
  const ids: string[] = []
  for (let n = 1; n <= count; n += 1) {
    const shifted = (on: string): string => addDays(decidedOn, daysBetween(DECIDED_ON, on))
    const { operatorId, decision } = await penalised(db, n, shifted(PUNISHED_ON))
    const { id } = await lead(db, operatorId)
    for (const [name, who, input] of PATH(decision)) {
      const on = shifted(input.on)
      // The lead keeps its usual day, 2026-11-02, although these moves are earlier.
      await makeMove(db, rules, { id, name, ...who, input: { ...input, on }, now: new Date(`${on}T02:00:00Z`) })
    }
    ids.push(id)
  }
  return ids
}
