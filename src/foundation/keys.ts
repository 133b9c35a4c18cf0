/** Keys are made on first use in files of mode 0600. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { existsSync, mkdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import jwt from 'jsonwebtoken'
import { Refusal } from './errors.js'
import { AUDIT_KEY_FILE, loadAuditKeys } from './keys/audit.js'
import { typeOfJws, verifiedPayload } from './keys/jws.js'
import { highestKeyNumber, keyFilesIn, openKeyRing, readOrMakeKey } from './keys/key-ring.js'
import { ACCESS_CODE_BYTES, formatAccessCode } from './text/access-code.js'
import { DATED_AHEAD_TOLERANCE_MS } from './time/clock-doubt.js'

export { equalsSecret, hashSecret, newSecret, secretMatches } from './keys/secrets.js'

const HEAD_TYPE = 'audit-head+jws'
const CERTIFICATE_TYPE = 'removal-certificate+jws'
const RECEIPT_TYPE = 'handover-receipt+jws'
export const TOKEN_LIFETIME_SECONDS = 900
const AUDIENCE = 'hub'
/** How long clients may cache the key set. A new key is published this long before it signs. */
export const KEY_SET_CACHE_SECONDS = 300
const SECRET_BYTES = 32
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HASH_CHARACTERS = 16

interface Claims {
  sub: string
  role: string
  agency: string | null
  region: string | null
  grant?: number
}

/** True when the signer's clock was more than DATED_AHEAD_TOLERANCE_MS ahead of `now` (milliseconds). */
export const isTokenAhead = (
  { issuedAt, expiresAt }: Pick<VerifiedClaims, 'issuedAt' | 'expiresAt'>,
  now: number,
): boolean => Math.max(issuedAt, expiresAt - TOKEN_LIFETIME_SECONDS) * 1_000 - now > DATED_AHEAD_TOLERANCE_MS

/** Seconds since 1970. */
export interface VerifiedClaims extends Claims {
  jti: string
  issuedAt: number
  expiresAt: number
}

export type Keys = Awaited<ReturnType<typeof loadKeys>>
export type ManifestKeys = Keys['manifests']

const fingerprint = (key: Buffer): string => createHmac('sha256', key).update('fingerprint').digest('base64url')

export const loadKeys = async (folder: string, issuer: string) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const secretIn = (file: string): Buffer => Buffer.from(readOrMakeKey(join(folder, file), newKey), 'base64')
  const [hashKey, accessKey, sealKey] = [secretIn('id-hash.key'), secretIn('access-code.key'), secretIn('seal.key')]
  const tokens = tokenKeysIn(folder)
  const manifests = openKeyRing(folder, { pattern: MANIFEST_KEY, first: 'manifest-1.pem', ...SIGNING })
  const audit = loadAuditKeys(folder, { make: newKey, fingerprint })
  return {
    ...tokenSigner(tokens, issuer),
    /** False for an expired key, and at once for a leaked one. */
    accepts: (kid: string, now: number): boolean => tokens.accepted(kid, now) !== null,
    jwks: (): { keys: (JsonWebKey & { kid: string })[] } => ({
      keys: [...tokens.all(), ...manifests.all()].map(({ jwk, kid }) => ({ ...jwk, kid, use: 'sig', alg: 'ES256' })),
    }),
    manifests: manifestSigner(manifests, issuer),
    audit,
    /** Pseudonym of an ID number: shortened HMAC-SHA-256. */
    pseudonymOf: (id: string): string => hmac(hashKey, id).slice(0, HASH_CHARACTERS),
    accessMark: (code: string): string => hmac(accessKey, code),
    /** Encrypts with AES-256-GCM; `unseal` needs the same `about`. */
    seal: (text: string, about: string): string => sealBytes(sealKey, Buffer.from(text), about).toString('base64'),
    unseal: (sealed: string, about: string): string =>
      unsealBytes(sealKey, Buffer.from(sealed, 'base64'), about).toString(),
    sealBytes: (bytes: Buffer, about: string): Buffer => sealBytes(sealKey, bytes, about),
    unsealBytes: (sealed: Buffer, about: string): Buffer => unsealBytes(sealKey, sealed, about),
    fingerprints: (): Record<string, string[]> => ({
      'id-hash': [fingerprint(hashKey)],
      'access-code': [fingerprint(accessKey)],
      seal: [fingerprint(sealKey)],
      'token-signing': tokens.all().map(({ kid }) => kid),
      manifest: manifests.all().map(({ kid }) => kid),
      audit: audit.fingerprints(),
    }),
  }
}

