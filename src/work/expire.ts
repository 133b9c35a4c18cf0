/** Expire: entries whose term is complete leave the list by themselves; the clock makes the move, as the law does. */
import { dateIn } from '../domain/dates.js'
import { isRefusal, Refusal, reasonOf } from '../errors.js'
import type { Log } from '../log.js'
import type { Db } from '../store/db.js'
import * as listings from '../store/listings.js'
import * as locks from '../store/locks.js'
import * as runs from '../store/runs.js'
import { makeMove, type Rules } from './listing.js'

/** Entries ended at a step; the loop goes on until none is due. */
const STEP_ENTRIES = 500
/** How long a second run waits for the first, milliseconds. */
const WAIT_MS = 60_000

export interface ExpireOptions {
  rules: Rules
  cause: runs.Cause
  plannedFor?: Date | null
  now: () => Date
  log: Log
}

/** Null: another process has this occurrence of the timetable. */
export const expire = async (db: Db, options: ExpireOptions): Promise<{ expired: number } | null> => {
  const done = await locks.alone(db, 'expire', WAIT_MS, async () => (await expireAlone(db, options)) ?? 'taken')
  if (done === null) throw new Refusal('FEED_BUSY', { feed: 'expire' })
  return done === 'taken' ? null : done
}

const expireAlone = async (db: Db, options: ExpireOptions): Promise<{ expired: number } | null> => {
  const startedAt = options.now()
  const run = await runs.start(db, {
    job: 'expire',
    cause: options.cause,
    plannedFor: options.plannedFor ?? null,
    now: startedAt,
  })
  if (run === null) return null
  let expired = 0
  try {
    for (;;) {
      const due = await listings.due(db, dateIn(startedAt), STEP_ENTRIES)
      let moved = 0
      for (const listing of due) moved += (await expireOne(db, listing, startedAt, options)) ? 1 : 0
      expired += moved
      // An entry that a person has just moved on is met again by the next run, not by an endless loop.
      if (due.length < STEP_ENTRIES || moved === 0) break
    }
    await runs.finish(db, run, { outcome: 'DONE', counts: { expired }, now: options.now() })
    return { expired }
  } catch (error) {
    await runs.finish(db, run, {
      outcome: 'FAILED',
      counts: { expired },
      error: { code: 'INTERNAL', message: reasonOf(error) },
      now: options.now(),
    })
    throw error
  }
}

const expireOne = async (
  db: Db,
  listing: listings.Listing,
  now: Date,
  { rules, log }: { rules: Rules; log: Log },
): Promise<boolean> => {
  try {
    const input = { on: listing.endsOn ?? dateIn(now), removal: 'EXPIRED' as const }
    await makeMove(db, rules, { id: listing.id, name: 'removeListing', by: 'clock', role: 'clock', input, now })
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    log.warn({ listing: listing.id, reason: error.message }, 'an entry could not be ended')
    return false
  }
}
