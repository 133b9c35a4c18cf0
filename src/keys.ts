/**
 * Whatever needs a secret: access tokens (ES256, RFC 7519 by jsonwebtoken), manifests of what is published (JWS, RFC 7515),
 * the key set (RFC 7517), the keyed hash that stands for an ID number, and client secrets (scrypt). Keys are made on first use, kept in files of mode 0600 and
 * used again by every later start.
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto'
import { linkSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calculateJwkThumbprint, type JWK } from 'jose'
import jwt from 'jsonwebtoken'
import { ACCESS_CODE_BYTES, accessCodeOf } from './domain/access-code.js'
import { Refusal } from './errors.js'

/** Life of an access token, seconds. */
export const TOKEN_SECONDS = 900
export const AUDIENCE = 'hub'
const SECRET_BYTES = 32
const SALT_BYTES = 16
const SCRYPT = { N: 16_384, r: 8, p: 1 } as const
const HASH_CHARACTERS = 16

export interface Claims {
  sub: string
  role: string
  agency: string | null
  region: string | null
  /** Number of the access code for which a party was given its token. */
  grant?: number
}

export interface Keys {
  /** A short-lived token for these claims. `now` in milliseconds. */
  sign(claims: Claims, now: number): { token: string; expiresIn: number }
  /** The claims of a good token; Refusal UNAUTHENTICATED for any other. */
  verify(token: string, now: number): Claims
  jwks(): { keys: JWK[] }
  /** For what is published: keys of their own, that nothing else is signed with. */
  manifests: ManifestKeys
  /** Keyed hash of an ID number (HMAC-SHA-256, shortened): equal numbers, equal marks; no way back. */
  mark(id: string): string
  /**
   * Keyed hash of an access code, whole. A code is 120 random bits, which no slow hash need protect; a keyed one can be looked
   * up in one step, and without the key, which no copy of the database holds, not even a guess can be tried.
   */
  accessMark(code: string): string
}

export interface ManifestKeys {
  /** The key that signs now. */
  kid(): string
  /** Whether it is in the key set. */
  knows(kid: string): boolean
  /** A compact JWS of this text. */
  sign(payload: string): { kid: string; jws: string }
}

export const loadKeys = async (folder: string, issuer: string): Promise<Keys> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const privateKey = createPrivateKey(keep(join(folder, 'token-signing.pem'), newSigningKey))
  const hashKey = Buffer.from(
    keep(join(folder, 'id-hash.key'), () => randomBytes(SECRET_BYTES).toString('base64')),
    'base64',
  )
  const accessKey = Buffer.from(
    keep(join(folder, 'access-code.key'), () => randomBytes(SECRET_BYTES).toString('base64')),
    'base64',
  )
  const publicKey: KeyObject = createPublicKey(privateKey)
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  const kid = await calculateJwkThumbprint(jwk)
  const ring = ringIn(folder)
  ring.newest()

  return {
    sign: (claims, now) => {
      const issuedAt = Math.floor(now / 1000)
      const token = jwt.sign({ ...claims, iat: issuedAt, exp: issuedAt + TOKEN_SECONDS }, privateKey, {
        algorithm: 'ES256',
        keyid: kid,
        issuer,
        audience: AUDIENCE,
        jwtid: randomBytes(SALT_BYTES).toString('base64url'),
      })
      return { token, expiresIn: TOKEN_SECONDS }
    },
    verify: (token, now) => {
      try {
        const { header, payload: claims } = jwt.verify(token, publicKey, {
          complete: true,
          algorithms: ['ES256'],
          issuer,
          audience: AUDIENCE,
          clockTimestamp: Math.floor(now / 1000),
        })
        if (typeof claims === 'string' || typeof claims.sub !== 'string') throw new Error('no subject')
        if (typeof claims.exp !== 'number' || header.kid !== kid) throw new Error('no end, or another key')
        const { sub, role, agency, region, grant } = claims as unknown as Claims
        const given = { sub, role, agency: agency ?? null, region: region ?? null }
        return typeof grant === 'number' ? { ...given, grant } : given
      } catch (error) {
        throw new Refusal('UNAUTHENTICATED', {
          reason: error instanceof jwt.TokenExpiredError ? '令牌已过期 expired' : '令牌无效 not a token of this hub',
        })
      }
    },
    jwks: () => ({
      keys: [{ ...jwk, kid }, ...ring.all().map((key) => ({ ...key.jwk, kid: key.kid }))].map((key) => ({
        ...key,
        use: 'sig',
        alg: 'ES256',
      })),
    }),
    manifests: {
      kid: () => ring.newest().kid,
      knows: (wanted) => ring.all().some((key) => key.kid === wanted),
      sign: (payload) => {
        const { privateKey, kid } = ring.newest()
        return { kid, jws: jwt.sign(payload, privateKey, { algorithm: 'ES256', keyid: kid }) }
      },
    },
    mark: (id) => createHmac('sha256', hashKey).update(id).digest('hex').slice(0, HASH_CHARACTERS),
    accessMark: (code) => createHmac('sha256', accessKey).update(code).digest('hex'),
  }
}

