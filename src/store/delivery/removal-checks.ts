/** Checks of confirmed removals: which are due, and what a display said about them. */
import type { CheckResult, SubjectKind } from '../../domain/delivery/delivery.js'
import type { Db, Tx } from '../db/db.js'
import { isFollowed } from './deliveries.js'

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

/**
 * Claims what is due at one platform: whoever does not settle it leaves it due again at `againAt`. A removal that was confirmed
 * while a later message was written, unseen by that, ends as REPLACED here.
 */
export const claim = async (
  db: Db,
  platform: string,
  { now, againAt, limit }: { now: Date; againAt: Date; limit: number },
): Promise<Check[]> => {
  const answer = await db.raw(
    `with due as (select d.id, d.check_due_at, ${isFollowed('d')} as followed from deliveries d where d.platform = :platform and d.check_due_at <= :now
       order by d.check_due_at limit :limit for update of d skip locked)
     update deliveries d set check_due_at = case when not due.followed then :againAt::timestamptz end,
       check_result = case when due.followed then 'REPLACED' else d.check_result end from due where d.id = due.id
     returning d.id, d.kind, d.subject_id as "subjectId", d.number, due.check_due_at as "notBefore", due.followed /* removal-checks.claim */`,
    { platform, now, againAt, limit },
  )
  return answer.rows
    .filter(({ followed }: { followed: boolean }) => !followed)
    .map(({ followed, ...check }: Check & { followed: boolean }) => check)
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
