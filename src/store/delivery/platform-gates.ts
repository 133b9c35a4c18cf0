import type { BreakerState } from '../../domain/delivery/circuit-breaker.js'
import { type Db, hasRows, queryColumn, type Tx } from '../db/db.js'

export interface PlatformGate extends BreakerState {
  pausedAt: Date | null
  filledAt: Date | null
}

export const ensureGate = async (db: Db, platform: string): Promise<void> => {
  await db.raw(
    'insert into platform_states (platform) values (?) on conflict (platform) do nothing /* platform-gates.found */',
    [platform],
  )
}

const COLUMNS = 'failures, open_until as "openUntil", paused_at as "pausedAt", filled_at as "filledAt"'

export const readGate = async (db: Db, platform: string): Promise<PlatformGate> => {
  const answer = await db.raw(`select ${COLUMNS} from platform_states where platform = ? /* platform-gates.read */`, [
    platform,
  ])
  return answer.rows[0] ?? { failures: 0, openUntil: null, pausedAt: null, filledAt: null }
}

export const platformsWithFailures = (db: Db): Promise<string[]> =>
  queryColumn(
    db,
    'select platform from platform_states where failures > 0 order by platform /* platform-gates.inTrouble */',
  )

/** Reads under a row lock, so that concurrent failures are all counted. */
export const lockGate = async (tx: Tx, platform: string): Promise<PlatformGate> => {
  const answer = await tx.raw(
    `select ${COLUMNS} from platform_states where platform = ? for update /* platform-gates.lock */`,
    [platform],
  )
  return answer.rows[0] ?? { failures: 0, openUntil: null, pausedAt: null, filledAt: null }
}

export const setBreaker = async (
  tx: Db | Tx,
  platform: string,
  { failures, openUntil }: BreakerState,
): Promise<void> => {
  await tx.raw('update platform_states set failures = ?, open_until = ? where platform = ? /* platform-gates.set */', [
    failures,
    openUntil,
    platform,
  ])
}

export const closeBreaker = async (db: Db, platform: string): Promise<void> => {
  await db.raw(
    `update platform_states set failures = 0, open_until = null
     where platform = ? and (failures > 0 or open_until is not null) /* platform-gates.calm */`,
    [platform],
  )
}

/** Compare-and-set: true for the one hub that may probe the platform. No other hub sends until `until`. */
export const takeProbe = (db: Db, platform: string, seen: BreakerState, until: Date): Promise<boolean> =>
  hasRows(
    db,
    `update platform_states set open_until = ? where platform = ? and failures = ? and open_until is not distinct from ?
     returning 1 /* platform-gates.takeProbe */`,
    [until, platform, seen.failures, seen.openUntil],
  )

/**
 * Reserves a call at least `everyMs` after any hub's previous one. Returns null when its time is later than `latest`.
 */
export const takeSendingSlot = async (
  db: Db,
  platform: string,
  { everyMs, now, latest }: { everyMs: number; now: Date; latest: Date },
): Promise<Date | null> => {
  const answer = await db.raw(
    `update platform_states set next_call_at = greatest(next_call_at, :now::timestamptz) + :everyMs * interval '1 millisecond'
     where platform = :platform and (next_call_at is null or next_call_at <= :latest)
     returning next_call_at - :everyMs * interval '1 millisecond' as at /* platform-gates.takeTurn */`,
    { platform, everyMs, now, latest },
  )
  return answer.rows[0]?.at ?? null
}
