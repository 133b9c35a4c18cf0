import type { KeyObject } from 'node:crypto'
import jwt from 'jsonwebtoken'

export const verifiedPayload = (
  jws: string,
  keys: readonly { publicKey: KeyObject; kid: string }[],
): { payload: string } | 'UNKNOWN' | 'FORGED' => {
  try {
    const { alg, kid } = jwt.decode(jws, { complete: true })?.header ?? {}
    if (alg !== 'ES256' || typeof kid !== 'string') return 'FORGED'
    const key = keys.find((one) => one.kid === kid)
    if (key === undefined) return 'UNKNOWN'
    jwt.verify(jws, key.publicKey, { algorithms: ['ES256'], ignoreExpiration: true, ignoreNotBefore: true })
    return { payload: Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8') }
  } catch {
    return 'FORGED'
  }
}

/** The header's `typ`; null without one, or for text that is no JWS. */
export const typeOfJws = (jws: string): string | null => {
  try {
    return jwt.decode(jws, { complete: true })?.header.typ ?? null
  } catch {
    return null
  }
}
