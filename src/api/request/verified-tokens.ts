/** Tokens that were found good lately: a signature is checked once, not with each question. */
import { hash } from 'node:crypto'
import { isTokenAhead, type Keys, kidIn, type Verified } from '../../foundation/keys.js'
import { bounded } from '../fast/lru.js'

/** Tokens remembered by one process. */
const TOKENS_MOST = 10_000

interface Known {
  claims: Verified
  kid: string
}

/**
 * `verify` of the keys for tokens that come again and again. Only good ones are remembered, by their hash, and none longer than
 * it lasts or than its key is accepted. Whether one was revoked is not asked here: see `admit`. Refusal UNAUTHENTICATED.
 */
export const remembering = ({ verify, accepts }: Pick<Keys, 'verify' | 'accepts'>): Pick<Keys, 'verify'> => {
  const tokens = bounded<Known>(TOKENS_MOST)
  return {
    verify: (token, now) => {
      const name = hash('sha256', token, 'base64url')
      const found = tokens.get(name)
      const isGood =
        found &&
        Math.floor(now / 1000) < found.claims.expiresAt &&
        !isTokenAhead(found.claims, now) &&
        accepts(found.kid, now)
      if (isGood) return found.claims
      const claims = verify(token, now)
      tokens.set(name, { claims, kid: kidIn(token) })
      return claims
    },
  }
}
