/**
 * One gzip file of JSON lines: `<folder>/<feed>/<yyyy>/<mm>/<run>-<name>.jsonl.gz`. `close` returns the relative path, or
 * null without items. `abandon` removes the file, also after `close`. The next `add` or `close` throws disk errors.
 */
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { createGzip, type Gzip } from 'node:zlib'
import type { SourceItem } from '../../domain/records/records.js'
import { shanghaiDate } from '../../foundation/time/dates.js'

const CHUNK_CHARACTERS = 64 * 1024
const GZIP_LEVEL = 2
/** Bytes of UTF-8; file systems allow 255 for the whole name. */
const NAME_BYTES = 120
const PART = '.part'
/** The items name people, so only the hub's account reads them. */
const [FOLDER_MODE, FILE_MODE] = [0o700, 0o600]

export const makeDeliveryArchive = (folder: string) => ({
  open: async (run: number, feed: string, name: string | null, startedAt: Date) => {
    const [year = '', month = ''] = shanghaiDate(startedAt).split('-')
    const place = join(feed, year, month)
    await sweep(join(folder, place))
    return archiving(folder, place, `${run}-${fileNameOf(name ?? feed)}.jsonl.gz`)
  },
})

/** Pulls of one feed never overlap, so any unfinished file is stale. */
const sweep = async (place: string): Promise<void> => {
  const names = await readdir(place).catch(() => [])
  await Promise.all(names.filter((each) => each.endsWith(PART)).map((each) => rm(join(place, each), { force: true })))
}

const archiving = (folder: string, place: string, name: string) => {
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
    add: ({ page, row, fields }: SourceItem): Promise<void> | undefined => {
      lines += `${JSON.stringify({ page, row, fields }, exact)}\n`
      return lines.length < CHUNK_CHARACTERS ? undefined : flush()
    },
    close: async (): Promise<string | null> => {
      if (lines !== '') await flush()
      if (gzip === null) return null
      gzip.end()
      await written
      await rename(`${path}${PART}`, path)
      return join(place, name)
    },
    abandon: async (): Promise<void> => {
      lines = ''
      gzip?.destroy()
      file?.destroy()
      await written.catch(() => {})
      await Promise.allSettled([rm(`${path}${PART}`, { force: true }), rm(path, { force: true })])
    },
  }
}

const exact = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

const fileNameOf = (name: string): string => {
  const safe = name.replace(/[\p{C}/\\:*?"<>|~\s]/gu, '~').replace(/^\.+/, '')
  let short = ''
  let bytes = 0
  for (const character of safe) {
    bytes += Buffer.byteLength(character)
    if (bytes > NAME_BYTES) break
    short += character
  }
  return short || 'unnamed'
}
