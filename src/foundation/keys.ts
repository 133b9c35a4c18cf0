/**
 * Keys for access tokens (ES256, RFC 7519), manifests (JWS, RFC 7515), the key set (RFC 7517), pseudonyms and access codes. They are made
 * on first use in files of mode 0600.
 */
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
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import jwt from 'jsonwebtoken'
import { Refusal } from './errors.js'
import { type AuditKeys, loadAuditKeys, nextAuditFile } from './keys/audit.js'
import { signJws, verifiedPayload } from './keys/jws.js'
import { ACCESS_CODE_BYTES, formatAccessCode } from './text/access-code.js'
import { DATED_AHEAD_TOLERANCE_MS } from './time/clock-doubt.js'

export { equalsSecret, hashSecret, newSecret, secretMatches } from './keys/secrets.js'

const HEAD_TYPE = 'audit-head+jws'
const CERTIFICATE_TYPE = 'removal-certificate+jws'
export const TOKEN_LIFETIME_SECONDS = 900
const AUDIENCE = 'hub'
/** How long clients may cache the key set. A new key is published this long before it signs. */
export const KEY_SET_CACHE_SECONDS = 300
/** Interval at which keys made by other processes are noticed. */
const FOLDER_LOOK_MS = 1_000
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
  /** Id of the access code that a party used. */
  grant?: number
}

/** True when the signer's clock was more than SKEW_MS ahead of `now` (milliseconds). */
export const isTokenAhead = (
  { issuedAt, expiresAt }: Pick<VerifiedClaims, 'issuedAt' | 'expiresAt'>,
  now: number,
): boolean => Math.max(issuedAt, expiresAt - TOKEN_LIFETIME_SECONDS) * 1_000 - now > DATED_AHEAD_TOLERANCE_MS

/** Instants are seconds since 1970. */
export interface VerifiedClaims extends Claims {
  jti: string
  issuedAt: number
  expiresAt: number
}

export interface Keys {
  /** `now` is in milliseconds since 1970. */
  sign(claims: Claims, now: number): { token: string; expiresIn: number }
  verify(token: string, now: number): VerifiedClaims
  /** False for an expired key, and at once for a leaked one. */
  accepts(kid: string, now: number): boolean
  jwks(): { keys: (JsonWebKey & { kid: string })[] }
  /** Keys that sign manifests and parties' certificates. */
  manifests: ManifestKeys
  audit: AuditKeys
  /** Pseudonym of an ID number: shortened HMAC-SHA-256. */
  mark(id: string): string
  /**
   * Keyed hash of an access code. Its 120 random bits need no slow hash: they cannot be guessed from a copied database.
   */
  accessMark(code: string): string
  /** Encrypts with AES-256-GCM; `unseal` needs the same `about`. */
  seal(text: string, about: string): string
  unseal(sealed: string, about: string): string
  /** Fingerprints of every key, by use; they reveal no key. */
  fingerprints(): Record<string, string[]>
}

export interface ManifestKeys {
  issuer: string
  kid(): string
  knows(kid: string): boolean
  sign(payload: string): { kid: string; jws: string }
  /** Signs a certificate. Its header type keeps it from passing as a manifest. */
  certify(payload: string): { kid: string; jws: string }
  signHead(payload: string): { kid: string; jws: string }
  payloadIn(jws: string): ReturnType<typeof verifiedPayload>
}

const fingerprint = (key: Buffer): string => createHmac('sha256', key).update('fingerprint').digest('base64url')

