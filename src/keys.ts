/**
 * Whatever needs a secret: access tokens (ES256, RFC 7519 by jsonwebtoken), the key set (RFC 7517), the keyed hash that
 * stands for an ID number, and client secrets (scrypt). Keys are made on first use, kept in files of mode 0600 and
 * used again by every later start.
 */
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calculateJwkThumbprint, type JWK } from 'jose'
import jwt from 'jsonwebtoken'
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
}

export interface Keys {
  /** A short-lived token for these claims. `now` in milliseconds. */
  sign(claims: Claims, now: number): { token: string; expiresIn: number }
  /** The claims of a good token; Refusal UNAUTHENTICATED for any other. */
  verify(token: string, now: number): Claims
  jwks(): { keys: JWK[] }
  /** Keyed hash of an ID number (HMAC-SHA-256, shortened): equal numbers, equal marks; no way back. */
  mark(id: string): string
}

export const loadKeys = async (folder: string, issuer: string): Promise<Keys> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const privateKey = createPrivateKey(
    keep(join(folder, 'token-signing.pem'), () => {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    }),
  )
  const hashKey = Buffer.from(
    keep(join(folder, 'id-hash.key'), () => randomBytes(SECRET_BYTES).toString('base64')),
    'base64',
  )
  const publicKey: KeyObject = createPublicKey(privateKey)
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  const kid = await calculateJwkThumbprint(jwk)

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
        const { sub, role, agency, region } = claims as unknown as Claims
        return { sub, role, agency: agency ?? null, region: region ?? null }
      } catch (error) {
        throw new Refusal('UNAUTHENTICATED', {
          reason: error instanceof jwt.TokenExpiredError ? '令牌已过期 expired' : '令牌无效 not a token of this hub',
        })
      }
    },
    jwks: () => ({ keys: [{ ...jwk, kid, use: 'sig', alg: 'ES256' }] }),
    mark: (id) => createHmac('sha256', hashKey).update(id).digest('hex').slice(0, HASH_CHARACTERS),
  }
}

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
