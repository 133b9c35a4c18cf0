import { hash } from 'node:crypto'
import type { Calendar } from '../../domain/calendar/calendar.js'
import { countDueDay, type Deadline, findDeadlineChanges } from '../../domain/listing/deadlines.js'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import { pagesFrom } from '../../foundation/pages.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as store from '../../store/listing/deadlines.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { selectMoveRules, type WorkRules } from '../calendar/rules.js'
import type { AppliedMove } from './entry.js'

const VERSION_LENGTH = 12
const STEP_DEADLINES = 1_000

export const recordDeadlines = async (tx: Tx, rules: WorkRules, steps: readonly AppliedMove[], now: Date) => {
  const made = steps.map(({ name, before, after, act }) => {
    const by = selectMoveRules(rules, after.list)
    const { begun, met, dropped } = findDeadlineChanges(name, before.facts, after.facts, act, by)
    return { listingId: after.id, on: act.on, begun: begun.map(versioned), met, dropped }
  })
  await store.applyChanges(tx, made, now)
}

const versioned = (deadline: Deadline) => ({
  ...deadline,
  version: hash('sha256', canonicalJson(deadline.rule as unknown as Json)).slice(0, VERSION_LENGTH),
})

/** Recounts deadlines, and closes WITHDRAWAL deadlines once no delivery of the removal is open. */
export const renewDeadlines = async (db: Db, base: WorkRules): Promise<{ moved: number; settled: number }> => {
  const rules = await applyAmendmentsToRules(db, base)
  let moved = 0
  for (let after: number | undefined = 0; after !== undefined; )
    after = await db.transaction(async (tx) => {
      const running = await store.lockRunning(tx, { after: after ?? 0, limit: STEP_DEADLINES })
      const changed = findMoved(running, rules.calendar).map(({ deadline, due }) => ({ id: deadline.id, ...due }))
      await store.moveDueDays(tx, changed)
      moved += changed.length
      return running.at(-1)?.id
    })
  const settled = await db.transaction((tx) => store.settleWithdrawals(tx))
  return { moved, settled }
}

const findMoved = <K extends store.StoredDeadline>(running: readonly K[], calendar: Calendar) =>
  running.flatMap((deadline) => {
    const due = countDueDay(deadline, calendar, deadline.dueOn)
    return due.dueOn === deadline.dueOn && due.provisional === deadline.provisional ? [] : [{ deadline, due }]
  })

/** Deadlines that `calendar` would move. Those of closed cases are counted, listed only with `ended`. */
export const previewMovedDeadlines = async (
  db: Db,
  calendar: Calendar,
  { shown, ended }: { shown: number; ended: boolean },
) => {
  const moved: { deadline: store.StoredDeadline; due: { dueOn: string; provisional: boolean } }[] = []
  let moves = 0
  const pages = pagesFrom<store.RunningDeadline>((last) =>
    store.listRunning(db, { after: last?.id ?? 0, limit: STEP_DEADLINES }),
  )
  for await (const running of pages) {
    const due = findMoved(running, calendar)
    const seen = due.filter(({ deadline: { ofCase } }) => ofCase === 'ON' || (ended && ofCase === 'OVER'))
    moved.push(...seen.slice(0, shown - moved.length))
    moves += due.length
  }
  return { moves, moved }
}
