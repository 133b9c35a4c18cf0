/** Small PDF, PNG and JPEG files. */
import { crc32, deflateSync } from 'node:zlib'

/** A PDF of one empty page; `more` are further objects, `catalog` further entries of the catalog. */
export const samplePdf = ({ catalog = '', more = '', trailer = '' } = {}): Buffer =>
  Buffer.from(
    `%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R${catalog}>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n${more}\ntrailer\n<</Root 1 0 R/Size 9${trailer}>>\n%%EOF\n`,
    'latin1',
  )

export const objectStream = (content: string, entries = '/Filter/FlateDecode'): string => {
  const packed = deflateSync(content)
  return `7 0 obj\n<</Type/ObjStm/N 1/First 4/Length ${packed.length}${entries}>>\nstream\n${packed.toString('latin1')}\nendstream\nendobj`
}

export const SAMPLE_PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)
export const SAMPLE_JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')

/** A JPEG of one scan, whose data is no real picture. `segments` come before it. */
export const sampleJpeg = (...segments: readonly Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from('ffd8', 'hex'),
    ...segments,
    Buffer.from(
      'ffdb000400ff' + 'ffc0000b080001000101011100' + 'ffda0008010100003f00' + '12ff0034ffd05678' + 'ffd9',
      'hex',
    ),
  ])

export const pngChunk = (name: string, content: Buffer): Buffer => {
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  const named = Buffer.concat([Buffer.from(name), content])
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}
