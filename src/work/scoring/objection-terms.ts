/** Counted when the objection comes, and again while it is open: holidays may be published. */
import { checkObjectionRules, computeObjectionDueDay, type ObjectionRules } from '../../domain/scoring/objection.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as objections from '../../store/scoring/objections.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { makeRulesReader, type WorkRules } from '../calendar/rules.js'

const STEP_OBJECTIONS = 1_000

const readObjectionRules = makeRulesReader<ObjectionRules>(
  'rules/objections',
  'contracts/objections',
  checkObjectionRules,
)

export const countObjectionTerm = async (tx: Tx, rules: WorkRules, now: Date): Promise<string> => {
  const { calendar } = await applyAmendmentsToRules(tx, rules)
  return computeObjectionDueDay(readObjectionRules(), calendar, shanghaiDate(now))
}

/** Returns how many due days moved or were counted for the first time. */
export const renewObjectionTerms = async (db: Db, base: WorkRules): Promise<number> => {
  const { calendar } = await applyAmendmentsToRules(db, base)
  let moved = 0
  for (let after = 0; ; ) {
    const open = await objections.listOpenTerms(db, { after, first: STEP_OBJECTIONS })
    const changed = open.flatMap(({ id, openedAt, dueOn }) => {
      const due = computeObjectionDueDay(readObjectionRules(), calendar, shanghaiDate(openedAt))
      return due === dueOn ? [] : [{ id, dueOn: due }]
    })
    await objections.setDueDays(db, changed)
    moved += changed.length
    const last = open.at(-1)
    if (last === undefined || open.length < STEP_OBJECTIONS) return moved
    after = last.id
  }
}
