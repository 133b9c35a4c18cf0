/** JWS (RFC 7515, ES256) with a header type. */
import { type KeyObject, sign, verify } from 'node:crypto'

/** ES256 signatures are two concatenated numbers (RFC 7518, section 3.4). */
const ENCODING = { dsaEncoding: 'ieee-p1363' } as const

export const signJws = (
  payload: string,
  { privateKey, kid }: { privateKey: KeyObject; kid: string },
  typ: string,
): string => {
  const input = `${encoded(JSON.stringify({ alg: 'ES256', typ, kid }))}.${encoded(payload)}`
  return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, ...ENCODING }).toString('base64url')}`
}

/** `UNKNOWN`: the signing key is not among `keys`. `FORGED`: the signature is bad. */
export const verifiedPayload = (
  jws: string,
  keys: readonly { publicKey: KeyObject; kid: string }[],
): { payload: string } | 'UNKNOWN' | 'FORGED' => {
  const [head = '', payload = '', signature = '', ...more] = jws.split('.')
  if (more.length > 0) return 'FORGED'
  const kid = kidOf(head)
  const key = keys.find((one) => one.kid === kid)
  if (key === undefined) return kid === null ? 'FORGED' : 'UNKNOWN'
  const isGood = verify(
    'sha256',
    Buffer.from(`${head}.${payload}`),
    { key: key.publicKey, ...ENCODING },
    Buffer.from(signature, 'base64url'),
  )
  return isGood ? { payload: Buffer.from(payload, 'base64url').toString('utf8') } : 'FORGED'
}

const encoded = (text: string): string => Buffer.from(text).toString('base64url')

const kidOf = (head: string): string | null => {
  try {
    const { alg, kid } = JSON.parse(Buffer.from(head, 'base64url').toString('utf8'))
    return alg === 'ES256' && typeof kid === 'string' ? kid : null
  } catch {
    return null
  }
}
