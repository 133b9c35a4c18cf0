/** Recounts running clocks after holidays were amended or a rule was confirmed. A stated day stays. */
import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { listUncertainRows } from '../../domain/calendar/rule-confirmations.js'
import { CLOCK_TABLE, recountRunningClocks } from '../../domain/matters/clocks.js'
import { canonicalJson } from '../../domain/records/records.js'
import { makeOnce } from '../../foundation/memo.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as store from '../../store/matters/recount.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import type { WorkRules } from '../calendar/rules.js'
import { clockRowsOf } from './keep-move.js'
import { kindAsBegun, readClockTable } from './kinds.js'

const STEP_CLOCKS = 500
const FINGERPRINT_CHARACTERS = 16

/** Returns how many matters have a clock whose day moved. */
export const recountMatters = async (db: Db, base: WorkRules): Promise<number> => {
  let moved = 0
  for (let step: RecountStep = { counted: STEP_CLOCKS, moved: 0 }; step.counted > 0; moved += step.moved)
    step = await db.transaction((tx) => recountSome(tx, base))
  return moved
}

interface RecountStep {
  counted: number
  moved: number
}

const recountSome = async (tx: Tx, base: WorkRules): Promise<RecountStep> => {
  const rules = await applyAmendmentsToRules(tx, base)
  const counting = fingerprintOf(rules)
  const found = await store.lockCountedOtherwise(tx, counting, STEP_CLOCKS)
  const recounted: store.RecountedMatter[] = []
  for (const { id, matter, ...begun } of found) {
    const clocks = recountRunningClocks(matter.clocks, rules.calendar)
    const columns = clockRowsOf(await kindAsBegun(tx, begun), { clocks }, rules.confirmations)
    recounted.push({ id, clocks: columns, content: isDeepStrictEqual(clocks, matter.clocks) ? null : clocks })
  }
  return {
    counted: await store.keepRecount(tx, counting, recounted),
    moved: recounted.filter(({ content }) => content !== null).length,
  }
}

const listClockKeys = makeOnce(() => new Set(listUncertainRows(CLOCK_TABLE, readClockTable()).map(({ key }) => key)))

const fingerprintOf = ({ calendar: { holidays, workdays, knownUntil }, confirmations }: WorkRules): string => {
  const confirmed = [...(confirmations?.keys() ?? [])].filter((key) => listClockKeys().has(key))
  const days = { holidays: [...holidays].sort(), workdays: [...workdays].sort(), knownUntil }
  return hash('sha256', canonicalJson({ ...days, confirmed: confirmed.sort() })).slice(0, FINGERPRINT_CHARACTERS)
}
