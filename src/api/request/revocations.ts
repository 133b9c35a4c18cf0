/**
 * Revocations take effect at once in this process, within a second in others. No token is valid while the table cannot
 * be read.
 */

import * as store from '../../store/access/revocations.js'
import type { Db } from '../../store/db/db.js'

const FRESH_MS = 1_000
/** Ids are committed slightly out of order, so this many are reread. */
const OVERLAP = 1_000
const SWEPT_MS = 60_000

interface TokenIdentity {
  jti: string
  sub: string
  /** Seconds since 1970. */
  issuedAt: number
}

export type Revocations = ReturnType<typeof makeRevocations>

export const makeRevocations = (db: Db) => {
  const tokens = new Map<string, number>()
  const holders = new Map<string, { issuedUntil: number; endsAt: number }>()
  let last = 0
  let readAt: number | null = null
  let sweptAt = 0
  let reading: Promise<void> | null = null

  const keep = ({ jti, sub, issuedUntil, endsAt }: Omit<store.Revocation, 'id'>): void => {
    if (jti !== null) tokens.set(jti, endsAt.getTime())
    if (sub === null || issuedUntil === null) return
    const until = Math.max(issuedUntil.getTime(), holders.get(sub)?.issuedUntil ?? 0)
    holders.set(sub, { issuedUntil: until, endsAt: endsAt.getTime() })
  }
  const sweep = (now: number): void => {
    if (Math.abs(now - sweptAt) < SWEPT_MS) return
    sweptAt = now
    const past = now - store.REVOCATION_OUTLIVES_TOKEN_MS
    for (const [jti, endsAt] of tokens) if (endsAt <= past) tokens.delete(jti)
    for (const [sub, { endsAt }] of holders) if (endsAt <= past) holders.delete(sub)
  }
  const read = async (now: Date): Promise<void> => {
    for (const row of await store.listRevocationsAfter(db, last - OVERLAP, now)) {
      keep(row)
      last = Math.max(last, row.id)
    }
    sweep(now.getTime())
    readAt = now.getTime()
  }
  const fresh = async (now: Date): Promise<void> => {
    if (readAt !== null && Math.abs(now.getTime() - readAt) < FRESH_MS) return
    reading ??= read(now).finally(() => {
      reading = null
    })
    await reading
  }

  return {
    concern: async ({ jti, sub, issuedAt }: TokenIdentity, now: Date): Promise<boolean> => {
      await fresh(now)
      const holder = holders.get(sub)
      // A token states its issue time in whole seconds, so whole second is revoked.
      return tokens.has(jti) || (holder !== undefined && issuedAt * 1_000 <= holder.issuedUntil)
    },
    add: async (revoked: store.RevokedTokens, now: Date): Promise<void> => {
      await store.addRevocation(db, revoked, now)
      keep({ jti: null, sub: null, issuedUntil: null, ...revoked })
    },
  }
}
