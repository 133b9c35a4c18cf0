/**
 * Whether a transaction is a rehearsal: an act that will be rolled back. The transaction itself says so by a setting, so that
 * whatever is called within it takes neither the order of knowledge nor an exclusive lock on a table.
 */
import type { Tx } from './db.js'

const SETTING = 'hub.rehearsal'

/** True in a rehearsal (SQL). */
export const IS_REHEARSAL = `(current_setting('${SETTING}', true) is not distinct from 'on')`

export const markRehearsal = async (tx: Tx): Promise<void> => {
  await tx.raw(`set local ${SETTING} = 'on' /* rehearsed.markRehearsal */`)
}
