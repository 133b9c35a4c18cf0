/** A setting marks a rehearsal, which is rolled back, so that the called code takes no exclusive locks. */
import type { Tx } from './db.js'

const SETTING = 'hub.rehearsal'

export const IS_REHEARSAL_SQL = `(current_setting('${SETTING}', true) is not distinct from 'on')`

export const markRehearsal = async (tx: Tx): Promise<void> => {
  await tx.raw(`set local ${SETTING} = 'on' /* rehearsed.markRehearsal */`)
}
