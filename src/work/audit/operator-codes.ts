/**
 * Packs the operator codes of a row into one column: sorted, unique, joined by newlines, and deflated when that is
 * smaller.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** Shorter texts, in bytes, are stored plain: setting up the compression would cost more than the row. */
const SMALLEST = 400
/** The first byte tells the encoding. */
const PLAIN = '\0'
const DEFLATED = 1
/** Fastest level. Codes differ only at their ends, so higher levels gain little. */
const LEVEL = 1

/** Returns base64, or null when there is no code. */
export const packed = (codes: ReadonlySet<string>): string | null => {
  const sorted = [...codes].sort()
  if (sorted.length === 0) return null
  const text = Buffer.from(`${PLAIN}${sorted.join('\n')}`)
  if (text.length <= SMALLEST) return text.toString('base64')
  return Buffer.concat([Buffer.of(DEFLATED), deflateRawSync(text.subarray(1), { level: LEVEL })]).toString('base64')
}

export const unpacked = (shown: string | null): string[] => {
  if (shown === null) return []
  const bytes = Buffer.from(shown, 'base64')
  const rest = bytes.subarray(1)
  const text = bytes[0] === DEFLATED ? inflateRawSync(rest) : rest
  return text.toString('utf8').split('\n')
}
