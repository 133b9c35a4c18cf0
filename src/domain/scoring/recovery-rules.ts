import type { BilingualText } from '../../foundation/text/words.js'
import type { DatedRow, RuleFault, RuleSource, SourceCertainty } from '../calendar/dated-rows.js'
import { checkRuleRows } from '../calendar/dated-rows.js'
import { type FactName, findFact } from '../records/facts.js'

export type RestoringAct = 'PERFORM' | 'CORRECT' | 'REPAIR' | 'WAIT'

/**
 * A sentence with `{count}` to be filled. It is unconfirmed when facts outside the data may move the day, or for this
 * project's own proposals.
 */
export interface SourcedSentence extends BilingualText, RuleSource {
  confirmed: boolean
}

export interface AnswerTime extends RuleSource {
  workdays: number
  confirmed: boolean
}

export interface ActRule extends DatedRow, BilingualText {
  fact: FactName
  /** No act helps if null; the sentence says why. */
  act: Exclude<RestoringAct, 'WAIT'> | null
  /** Months from the fact's day until the act is lawful. */
  months: number | null
  answer: AnswerTime | null
}

export interface RecoveryRules {
  acts: ActRule[]
  /** Sentence added to every act. `within`: the office answers in `{workdays}`. `open`: no time is fixed. */
  granted: Record<'within' | 'open', BilingualText>
  waits: Record<'window' | 'halving' | 'end', SourcedSentence>
  endless: SourcedSentence
}

export const checkRecoveryRules = (rules: RecoveryRules): RuleFault[] => {
  const faults = checkRuleRows(rules.acts, 'acts', (one, other) => one.fact === other.fact)
  const say = (place: string, reason: string) => faults.push({ place, reason })
  const checkSource = (each: { mark: SourceCertainty; confirmed: boolean } | null, at: string) => {
    if (each && each.confirmed !== (each.mark === 'F'))
      say(at, '未经核实（M）的不得标为已确认。Confirmed is only what was found (F).')
  }
  rules.acts.forEach((row, i) => {
    const at = `acts[${i}]`
    if (findFact(row.fact)?.tone !== 'adverse')
      say(`${at}.fact`, `不是不良事实：${row.fact}。Not a fact that is adverse.`)
    checkSource(row.answer, `${at}.answer`)
    if ((row.act === null) !== (row.months === null))
      say(`${at}.months`, '有办法才有期限。Months belong to an act, and an act needs them.')
  })
  for (const tongue of ['zh', 'en'] as const)
    if (!rules.granted.within[tongue].includes('{workdays}'))
      say(`granted.within.${tongue}`, '没有写明期限。It does not say {workdays}.')
  for (const [name, each] of Object.entries({ ...rules.waits, endless: rules.endless })) checkSource(each, name)
  return faults
}
