import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { Tx } from './handle.js'
import { withConnection } from './own-connection.js'

/** `lines` are in PostgreSQL's text format. */
export const copyIntoTable = (tx: Tx, table: string, lines: Iterable<string>): Promise<void> =>
  withConnection(tx, (connection) =>
    pipeline(Readable.from(lines), connection.query(copyFrom(`copy ${table} from stdin`))),
  )
