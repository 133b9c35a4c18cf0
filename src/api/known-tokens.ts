/** Tokens that were found good lately: a signature is checked once, not with each question. */
import { createHash } from 'node:crypto'
import { Refusal } from '../errors.js'
import type { Claims, Keys } from '../keys.js'
import { bounded } from './bounded.js'

/** Tokens remembered by one process. */
const TOKENS_MOST = 10_000

interface Known {
  claims: Claims
  /** No longer good from this second on, epoch seconds. */
  exp: number
  jti: string
}

/**
 * `verify` of the keys for tokens that come again and again. Only good ones are remembered, by their hash, and none longer
 * than it lasts. `revoked` is asked about each token each time: one taken back is refused at once. Refusal UNAUTHENTICATED.
 */
export const remembering = (
  { verify }: Pick<Keys, 'verify'>,
  revoked: (jti: string) => boolean = () => false,
): Pick<Keys, 'verify'> => {
  const tokens = bounded<Known>(TOKENS_MOST)
  return {
    verify: (token, now) => {
      const name = createHash('sha256').update(token).digest('base64url')
      const found = tokens.get(name)
      const known =
        found !== undefined && Math.floor(now / 1000) < found.exp
          ? found
          : { claims: verify(token, now), ...endOf(token) }
      if (revoked(known.jti)) throw new Refusal('UNAUTHENTICATED', { reason: '令牌已撤销 revoked' })
      if (known !== found) tokens.set(name, known)
      return known.claims
    },
  }
}

/** Of a token that has been verified. */
const endOf = (token: string): { exp: number; jti: string } => {
  const { exp, jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
  return { exp, jti }
}
