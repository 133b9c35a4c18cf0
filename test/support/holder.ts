/** A holder of the public list outside the hub. It uses plain HTTP and a common JOSE library. */
import http from 'node:http'
import { type CompactVerifyGetKey, compactVerify, createLocalJWKSet } from 'jose'

export interface Got {
  status: number
  headers: http.IncomingHttpHeaders
  body: Buffer
  text: string
}

/** Raw bytes, not decompressed. */
export const getRaw = (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { headers, method }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        const body = Buffer.concat(parts)
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body, text: body.toString() })
      })
    })
    request.on('error', reject)
    request.end()
  })

export interface Manifest {
  sequence: number
  previousHash: string
  publishedAt: string
  validUntil: string
  trail: { number: number; hash: string } | null
  files: { path: string; sha256: string; bytes: number; entries: number }[]
}

export const keysOf = async (hub: string): Promise<CompactVerifyGetKey> =>
  createLocalJWKSet(JSON.parse((await getRaw(`${hub}/.well-known/jwks.json`)).text)) as CompactVerifyGetKey

/** Returns the payload if the signature is valid. */
export const verified = async (hub: string, jws: string, keys?: CompactVerifyGetKey): Promise<Manifest> => {
  const { payload } = await compactVerify(jws, keys ?? (await keysOf(hub)), { algorithms: ['ES256'] })
  return JSON.parse(new TextDecoder().decode(payload))
}
