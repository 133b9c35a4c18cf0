/** The codes that a row shows, in one column: sorted, once each, joined by line ends, and deflated where that makes them smaller. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** Fewer bytes are kept as they are: setting up the compression would cost more than the row. */
const SMALLEST = 400
const PLAIN = 0
const DEFLATED = 1
/** Fast: codes differ in their ends alone, and a higher level gains little. */
const LEVEL = 1

/** Null for no code. */
export const packed = (codes: Iterable<string>): Buffer | null => {
  const sorted = [...new Set(codes)].sort()
  if (sorted.length === 0) return null
  const text = Buffer.from(sorted.join('\n'))
  if (text.length < SMALLEST) return Buffer.concat([Buffer.of(PLAIN), text])
  return Buffer.concat([Buffer.of(DEFLATED), deflateRawSync(text, { level: LEVEL })])
}

export const unpacked = (shown: Buffer | null): string[] => {
  if (shown === null || shown.length === 0) return []
  const rest = shown.subarray(1)
  const text = shown[0] === DEFLATED ? inflateRawSync(rest) : rest
  return text.toString('utf8').split('\n')
}