export const loadKeys = async (folder: string, issuer: string): Promise<Keys> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const hashKey = Buffer.from(keep(join(folder, 'id-hash.key'), newKey), 'base64')
  const accessKey = Buffer.from(keep(join(folder, 'access-code.key'), newKey), 'base64')
  const sealKey = Buffer.from(keep(join(folder, 'seal.key'), newKey), 'base64')
  const signing = tokenKeysIn(folder)
  const ring = ringIn(folder)
  ring.newest()
  const audit = loadAuditKeys(folder, { read: (path) => Buffer.from(keep(path, newKey), 'base64'), fingerprint })

  return {
    sign: (claims, now) => {
      const issuedAt = Math.floor(now / 1000)
      const { privateKey, kid } = signing.signer(now)
      const token = jwt.sign({ ...claims, iat: issuedAt, exp: issuedAt + TOKEN_LIFETIME_SECONDS }, privateKey, {
        algorithm: 'ES256',
        keyid: kid,
        issuer,
        audience: AUDIENCE,
        jwtid: randomBytes(SALT_BYTES).toString('base64url'),
      })
      return { token, expiresIn: TOKEN_LIFETIME_SECONDS }
    },
    verify: (token, now) => {
      try {
        const key = signing.accepted(kidOfToken(token), now)
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
    accepts: (kid, now) => signing.accepted(kid, now) !== null,
    jwks: () => ({
      keys: [...signing.all(), ...ring.all()].map(({ jwk, kid }) => ({ ...jwk, kid, use: 'sig', alg: 'ES256' })),
    }),
    manifests: {
      issuer,
      kid: () => ring.newest().kid,
      knows: (wanted) => ring.all().some((key) => key.kid === wanted),
      sign: (payload) => {
        const { privateKey, kid } = ring.newest()
        return { kid, jws: jwt.sign(payload, privateKey, { algorithm: 'ES256', keyid: kid }) }
      },
      certify: (payload) => {
        const { privateKey, kid } = ring.newest()
        const header = { alg: 'ES256', typ: CERTIFICATE_TYPE }
        return { kid, jws: jwt.sign(payload, privateKey, { algorithm: 'ES256', keyid: kid, header }) }
      },
      signHead: (payload) => ({ kid: ring.newest().kid, jws: signJws(payload, ring.newest(), HEAD_TYPE) }),
      payloadIn: (jws) => verifiedPayload(jws, ring.all()),
    },
    audit,
    mark: (id) => createHmac('sha256', hashKey).update(id).digest('hex').slice(0, HASH_CHARACTERS),
    fingerprints: () => ({
      'id-hash': [fingerprint(hashKey)],
      'access-code': [fingerprint(accessKey)],
      seal: [fingerprint(sealKey)],
      'token-signing': signing.all().map(({ kid }) => kid),
      manifest: ring.all().map(({ kid }) => kid),
      audit: audit.fingerprints(),
    }),
    accessMark: (code) => createHmac('sha256', accessKey).update(code).digest('hex'),
    seal: (text, about) => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(Buffer.from(about))
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
    },
    unseal: (sealed, about) => {
      const bytes = Buffer.from(sealed, 'base64')
      const opened = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      opened.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-TAG_BYTES))
      return opened.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + opened.final('utf8')
    },
  }
}

interface SigningKey {
  privateKey: KeyObject
  publicKey: KeyObject
  jwk: JsonWebKey
  kid: string
}

const signingKeyIn = (path: string): SigningKey => {
  const privateKey = createPrivateKey(readFileSync(path, 'utf8'))
  const publicKey = createPublicKey(privateKey)
  const jwk = publicKey.export({ format: 'jwk' })
  return { privateKey, publicKey, jwk, kid: thumbprint(jwk) }
}

/** The key in `token-signing-<n>.pem` signs from n seconds after 1970 on. */
const TOKEN_KEY = /^token-signing(?:-(\d+))?\.pem$/
const FIRST_TOKEN_KEY = 'token-signing.pem'

const startOf = (file: string): number => Number(TOKEN_KEY.exec(file)?.[1] ?? 0)

const tokenFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => TOKEN_KEY.test(file))
    .sort((a, b) => startOf(a) - startOf(b))

