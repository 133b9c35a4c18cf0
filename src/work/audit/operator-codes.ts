/** The codes that a row shows, in one column: sorted, once each, joined by line ends, and deflated where that makes them smaller. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** Fewer bytes are kept as they are: setting up the compression would cost more than the row. */
const SMALLEST = 400
/** The byte in front says which it is. */
const PLAIN = '\0'
const DEFLATED = 1
/** Fast: codes differ in their ends alone, and a higher level gains little. */
const LEVEL = 1

/** As base64; null for no code. */
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
