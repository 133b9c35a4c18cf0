/** Ends listings whose term is complete. After rule changes it also recounts terms and masks entries again. */
import { isCalendarEnding } from '../../domain/calendar/calendar.js'
import { upgradeStoredCase } from '../../domain/listing/case.js'
import { findNewestRuleDay } from '../../domain/listing/entry-end.js'
import type { MoveName } from '../../domain/listing/moves.js'
import { computeRenewedEnd } from '../../domain/listing/moves-removal.js'
import { MASKING_VERSION } from '../../domain/listing/public-entry.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { pagesFrom } from '../../foundation/pages.js'
import { addDays, shanghaiDate } from '../../foundation/time/dates.js'
import * as clockDoubts from '../../store/db/clock-doubts.js'
import type { Db } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import * as listings from '../../store/listing/listings.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { selectMoveRules, type WorkRules } from '../calendar/rules.js'
import { backfillMeasures, handToSuccessors } from '../matters/measures.js'
import { type RunOptions, runAlone } from '../timetable/run.js'
import { renewEntry } from './consequences.js'
import { renewDeadlines } from './deadlines.js'
import { CLOCK_ACTOR, type MoveInput, makeMove, makeMoves } from './listing.js'

const RUN_ENTRIES = 20_000
const STEP_ENTRIES = 500
const TERM_STEP_ENTRIES = 1_000
const EXPIRY_MERGE_WAIT_MS = 600_000

export interface ExpireOptions extends RunOptions {
  rules: WorkRules
  log: Log
}

interface ExpireRun {
  db: Db
  rules: WorkRules
  log: Log
  now: Date
}

export const expireListings = (db: Db, options: ExpireOptions): Promise<{ expired: number } | null> => {
  return runAlone(db, { ...options, job: 'expire' }, async ({ startedAt: now, counts }, db) => {
    const { rules, log } = options
    const run: ExpireRun = { db, rules, log, now }
    // An expired entry cannot be restored, so the clock must be certain.
    if ((await clockDoubts.currentDoubt(db)) !== null) throw new Refusal('CLOCK_DOUBTED')
    const today = shanghaiDate(now)
    counts['expired'] = 0
    counts['terms'] = await renewTerms(run)
    const passed: string[] = []
    for (;;) {
      const due = await listings.listPastEnd(db, today, { except: passed, limit: STEP_ENTRIES })
      if (due.length === 0) break
      const ended = await endMany(run, due)
      counts['expired'] += ended.size
      passed.push(...due.map(({ id }) => id).filter((id) => !ended.has(id)))
    }
    const { calendar } = await applyAmendmentsToRules(db, rules)
    if (isCalendarEnding(calendar, today))
      log.error(
        { knownUntil: calendar.knownUntil },
        'the holidays of the next year are not entered: deadlines beyond are provisional',
      )
    const { moved, settled } = await renewDeadlines(db, rules)
    counts['deadlines'] = moved + settled
    counts['measures'] = (await handToSuccessors(db, rules, { now })) + (await backfillMeasures(db, rules, { now }))
    // Masking comes last: its first pass after a rule change takes long.
    counts['masks'] = await renewMasking(run)
    return { expired: counts['expired'] }
  })
}

const REASON = '列入期限的规则有变，依新规则重计。The rule of its term has changed; it is counted by the new one.'

const renewTerms = async (run: ExpireRun): Promise<number> => {
  const today = shanghaiDate(run.now)
  let renewed = 0
  for (const { id: list } of run.rules.lists.filter(({ decidedHere }) => decidedHere)) {
    const rules = selectMoveRules(run.rules, list)
    const newest = findNewestRuleDay(rules, today)
    if (newest === null) continue
    const pages = pagesFrom<listings.Listing>((last) =>
      listings.listInForceDecidedBefore(run.db, {
        list,
        from: newest,
        after: last?.id ?? null,
        limit: TERM_STEP_ENTRIES,
      }),
    )
    for await (const page of pages)
      for (const { id, facts, endsOn } of page) {
        const next = computeRenewedEnd(upgradeStoredCase(facts), today, rules)
        if (next === null || next === endsOn || endsOn === null || endsOn < today) continue
        const input = { on: today, reason: REASON }
        if (await moveOrWarn(run, { id, name: 'renewTerm', input }, 'a term could not be counted anew')) renewed += 1
      }
  }
  return renewed
}

const moveOrWarn = async (
  { db, rules, log, now }: ExpireRun,
  move: { id: string; name: MoveName; input: MoveInput },
  warning: string,
): Promise<boolean> => {
  try {
    await makeMove(db, rules, { ...CLOCK_ACTOR, ...move, now, waitMs: EXPIRY_MERGE_WAIT_MS })
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    log.warn({ listing: move.id, reason: error.message }, warning)
    return false
  }
}

const endMany = async (run: ExpireRun, due: readonly listings.Listing[]): Promise<Set<string>> => {
  const { db, rules, now } = run
  const ended = new Set<string>()
  const inputOf = (listing: listings.Listing) => expiryInput(listing, now)
  for (const name of ['removeListing', 'lapseListing'] as const) {
    const ids = due.filter((one) => endingMove(one) === name).map(({ id }) => id)
    if (ids.length === 0) continue
    const made = { ids, name, inputOf, now, waitMs: EXPIRY_MERGE_WAIT_MS }
    for (const id of await makeMoves(db, rules, made)) ended.add(id)
  }
  for (const listing of due.filter(({ id }) => !ended.has(id))) {
    const move = { id: listing.id, name: endingMove(listing), input: inputOf(listing) }
    if (await moveOrWarn(run, move, 'an entry could not be ended')) ended.add(listing.id)
  }
  return ended
}

const endingMove = ({ publishedOn }: listings.Listing): MoveName =>
  publishedOn === null ? 'lapseListing' : 'removeListing'

/** `on`: the day after the term ends. `attemptMove` raises it if the last step was later. */
const expiryInput = ({ endsOn }: listings.Listing, now: Date) => ({
  on: endsOn === null ? shanghaiDate(now) : addDays(endsOn, 1),
  removal: 'EXPIRED' as const,
})

/** Entries published under older masking rules are republished, or hidden. */
const renewMasking = async ({ db, rules, log, now }: ExpireRun): Promise<number> => {
  let looked = 0
  const pages = pagesFrom<string>((last) => listings.listEntriesMaskedBefore(db, MASKING_VERSION, last, STEP_ENTRIES))
  for await (const ids of pages) {
    for (const id of ids)
      await db.transaction(async (tx) => {
        const at = await knowledge.nextInstant(tx, now)
        const listing = await listings.lockForMove(tx, id)
        if (listing === null || (await renewEntry(tx, listing, { at, now, rules })))
          await listings.noteMaskingVersion(tx, id, MASKING_VERSION)
        else log.warn({ listing: id }, 'an entry could not be renewed under new masks')
      })
    looked += ids.length
    if (looked >= RUN_ENTRIES) break
  }
  if (looked > 0) log.info({ entries: looked }, 'public entries were looked at under new masks')
  return looked
}
