import { Refusal } from '../../foundation/errors.js'
import { countTexts, makeTextPacker, type PackedTexts } from '../../foundation/text/packed-texts.js'
import { makeFieldReader } from '../db/copy.js'
import type { Db } from '../db/db.js'
import { withLiterals } from '../db/pg-statement.js'
import { IN_SNAPSHOT_SQL } from './snapshots.js'

export interface EntryBatch {
  /** 16 bytes each. */
  ids: Buffer
  lines: PackedTexts
  csv: PackedTexts | null
  chain: PackedTexts
}

const BEFORE_FIRST = '00000000-0000-0000-0000-000000000000'
const ID_BYTES = 16
const BATCH_ENTRIES = 4_000

/** Aggregates would take three times PostgreSQL's CPU time. */
const BATCH = `select listing_id, line, csv, listing_id::text || ' ' || hash || ' ' || from_on || ' ' || coalesce(to_on::text, '-') || chr(10)
  from published_entries where ${IN_SNAPSHOT_SQL} and listing_id > :after order by listing_id limit :atATime /* entryBatches.read */`
const COLUMNS = 4

export async function* readEntriesInBatches(
  db: Db,
  sequence: number,
  atATime = BATCH_ENTRIES,
): AsyncGenerator<EntryBatch> {
  let [reader, other] = [makeBatchReader(db), makeBatchReader(db)]
  const read = (after: string): Promise<EntryBatch> => {
    ;[reader, other] = [other, reader]
    return reader(withLiterals(BATCH, { sequence, after, atATime }))
  }
  let next: Promise<EntryBatch> | null = read(BEFORE_FIRST)
  while (next !== null) {
    const batch: EntryBatch = await next
    const entries = countTexts(batch.chain)
    next = entries === atATime ? read(batch.ids.toString('hex', batch.ids.length - ID_BYTES)) : null
    next?.catch(() => undefined)
    if (entries > 0) yield batch
  }
}

const makeBatchReader = (db: Db) => {
  const readFields = makeFieldReader(db)
  const packers = Array.from({ length: COLUMNS }, makeTextPacker)
  return async (query: string): Promise<EntryBatch> => {
    for (const { clear } of packers) clear()
    await readFields(query, (column, bytes, from, to) => packers[column]?.add(bytes, from, to))
    const [ids, lines, csv, chain] = packers.map(({ packed }) => packed()) as [
      PackedTexts,
      PackedTexts,
      PackedTexts,
      PackedTexts,
    ]
    const entries = countTexts(chain)
    // A removal erases the text at once, also of what another hub has just published.
    if (countTexts(lines) !== entries) throw new Refusal('LIST_IN_THE_MAKING')
    return { ids: ids.bytes, lines, csv: countTexts(csv) === entries ? csv : null, chain }
  }
}
