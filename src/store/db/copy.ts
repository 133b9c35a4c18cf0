import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Db, Tx } from './handle.js'
import { withConnection } from './own-connection.js'

/** `lines` are in PostgreSQL's text format. */
export const copyIntoTable = (tx: Tx, table: string, lines: Iterable<string>): Promise<void> =>
  withConnection(tx, (connection) =>
    pipeline(Readable.from(lines), connection.query(copyFrom(`copy ${table} from stdin`))),
  )

const copyFromQuery = async (db: Db, query: string, take: (piece: Buffer) => void): Promise<void> => {
  const sink = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      take(piece)
      done()
    },
  })
  const sql = `copy (${query}) to stdout (format binary)`
  await withConnection(db, (connection) => pipeline(connection.query(copyTo(sql)), sink))
}

/** Signature, flags, empty extension. */
const BINARY_HEAD_BYTES = 19
const COUNT_BYTES = 2
const LENGTH_BYTES = 4

/** Calls `take` for each non-null binary field, with one reused buffer. */
export const makeFieldReader = (db: Db) => {
  let bytes = Buffer.alloc(0)
  return async (
    query: string,
    take: (column: number, bytes: Buffer, from: number, to: number) => void,
  ): Promise<void> => {
    let length = 0
    await copyFromQuery(db, query, (piece) => {
      const end = length + piece.length
      if (end > bytes.length) bytes = Buffer.concat([bytes.subarray(0, length)], end * 2)
      piece.copy(bytes, length)
      length = end
    })
    let at = BINARY_HEAD_BYTES
    for (let columns = bytes.readInt16BE(at); columns >= 0; columns = bytes.readInt16BE(at)) {
      at += COUNT_BYTES
      for (let column = 0; column < columns; column += 1) {
        const from = at + LENGTH_BYTES
        const size = bytes.readInt32BE(at)
        at = from + Math.max(0, size)
        if (size >= 0) take(column, bytes, from, at)
      }
    }
  }
}
