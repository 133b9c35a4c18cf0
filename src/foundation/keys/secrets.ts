import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

const SECRET_BYTES = 32
const SALT_BYTES = 16
const SCRYPT = { N: 16_384, r: 8, p: 1 } as const

/** Compares in constant time. */
export const equalsSecret = (presented: string, secret: string): boolean =>
  timingSafeEqual(createHash('sha256').update(presented).digest(), createHash('sha256').update(secret).digest())

export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/**
 * Returns `scrypt$<salt>$<hash>` in base64url. With the salt of the previous hash (`beside`), one derivation checks
 * both secrets.
 */
export const hashSecret = async (secret: string, beside: string | null = null): Promise<string> => {
  const salt = beside === null ? randomBytes(SALT_BYTES) : Buffer.from(beside.split('$')[1] ?? '', 'base64url')
  return `scrypt$${salt.toString('base64url')}$${(await derive(secret, salt)).toString('base64url')}`
}

/** `hash` and `previous` share a salt. A null `hash` (unknown holder) takes the same time. */
export const secretMatches = async (
  secret: string,
  hash: string | null,
  previous: string | null = null,
): Promise<boolean> => {
  const [, salt] = (hash ?? DECOY).split('$')
  const derived = await derive(secret, Buffer.from(salt ?? '', 'base64url'))
  const is = (expected: string | null): boolean => {
    const wanted = Buffer.from((expected ?? DECOY).split('$')[2] ?? '', 'base64url')
    return wanted.length === derived.length && timingSafeEqual(wanted, derived) && expected !== null
  }
  const [now, before] = [is(hash), is(previous)]
  return hash !== null && (now || before)
}

const DECOY = `scrypt$${Buffer.alloc(SALT_BYTES).toString('base64url')}$${Buffer.alloc(SECRET_BYTES).toString('base64url')}`

const derive = (secret: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(secret, salt, SECRET_BYTES, SCRYPT, (error, key) => (error ? reject(error) : resolve(key)))
  })
