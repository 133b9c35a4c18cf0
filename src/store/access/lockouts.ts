import { type Db, queryOne, queryRows, queryValue } from '../db/db.js'

export interface StoredLockout {
  kind: 'CLIENT' | 'PERSON'
  name: string | null
  /** Missing in a row that counts failed sign-ins from all addresses. */
  address: string | null
  failures: number
  lastAt: Date
  lockedUntil: Date
}

const PROVEN = "interval '90 days'"
const NOTED_AGAIN = "interval '1 day'"

export const isProvenAddress = (db: Db, key: string, now: Date): Promise<boolean> =>
  queryValue(
    db,
    `select exists (select 1 from lockouts where key = :key and proven_at > :now::timestamptz - ${PROVEN}) as proven /* lockouts.isProven */`,
    { key, now },
  )

export const findLockEnd = (db: Db, keys: readonly string[], now: Date): Promise<Date | null> =>
  queryValue(
    db,
    'select max(locked_until) as until from lockouts where key = any(?) and locked_until > ? /* lockouts.until */',
    [[...keys], now],
  )

export interface FailedSignIn {
  key: string
  kind: StoredLockout['kind']
  name: string | null
  address: string | null
  most: number
  windowMs: number
  lockMs: number
  now: Date
}

/** The failure that reaches `most` starts the lockout. */
export const noteFailure = (
  db: Db,
  made: FailedSignIn,
): Promise<Pick<StoredLockout, 'failures'> & { lockedUntil: Date | null }> => {
  const [since, until] = [new Date(made.now.getTime() - made.windowMs), new Date(made.now.getTime() + made.lockMs)]
  return queryOne(
    db,
    `with gone as (delete from lockouts where key in (select key from lockouts where last_at < :since
       and coalesce(locked_until, :now) <= :now and coalesce(proven_at, '-infinity') < :now::timestamptz - ${PROVEN}
       and key <> :key for update skip locked))
     insert into lockouts as l (key, kind, name, address, failures, last_at)
     values (:key, :kind, :name, :address, 1, :now)
     on conflict (key) do update set last_at = :now, name = excluded.name,
       failures = case when l.last_at < :since or l.locked_until <= :now then 1 else l.failures + 1 end,
       locked_until = case when l.last_at >= :since and coalesce(l.locked_until > :now, true) and l.failures + 1 >= :most
         then coalesce(l.locked_until, :until) else null end
     returning failures, locked_until as "lockedUntil" /* lockouts.failed */`,
    { ...made, since, until },
  )
}

/** A lockout that this failure started ends. */
export const takeBackFailure = async (db: Db, key: string, most: number): Promise<void> => {
  await db.raw(
    `update lockouts set failures = greatest(failures - 1, 0), locked_until = case when failures > :most then locked_until end
     where key = :key /* lockouts.takeBack */`,
    { key, most },
  )
}

/** `forgives` also clears the failures and the lockout. */
export const noteSuccess = async (
  db: Db,
  proven: Pick<FailedSignIn, 'key' | 'kind' | 'name' | 'address' | 'now'> & { forgives: boolean },
): Promise<void> => {
  await db.raw(
    `insert into lockouts as l (key, kind, name, address, failures, last_at, proven_at)
     values (:key, :kind, :name, :address, 0, :now, :now)
     on conflict (key) do update set proven_at = :now, name = excluded.name, last_at = greatest(l.last_at, :now),
       failures = case when :forgives then 0 else l.failures end, locked_until = case when :forgives then null else l.locked_until end
     where coalesce(l.proven_at, '-infinity') < :now::timestamptz - ${NOTED_AGAIN} or (:forgives and l.failures > 0) /* lockouts.prove */`,
    proven as never,
  )
}

export const liftLockouts = (
  db: Db,
  { kind, name, now }: { kind: StoredLockout['kind']; name: string; now: Date },
): Promise<StoredLockout[]> =>
  queryRows(
    db,
    `with held as (select * from lockouts where kind = :kind and lower(normalize(name, NFKC)) = :name for update),
       gone as (delete from lockouts where key in (select key from held where proven_at is null)),
       forgiven as (update lockouts set failures = 0, locked_until = null where key in (select key from held where proven_at is not null))
     select kind, name, address, failures, last_at as "lastAt", locked_until as "lockedUntil" from held
     where locked_until > :now order by last_at desc, key /* lockouts.lift */`,
    { kind, name, now },
  )

const LOCKED_LISTED_MOST = 100

export const listLocked = (db: Db, now: Date): Promise<StoredLockout[]> =>
  queryRows(
    db,
    `select kind, name, address, failures, last_at as "lastAt", locked_until as "lockedUntil" from lockouts
     where locked_until > ? order by last_at desc, key limit ${LOCKED_LISTED_MOST} /* lockouts.shut */`,
    [now],
  )
