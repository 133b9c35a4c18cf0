import {
  listUncertainRows,
  type RuleConfirmations,
  type RuleReading,
  type UncertainRow,
  withConfirmations,
} from '../../domain/calendar/rule-confirmations.js'
import { bindsPublication } from '../../domain/listing/legal-ground.js'
import { CLOCK_TABLE } from '../../domain/matters/clocks.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { isDate, shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as proposals from '../../store/office/proposals.js'
import { type RulesInForce, readRuleContents, type WorkRules } from '../calendar/rules.js'
import { readClockTable } from '../matters/kinds.js'

/** Kept as read, so its history can be told when the file changes. */
export interface RuleRowContent extends RuleReading, Pick<UncertainRow, 'key' | 'row'> {
  table: string
  path: string[]
}

export type RuleRowProposal = proposals.OfficeProposal<RuleRowContent>

const NONE: RuleConfirmations = new Map()

export const readConfirmations = (inForce: readonly RuleRowProposal[]): RuleConfirmations =>
  new Map(
    inForce.map(({ content: { key, source, text, readOn }, proposedBy, decidedBy }) => [
      key,
      { source, text, readOn, by: proposedBy, confirmedBy: decidedBy ?? '' },
    ]),
  )

/** `binds`: an entry decided on `day` or later may rest on it. */
export const listUnconfirmedRows = ({ lists, confirmations = NONE }: RulesInForce, day: string) =>
  [...readRuleContents(confirmations), clocksOfMatters(confirmations)].flatMap(([table, content]) =>
    listUncertainRows(table, table === 'lists' ? { lists } : content).map((row) => ({
      ...{ table, ...row },
      binds: bindsPublication(lists, { table, ...row }, day),
    })),
  )

const clocksOfMatters = (confirmations: RuleConfirmations): [table: string, content: object] => [
  CLOCK_TABLE,
  withConfirmations(CLOCK_TABLE, readClockTable(), confirmations),
]

export interface RuleReadingInput extends RuleReading {
  key: string
  by: string
  now: Date
}

/** Refusals: RULE_ROW_UNKNOWN, DATE_INVALID, OFFICE_PROPOSAL_WAITS, INPUT_INVALID. */
export const proposeRuleRow = async (
  db: Db,
  rules: WorkRules,
  { key, readOn, by, now, ...read }: RuleReadingInput,
): Promise<proposals.OfficeProposal> => {
  const today = shanghaiDate(now)
  const found = listUnconfirmedRows(rules, today).find((row) => row.key === key)
  if (found === undefined) throw new Refusal('RULE_ROW_UNKNOWN')
  if (!isDate(readOn) || readOn > today) throw new Refusal('DATE_INVALID', { value: readOn })
  const source = checkAndRedactText(read.source, '所据文本 the text read', rules.pseudonymOf)
  const text = checkAndRedactText(read.text, '条文原文 its words', rules.pseudonymOf)
  const { table, path, row } = found
  const content: RuleRowContent = { key, table, path: [...path], row, source, text, readOn }
  return db.transaction(async (tx) => {
    await proposals.lockOffice(tx)
    const waiting = await proposals.listWaiting<RuleRowContent>(tx, 'RULE_ROW')
    if (waiting.some((other) => other.content.key === key)) throw new Refusal('OFFICE_PROPOSAL_WAITS')
    return proposals.propose(tx, { kind: 'RULE_ROW', content, reason: source, by, at: now })
  })
}
