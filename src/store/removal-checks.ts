/** Checks of confirmed removals: which are due, and what a display said about them. */
import type { CheckResult, SubjectKind } from '../domain/delivery.js'
import type { Db, Tx } from './db.js'

export interface Check {
  /** The delivery. */
  id: number
  kind: SubjectKind
  subjectId: string
  number: number
  /** A display that was written before proves nothing. */
  notBefore: Date
}

export const isDue = async (db: Db, platform: string, now: Date): Promise<boolean> => {
  const answer = await db.raw(
    `select exists (select 1 from deliveries where platform = ? and check_due_at <= ?) as found /* removal-checks.isDue */`,
    [platform, now],
  )
  return answer.rows[0].found
}

/** Claims what is due at one platform: whoever does not settle it leaves it due again at `againAt`. */
export const claim = async (
  db: Db,
  platform: string,
  { now, againAt, limit }: { now: Date; againAt: Date; limit: number },
): Promise<Check[]> => {
  const answer = await db.raw(
    `with due as (select id, check_due_at from deliveries where platform = :platform and check_due_at <= :now
       order by check_due_at limit :limit for update skip locked)
     update deliveries d set check_due_at = :againAt from due where d.id = due.id
     returning d.id, d.kind, d.subject_id as "subjectId", d.number, due.check_due_at as "notBefore" /* removal-checks.claim */`,
    { platform, now, againAt, limit },
  )
  return answer.rows
}

/** GONE, or SHOWN where a later delivery is about to remove it again. Nothing where another has settled it meanwhile. */
export const settle = async (
  db: Db | Tx,
  ids: readonly number[],
  result: Extract<CheckResult, 'GONE' | 'SHOWN'>,
  now: Date,
): Promise<void> => {
  await db.raw(
    `update deliveries set check_due_at = null, checked_at = :now, check_result = :result
     where id = any(:ids::bigint[]) and check_due_at is not null /* removal-checks.settle */`,
    { ids: [...ids], result, now } as never,
  )
}

/** Owes the same message once more: nothing can be read at the platform, and a second receipt has to do. */
export const sendAgain = async (db: Db, ids: readonly number[], now: Date): Promise<void> => {
  await db.raw(
    `update deliveries set state = 'OWED', due_at = :now, confirmed_at = null, check_due_at = null, check_result = 'NO_DISPLAY'
     where id = any(:ids::bigint[]) and check_due_at is not null /* removal-checks.sendAgain */`,
    { ids: [...ids], now } as never,
  )
}
