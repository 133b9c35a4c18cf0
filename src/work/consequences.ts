/** Stand-in until H6's. */
import type { Tx } from '../store/db.js'
import type { Rules } from './rules.js'

export const consequences = async (_tx: Tx, _of: { run?: number; decision?: number; feed?: string; at: Date; rules: Rules }): Promise<void> => {}
