/** An audit row's operator codes in one column: sorted, unique, newline-separated, deflated when long. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'

const SMALLEST = 400
const PLAIN = '\0'
const DEFLATED = 1
const LEVEL = 1

export const packCodes = (codes: ReadonlySet<string>): string | null => {
  const sorted = [...codes].sort()
  if (sorted.length === 0) return null
  const text = Buffer.from(`${PLAIN}${sorted.join('\n')}`)
  if (text.length <= SMALLEST) return text.toString('base64')
  return Buffer.concat([Buffer.of(DEFLATED), deflateRawSync(text.subarray(1), { level: LEVEL })]).toString('base64')
}

export const unpackCodes = (packedCodes: string | null): string[] => {
  if (packedCodes === null) return []
  const bytes = Buffer.from(packedCodes, 'base64')
  const rest = bytes.subarray(1)
  const text = bytes[0] === DEFLATED ? inflateRawSync(rest) : rest
  return text.toString('utf8').split('\n')
}
