/** A setting marks a rehearsal, so that called code takes neither the knowledge order nor exclusive locks. */
import type { Tx } from './db.js'

const SETTING = 'hub.rehearsal'

export const IS_REHEARSAL = `(current_setting('${SETTING}', true) is not distinct from 'on')`

export const markRehearsal = async (tx: Tx): Promise<void> => {
  await tx.raw(`set local ${SETTING} = 'on' /* rehearsed.markRehearsal */`)
}
