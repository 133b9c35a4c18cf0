/** Ends listings whose term is complete. After rule changes, also recounts terms and deadlines and masks entries again. */
import { isCalendarEnding } from '../../domain/calendar/calendar.js'
import { upgradeStoredCase } from '../../domain/listing/case.js'
import { newestRuleDay } from '../../domain/listing/entry-end.js'
import { renewedEnd } from '../../domain/listing/moves-removal.js'
import { MASKING_VERSION } from '../../domain/listing/public-entry.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { addDays, shanghaiDate } from '../../foundation/time/dates.js'
import * as clockDoubts from '../../store/db/clock-doubts.js'
import type { Db } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import * as listings from '../../store/listing/listings.js'
import * as masked from '../../store/listing/masking.js'
import { withAmendments } from '../calendar/calendar.js'
import { caseRules, type WorkRules } from '../calendar/rules.js'
import { type RunOptions, runAlone } from '../timetable/run.js'
import { renewEntry } from './consequences.js'
import { renewDeadlines } from './deadlines.js'
import { makeMove, makeMoves } from './listing.js'

const RUN_ENTRIES = 20_000

/** Entries published under older masking rules are republished, or hidden when nothing may be public. */
const renewMasking = async (db: Db, rules: WorkRules, { now, log }: { now: Date; log: Log }): Promise<number> => {
  let [looked, after] = [0, null as string | null]
  while (looked < RUN_ENTRIES) {
    const ids: string[] = await masked.entriesMaskedBefore(db, MASKING_VERSION, after, STEP_ENTRIES)
    for (const id of ids) {
      await db.transaction(async (tx) => {
        const at = await knowledge.nextInstant(tx, now)
        const listing = await listings.lockForMove(tx, id)
        if (listing === null || (await renewEntry(tx, listing, { at, now, rules })))
          await masked.noteMaskingVersion(tx, id, MASKING_VERSION)
        else log.warn({ listing: id }, 'an entry could not be renewed under new masks')
      })
      looked += 1
    }
    const last = ids.at(-1)
    if (last === undefined) break
    after = last
  }
  if (looked > 0) log.info({ entries: looked }, 'public entries were looked at under new masks')
  return looked
}

const TERM_STEP_ENTRIES = 1_000
const EXPIRY_MERGE_WAIT_MS = 600_000

/** Once a new rule row is in force, a move recounts each term that it changes. */
const renewTerms = async (db: Db, rules: WorkRules, { now, log }: { now: Date; log: Log }): Promise<number> => {
  let renewed = 0
  for (const { id } of rules.lists.filter(({ decidedHere }) => decidedHere)) {
    const newest = newestRuleDay(caseRules(rules, id), shanghaiDate(now))
    if (newest !== null) renewed += await renewOf(db, rules, id, newest, { now, log })
  }
  return renewed
}

const renewOf = async (
  db: Db,
  rules: WorkRules,
  list: string,
  from: string,
  { now, log }: { now: Date; log: Log },
): Promise<number> => {
  const [today, by] = [shanghaiDate(now), caseRules(rules, list)]
  let [renewed, after] = [0, null as string | null]
  for (;;) {
    const standing = await listings.inForceDecidedBefore(db, { list, from, after, limit: TERM_STEP_ENTRIES })
    for (const { id, facts, endsOn } of standing) {
      const next = renewedEnd(upgradeStoredCase(facts), today, by)
      if (next === null || next === endsOn || endsOn === null || endsOn < today) continue
      if (await renewOne(db, rules, id, now, log)) renewed += 1
    }
    const last = standing.at(-1)
    if (last === undefined) return renewed
    after = last.id
  }
}

const REASON = '列入期限的规则有变，依新规则重计。The rule of its term has changed; it is counted by the new one.'

const renewOne = async (db: Db, rules: WorkRules, id: string, now: Date, log: Log): Promise<boolean> => {
  const input = { on: shanghaiDate(now), reason: REASON }
  try {
    await makeMove(db, rules, {
      id,
      name: 'renewTerm',
      by: 'clock',
      role: 'clock',
      input,
      now,
      waitMs: EXPIRY_MERGE_WAIT_MS,
    })
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    log.warn({ listing: id, reason: error.message }, 'a term could not be counted anew')
    return false
  }
}

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
