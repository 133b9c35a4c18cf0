import type { Role } from '../../domain/access/viewer.js'
import { DATED_AHEAD_TOLERANCE_MS } from '../../foundation/time/clock-doubt.js'
import type { Db, Tx } from '../db/db.js'

const KEPT_MS = 24 * 3_600_000
/** `seen_at` is written at most once in this time. */
const SEEN_MS = 60_000

export interface SessionRow {
  person: string
  role: Role
  agency: string | null
  region: string | null
  endsAt: Date
}

export const start = async (tx: Tx, made: { mark: string; person: string; now: Date; endsAt: Date }): Promise<void> => {
  await tx.raw(
    `with gone as (delete from sessions where ends_at < :forgotten)
     insert into sessions (mark, person, started_at, seen_at, ends_at) values (:mark, :person, :now, :now, :endsAt)
     /* sessions.start */`,
    { ...made, forgotten: new Date(made.now.getTime() - KEPT_MS) },
  )
}

/** Returns null for a session that is over, or that began while the clock ran ahead. */
export const use = async (db: Db, mark: string, idleMs: number, now: Date): Promise<SessionRow | null> => {
  const answer = await db.raw(
    `select s.person, p.role, p.agency, p.region, s.ends_at as "endsAt", s.seen_at as "seenAt"
     from sessions s join people p on p.id = s.person
     where s.mark = :mark and s.ended_at is null and p.ended_at is null and s.ends_at > :now and s.seen_at > :idle and s.started_at <= :begun
     /* sessions.use */`,
    { mark, now, idle: new Date(now.getTime() - idleMs), begun: new Date(now.getTime() + DATED_AHEAD_TOLERANCE_MS) },
  )
  const [found] = answer.rows
  if (found === undefined) return null
  const { seenAt, ...session } = found
  if (now.getTime() - seenAt.getTime() >= SEEN_MS)
    await db.raw('update sessions set seen_at = ? where mark = ? and seen_at < ? /* sessions.seen */', [now, mark, now])
  return session
}

export const end = async (db: Db | Tx, mark: string, now: Date): Promise<void> => {
  await db.raw('update sessions set ended_at = ? where mark = ? and ended_at is null /* sessions.end */', [now, mark])
}

export const endAll = async (tx: Tx, person: string, but: string | null, now: Date): Promise<void> => {
  await tx.raw(
    `update sessions set ended_at = :now where person = :person and ended_at is null and mark is distinct from :but
     /* sessions.endAll */`,
    { person, but, now } as never,
  )
}
