/** Once a new rule row is in force, a move recounts each term that it changes. */
import { upgradeStoredCase } from '../../domain/listing/case.js'
import { newestRuleDay } from '../../domain/listing/entry-end.js'
import { renewedEnd } from '../../domain/listing/moves-removal.js'
import { isRefusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as listings from '../../store/listing/listings.js'
import { caseRules, type WorkRules } from '../calendar/rules.js'
import { makeMove } from './listing.js'

const STEP_ENTRIES = 1_000
export const EXPIRY_MERGE_WAIT_MS = 600_000

export const renewTerms = async (db: Db, rules: WorkRules, { now, log }: { now: Date; log: Log }): Promise<number> => {
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
    const standing = await listings.inForceDecidedBefore(db, { list, from, after, limit: STEP_ENTRIES })
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
