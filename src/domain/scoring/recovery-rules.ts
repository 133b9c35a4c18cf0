/** The ways back up as data: schema/rules/restoration.json, its shape in schema/contracts/restoration.json, the rest checked here. */

import type { Words } from '../../foundation/text/words.js'
import { isDate } from '../../foundation/time/dates.js'
import type { Mark } from '../listing/lists.js'
import type { FactName } from '../records/facts.js'
import { factRow } from '../records/facts.js'

/** PERFORM a judgment, CORRECT what is amiss, apply for REPAIR, or WAIT. */
export type RestoringAct = 'PERFORM' | 'CORRECT' | 'REPAIR' | 'WAIT'

/**
 * A sentence (`{count}` in it is how many) with its source. Not confirmed where something that the facts do not show, such
 * as the field, may move the day, and where it is this project's own proposal.
 */
export interface Told extends Words {
  basis: string
  mark: Mark
  confirmed: boolean
}

/** Within how many workdays whoever decides has to answer. */
export interface Answer {
  workdays: number
  basis: string
  mark: Mark
  confirmed: boolean
}

/** What an act can do about an adverse fact of the days `from`–`to` (both included; null: open). */
export interface ActRule extends Told {
  fact: FactName
  from: string | null
  to: string | null
  /** null: no act restores it, and the sentence says why. */
  act: Exclude<RestoringAct, 'WAIT'> | null
  /** From the fact's day to the first day on which the act is lawful; 0: at once; null where there is no act. */
  months: number | null
  answer: Answer | null
}

export interface RestorationRules {
  acts: ActRule[]
  /** How the sentence of every act ends: the answer takes `{workdays}` or no fixed time, and what the score shown is. */
  granted: Record<'within' | 'open', Words>
  /** Why time restores: the card's window, its halving, the end of an entry. */
  waits: Record<'window' | 'halving' | 'end', Told>
  /** No end is known, and no act. */
  endless: Told
}

export const applies = ({ from, to }: Pick<ActRule, 'from' | 'to'>, on: string): boolean =>
  (from === null || from <= on) && (to === null || on <= to)

/** Everything wrong with the table, beyond its shape; empty: it may be used. */
export const checkRestoration = (rules: RestorationRules): { place: string; reason: string }[] => {
  const faults: { place: string; reason: string }[] = []
  const say = (place: string, reason: string) => faults.push({ place, reason })
  const checkSource = (each: { mark: Mark; confirmed: boolean } | null, at: string) => {
    if (each && each.confirmed !== (each.mark === 'F'))
      say(at, '未经核实（M）的不得标为已确认。Confirmed is only what was found (F).')
  }
  rules.acts.forEach((row, i) => {
    const at = `acts[${i}]`
    if (factRow(row.fact)?.tone !== 'adverse')
      say(`${at}.fact`, `不是不良事实：${row.fact}。Not a fact that is adverse.`)
    checkSource(row, at)
    checkSource(row.answer, `${at}.answer`)
    if ((row.act === null) !== (row.months === null))
      say(`${at}.months`, '有办法才有期限。Months belong to an act, and an act needs them.')
    for (const day of [row.from, row.to]) if (day !== null && !isDate(day)) say(at, `不是日期：${day}。Not a day.`)
    const others = rules.acts.slice(i + 1).filter((other) => other.fact === row.fact)
    if (others.some((other) => applies(row, other.from ?? '') || applies(other, row.from ?? '')))
      say(at, '适用日期重叠。Two rows apply on one day.')
  })
  for (const tongue of ['zh', 'en'] as const)
    if (!rules.granted.within[tongue].includes('{workdays}'))
      say(`granted.within.${tongue}`, '没有写明期限。It does not say {workdays}.')
  for (const [name, each] of Object.entries({ ...rules.waits, endless: rules.endless })) checkSource(each, name)
  return faults
}
