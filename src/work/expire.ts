/** Expire: entries whose term is complete leave the list by themselves; the clock makes the move, as the law does. */
import { dateIn } from '../domain/dates.js'
import { isRefusal } from '../errors.js'
import type { Log } from '../log.js'
import type { Db } from '../store/db.js'
import * as listings from '../store/listings.js'
import { makeMove } from './listing.js'
import type { Rules } from './rules.js'
import { alone, type Occasioned } from './run.js'

/** Entries ended at a step; the loop goes on until none is due. */
const STEP_ENTRIES = 500

export interface ExpireOptions extends Occasioned {
  rules: Rules
  log: Log
}

/** Null: another process has this occurrence of the timetable. */
export const expire = (db: Db, options: ExpireOptions): Promise<{ expired: number } | null> => {
  return alone(db, { ...options, job: 'expire' }, async (run) => {
    const today = dateIn(run.startedAt)
    // An entry that a person has just moved on is met again by the next run, not again by this one.
    const passed: string[] = []
    run.counts['expired'] = 0
    for (;;) {
      const due = await listings.due(db, today, { except: passed, limit: STEP_ENTRIES })
      if (due.length === 0) return { expired: run.counts['expired'] }
      for (const listing of due) {
        if (await expireOne(db, listing, run.startedAt, options)) run.counts['expired'] += 1
        else passed.push(listing.id)
      }
    }
  })
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
