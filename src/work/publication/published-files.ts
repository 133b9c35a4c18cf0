import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import { getProcessWideHandle } from '../../store/db/answer-pool.js'
import type { Db, Tx } from '../../store/db/db.js'
import { readEntriesInBatches } from '../../store/publication/entry-batches.js'
import * as snapshots from '../../store/publication/snapshots.js'
import { openUnlinkedFile, readRange } from './edition-bytes.js'
import {
  buildEdition,
  closeEdition,
  deriveEdition,
  type Edition,
  type EditionPart,
  eraseDropped,
  findPart,
} from './publish-edition.js'

export const FILE_ENCODINGS = ['br', 'gzip'] as const
export type FileEncoding = (typeof FILE_ENCODINGS)[number]

const SMALL_BYTES = 1024 * 1024
const QUIET_MS = 5_000
const CHANGES_MOST = 5_000
/** Brotli window, bits. 22 takes 16 MB of memory. */
const WINDOW_BITS = 18

interface EncodedFile {
  handle: FileHandle
  bytes: number
}

export type HeldEdition = ReturnType<typeof holdEdition>

export type PublishedFiles = ReturnType<typeof makePublishedFiles>

interface ServedEdition {
  edition: Edition
  encoded: Map<string, EncodedFile>
  users: number
  isLast: boolean
  next: Edition | null
}

export const makePublishedFiles = (folder: string, { quietMs = QUIET_MS } = {}) => {
  let last: ServedEdition | null = null
  let adopting: Promise<void> = Promise.resolve()
  let ensuring: { sequence: number; done: Promise<void> } | null = null
  let encoding: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const hold = (): HeldEdition | null => last && holdEdition(last)
  const serve = async (edition: Edition): Promise<void> => {
    const next: ServedEdition = { edition, encoded: new Map(), users: 0, isLast: true, next: null }
    await encode(next, folder, (bytes) => bytes <= SMALL_BYTES).catch(() => undefined)
    retire(last, edition)
    last = next
    clearTimeout(timer)
    timer = setTimeout(() => {
      encoding = encode(next, folder, (bytes) => bytes > SMALL_BYTES).catch(() => undefined)
    }, quietMs)
    timer.unref()
  }

  return {
    hold,
    make: async (
      tx: Tx,
      {
        before,
        next,
        changed,
      }: { before: snapshots.Snapshot | null; next: snapshots.Snapshot; changed: readonly string[] },
    ): Promise<Edition> => {
      const held = hold()
      try {
        const base = held !== null && before !== null && isOf(held.edition, before) ? held.edition : null
        return await makeEdition(tx, next, { base, changed, folder })
      } finally {
        held?.release()
      }
    },
    adopt: (publication: Promise<Edition | null>): Promise<void> => {
      const adopted = publication.then((edition) => (edition === null ? undefined : serve(edition)))
      adopting = adopted.catch(() => undefined)
      return adopted
    },
    ensure: async (db: Db, snapshot: snapshots.Snapshot): Promise<void> => {
      const isThere = () => last !== null && (isOf(last.edition, snapshot) || last.edition.sequence > snapshot.sequence)
      if (isThere()) return
      await adopting
      if (isThere()) return
      if (ensuring?.sequence !== snapshot.sequence) {
        const done = editionOf(getProcessWideHandle(db), snapshot, hold(), folder)
          .then(serve)
          .finally(() => {
            if (ensuring?.done === done) ensuring = null
          })
        ensuring = { sequence: snapshot.sequence, done }
      }
      await ensuring.done
    },
    settled: async (): Promise<void> => {
      await adopting
      await encoding
    },
    close: async (): Promise<void> => {
      clearTimeout(timer)
      await adopting
      retire(last, null)
      last = null
      await encoding
    },
  }
}

const holdEdition = (served: ServedEdition) => {
  served.users += 1
  let isReleased = false
  return {
    edition: served.edition,
    encoded: (form: number, name: FileEncoding): EncodedFile | null => served.encoded.get(`${form} ${name}`) ?? null,
    release: (): void => {
      if (isReleased) return
      isReleased = true
      served.users -= 1
      closeUnused(served)
    },
  }
}

const isOf = (edition: Edition, snapshot: Pick<snapshots.Snapshot, 'sequence' | 'hash'>): boolean =>
  edition.sequence === snapshot.sequence && edition.hash === snapshot.hash

const retire = (served: ServedEdition | null, next: Edition | null): void => {
  if (served === null) return
  served.isLast = false
  served.next = next
  closeUnused(served)
}

const closeUnused = ({ isLast, users, edition, encoded, next }: ServedEdition): void => {
  if (isLast || users > 0) return
  const erased = closeEdition(edition).then(() => next && eraseDropped(next))
  void Promise.all([erased, ...[...encoded.values()].map(({ handle }) => handle.close())]).catch(() => undefined)
}

const makeEdition = async (
  tx: Tx,
  snapshot: snapshots.Snapshot,
  { base, changed, folder }: { base: Edition | null; changed: readonly string[]; folder: string },
): Promise<Edition> => {
  const { sequence } = snapshot
  if (base === null || changed.length > CHANGES_MOST)
    return buildEdition(snapshot, readEntriesInBatches(tx, sequence), folder)
  return deriveEdition(
    base,
    snapshot,
    { gone: changed, put: await snapshots.readLinesOf(tx, sequence, changed) },
    folder,
  )
}

const editionOf = async (
  db: Db,
  snapshot: snapshots.Snapshot,
  held: HeldEdition | null,
  folder: string,
): Promise<Edition> => {
  const { sequence } = snapshot
  const make = async (tx: Tx): Promise<Edition> => {
    const before = held !== null && held.edition.sequence < sequence ? held.edition : null
    const changed =
      before && (await snapshots.findEntriesChangedBetween(tx, before.sequence, sequence, CHANGES_MOST + 1))
    for (const base of before === null ? [null] : [before, null]) {
      const edition = await makeEdition(tx, snapshot, { base, changed: changed ?? [], folder })
      if (isOf(edition, snapshot)) return edition
      await closeEdition(edition)
    }
    throw new Error(`the lines of sequence ${sequence} are not those that were published`)
  }
  return db.transaction(make, { isolationLevel: 'repeatable read', readOnly: true }).finally(() => held?.release())
}

const encode = async (served: ServedEdition, folder: string, which: (bytes: number) => boolean): Promise<void> => {
  const { edition, release } = holdEdition(served)
  try {
    for (const [form, { bytes }] of edition.files.entries())
      for (const name of FILE_ENCODINGS) {
        if (!served.isLast) return
        if (which(bytes))
          served.encoded.set(`${form} ${name}`, await encodedFile(findPart(edition, form), name, folder))
      }
  } finally {
    release()
  }
}

const encodedFile = async (part: EditionPart, name: FileEncoding, folder: string): Promise<EncodedFile> => {
  const handle = await openUnlinkedFile(folder)
  let bytes = 0
  const from = Readable.from(readRange(part, { from: 0, to: part.bytes }), { highWaterMark: 1 })
  try {
    await pipeline(from, encoderOf(name, part.bytes), async (packed: AsyncIterable<Buffer>) => {
      for await (const some of packed) {
        await handle.appendFile(some)
        bytes += some.length
      }
    })
  } catch (error) {
    await handle.close()
    throw error
  }
  return { handle, bytes }
}

const encoderOf = (name: FileEncoding, bytes: number) =>
  name === 'gzip'
    ? createGzip({ level: 6 })
    : createBrotliCompress({
        params: {
          [constants.BROTLI_PARAM_QUALITY]: 4,
          [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes,
        },
      })
