/** What decides whether a platform is called at this moment: the breaker, the pace and the pause, shared by all hubs. */
import type { Breaker } from '../../domain/delivery/circuit-breaker.js'
import type { Db, Tx } from '../db/db.js'

export interface Gate extends Breaker {
  pausedAt: Date | null
  /** Null: it was not yet owed everything in force. */
  filledAt: Date | null
}

/** Makes the row of a platform that has none. */
export const found = async (db: Db, platform: string): Promise<void> => {
  await db.raw(
    'insert into platform_states (platform) values (?) on conflict (platform) do nothing /* platform-gates.found */',
    [platform],
  )
}

const COLUMNS = 'failures, open_until as "openUntil", paused_at as "pausedAt", filled_at as "filledAt"'

export const read = async (db: Db, platform: string): Promise<Gate> => {
  const answer = await db.raw(`select ${COLUMNS} from platform_states where platform = ? /* platform-gates.read */`, [
    platform,
  ])
  return answer.rows[0] ?? { failures: 0, openUntil: null, pausedAt: null, filledAt: null }
}

/** Whose last call failed. */
export const inTrouble = async (db: Db): Promise<string[]> => {
  const answer = await db.raw(
    'select platform from platform_states where failures > 0 order by platform /* platform-gates.inTrouble */',
  )
  return answer.rows.map(({ platform }: { platform: string }) => platform)
}

/** Locked to the end of the transaction: two that fail at once count as two. */
export const lock = async (tx: Tx, platform: string): Promise<Gate> => {
  const answer = await tx.raw(
    `select ${COLUMNS} from platform_states where platform = ? for update /* platform-gates.lock */`,
    [platform],
  )
  return answer.rows[0] ?? { failures: 0, openUntil: null, pausedAt: null, filledAt: null }
}

export const set = async (tx: Db | Tx, platform: string, { failures, openUntil }: Breaker): Promise<void> => {
  await tx.raw('update platform_states set failures = ?, open_until = ? where platform = ? /* platform-gates.set */', [
    failures,
    openUntil,
    platform,
  ])
}

/** It has answered. Written only where there was something to forget. */
export const calm = async (db: Db, platform: string): Promise<void> => {
  await db.raw(
    `update platform_states set failures = 0, open_until = null
     where platform = ? and (failures > 0 or open_until is not null) /* platform-gates.calm */`,
    [platform],
  )
}

/** One of all hubs gets the probe: the one that finds the breaker as it was read. Until `until` it passes nobody else. */
export const takeProbe = async (db: Db, platform: string, seen: Breaker, until: Date): Promise<boolean> => {
  const answer = await db.raw(
    `update platform_states set open_until = ? where platform = ? and failures = ? and open_until is not distinct from ?
     returning 1 /* platform-gates.takeProbe */`,
    [until, platform, seen.failures, seen.openUntil],
  )
  return answer.rows.length > 0
}

/**
 * The moment at which the caller may call, each `everyMs` after the one before, over all hubs; null: it would be later
 * than `latest`, and none was taken.
 */
export const takeTurn = async (
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
