import { countTexts, type PackedTexts } from '../../foundation/text/packed-texts.js'
import { makeRowReader } from '../db/copy.js'
import type { Db } from '../db/db.js'
import { withLiterals } from '../db/pg-statement.js'
import { IN_SNAPSHOT_SQL } from './snapshots.js'

export interface EntryBatch {
  /** 16 bytes each. */
  ids: Buffer
  lines: PackedTexts
  /** Null when an entry has no stored row. */
  csv: PackedTexts | null
  /** Text that the snapshot's hash covers. */
  chain: PackedTexts
}

const BEFORE_FIRST = '00000000-0000-0000-0000-000000000000'
const ID_BYTES = 16

const packed = (column: string): string =>
  `coalesce(string_agg(${column}, ''), ''), coalesce(string_agg(int4send(octet_length(${column})), ''), '')`

/** SQL: aggregates keep the subquery's order. Single rows would take six times the CPU time. */
const BATCH = `select coalesce(string_agg(uuid_send(listing_id), ''), ''), ${packed('line')}, ${packed('csv')}, ${packed('chain')}
  from (select listing_id, line, csv, listing_id::text || ' ' || hash || ' ' || from_on || ' ' || coalesce(to_on::text, '-') || chr(10) as chain
    from published_entries where ${IN_SNAPSHOT_SQL} and listing_id > :after order by listing_id limit :atATime) p /* entryBatches.read */`

/** A batch is valid until the next is requested. */
export async function* readEntriesInBatches(db: Db, sequence: number, atATime: number): AsyncGenerator<EntryBatch> {
  let [reader, other] = [makeRowReader(db), makeRowReader(db)]
  const read = (after: string): Promise<Buffer[]> => {
    ;[reader, other] = [other, reader]
    return reader(withLiterals(BATCH, { sequence, after, atATime }))
  }
  let next: Promise<Buffer[]> | null = read(BEFORE_FIRST)
  while (next !== null) {
    const batch = batchOf(await next)
    const entries = countTexts(batch.chain)
    next = entries === atATime ? read(batch.ids.toString('hex', batch.ids.length - ID_BYTES)) : null
    // Prevents an unhandled rejection when the consumer stops.
    next?.catch(() => undefined)
    if (entries > 0) yield batch
  }
}

const batchOf = ([ids, ...texts]: readonly Buffer[]): EntryBatch => {
  const textsAt = (at: number): PackedTexts => ({ bytes: texts[at] as Buffer, lengths: texts[at + 1] as Buffer })
  const [lines, csv, chain] = [textsAt(0), textsAt(2), textsAt(4)]
  const entries = countTexts(chain)
  if (countTexts(lines) !== entries) throw new Error('an entry of the snapshot being made has no text')
  return { ids: ids as Buffer, lines, csv: countTexts(csv) === entries ? csv : null, chain }
}
