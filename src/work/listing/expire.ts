/**
 * Expire: entries whose term is complete leave the list by themselves; the clock makes the move, as the law does. With it go
 * what the clock counts anew: terms that a new rule shortens or lengthens, deadlines that published holidays move; and what is
 * public under masks that know more by now.
 */
import { isCalendarEnding } from '../../domain/calendar/calendar.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { addDays, dateIn } from '../../foundation/time/dates.js'
import * as clockDoubts from '../../store/db/clock-doubts.js'
import type { Db } from '../../store/db/db.js'
import * as listings from '../../store/listing/listings.js'
import { withAmendments } from '../calendar/calendar.js'
import type { Rules } from '../calendar/rules.js'
import { alone, type Occasioned } from '../timetable/run.js'
import { renewDeadlines } from './deadlines.js'
import { MERGE_WAIT_MS, renewTerms } from './expiry-terms.js'
import { makeMove, moveMany } from './listing.js'
import { renewMasks } from './masking.js'

/** Entries ended at a step, in one transaction; the loop goes on until none is due. */
const STEP_ENTRIES = 500

export interface ExpireOptions extends Occasioned {
  rules: Rules
  log: Log
}

/** Null: another process has this occurrence of the timetable. Refusal CLOCK_DOUBTED. */
export const expire = (db: Db, options: ExpireOptions): Promise<{ expired: number } | null> => {
  return alone(db, { ...options, job: 'expire' }, async (run) => {
    const { rules, log } = options
    // An entry that was ended cannot be restored.
    if ((await clockDoubts.open(db)) !== null) throw new Refusal('CLOCK_DOUBTED')
    const today = dateIn(run.startedAt)
    run.counts['expired'] = 0
    run.counts['terms'] = await renewTerms(db, rules, { now: run.startedAt, log })
    // An entry that a person has just moved on is met again by the next run, not again by this one.
    const passed: string[] = []
    for (;;) {
      const due = await listings.due(db, today, { except: passed, limit: STEP_ENTRIES })
      if (due.length === 0) break
      const ended = await endMany(db, due, run.startedAt, options)
      run.counts['expired'] += ended.size
      passed.push(...due.map(({ id }) => id).filter((id) => !ended.has(id)))
    }
    const { calendar } = await withAmendments(db, rules)
    if (isCalendarEnding(calendar, today))
      log.error(
        { knownUntil: calendar.knownUntil },
        'the holidays of the next year are not entered: deadlines beyond are provisional',
      )
    const { moved, settled } = await renewDeadlines(db, rules)
    run.counts['deadlines'] = moved + settled
    // After what has ended: of a long list the first look takes its time.
    run.counts['masks'] = await renewMasks(db, rules, { now: run.startedAt, log })
    return { expired: run.counts['expired'] }
  })
}

/** What was never shown lapses; what is shown or hidden is removed. */
const ending = ({ publishedOn }: listings.Listing): 'lapseListing' | 'removeListing' =>
  publishedOn === null ? 'lapseListing' : 'removeListing'

/** The table of moves dates it on the day of the last step where that is later. */
const inputOf = (listing: listings.Listing, now: Date) => ({
  on: listing.endsOn === null ? dateIn(now) : addDays(listing.endsOn, 1),
  removal: 'EXPIRED' as const,
})

/** Together; then one by one those that were held by another move, or refused. */
const endMany = async (
  db: Db,
  due: readonly listings.Listing[],
  now: Date,
  options: ExpireOptions,
): Promise<Set<string>> => {
  const ended = new Set<string>()
  for (const name of ['removeListing', 'lapseListing'] as const) {
    const ids = due.filter((one) => ending(one) === name).map(({ id }) => id)
    if (ids.length === 0) continue
    const inputs = { ids, name, inputOf: (one: listings.Listing) => inputOf(one, now), now, waitMs: MERGE_WAIT_MS }
    for (const id of await moveMany(db, options.rules, inputs)) ended.add(id)
  }
  for (const listing of due)
    if (!ended.has(listing.id) && (await endOne(db, listing, now, options))) ended.add(listing.id)
  return ended
}

const endOne = async (
  db: Db,
  listing: listings.Listing,
  now: Date,
  { rules, log }: { rules: Rules; log: Log },
): Promise<boolean> => {
  try {
    const input = inputOf(listing, now)
    const made = { id: listing.id, name: ending(listing), by: 'clock', role: 'clock' as const, input, now }
    await makeMove(db, rules, { ...made, waitMs: MERGE_WAIT_MS })
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    log.warn({ listing: listing.id, reason: error.message }, 'an entry could not be ended')
    return false
  }
}
