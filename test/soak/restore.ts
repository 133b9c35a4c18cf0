/** The drill of a restore with a backup of many operators, ten records each. */
import { drillRestore } from '../support/restore-drill.js'

/** Seconds from the begin of the restore to its release. */
const OUTAGE_MOST = 1_800
/** The first call releases nothing, the same person is refused, the second person releases. */
const RELEASED_BY_TWO = ',SECOND_PERSON,officer-2'

export const soakRestore = async (given: {
  operators: number
  progress: (step: string, seconds: number) => void
}): Promise<{ ok: boolean; [figure: string]: unknown }> => {
  const found = await drillRestore(given)
  const { isNoticed, withheld, additionsSent, releasedBy, shown, seconds } = found
  const ok =
    isNoticed &&
    additionsSent === 0 &&
    releasedBy.join() === RELEASED_BY_TWO &&
    withheld.every(([status, named]) => status === 503 && !named) &&
    shown.every(([status, kept, removed]) => status === 200 && kept && !removed) &&
    (seconds['outage'] ?? Number.POSITIVE_INFINITY) <= OUTAGE_MOST
  return { ok, operators: given.operators, ...found }
}
