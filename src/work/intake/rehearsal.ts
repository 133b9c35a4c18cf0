/**
 * Rehearsal: an act is done by its own code in a transaction that is rolled back whatever comes of it, so that a person sees
 * what would follow from the very thing that would do it. It takes neither the order of knowledge nor an exclusive lock on a table;
 * rows that it changes are held until it is rolled back.
 */
import { Refusal } from '../../foundation/errors.js'
import type { Tx } from '../../store/db/db.js'
import { isCancelled } from '../../store/db/db.js'
import * as rehearsal from '../../store/intake/rehearsal.js'

const UNDONE = new Error('rehearsed')

/** What `act` returns is all that is left of it. Refusals: RUN_BUSY where others hold what it needs, HUB_BUSY where it takes too long. */
export const rehearse = async <T>(
  transaction: (work: (tx: Tx) => Promise<never>) => Promise<unknown>,
  act: (tx: Tx) => Promise<T>,
): Promise<T> => {
  const done: T[] = []
  try {
    await transaction(async (tx) => {
      await rehearsal.bound(tx)
      done.push(await act(tx))
      throw UNDONE
    })
  } catch (error) {
    if (rehearsal.isHeldUp(error)) throw new Refusal('RUN_BUSY', { job: 'preview', subject: '' })
    if (isCancelled(error)) throw new Refusal('HUB_BUSY', { reason: '预览用时过长 the preview took too long' })
    if (error !== UNDONE) throw error
  }
  return done[0] as T
}
