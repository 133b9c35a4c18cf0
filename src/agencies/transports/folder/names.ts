/** Names of files: as bytes they are the agency's, as text ours. */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import iconv from 'iconv-lite'

/** Beside a file: it is complete, whatever its age. */
export const READY = '.ok'
/** Folder for what was refused; below the feed's own, so that its sender finds it. */
export const REFUSED = 'refused'
/** Longest name that a file system takes, bytes, less room for an ending. */
const MAX_NAME = 255 - 40
const MAX_ENDING = 12 // characters
const DIGEST = 8 // characters

/** Names come as they were written on a machine that may not write UTF-8. */
export const textOf = (raw: Buffer): string =>
  isUtf8(raw) ? raw.toString('utf8') : fitting(iconv.decode(raw, 'gb18030').replace(/[/\0]/g, '_'))

/** A name that leaves room for an ending; a cut one keeps a digest of all of it. */
export const fitting = (name: string): string => {
  const bytes = Buffer.from(name)
  if (bytes.length <= MAX_NAME) return name
  const ending = extname(name).slice(0, MAX_ENDING)
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST)
  const room = MAX_NAME - Buffer.byteLength(ending) - DIGEST - 1
  const kept = bytes
    .subarray(0, room)
    .toString('utf8')
    .replace(/\uFFFD$/, '')
  return `${kept}~${digest}${ending}`
}
