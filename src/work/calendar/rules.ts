import type { Calendar } from '../../domain/calendar/calendar.js'
import { isInForce, type RuleFault } from '../../domain/calendar/dated-rows.js'
import {
  type RuleConfirmation,
  type RuleConfirmations,
  withConfirmations,
} from '../../domain/calendar/rule-confirmations.js'
import type { PlatformSubjects } from '../../domain/delivery/delivery.js'
import type { MoveRules as CaseRules } from '../../domain/listing/case.js'
import type { DocumentPrinter } from '../../domain/listing/documents.js'
import type { ListKind } from '../../domain/listing/lists.js'
import type { SiteClockRules } from '../../domain/listing/publication-clocks.js'
import { checkRecoveryRules, type RecoveryRules } from '../../domain/scoring/recovery-rules.js'
import * as contracts from '../../foundation/contracts.js'
import { Refusal } from '../../foundation/errors.js'
import { makeOnce, memoByObject } from '../../foundation/memo.js'

export interface WorkRules {
  lists: readonly ListKind[]
  calendar: Calendar
  clocks: SiteClockRules
  platforms: readonly PlatformSubjects[]
  /** The pseudonym that replaces an ID number in free text. */
  pseudonymOf: (id: string) => string
  printDocument: DocumentPrinter
  /** Laid over the rule files; absent: none. */
  confirmations?: RuleConfirmations
}

/** Refusal INPUT_INVALID for an unknown id. */
export const findListKind = (rules: WorkRules, id: string): ListKind => {
  const list = rules.lists.find((row) => row.id === id)
  if (list === undefined) throw new Refusal('INPUT_INVALID', { reason: `未知的名单类别 unknown list ${id}` })
  return list
}

export const selectMoveRules = (rules: WorkRules, id: string): CaseRules => {
  const { calendar, clocks } = rules
  return { list: findListKind(rules, id), calendar, clocks }
}

export const makeRulesReader = <T>(...of: Parameters<typeof readRulesFile<T>>): RulesReader<T> => {
  const filed = makeOnce(() => readRulesFile(...of))
  const layered = memoByObject((confirmations: RuleConfirmations) =>
    withConfirmations(tableNameOf(of[0]), filed(), confirmations),
  )
  return (confirmations) => (confirmations === undefined ? filed() : layered(confirmations))
}

type RulesReader<T> = (confirmations?: RuleConfirmations) => T

const tableNameOf = (file: string): string => file.replace(/^rules\//, '')

/** Refusal RULES_BROKEN lists every fault and stops the start. */
export const readRulesFile = <T>(file: string, shape: string, check: (content: T) => RuleFault[]): T => {
  const content = contracts.schemaDocument(`${file}.json`)
  const badly = contracts
    .contractCheck(shape)(content)
    .map(({ message }) => message)
  const faults = badly.length > 0 ? badly : check(content as T).map(({ place, reason }) => `${place} ${reason}`)
  if (faults.length > 0) throw new Refusal('RULES_BROKEN', { file: `schema/${file}.json`, faults: faults.join('; ') })
  return content as T
}

export const readRecoveryRules = makeRulesReader<RecoveryRules>(
  'rules/recovery',
  'contracts/recovery',
  checkRecoveryRules,
)

const CALENDAR = 'calendar.json'

export type RuleTable = ReturnType<typeof tableOf>
export type RuleRow = ReturnType<typeof rowOf>

type JsonMembers = Record<string, unknown>

export const readRuleContents = memoByObject((confirmations: RuleConfirmations): ReadonlyMap<string, JsonMembers> => {
  const files = contracts.listSchemaFiles('rules').filter((file) => file.endsWith('.json') && file !== CALENDAR)
  return new Map(
    files.map((file) => {
      const name = file.replace(/\.json$/, '')
      return [name, withConfirmations(name, contracts.schemaDocument(`rules/${file}`) as JsonMembers, confirmations)]
    }),
  )
})

const allTables = memoByObject((confirmations: RuleConfirmations) =>
  [...readRuleContents(confirmations)].map(([name, content]) => tableOf(name, content)),
)

const NONE: RuleConfirmations = new Map()
const LISTS = 'lists'

const listTable = memoByObject((lists: readonly ListKind[]) => {
  const { about } = contracts.schemaDocument(`rules/${LISTS}.json`) as JsonMembers
  return tableOf(LISTS, { about, lists })
})

export type RulesInForce = Pick<WorkRules, 'lists' | 'confirmations'>

/** Rules in force on day `on`; null: all. A rule without dates is always in force. */
export const listRuleTables = (on: string | null = null, rules: RulesInForce | null = null): RuleTable[] => {
  const holds = (row: RuleRow) => on === null || isInForce(row, on)
  const tables = allTables(rules?.confirmations ?? NONE)
  const present = rules === null ? tables : tables.map((one) => (one.name === LISTS ? listTable(rules.lists) : one))
  return present.map((table) => ({
    ...table,
    sections: table.sections.map(({ name, rows }) => ({ name, rows: rows.filter(holds) })),
  }))
}

const tableOf = (name: string, content: JsonMembers) => {
  const { about, mark: markOfAll, ...rest } = content
  const sections = Object.entries(rest).flatMap(([section, value]) =>
    Array.isArray(value) ? [{ name: section, rows: value.map((row) => rowOf(row, markOfAll)) }] : [],
  )
  const alone = Object.entries(rest).filter(([, value]) => !Array.isArray(value))
  const single = alone.length === 0 ? [] : [{ name, rows: [rowOf(Object.fromEntries(alone), markOfAll)] }]
  return { name, about: about as { zh: string; en: string }, sections: [...sections, ...single] }
}

export const rowOf = (row: unknown, markOfAll?: unknown) => {
  const members: JsonMembers = typeof row === 'object' && row !== null ? (row as JsonMembers) : { value: row }
  const { from = null, to = null, basis = null, mark = markOfAll, confirmed, confirmation = null, ...rest } = members
  return {
    from: from as string | null,
    to: to as string | null,
    basis: basis as string | null,
    /** False: not to be cited as law yet. null: the rule states no certainty. */
    confirmed: typeof confirmed === 'boolean' ? confirmed : mark === undefined ? null : mark === 'F',
    confirmation: confirmation as RuleConfirmation | null,
    fields: Object.entries(rest).flatMap(([name, value]) =>
      value === null ? [] : [{ name, value: typeof value === 'object' ? JSON.stringify(value) : String(value) }],
    ),
  }
}
