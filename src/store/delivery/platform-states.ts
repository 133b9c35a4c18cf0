import type { BreakerState } from '../../domain/delivery/circuit-breaker.js'
import type { SubjectKind } from '../../domain/delivery/delivery.js'
import { type Db, hasRows, queryColumn, queryFirst, queryOne, queryRows, type Tx } from '../db/db.js'

interface PlatformState {
  platform: string
  /** Last complete backfill; null while none followed the registration or the last loss (`wipedAt`). */
  filledAt: Date | null
  filledKinds: SubjectKind[]
  pausedAt: Date | null
  pausedBy: string | null
  pausedReason: string | null
  /** Last loss of the platform's content; kept after a backfill. */
  wipedAt: Date | null
  wipedBy: string | null
  wipedReason: string | null
  failures: number
  openUntil: Date | null
}

export interface PlatformAct {
  platform: string
  act: 'PAUSE' | 'RESUME' | 'WIPE'
  by: string
  at: Date
  reason: string
}

/** Messages up to this number may have been sent before a restore. */
export const readSequenceFloor = async (db: Db, platform: string): Promise<number> =>
  (
    await queryColumn<number>(
      db,
      'select sequence_floor from platform_states where platform = ? /* platform-states.floor */',
      [platform],
    )
  )[0] ?? 0

const COLUMNS = `platform, filled_at as "filledAt", filled_kinds as "filledKinds", paused_at as "pausedAt", paused_by as "pausedBy", paused_reason as "pausedReason",
  wiped_at as "wipedAt", wiped_by as "wipedBy", wiped_reason as "wipedReason", failures, open_until as "openUntil"`

export const all = async (db: Db | Tx): Promise<Map<string, PlatformState>> => {
  const rows = await queryRows<PlatformState>(db, `select ${COLUMNS} from platform_states /* platform-states.all */`)
  return new Map(rows.map((row) => [row.platform, row]))
}

export const of = (db: Db | Tx, platform: string): Promise<PlatformState | null> =>
  queryFirst(db, `select ${COLUMNS} from platform_states where platform = ? /* platform-states.of */`, [platform])

const changeBy = (tx: Tx, act: PlatformAct, change: string): Promise<boolean> =>
  hasRows(
    tx,
    `with changed as (${change} returning platform) insert into platform_acts (platform, act, made_by, made_at, reason)
     select platform, :act, :by, :at, :reason from changed returning 1 /* platform-states.changeBy */`,
    { ...act },
  )

export const pause = (tx: Tx, act: PlatformAct): Promise<boolean> =>
  changeBy(
    tx,
    act,
    `insert into platform_states as s (platform, paused_at, paused_by, paused_reason) values (:platform, :at, :by, :reason)
     on conflict (platform) do update set paused_at = excluded.paused_at, paused_by = excluded.paused_by,
       paused_reason = excluded.paused_reason where s.paused_at is null`,
  )

export const lockPauses = async (tx: Tx): Promise<void> => {
  await tx.raw(`select pg_advisory_xact_lock(hashtextextended('hub.pauses', 0)) /* platform-states.lockPauses */`)
}

export const listPlatformsPausedBy = (tx: Db | Tx, by: string): Promise<string[]> =>
  queryColumn(
    tx,
    'select platform from platform_states where paused_by = ? order by platform /* platform-states.pausedBy */',
    [by],
  )

export const resume = (tx: Tx, act: PlatformAct): Promise<boolean> =>
  changeBy(
    tx,
    act,
    `update platform_states set paused_at = null, paused_by = null, paused_reason = null
     where platform = :platform and paused_at is not null`,
  )

export const noteWiped = (tx: Tx, act: PlatformAct): Promise<boolean> =>
  changeBy(
    tx,
    act,
    `insert into platform_states (platform, wiped_at, wiped_by, wiped_reason) values (:platform, :at, :by, :reason)
     on conflict (platform) do update set wiped_at = excluded.wiped_at, wiped_by = excluded.wiped_by,
       wiped_reason = excluded.wiped_reason, filled_at = null, filled_kinds = '{}'`,
  )

/** False when the platform lost its content (`wipedAt`) meanwhile. */
export const noteFilled = (
  db: Db,
  { platform, kinds, wipedAt, at }: { platform: string; kinds: readonly SubjectKind[]; wipedAt: Date | null; at: Date },
): Promise<boolean> =>
  hasRows(
    db,
    `insert into platform_states as s (platform, filled_at, filled_kinds) values (:platform, :at, :kinds::text[])
     on conflict (platform) do update set filled_at = excluded.filled_at, filled_kinds = excluded.filled_kinds
       where s.wiped_at is not distinct from :wipedAt::timestamptz returning 1 /* platform-states.filled */`,
    { platform, at, wipedAt, kinds: [...kinds] },
  )

export const listLatestActs = (db: Db, limit: number): Promise<PlatformAct[]> =>
  queryRows(
    db,
    `select platform, act, made_by as by, made_at as at, reason from (
       select a.*, row_number() over (partition by platform order by id desc) as place from platform_acts a) a
     where place <= ? order by id desc /* platform-states.acts */`,
    [limit],
  )

export const ensureGate = async (db: Db, platform: string): Promise<void> => {
  await db.raw(
    'insert into platform_states (platform) values (?) on conflict (platform) do nothing /* platform-states.found */',
    [platform],
  )
}

export const readGate = (db: Db, platform: string): Promise<BreakerState & Pick<PlatformState, 'pausedAt'>> =>
  queryOne(
    db,
    `select failures, open_until as "openUntil", paused_at as "pausedAt" from platform_states where platform = ?
     /* platform-states.gate */`,
    [platform],
  )

export const listPlatformsWithFailures = (db: Db): Promise<string[]> =>
  queryColumn(
    db,
    'select platform from platform_states where failures > 0 order by platform /* platform-states.inTrouble */',
  )

export const closeBreaker = async (db: Db, platform: string): Promise<void> => {
  await db.raw(
    'update platform_states set failures = 0, open_until = null where platform = ? /* platform-states.closeBreaker */',
    [platform],
  )
}

/** Compare-and-set: false when another hub changed the breaker since `seen`. */
export const replaceBreaker = (
  db: Db,
  platform: string,
  seen: BreakerState,
  { failures, openUntil }: BreakerState,
): Promise<boolean> =>
  hasRows(
    db,
    `update platform_states set failures = ?, open_until = ? where platform = ? and failures = ?
       and date_trunc('milliseconds', open_until) is not distinct from ?::timestamptz returning 1 /* platform-states.replaceBreaker */`,
    [failures, openUntil, platform, seen.failures, seen.openUntil],
  )

/** The slot is at least `everyMs` after any hub's previous one. Null when that is later than `latest`. */
export const takeSendingSlot = async (
  db: Db,
  platform: string,
  { everyMs, now, latest }: { everyMs: number; now: Date; latest: Date },
): Promise<Date | null> => {
  const answer = await db.raw(
    `update platform_states set next_call_at = greatest(next_call_at, :now::timestamptz) + :everyMs * interval '1 millisecond'
     where platform = :platform and (next_call_at is null or next_call_at <= :latest)
     returning next_call_at - :everyMs * interval '1 millisecond' as at /* platform-states.takeTurn */`,
    { platform, everyMs, now, latest },
  )
  return answer.rows[0]?.at ?? null
}
