/** Does the real work in a transaction that is rolled back, without exclusive locks or a used-up knowledge instant. */
import { Refusal } from '../../foundation/errors.js'
import type { Tx } from '../../store/db/db.js'
import { isCancelled } from '../../store/db/sqlstate.js'
import * as rehearsal from '../../store/intake/rehearsal.js'

export const REHEARSAL_LEASE_MS = 120_000
const UNDONE = new Error('rehearsed')

/** Refusals: RUN_BUSY on a lock conflict, HUB_BUSY on a timeout. */
export const rehearse = async <T>(
  transaction: (work: (tx: Tx) => Promise<never>) => Promise<unknown>,
  act: (tx: Tx) => Promise<T>,
): Promise<T> => {
  const done: T[] = []
  try {
    await transaction(async (tx) => {
      await rehearsal.setTimeouts(tx)
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
