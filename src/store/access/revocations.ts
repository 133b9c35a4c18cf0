import { type Db, queryRows } from '../db/db.js'

/** Milliseconds: connections that the token opened may still be open. */
export const REVOCATION_OUTLIVES_TOKEN_MS = 600_000

export type RevokedTokens = { jti: string; endsAt: Date } | { sub: string; issuedUntil: Date; endsAt: Date }

export interface Revocation {
  id: number
  jti: string | null
  sub: string | null
  issuedUntil: Date | null
  endsAt: Date
}

export const addRevocation = async (db: Db, revoked: RevokedTokens, now: Date): Promise<void> => {
  const { jti = null, sub = null, issuedUntil = null, endsAt } = revoked as Partial<Revocation>
  await db.raw(
    `with gone as (delete from revocations where ends_at <= :past)
     insert into revocations (jti, sub, issued_until, ends_at) values (:jti, :sub, :issuedUntil, :endsAt)
     /* revocations.add */`,
    { jti, sub, issuedUntil, endsAt, past: pastOf(now) } as never,
  )
}

export const listRevocationsAfter = (db: Db, id: number, now: Date): Promise<Revocation[]> =>
  queryRows(
    db,
    `select id, jti, sub, issued_until as "issuedUntil", ends_at as "endsAt" from revocations
     where id > ? and ends_at > ? order by id /* revocations.after */`,
    [id, pastOf(now)],
  )

const pastOf = (now: Date): Date => new Date(now.getTime() - REVOCATION_OUTLIVES_TOKEN_MS)
