/** The rules that verbs work by: loaded once from schema/rules and given to them. */

import type { Calendar } from '../../domain/calendar/calendar.js'
import type { RuleFault } from '../../domain/calendar/dated-rows.js'
import type { Hearing } from '../../domain/delivery/delivery.js'
import type { Rules as CaseRules } from '../../domain/listing/case.js'
import type { ListKind } from '../../domain/listing/lists.js'
import type { ClockRules } from '../../domain/listing/publication-clocks.js'
import { checkRestoration, type RestorationRules } from '../../domain/scoring/recovery-rules.js'
import * as contracts from '../../foundation/contracts.js'
import { Refusal } from '../../foundation/errors.js'

export interface Rules {
  lists: readonly ListKind[]
  calendar: Calendar
  clocks: ClockRules
  /** What each platform must hear of. */
  platforms: readonly Hearing[]
  /** What stands for an ID number that somebody writes into a text. */
  mark: (id: string) => string
}

/** Refusal INPUT_INVALID for a kind of list that nobody knows. */
export const listOf = (rules: Rules, id: string): ListKind => {
  const list = rules.lists.find((row) => row.id === id)
  if (list === undefined) throw new Refusal('INPUT_INVALID', { reason: `未知的名单类别 unknown list ${id}` })
  return list
}

/** What a case of this kind of list moves by. */
export const caseRules = (rules: Rules, id: string): CaseRules => {
  const { calendar, clocks } = rules
  return { list: listOf(rules, id), calendar, clocks }
}

let waysBack: RestorationRules | null = null

/** The ways back up, by schema/rules/restoration.json; read and checked once. */
export const restorationRules = (): RestorationRules => {
  waysBack ??= checked<RestorationRules>('rules/restoration', 'contracts/restoration', checkRestoration)
  return waysBack
}

/** Refusal RULES_BROKEN with every fault: a hub with broken rules does not start. */
export const checked = <T>(file: string, shape: string, check: (content: T) => RuleFault[]): T => {
  const content = contracts.document(`${file}.json`)
  const badly = contracts
    .contract(shape)(content)
    .map(({ message }) => message)
  const faults = badly.length > 0 ? badly : check(content as T).map(({ place, reason }) => `${place} ${reason}`)
  if (faults.length > 0) throw new Refusal('RULES_BROKEN', { file: `schema/${file}.json`, faults: faults.join('; ') })
  return content as T
}
