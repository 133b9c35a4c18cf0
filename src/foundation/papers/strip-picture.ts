/**
 * Cameras and editors leave names, places and previews in a picture, and a cropped one may go on behind its end.
 * Pixels, colours and orientation stay; null for a picture that breaks off.
 */

const PNG_HEAD_BYTES = 8
/** Length and name before the data, checksum behind it. */
const PNG_CHUNK_BYTES = 12
/** PNG specification, third edition, 11.2 and 11.3. */
const PNG_KEPT = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'sBIT', 'pHYs'])

export const stripPng = (bytes: Buffer): Buffer | null => {
  const kept: Buffer[] = [bytes.subarray(0, PNG_HEAD_BYTES)]
  for (let at = PNG_HEAD_BYTES; at + PNG_CHUNK_BYTES <= bytes.length; ) {
    const end = at + PNG_CHUNK_BYTES + bytes.readUInt32BE(at)
    const name = bytes.toString('latin1', at + 4, at + 8)
    if (end > bytes.length) return null
    if (PNG_KEPT.has(name)) kept.push(bytes.subarray(at, end))
    if (name === 'IEND') return Buffer.concat(kept)
    at = end
  }
  return null
}

const [SOI, EOI, SOS, APP0, APP1, APP2, APP14] = [0xd8, 0xd9, 0xda, 0xe0, 0xe1, 0xe2, 0xee] as const
const [SOF0, SOF15] = [0xc0, 0xcf] as const
const CODING = new Set([0xdb, 0xdd, SOS])
const MARKER = 0xff
/** Marker and length included. */
const JFIF_BYTES = 18
const ADOBE_BYTES = 16

export const stripJpeg = (bytes: Buffer): Buffer | null => {
  const kept: Buffer[] = [Buffer.from([MARKER, SOI])]
  let hasPicture = false
  for (let at = 2; at + 2 <= bytes.length && bytes[at] === MARKER; ) {
    const marker = bytes[at + 1] ?? 0
    if (marker === EOI) return hasPicture ? Buffer.concat([...kept, Buffer.from([MARKER, EOI])]) : null
    // Markers may be preceded by fill bytes.
    const end = marker === MARKER ? at + 1 : endOfSegment(bytes, at)
    if (end === null) return null
    const segment = marker === MARKER ? null : segmentKept(bytes.subarray(at, end), marker)
    if (segment !== null) kept.push(segment)
    hasPicture ||= marker === SOS
    at = end
  }
  return null
}

const endOfSegment = (bytes: Buffer, at: number): number | null => {
  const end = at + 4 > bytes.length ? at : at + 2 + bytes.readUInt16BE(at + 2)
  if (end <= at + 2 || end > bytes.length) return null
  return bytes[at + 1] === SOS ? endOfScan(bytes, end) : end
}

const segmentKept = (segment: Buffer, marker: number): Buffer | null => {
  const holds = (name: string): boolean => segment.toString('latin1', 4, 4 + name.length) === name
  if (marker === APP1) return holds('Exif\0\0') ? wayUpIn(segment.subarray(TIFF_AT)) : null
  if (marker === APP2) return holds('ICC_PROFILE\0') ? segment : null
  // A longer one holds a preview.
  if (marker === APP0) return segment.length === JFIF_BYTES ? segment : null
  if (marker === APP14) return segment.length === ADOBE_BYTES ? segment : null
  return CODING.has(marker) || (marker >= SOF0 && marker <= SOF15) ? segment : null
}

/** Coded data goes on until a marker that is neither a stuffed zero nor a restart. */
const endOfScan = (bytes: Buffer, from: number): number | null => {
  for (let at = bytes.indexOf(MARKER, from); at >= 0; at = bytes.indexOf(MARKER, at + 1)) {
    const marker = bytes[at + 1] ?? 0
    if (marker !== 0 && marker !== MARKER && (marker < 0xd0 || marker > 0xd7)) return at
  }
  return null
}

const TIFF_AT = 10
const TIFF_HEAD_BYTES = 8
const ENTRY_BYTES = 12
const ORIENTATION = 0x0112
/** APP1 of 34 bytes, `Exif`, big-endian TIFF and a directory of one entry. */
const EXIF_HEAD = 'ffe100224578696600004d4d002a000000080001'
const ENTRY_OF_WAY_UP = '0112000300000001'

/** An Exif segment that says which side is up and nothing else. */
const wayUpIn = (tiff: Buffer): Buffer | null => {
  if (tiff.length < TIFF_HEAD_BYTES) return null
  const isLittle = tiff.toString('latin1', 0, 2) === 'II'
  const short = (at: number): number =>
    at + 2 > tiff.length ? 0 : isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at)
  const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  const places = Array.from({ length: short(directory) }, (_, n) => directory + 2 + n * ENTRY_BYTES)
  const place = places.find((at) => short(at) === ORIENTATION)
  const wayUp = place === undefined ? 0 : short(place + 8)
  return wayUp >= 2 && wayUp <= 8 ? Buffer.from(`${EXIF_HEAD}${ENTRY_OF_WAY_UP}000${wayUp}000000000000`, 'hex') : null
}
