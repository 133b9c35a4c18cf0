import { DATED_AHEAD_TOLERANCE_MS } from '../../foundation/time/clock-doubt.js'
import type { Db } from '../db/db.js'
import { IS_ACCESS_CODE_VALID_SQL } from './access-codes.js'

const KEPT_MS = 24 * 3_600_000
/** `seen_at` is written at most once in this time. */
const SEEN_MS = 60_000

export interface PartySession {
  grant: number
  code: string
  endsAt: Date
}

/** `before` is the keyed hash of an older session to end, if any. */
export const start = async (
  db: Db,
  made: { mark: string; grant: number; before: string | null; now: Date; endsAt: Date },
): Promise<void> => {
  await db.raw(
    `with gone as (delete from party_sessions where ends_at < :forgotten),
       left_open as (update party_sessions set ended_at = :now where mark = :before::text and ended_at is null)
     insert into party_sessions (mark, access_code, started_at, seen_at, ends_at) values (:mark, :grant, :now, :now, :endsAt)
     /* partySessions.start */`,
    { ...made, forgotten: new Date(made.now.getTime() - KEPT_MS) } as never,
  )
}

/** Returns null for a session that is over, or that began while the clock ran ahead. */
export const use = async (db: Db, mark: string, idleMs: number, now: Date): Promise<PartySession | null> => {
  const answer = await db.raw(
    `select c.id::int as grant, coalesce(o.uscc, o.shop) as code, s.ends_at as "endsAt", s.seen_at as "seenAt"
     from party_sessions s join access_codes c on c.id = s.access_code join operators o on o.id = c.operator_id
     where s.mark = :mark and s.ended_at is null and s.ends_at > :now and s.seen_at > :idle and s.started_at <= :begun and ${IS_ACCESS_CODE_VALID_SQL}
     /* partySessions.use */`,
    { mark, now, idle: new Date(now.getTime() - idleMs), begun: new Date(now.getTime() + DATED_AHEAD_TOLERANCE_MS) },
  )
  const [found] = answer.rows
  if (found === undefined) return null
  const { seenAt, ...session } = found
  if (now.getTime() - seenAt.getTime() >= SEEN_MS)
    await db.raw('update party_sessions set seen_at = ? where mark = ? and seen_at < ? /* partySessions.seen */', [
      now,
      mark,
      now,
    ])
  return session
}

export const end = async (db: Db, mark: string, now: Date): Promise<void> => {
  await db.raw('update party_sessions set ended_at = ? where mark = ? and ended_at is null /* partySessions.end */', [
    now,
    mark,
  ])
}
