import { isTokenAhead, type Keys, kidOfToken, type VerifiedClaims } from '../../foundation/keys.js'
import { LRUCache } from '../../foundation/lru.js'

const TOKENS_MOST = 10_000

interface CachedToken {
  claims: VerifiedClaims
  kid: string
}

/** Caches a verified token while it and its key are valid. Revocation is not checked here. */
export const makeCachingVerify = ({ verify, accepts }: Pick<Keys, 'verify' | 'accepts'>): Keys['verify'] => {
  const tokens = new LRUCache<string, CachedToken>({ max: TOKENS_MOST })
  return (token, now) => {
    const cached = tokens.get(token)
    const isGood =
      cached &&
      Math.floor(now / 1000) < cached.claims.expiresAt &&
      !isTokenAhead(cached.claims, now) &&
      accepts(cached.kid, now)
    if (isGood) return cached.claims
    const claims = verify(token, now)
    tokens.set(token, { claims, kid: kidOfToken(token) })
    return claims
  }
}