const sealBytes = (key: Buffer, bytes: Buffer, about: string): Buffer => {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about))
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

const unsealBytes = (key: Buffer, sealed: Buffer, about: string): Buffer => {
  const opened = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  opened.setAAD(Buffer.from(about)).setAuthTag(sealed.subarray(-TAG_BYTES))
  return Buffer.concat([opened.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), opened.final()])
}

const hmac = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('hex')

/** `now` is milliseconds since 1970. */
const tokenSigner = (keys: ReturnType<typeof tokenKeysIn>, issuer: string) => ({
  sign: (claims: Claims, now: number): { token: string; expiresIn: number } => {
    const issuedAt = Math.floor(now / 1000)
    const { privateKey, kid } = keys.signer(now)
    const token = jwt.sign({ ...claims, iat: issuedAt, exp: issuedAt + TOKEN_LIFETIME_SECONDS }, privateKey, {
      algorithm: 'ES256',
      keyid: kid,
      issuer,
      audience: AUDIENCE,
      jwtid: randomBytes(SALT_BYTES).toString('base64url'),
    })
    return { token, expiresIn: TOKEN_LIFETIME_SECONDS }
  },
  verify: (token: string, now: number): VerifiedClaims => {
    try {
      const key = keys.accepted(kidOfToken(token), now)
      if (key === null) throw new Error('another key')
      const claims = jwt.verify(token, key.publicKey, {
        algorithms: ['ES256'],
        issuer,
        audience: AUDIENCE,
        clockTimestamp: Math.floor(now / 1000),
      })
      if (typeof claims === 'string' || typeof claims.sub !== 'string') throw new Error('no subject')
      const { jti, iat: issuedAt, exp: expiresAt } = claims
      if (typeof jti !== 'string' || issuedAt === undefined || expiresAt === undefined) throw new Error('no end')
      if (isTokenAhead({ issuedAt, expiresAt }, now)) throw new Error('signed while a clock was ahead')
      const { sub, role, agency, region, grant } = claims as unknown as Claims
      const verified = { sub, role, agency: agency ?? null, region: region ?? null, jti, issuedAt, expiresAt }
      return typeof grant === 'number' ? { ...verified, grant } : verified
    } catch (error) {
      throw new Refusal('UNAUTHENTICATED', {
        reason: error instanceof jwt.TokenExpiredError ? '令牌已过期 expired' : '令牌无效 not a token of this hub',
      })
    }
  },
})

const manifestSigner = ({ all }: { all: () => SigningKey[] }, issuer: string) => {
  const newest = (): SigningKey => {
    const key = all().at(-1)
    if (key === undefined) throw new Error('no key to sign manifests with')
    return key
  }
  const signAs =
    (header: { typ?: string }) =>
    (payload: string): { kid: string; jws: string } => {
      const { privateKey, kid: keyid } = newest()
      const options = { algorithm: 'ES256', keyid, header: { alg: 'ES256', ...header } } as const
      return { kid: keyid, jws: jwt.sign(payload, privateKey, options) }
    }
  return {
    issuer,
    kid: (): string => newest().kid,
    knows: (kid: string): boolean => all().some((key) => key.kid === kid),
    sign: signAs({}),
    /** The header type keeps a certificate from passing as a manifest. */
    certify: signAs({ typ: CERTIFICATE_TYPE }),
    signHead: signAs({ typ: HEAD_TYPE }),
    signReceipt: signAs({ typ: RECEIPT_TYPE }),
    /** A manifest is no certificate, although one key signs both. */
    certificateIn: (jws: string): ReturnType<typeof verifiedPayload> =>
      typeOfJws(jws) === CERTIFICATE_TYPE ? verifiedPayload(jws, all()) : 'UNKNOWN',
    payloadIn: (jws: string): ReturnType<typeof verifiedPayload> => verifiedPayload(jws, all()),
  }
}

