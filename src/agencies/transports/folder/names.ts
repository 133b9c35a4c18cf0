import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { decodeText } from '../../../foundation/text/encodings.js'

export const READY_ENDING = '.ok'
export const REFUSED_FOLDER = 'refused'
export const DONE_FOLDER = 'done'
/** Maximum bytes of a file name; 40 of the allowed 255 remain for a suffix. */
const MAX_NAME = 255 - 40
const MAX_ENDING = 12 // characters
const DIGEST = 8 // characters

export const decodeFileName = (raw: Buffer): string =>
  isUtf8(raw) ? raw.toString('utf8') : shortenFileName(decodeText(raw, 'gb18030').replace(/[/\0]/g, '_'))

export const shortenFileName = (name: string): string => {
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