const readIfThere = (path: string): SigningKey | null => {
  try {
    return signingKeyIn(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** One key signs, its successor is already published, its predecessor verifies until its tokens expire. */
const tokenKeysIn = (folder: string) => {
  if (tokenFiles(folder).length === 0) keep(join(folder, FIRST_TOKEN_KEY), newSigningKey)
  let keys: (SigningKey & { file: string; start: number })[] = []
  let lookedAt = Number.NEGATIVE_INFINITY
  const look = (): void => {
    const known = new Map(keys.map((key) => [key.file, key]))
    keys = tokenFiles(folder).flatMap((file) => {
      const signingKey = known.get(file) ?? readIfThere(join(folder, file))
      return signingKey === null ? [] : [{ ...signingKey, file, start: startOf(file) }]
    })
  }
  look()
  const at = (now: number) => {
    if (Math.abs(now - lookedAt) >= FOLDER_LOOK_MS) {
      look()
      lookedAt = now
    }
    return keys
  }
  return {
    all: () => {
      look()
      return keys
    },
    signer: (now: number): SigningKey => {
      const present = at(now)
      const current = present.findLast(({ start }) => start * 1_000 <= now) ?? present[0]
      if (current === undefined) throw new Error('no key to sign tokens with')
      return current
    },
    accepted: (kid: string, now: number): SigningKey | null => {
      const present = at(now)
      const i = present.findIndex((key) => key.kid === kid)
      const next = present[i + 1]
      return next !== undefined && isSpent(next.start, now) ? null : (present[i] ?? null)
    },
  }
}

/** True when a key's last token has expired. `successor`: second (since 1970) when the next key began to sign. */
const isSpent = (successor: number, now: number): boolean => (successor + TOKEN_LIFETIME_SECONDS) * 1_000 <= now

export const kidOfToken = (token: string): string => {
  const { kid } = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'))
  return typeof kid === 'string' ? kid : ''
}

/**
 * Makes and publishes a token key, which signs once cached key sets have expired. The previous key verifies until its
 * last token expires; older keys are deleted. With `leaked` the new key signs now, and older tokens become invalid in
 * all processes within a second.
 */
export const newTokenKey = (
  folder: string,
  now: number,
  { leaked = false }: { leaked?: boolean } = {},
): { kid: string; signsFrom: Date } => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const before = tokenFiles(folder)
  let start = Math.floor(now / 1_000) + (leaked ? 0 : KEY_SET_CACHE_SECONDS)
  while (existsSync(join(folder, `token-signing-${start}.pem`))) start += 1
  const path = join(folder, `token-signing-${start}.pem`)
  keep(path, newSigningKey)
  for (const [i, file] of before.entries()) {
    const next = before[i + 1]
    if (leaked || (next !== undefined && isSpent(startOf(next), now))) unlinkSync(join(folder, file))
  }
  return { kid: signingKeyIn(path).kid, signsFrom: new Date(start * 1_000) }
}

/** The key with the highest number signs; all verify. */
const MANIFEST_KEY = /^manifest-(\d+)\.pem$/
/** Reads the folder each time, because another process may have added a key. */
const ringIn = (folder: string) => {
  const known = new Map<string, SigningKey>()
  const read = (file: string): SigningKey => {
    const cached = known.get(file)
    if (cached) return cached
    keep(join(folder, file), newSigningKey)
    const key = signingKeyIn(join(folder, file))
    known.set(file, key)
    return key
  }
  const all = (): SigningKey[] => manifestFiles(folder).map(read)
  return { all, newest: (): SigningKey => all().at(-1) ?? read('manifest-1.pem') }
}

const manifestFiles = (folder: string): string[] => {
  const numberOf = (file: string): number => Number(MANIFEST_KEY.exec(file)?.[1] ?? 0)
  return readdirSync(folder)
    .filter((file) => MANIFEST_KEY.test(file))
    .sort((a, b) => numberOf(a) - numberOf(b))
}

export const newManifestKey = (folder: string): void => {
  const last = MANIFEST_KEY.exec(manifestFiles(folder).at(-1) ?? '')?.[1] ?? '0'
  keep(join(folder, `manifest-${Number(last) + 1}.pem`), newSigningKey)
}

export const newAuditKey = (folder: string): string => {
  const file = nextAuditFile(folder)
  keep(join(folder, file), newKey)
  return file
}

const newKey = (): string => randomBytes(SECRET_BYTES).toString('base64')

const newSigningKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** JWK thumbprint (RFC 7638). */
const thumbprint = ({ crv, kty, x, y }: JsonWebKey): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')

/** Reads or makes the file. The first of two processes wins, because link fails on an existing file. */
const keep = (path: string, make: () => string): string => {
  const read = () => readFileSync(path, 'utf8')
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, make(), { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  return read()
}

export const newAccessCode = (): string => formatAccessCode(randomBytes(ACCESS_CODE_BYTES))