interface SigningKey {
  privateKey: KeyObject
  publicKey: KeyObject
  jwk: JsonWebKey
  kid: string
}

const parseSigningKey = (pem: string): SigningKey => {
  const privateKey = createPrivateKey(pem)
  const publicKey = createPublicKey(privateKey)
  const jwk = publicKey.export({ format: 'jwk' })
  return { privateKey, publicKey, jwk, kid: thumbprint(jwk) }
}

const newSigningKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const SIGNING = { make: newSigningKey, parse: parseSigningKey }
const MANIFEST_KEY = /^manifest-(\d+)\.pem$/
const TOKEN_KEY = /^token-signing(?:-(\d+))?\.pem$/

/** One key signs, its successor is already published, its predecessor verifies until its tokens expire. */
const tokenKeysIn = (folder: string) => {
  const { all, recent } = openKeyRing(folder, { pattern: TOKEN_KEY, first: 'token-signing.pem', ...SIGNING })
  return {
    all,
    signer: (now: number): SigningKey => {
      const present = recent(now)
      const current = present.findLast(({ number }) => number * 1_000 <= now) ?? present[0]
      if (current === undefined) throw new Error('no key to sign tokens with')
      return current
    },
    accepted: (kid: string, now: number): SigningKey | null => {
      const present = recent(now)
      const i = present.findIndex((key) => key.kid === kid)
      const next = present[i + 1]
      return next !== undefined && isSpent(next.number, now) ? null : (present[i] ?? null)
    },
  }
}

const isSpent = (successor: number, now: number): boolean => (successor + TOKEN_LIFETIME_SECONDS) * 1_000 <= now

export const kidOfToken = (token: string): string => {
  const { kid } = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'))
  return typeof kid === 'string' ? kid : ''
}

/**
 * The key signs once cached key sets have expired. With `leaked` it signs now, and older keys are deleted: their tokens
 * end within a second.
 */
export const newTokenKey = (
  folder: string,
  now: number,
  { leaked = false }: { leaked?: boolean } = {},
): { kid: string; signsFrom: Date } => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const before = keyFilesIn(folder, TOKEN_KEY)
  let start = Math.floor(now / 1_000) + (leaked ? 0 : KEY_SET_CACHE_SECONDS)
  while (existsSync(join(folder, `token-signing-${start}.pem`))) start += 1
  const { kid } = parseSigningKey(readOrMakeKey(join(folder, `token-signing-${start}.pem`), newSigningKey))
  for (const [i, { file }] of before.entries()) {
    const next = before[i + 1]
    if (leaked || (next !== undefined && isSpent(next.number, now))) unlinkSync(join(folder, file))
  }
  return { kid, signsFrom: new Date(start * 1_000) }
}

export const newManifestKey = (folder: string): void => {
  readOrMakeKey(join(folder, `manifest-${highestKeyNumber(folder, MANIFEST_KEY) + 1}.pem`), newSigningKey)
}

export const newAuditKey = (folder: string): string => {
  const file = `audit-${highestKeyNumber(folder, AUDIT_KEY_FILE) + 1}.key`
  readOrMakeKey(join(folder, file), newKey)
  return file
}

const newKey = (): string => randomBytes(SECRET_BYTES).toString('base64')

/** JWK thumbprint (RFC 7638). */
const thumbprint = ({ crv, kty, x, y }: JsonWebKey): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')

export const newAccessCode = (): string => formatAccessCode(randomBytes(ACCESS_CODE_BYTES))
