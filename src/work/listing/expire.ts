/** Ends listings whose term is complete. After rule changes, also recounts terms and deadlines and masks entries again. */
import { isCalendarEnding } from '../../domain/calendar/calendar.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { addDays, shanghaiDate } from '../../foundation/time/dates.js'
import * as clockDoubts from '../../store/db/clock-doubts.js'
import type { Db } from '../../store/db/db.js'
import * as listings from '../../store/listing/listings.js'
import { withAmendments } from '../calendar/calendar.js'
import type { WorkRules } from '../calendar/rules.js'
import { type RunOptions, runAlone } from '../timetable/run.js'
import { renewDeadlines } from './deadlines.js'
import { EXPIRY_MERGE_WAIT_MS, renewTerms } from './expiry-terms.js'
import { makeMove, makeMoves } from './listing.js'
import { renewMasking } from './masking.js'

const STEP_ENTRIES = 500

export interface ExpireOptions extends RunOptions {
  rules: WorkRules
  log: Log
}

export const expireListings = (db: Db, options: ExpireOptions): Promise<{ expired: number } | null> => {
  return runAlone(db, { ...options, job: 'expire' }, async (run) => {
    const { rules, log } = options
    // An expired entry cannot be restored, so the clock must be certain.
    if ((await clockDoubts.currentDoubt(db)) !== null) throw new Refusal('CLOCK_DOUBTED')
    const today = shanghaiDate(run.startedAt)
    run.counts['expired'] = 0
    run.counts['terms'] = await renewTerms(db, rules, { now: run.startedAt, log })
    const passed: string[] = []
    for (;;) {
      const due = await listings.listPastEnd(db, today, { except: passed, limit: STEP_ENTRIES })
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
    // Masking comes last: its first pass after a rule change takes long.
    run.counts['masks'] = await renewMasking(db, rules, { now: run.startedAt, log })
    return { expired: run.counts['expired'] }
  })
}

const ending = ({ publishedOn }: listings.Listing): 'lapseListing' | 'removeListing' =>
  publishedOn === null ? 'lapseListing' : 'removeListing'

/** `on` is the day after the term. The move table raises it to the day of the case's last step. */
const inputOf = (listing: listings.Listing, now: Date) => ({
  on: listing.endsOn === null ? shanghaiDate(now) : addDays(listing.endsOn, 1),
  removal: 'EXPIRED' as const,
})

/** Ends listings in bulk, then retries locked or refused ones one by one. */
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
    const inputs = {
      ids,
      name,
      inputOf: (one: listings.Listing) => inputOf(one, now),
      now,
      waitMs: EXPIRY_MERGE_WAIT_MS,
    }
    for (const id of await makeMoves(db, options.rules, inputs)) ended.add(id)
  }
  for (const listing of due)
    if (!ended.has(listing.id) && (await endOne(db, listing, now, options))) ended.add(listing.id)
  return ended
}

const endOne = async (
  db: Db,
  listing: listings.Listing,
  now: Date,
  { rules, log }: { rules: WorkRules; log: Log },
): Promise<boolean> => {
  try {
    const input = inputOf(listing, now)
    const made = { id: listing.id, name: ending(listing), by: 'clock', role: 'clock' as const, input, now }
    await makeMove(db, rules, { ...made, waitMs: EXPIRY_MERGE_WAIT_MS })
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    log.warn({ listing: listing.id, reason: error.message }, 'an entry could not be ended')
    return false
  }
}