/** `manifest-<number>.pem`: the highest signs, and all of them verify. */
const MANIFEST_KEY = /^manifest-(\d+)\.pem$/
interface ManifestKey {
  privateKey: KeyObject
  jwk: JWK
  kid: string
}

/** Read from the folder each time: another process may have begun a new one. */
const ringIn = (folder: string) => {
  const known = new Map<string, ManifestKey>()
  const read = (file: string): ManifestKey => {
    const found = known.get(file)
    if (found) return found
    const privateKey = createPrivateKey(keep(join(folder, file), newSigningKey))
    const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK
    const key = { privateKey, jwk, kid: thumbprint(jwk) }
    known.set(file, key)
    return key
  }
  const all = (): ManifestKey[] => manifestFiles(folder).map(read)
  return { all, newest: (): ManifestKey => all().at(-1) ?? read('manifest-1.pem') }
}

const manifestFiles = (folder: string): string[] => {
  const numberOf = (file: string): number => Number(MANIFEST_KEY.exec(file)?.[1] ?? 0)
  return readdirSync(folder)
    .filter((file) => MANIFEST_KEY.test(file))
    .sort((a, b) => numberOf(a) - numberOf(b))
}

/** From now on manifests are signed with a new key; the older ones stay, for what they signed. */
export const newManifestKey = (folder: string): void => {
  const last = MANIFEST_KEY.exec(manifestFiles(folder).at(-1) ?? '')?.[1] ?? '0'
  keep(join(folder, `manifest-${Number(last) + 1}.pem`), newSigningKey)
}

const newSigningKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** RFC 7638. */
const thumbprint = ({ crv, kty, x, y }: JWK): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')

/** Reads a key file, or makes it; of two processes making it at once the first wins (link fails where the file exists). */
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

/** A new access code of a party: shown once, kept only as its mark. */
export const newAccessCode = (): string => accessCodeOf(randomBytes(ACCESS_CODE_BYTES))

/** A new client secret: shown once, kept only as its hash. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** `scrypt$<salt>$<hash>`, both base64url. */
export const hashSecret = async (secret: string): Promise<string> => {
  const salt = randomBytes(SALT_BYTES)
  return `scrypt$${salt.toString('base64url')}$${(await derive(secret, salt)).toString('base64url')}`
}

/** True if the secret is the one behind `hash`. A client nobody knows is checked against a decoy, so that both take the same time. */
export const secretMatches = async (secret: string, hash: string | null): Promise<boolean> => {
  const [, salt, expected] = (hash ?? DECOY).split('$')
  const derived = await derive(secret, Buffer.from(salt ?? '', 'base64url'))
  const wanted = Buffer.from(expected ?? '', 'base64url')
  return hash !== null && wanted.length === derived.length && timingSafeEqual(wanted, derived)
}

const DECOY = `scrypt$${Buffer.alloc(SALT_BYTES).toString('base64url')}$${Buffer.alloc(SECRET_BYTES).toString('base64url')}`

const derive = (secret: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(secret, salt, SECRET_BYTES, SCRYPT, (error, key) => (error ? reject(error) : resolve(key)))
  })
