/** Stand-in until H5's. */
import type { Tx } from './db.js'

export const offer = async (_tx: Tx, _run: number): Promise<void> => {}
