/** The rules that verbs work by: loaded once from schema/rules and given to them. */
import * as contracts from '../contracts.js'
import type { Calendar } from '../domain/calendar.js'
import type { Rules as CaseRules } from '../domain/case.js'
import type { ClockRules } from '../domain/clocks.js'
import type { ListKind } from '../domain/lists.js'
import { checkRestoration, type RestorationRules } from '../domain/restoration-rules.js'
import { Refusal } from '../errors.js'

export interface Rules {
  lists: readonly ListKind[]
  calendar: Calendar
  clocks: ClockRules
  /** Ids of the platforms that must hear of every entry. */
  platforms: readonly string[]
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
  waysBack ??= checkedWaysBack()
  return waysBack
}

const checkedWaysBack = (): RestorationRules => {
  const rules = contracts.document('rules/restoration.json')
  const shape = contracts
    .contract('contracts/restoration')(rules)
    .map(({ field, message }) => `${field} ${message}`)
  const faults =
    shape.length > 0 ? shape : checkRestoration(rules as RestorationRules).map((f) => `${f.place} ${f.reason}`)
  if (faults.length > 0) throw new Error(`schema/rules/restoration.json: ${faults.join('; ')}`)
  return rules as RestorationRules
}
