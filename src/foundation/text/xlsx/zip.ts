/**
 * Verifies stated sizes against the data before SheetJS opens an archive. yauzl accepts differing local headers and
 * duplicate names.
 */
import { crc32, inflateRawSync } from 'node:zlib'

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
export type ZipFault = 'broken' | 'too_large'

export interface ZipPart {
  name: string
  content: Buffer
}

/** Returns null for a sound archive. `each` receives every part. */
export const zipFault = (
  bytes: Buffer,
  limits: ZipLimits,
  each: (part: ZipPart) => void = () => {},
): ZipFault | null => {
  const entries = guarded(() => entriesOf(bytes, limits))
  if (typeof entries === 'string') return entries
  for (const entry of entries) {
    const content = guarded(() => contentOf(bytes, entry))
    if (typeof content === 'string') return content
    each({ name: entry.name, content })
  }
  return null
}

export const statedZipFault = (bytes: Buffer, limits: ZipLimits): ZipFault | null => {
  const entries = guarded(() => entriesOf(bytes, limits))
  return typeof entries === 'string' ? entries : null
}

const guarded = <T>(work: () => T): T | ZipFault => {
  try {
    return work()
  } catch {
    return 'broken'
  }
}

interface ZipEntry {
  name: string
  flags: number
  method: number
  crc: number
  packed: number
  unpacked: number
  local: number
}

const entriesOf = (bytes: Buffer, limits: ZipLimits): ZipEntry[] | ZipFault => {
  const end = endOf(bytes)
  if (end < 0) return 'broken'
  const count = bytes.readUInt16LE(end + 10)
  // The end record's two counts must agree: another library might trust the other.
  if (bytes.readUInt16LE(end + 8) !== count) return 'broken'
  if (count > MAX_ENTRIES) return 'too_large'
  let at = bytes.readUInt32LE(end + 16)
  const entries: ZipEntry[] = []
  const names = new Set<string>()
  let total = 0
  for (let n = 0; n < count; n += 1) {
    if (bytes.readUInt32LE(at) !== ENTRY) return 'broken'
    const nameBytes = bytes.readUInt16LE(at + 28)
    const entry = {
      name: bytes.toString('latin1', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      unpacked: bytes.readUInt32LE(at + 24),
      local: bytes.readUInt32LE(at + 42),
    }
    // Zip64 archives state 0xFFFFFFFF as size, so they are refused.
    total += entry.unpacked
    if (total > limits.unpackedBytes) return 'too_large'
    if (names.has(entry.name.toLowerCase())) return 'broken'
    names.add(entry.name.toLowerCase())
    entries.push(entry)
    at += ENTRY_BYTES + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return entries
}

const endOf = (bytes: Buffer): number => {
  const lowest = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT)
  for (let at = bytes.length - END_BYTES; at >= lowest; at -= 1) if (bytes.readUInt32LE(at) === END) return at
  return -1
}

const contentOf = (bytes: Buffer, { name, flags, method, crc, packed, unpacked, local }: ZipEntry) => {
  if (bytes.readUInt32LE(local) !== LOCAL || flags & 1) return 'broken'
  const stated = bytes.readUInt32LE(local + 22)
  if (stated !== unpacked && !(flags & LATER && stated === 0)) return 'broken'
  const afterName = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26)
  if (bytes.toString('latin1', local + LOCAL_BYTES, afterName) !== name) return 'broken'
  const start = afterName + bytes.readUInt16LE(local + 28)
  const data = bytes.subarray(start, start + packed)
  if (data.length !== packed || bytes.readUInt16LE(local + 8) !== method) return 'broken'
  if (method !== STORED && method !== DEFLATED) return 'broken'
  const content = method === STORED ? data : inflateRawSync(data, { maxOutputLength: Math.max(unpacked, 1) })
  return content.length === unpacked && crc32(content) === crc ? content : 'broken'
}
