import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import { processHandle } from '../../store/db/answer-pool.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as snapshots from '../../store/publication/snapshots.js'
import {
  buildEdition,
  closeEdition,
  deriveEdition,
  type Edition,
  openUnlinkedFile,
  readRange,
} from './publish-edition.js'

export const FILE_ENCODINGS = ['br', 'gzip'] as const
export type FileEncoding = (typeof FILE_ENCODINGS)[number]

/** Bytes; smaller files are compressed before they are served. */
const SMALL_BYTES = 1024 * 1024
/** Files larger than SMALL_BYTES are compressed after this delay. */
const QUIET_MS = 5_000
const STEP_ENTRIES = 1_000
/** With more changed entries than this, the edition is rebuilt. */
const CHANGES_MOST = 5_000
/** Brotli window, bits. The default 22 takes 16 MB of memory. */
const WINDOW_BITS = 18

interface EncodedFile {
  handle: FileHandle
  bytes: number
}

/** Its files stay open until released. */
export interface HeldEdition {
  edition: Edition
  /** `form` is an index into FORMS; null when not compressed yet. */
  encoded: (form: number, encoding: FileEncoding) => EncodedFile | null
  release: () => void
}

export interface PublishedFiles {
  hold: () => HeldEdition | null
  make: (
    tx: Tx,
    made: { last: snapshots.Snapshot | null; next: snapshots.Snapshot; changes: readonly snapshots.SnapshotChange[] },
  ) => Promise<Edition>
  /** Serves the edition once `publication` resolves after its commit. */
  adopt: (publication: Promise<Edition | null>) => Promise<void>
  /** Makes sure that an edition at least as new as `snapshot` is served. */
  ensure: (db: Db, snapshot: snapshots.Snapshot) => Promise<void>
  settled: () => Promise<void>
  close: () => Promise<void>
}

interface ServedEdition {
  edition: Edition
  encoded: Map<string, EncodedFile>
  users: number
  isLast: boolean
}

export const makePublishedFiles = (folder: string, { quietMs = QUIET_MS } = {}): PublishedFiles => {
  let last: ServedEdition | null = null
  let adopting: Promise<void> = Promise.resolve()
  let ensuring: { sequence: number; done: Promise<void> } | null = null
  let encoding: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const hold = (): HeldEdition | null => {
    const edition = last
    if (edition === null) return null
    edition.users += 1
    let isReleased = false
    return {
      edition: edition.edition,
      encoded: (form, name) => edition.encoded.get(`${form} ${name}`) ?? null,
      release: () => {
        if (isReleased) return
        isReleased = true
        edition.users -= 1
        closeUnused(edition)
      },
    }
  }
  const replace = async (edition: Edition): Promise<void> => {
    const next: ServedEdition = { edition, encoded: new Map(), users: 0, isLast: true }
    await encode(next, folder, (bytes) => bytes <= SMALL_BYTES)
    const before = last
    last = next
    if (before !== null) before.isLast = false
    if (before !== null) closeUnused(before)
    clearTimeout(timer)
    timer = setTimeout(() => {
      encoding = encode(next, folder, (bytes) => bytes > SMALL_BYTES).catch(() => undefined)
    }, quietMs)
    timer.unref()
  }

  return {
    hold,
    make: async (tx, { last: before, next, changes }) => {
      const held = hold()
      try {
        const whole = () => buildEdition(next, snapshots.linesInBatches(tx, next.sequence, STEP_ENTRIES), folder)
        if (held === null || before === null || !isOf(held.edition, before) || changes.length > CHANGES_MOST)
          return await whole()
        const gone = changes.flatMap(({ change, listingId }) => (change === 'ADDED' ? [] : [listingId]))
        const there = changes.flatMap(({ change, listingId }) => (change === 'REMOVED' ? [] : [listingId]))
        const put = await snapshots.linesOf(tx, next.sequence, there)
        return await deriveEdition(held.edition, next, { gone, put }, folder)
      } finally {
        held?.release()
      }
    },
    adopt: (publication) => {
      const adopted = publication.then((edition) => (edition === null ? undefined : replace(edition)))
      adopting = adopted.catch(() => undefined)
      return adopted
    },
    ensure: async (db, snapshot) => {
      // Never go back to an older edition.
      const isThere = () => last !== null && (isOf(last.edition, snapshot) || last.edition.sequence > snapshot.sequence)
      if (isThere()) return
      await adopting
      if (isThere()) return
      if (ensuring?.sequence !== snapshot.sequence) {
        const done = editionOf(processHandle(db), snapshot, hold(), folder)
          .then(replace)
          .finally(() => {
            if (ensuring?.done === done) ensuring = null
          })
        ensuring = { sequence: snapshot.sequence, done }
      }
      await ensuring.done
    },
    settled: async () => {
      await adopting
      await encoding
    },
    close: async () => {
      clearTimeout(timer)
      await adopting
      const previous = last
      last = null
      if (previous !== null) previous.isLast = false
      await encoding
      if (previous !== null) closeUnused(previous)
    },
  }
}

