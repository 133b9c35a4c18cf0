import type { Calendar } from '../../domain/calendar/calendar.js'
import type { RuleFault } from '../../domain/calendar/dated-rows.js'
import type { PlatformSubjects } from '../../domain/delivery/delivery.js'
import type { MoveRules as CaseRules } from '../../domain/listing/case.js'
import type { DocumentPrinter } from '../../domain/listing/documents.js'
import type { ListKind } from '../../domain/listing/lists.js'
import type { ClockRules } from '../../domain/listing/publication-clocks.js'
import { checkRecoveryRules, type RecoveryRules } from '../../domain/scoring/recovery-rules.js'
import * as contracts from '../../foundation/contracts.js'
import { Refusal } from '../../foundation/errors.js'

export interface WorkRules {
  lists: readonly ListKind[]
  calendar: Calendar
  clocks: ClockRules
  platforms: readonly PlatformSubjects[]
  /** Returns the pseudonym that replaces an ID number in free text. */
  mark: (id: string) => string
  printDocument: DocumentPrinter
}

/** Refusal INPUT_INVALID for an unknown id. */
export const listKindOf = (rules: WorkRules, id: string): ListKind => {
  const list = rules.lists.find((row) => row.id === id)
  if (list === undefined) throw new Refusal('INPUT_INVALID', { reason: `未知的名单类别 unknown list ${id}` })
  return list
}

export const caseRules = (rules: WorkRules, id: string): CaseRules => {
  const { calendar, clocks } = rules
  return { list: listKindOf(rules, id), calendar, clocks }
}

let waysBack: RecoveryRules | null = null

export const recoveryRules = (): RecoveryRules => {
  waysBack ??= readCheckedRules<RecoveryRules>('rules/recovery', 'contracts/recovery', checkRecoveryRules)
  return waysBack
}

/** Refusal RULES_BROKEN lists every fault and stops the start. */
export const readCheckedRules = <T>(file: string, shape: string, check: (content: T) => RuleFault[]): T => {
  const content = contracts.schemaDocument(`${file}.json`)
  const badly = contracts
    .contractCheck(shape)(content)
    .map(({ message }) => message)
  const faults = badly.length > 0 ? badly : check(content as T).map(({ place, reason }) => `${place} ${reason}`)
  if (faults.length > 0) throw new Refusal('RULES_BROKEN', { file: `schema/${file}.json`, faults: faults.join('; ') })
  return content as T
}
