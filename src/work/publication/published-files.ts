/**
 * The public files as this process serves them: the edition of the last sequence, encoded once. Encodings of a large edition are made
 * in the background once no newer one has come for a while.
 */
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import type { Db, Tx } from '../../store/db/db.js'
import { beneath } from '../../store/db/request-handle.js'
import * as snapshots from '../../store/publication/snapshots.js'
import { anonymousFile, buildEdition, bytesIn, closeEdition, deriveEdition, type Edition } from './publish-edition.js'

export const ENCODINGS = ['br', 'gzip'] as const
export type FileEncoding = (typeof ENCODINGS)[number]

/** Files up to this length are encoded before they are served, bytes. */
const SMALL_BYTES = 1024 * 1024
/** An edition that stays the last one for so long has its large files encoded, milliseconds. */
const QUIET_MS = 5_000
/** Entries read at a time, and changed ones from which on an edition is built whole. */
const STEP_ENTRIES = 1_000
const CHANGES_MOST = 5_000
/** Window of brotli, bits: its own 22 take 16 MB. */
const WINDOW_BITS = 18

export interface EncodedFile {
  handle: FileHandle
  bytes: number
}

/** An edition in use: its files stay open until it is released. */
export interface HeldEdition {
  edition: Edition
  /** Null: not made yet. `form`: its place in FORMS. */
  encoded: (form: number, encoding: FileEncoding) => EncodedFile | null
  release: () => void
}

export interface PublishedFiles {
  /** Null: none was made yet. Release what you hold. */
  hold: () => HeldEdition | null
  /** The edition of the snapshot being published, made from the one before where this process holds that. */
  make: (
    tx: Tx,
    made: { last: snapshots.Snapshot | null; next: snapshots.Snapshot; changes: readonly snapshots.Change[] },
  ) => Promise<Edition>
  /** Serves it from now on; `publication`: what commits it, and returns it. Null where nothing was published. */
  adopt: (publication: Promise<Edition | null>) => Promise<void>
  /** Holds the edition of this snapshot, which another process may have published. */
  ensure: (db: Db, snapshot: snapshots.Snapshot) => Promise<void>
  /** When everything is encoded that is to be. */
  settled: () => Promise<void>
  close: () => Promise<void>
}

interface Kept {
  edition: Edition
  encoded: Map<string, EncodedFile>
  users: number
  isLast: boolean
}

export const makePublishedFiles = (folder: string, { quietMs = QUIET_MS } = {}): PublishedFiles => {
  let last: Kept | null = null
  let adopting: Promise<void> = Promise.resolve()
  let ensuring: { sequence: number; done: Promise<void> } | null = null
  let encoding: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const hold = (): HeldEdition | null => {
    const kept = last
    if (kept === null) return null
    kept.users += 1
    let isReleased = false
    return {
      edition: kept.edition,
      encoded: (form, name) => kept.encoded.get(`${form} ${name}`) ?? null,
      release: () => {
        if (isReleased) return
        isReleased = true
        kept.users -= 1
        closeUnused(kept)
      },
    }
  }
  const replace = async (edition: Edition): Promise<void> => {
    const next: Kept = { edition, encoded: new Map(), users: 0, isLast: true }
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
        const whole = () => buildEdition(next, snapshots.lines(tx, next.sequence, STEP_ENTRIES), folder)
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
      // A newer one is not gone back from: whoever asks looks for the list once more.
      const isThere = () => last !== null && (isOf(last.edition, snapshot) || last.edition.sequence > snapshot.sequence)
      if (isThere()) return
      // A publication of this process may just have been committed.
      await adopting
      if (isThere()) return
      if (ensuring?.sequence !== snapshot.sequence) {
        const done = editionOf(beneath(db), snapshot, hold(), folder)
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
      const kept = last
      last = null
      if (kept !== null) kept.isLast = false
      await encoding
      if (kept !== null) closeUnused(kept)
    },
  }
}

const isOf = (edition: Edition, snapshot: Pick<snapshots.Snapshot, 'sequence' | 'hash'>): boolean =>
  edition.sequence === snapshot.sequence && edition.hash === snapshot.hash

const closeUnused = (kept: Kept): void => {
  if (kept.isLast || kept.users > 0) return
  const { edition, encoded } = kept
  kept.users = Number.POSITIVE_INFINITY
  void Promise.all([closeEdition(edition), ...[...encoded.values()].map(({ handle }) => handle.close())]).catch(
    () => undefined,
  )
}

/** Of one instant. From the edition before where few entries differ; the hash of the sequence says whether that is right. */
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
        const built = await buildEdition(snapshot, snapshots.lines(tx, snapshot.sequence, STEP_ENTRIES), folder)
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

/** Makes what is missing; stops where a newer edition has come. */
const encode = async (kept: Kept, folder: string, which: (bytes: number) => boolean): Promise<void> => {
  kept.users += 1
  try {
    for (const [form, { bytes }] of kept.edition.files.entries())
      for (const name of ENCODINGS) {
        if (!kept.isLast) return
        if (which(bytes)) kept.encoded.set(`${form} ${name}`, await encodedFile(kept, form, name, folder))
      }
  } finally {
    kept.users -= 1
    closeUnused(kept)
  }
}

const encodedFile = async (kept: Kept, form: number, name: FileEncoding, folder: string): Promise<EncodedFile> => {
  const part = kept.edition.parts[form]
  if (part === undefined) throw new Error(`an edition has no form ${form}`)
  const handle = await anonymousFile(folder)
  let bytes = 0
  const from = Readable.from(bytesIn(part, { from: 0, to: part.bytes }), { highWaterMark: 1 })
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
