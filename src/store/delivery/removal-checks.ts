import type { RemovalCheckResult, SubjectKind } from '../../domain/delivery/delivery.js'
import { type Db, queryRows, type Tx } from '../db/db.js'
import { hasLaterMessageSql } from './deliveries.js'

export interface DueRemovalCheck {
  id: number
  kind: SubjectKind
  subjectId: string
  number: number
  /** A list that the platform generated before this time proves nothing. */
  notBefore: Date
}

export const claimChecks = (
  db: Db,
  platform: string,
  { now, againAt, limit }: { now: Date; againAt: Date; limit: number },
): Promise<DueRemovalCheck[]> =>
  queryRows(
    db,
    `with due as (select d.id, d.check_due_at, ${hasLaterMessageSql('d')} as followed from deliveries d where d.platform = :platform and d.check_due_at <= :now
       order by d.check_due_at limit :limit for update of d skip locked),
     replaced as (update deliveries d set check_due_at = null, check_result = 'REPLACED' from due where d.id = due.id and due.followed)
     update deliveries d set check_due_at = :againAt from due where d.id = due.id and not due.followed
     returning d.id, d.kind, d.subject_id as "subjectId", d.number, due.check_due_at as "notBefore" /* removal-checks.claim */`,
    { platform, now, againAt, limit },
  )

export const settleChecks = async (
  db: Db | Tx,
  ids: readonly number[],
  result: Extract<RemovalCheckResult, 'GONE' | 'SHOWN'>,
  now: Date,
): Promise<void> => {
  await db.raw(
    `update deliveries set check_due_at = null, checked_at = :now, check_result = :result
     where id = any(:ids::bigint[]) and check_due_at is not null /* removal-checks.settle */`,
    { ids: [...ids], result, now },
  )
}

/** Without a displayed list, a second receipt counts as proof. */
export const sendAgain = async (db: Db, ids: readonly number[], now: Date): Promise<void> => {
  await db.raw(
    `update deliveries set state = 'OWED', due_at = :now, confirmed_at = null, check_due_at = null, check_result = 'NO_DISPLAY'
     where id = any(:ids::bigint[]) and check_due_at is not null /* removal-checks.sendAgain */`,
    { ids: [...ids], now },
  )
}
