import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { LRUCache } from '../../foundation/lru.js'
import type { FileRepresentation } from './represented.js'

/** Bodies of more bytes are sent uncompressed. */
const ENCODED_MOST = 2 * 1024 * 1024
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }

export interface EncodedBody extends Pick<FileRepresentation, 'tag' | 'bytes' | 'read' | 'encodings'> {
  sha256: string
}

export const encodedBodyOf = async (bytes: Buffer): Promise<EncodedBody> => {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const plain = { tag: sha256, sha256, ...inMemory(bytes) }
  if (bytes.length > ENCODED_MOST) return { ...plain, encodings: {} }
  const [br, packed] = await Promise.all([promisify(brotliCompress)(bytes, QUALITY), promisify(gzip)(bytes)])
  return { ...plain, encodings: { br: inMemory(br), gzip: inMemory(packed) } }
}

const inMemory = (bytes: Buffer): Pick<FileRepresentation, 'bytes' | 'read'> => ({
  bytes: bytes.length,
  read: async function* (from, to) {
    yield bytes.subarray(from, to)
  },
})

/** Concurrent callers share one computation. */
export const makeBodyCache = (most: number): ((key: string, make: () => Promise<Buffer>) => Promise<EncodedBody>) => {
  const kept = new LRUCache<string, Promise<EncodedBody>>({ max: most })
  return (key, make) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = make().then(encodedBodyOf)
    kept.set(key, made)
    made.catch(() => kept.delete(key))
    return made
  }
}
