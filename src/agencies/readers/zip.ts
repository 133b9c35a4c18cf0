/** What a zip archive would unpack to, found out before anything unpacks it. */
import { inflateRawSync } from 'node:zlib'

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const END_BYTES = 22
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30
const MAX_COMMENT = 0xffff
const MAX_ENTRIES = 2000
const STORED = 0
const DEFLATED = 8
const LATER = 0x0008 // flag: sizes follow the data

export interface ZipLimits {
  unpackedBytes: number
}

/** Why this archive is not to be unpacked, or null. The sizes that it states are checked against what really comes out. */
export const zipFault = (bytes: Buffer, limits: ZipLimits): 'broken' | 'too_large' | null => {
  try {
    return fault(bytes, limits)
  } catch {
    // A size that leads outside the file, or data that are not deflated.
    return 'broken'
  }
}

const fault = (bytes: Buffer, limits: ZipLimits): 'broken' | 'too_large' | null => {
  const end = endOf(bytes)
  if (end < 0) return 'broken'
  const count = bytes.readUInt16LE(end + 10)
  let at = bytes.readUInt32LE(end + 16)
  if (count > MAX_ENTRIES) return 'too_large'
  const entries = []
  let total = 0
  for (let n = 0; n < count; n += 1) {
    if (bytes.readUInt32LE(at) !== ENTRY) return 'broken'
    const entry = {
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      packed: bytes.readUInt32LE(at + 20),
      unpacked: bytes.readUInt32LE(at + 24),
      local: bytes.readUInt32LE(at + 42),
    }
    // All size fields full means zip64: nothing that fits our limit needs it.
    total += entry.unpacked
    if (total > limits.unpackedBytes) return 'too_large'
    entries.push(entry)
    at += ENTRY_BYTES + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return entries.every((entry) => holds(bytes, entry)) ? null : 'broken'
}

const endOf = (bytes: Buffer): number => {
  const lowest = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT)
  for (let at = bytes.length - END_BYTES; at >= lowest; at -= 1) if (bytes.readUInt32LE(at) === END) return at
  return -1
}

interface Entry {
  flags: number
  method: number
  packed: number
  unpacked: number
  local: number
}

/** The entry is as large as it says, in both places where it says so. */
const holds = (bytes: Buffer, { flags, method, packed, unpacked, local }: Entry): boolean => {
  if (bytes.readUInt32LE(local) !== LOCAL || flags & 1) return false
  const stated = bytes.readUInt32LE(local + 22)
  if (stated !== unpacked && !(flags & LATER && stated === 0)) return false
  const start = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
  const data = bytes.subarray(start, start + packed)
  if (data.length !== packed) return false
  if (method === STORED) return packed === unpacked
  return method === DEFLATED && inflateRawSync(data, { maxOutputLength: Math.max(unpacked, 1) }).length === unpacked
}
