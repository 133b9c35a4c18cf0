/**
 * The archive: what came over a door, item by item as it was read, ID numbers replaced; for whoever must later see what
 * was really sent. One gzip file a delivery, a JSON line an item: `<folder>/<feed>/<yyyy>/<mm>/<run>-<name>.jsonl.gz`,
 * written beside and renamed, so that what has its name is whole.
 *
 *   makeArchive(folder): { open({ feed, run, name, startedAt }) → { add(item), close(), abandon() } }
 *
 * `add` gives a promise only when its caller should wait; `close` gives the path relative to the folder, null where there
 * was no item; `abandon` removes what was written, also after `close`: a delivery that was not taken in leaves nothing.
 * Items and name must be redacted before they come here. After a fault of the disk, `add` or `close` throws it.
 */
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { createGzip, type Gzip } from 'node:zlib'
import type { Item } from '../../domain/records/records.js'
import { dateIn } from '../../foundation/time/dates.js'

/** Text that is given to the compressor at once, characters. */
const CHUNK_CHARACTERS = 64 * 1024
/** Fast: the archive must not be what a delivery waits for. */
const GZIP_LEVEL = 2
/** Longest name of a delivery within its file name, bytes of UTF-8; file systems take 255 for the whole. */
const NAME_BYTES = 120
const PART = '.part'
/** People are named in it: for the hub's own account alone. */
const [FOLDER_MODE, FILE_MODE] = [0o700, 0o600]

export interface Archived {
  feed: string
  run: number
  /** Of the file as it came; null over an interface. */
  name: string | null
  startedAt: Date
}

export interface Archiving {
  add: (item: Item) => Promise<void> | undefined
  close: () => Promise<string | null>
  abandon: () => Promise<void>
}

export const makeArchive = (folder: string) => ({
  open: async ({ feed, run, name, startedAt }: Archived): Promise<Archiving> => {
    const [year = '', month = ''] = dateIn(startedAt).split('-')
    const place = join(feed, year, month)
    await sweep(join(folder, place))
    return archiving(folder, place, `${run}-${fileNameOf(name ?? feed)}.jsonl.gz`)
  },
})

/** Pulls of one feed come one after another: an unfinished file is of one that died. */
const sweep = async (place: string): Promise<void> => {
  const names = await readdir(place).catch(() => [])
  await Promise.all(names.filter((each) => each.endsWith(PART)).map((each) => rm(join(place, each), { force: true })))
}

const archiving = (folder: string, place: string, name: string): Archiving => {
  const path = join(folder, place, name)
  let gzip: Gzip | null = null
  let file: WriteStream | null = null
  let written: Promise<void> = Promise.resolve()
  let lines = ''

  const begin = async (): Promise<Gzip> => {
    await mkdir(join(folder, place), { recursive: true, mode: FOLDER_MODE })
    file = createWriteStream(`${path}${PART}`, { mode: FILE_MODE, flush: true })
    const begun = createGzip({ level: GZIP_LEVEL })
    begun.pipe(file)
    written = finished(file)
    // Told by the next `add` or by `close`; until then nobody waits for it.
    written.catch((error) => begun.destroy(error))
    begun.on('error', () => {})
    return begun
  }
  const flush = async (): Promise<void> => {
    const chunk = lines
    lines = ''
    gzip ??= await begin()
    if (gzip.destroyed) return written
    if (!gzip.write(chunk)) await Promise.race([new Promise((resolve) => gzip?.once('drain', resolve)), written])
  }

  return {
    add: ({ page, row, fields }) => {
      lines += `${JSON.stringify({ page, row, fields }, exact)}\n`
      return lines.length < CHUNK_CHARACTERS ? undefined : flush()
    },
    close: async () => {
      if (lines !== '') await flush()
      if (gzip === null) return null
      gzip.end()
      await written
      await rename(`${path}${PART}`, path)
      return join(place, name)
    },
    abandon: async () => {
      lines = ''
      gzip?.destroy()
      file?.destroy()
      await written.catch(() => {})
      // Whoever gives up has a reason of his own to tell; what cannot be removed goes with the next sweep.
      await Promise.allSettled([rm(`${path}${PART}`, { force: true }), rm(path, { force: true })])
    },
  }
}

/** JSON knows no whole number beyond a double's. */
const exact = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** As it was called, without what a file system or a shell could take for something else; never empty, never too long. */
const fileNameOf = (name: string): string => {
  const safe = name.replace(/[\p{C}/\\:*?"<>|~\s]/gu, '~').replace(/^\.+/, '')
  let kept = ''
  let bytes = 0
  for (const character of safe) {
    bytes += Buffer.byteLength(character)
    if (bytes > NAME_BYTES) break
    kept += character
  }
  return kept || 'unnamed'
}