const isOf = (edition: Edition, snapshot: Pick<snapshots.Snapshot, 'sequence' | 'hash'>): boolean =>
  edition.sequence === snapshot.sequence && edition.hash === snapshot.hash

const closeUnused = (served: ServedEdition): void => {
  if (served.isLast || served.users > 0) return
  const { edition, encoded } = served
  served.users = Number.POSITIVE_INFINITY
  void Promise.all([closeEdition(edition), ...[...encoded.values()].map(({ handle }) => handle.close())]).catch(
    () => undefined,
  )
}

/** Derives from the held edition when few entries differ; the snapshot's hash proves the result. */
const editionOf = async (
  db: Db,
  snapshot: snapshots.Snapshot,
  held: HeldEdition | null,
  folder: string,
): Promise<Edition> => {
  try {
    return await db.transaction(
      async (tx) => {
        const before = held?.edition
        if (before !== undefined && before.sequence < snapshot.sequence) {
          const ids = await snapshots.changedBetween(tx, before.sequence, snapshot.sequence, CHANGES_MOST + 1)
          const put = await snapshots.linesOf(tx, snapshot.sequence, ids)
          if (ids.length <= CHANGES_MOST) {
            const derived = await deriveEdition(before, snapshot, { gone: ids, put }, folder)
            if (isOf(derived, snapshot)) return derived
            await closeEdition(derived)
          }
        }
        const built = await buildEdition(
          snapshot,
          snapshots.linesInBatches(tx, snapshot.sequence, STEP_ENTRIES),
          folder,
        )
        if (isOf(built, snapshot)) return built
        await closeEdition(built)
        throw new Error(`the lines of sequence ${snapshot.sequence} are not those that were published`)
      },
      { isolationLevel: 'repeatable read', readOnly: true },
    )
  } finally {
    held?.release()
  }
}

const encode = async (served: ServedEdition, folder: string, which: (bytes: number) => boolean): Promise<void> => {
  served.users += 1
  try {
    for (const [form, { bytes }] of served.edition.files.entries())
      for (const name of FILE_ENCODINGS) {
        if (!served.isLast) return
        if (which(bytes)) served.encoded.set(`${form} ${name}`, await encodedFile(served, form, name, folder))
      }
  } finally {
    served.users -= 1
    closeUnused(served)
  }
}

const encodedFile = async (
  served: ServedEdition,
  form: number,
  name: FileEncoding,
  folder: string,
): Promise<EncodedFile> => {
  const part = served.edition.parts[form]
  if (part === undefined) throw new Error(`an edition has no form ${form}`)
  const handle = await openUnlinkedFile(folder)
  let bytes = 0
  const from = Readable.from(readRange(part, { from: 0, to: part.bytes }), { highWaterMark: 1 })
  await pipeline(from, encoderOf(name, part.bytes), async (packed: AsyncIterable<Buffer>) => {
    for await (const some of packed) {
      await handle.appendFile(some)
      bytes += some.length
    }
  })
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
