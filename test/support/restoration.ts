/** Rules, card and facts shared by the tests of the recovery path. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { FactEvent, FactFamily, Facts } from '../../src/domain/records/facts.js'
import { FACT_FAMILIES } from '../../src/domain/records/facts.js'
import { applySteps, type RecoveryStep } from '../../src/domain/scoring/recovery-path.js'
import type { RecoveryRules } from '../../src/domain/scoring/recovery-rules.js'
import { score } from '../../src/domain/scoring/score.js'
import type { Scorecard } from '../../src/domain/scoring/scorecard.js'
import { schemaDocument } from '../../src/foundation/contracts.js'

const cardIn = (file: string): Scorecard =>
  JSON.parse(readFileSync(new URL(`../../schema/scorecards/${file}`, import.meta.url), 'utf8'))
export const shipped = ['ecommerce-1.json', 'general-1.json'].map(cardIn)
const ecommerce = cardIn('ecommerce-1.json')
/** The start of grade A is fixed, because plans were worked out by hand. */
export const card: Scorecard = {
  ...ecommerce,
  grades: ecommerce.grades.map((line) => (line.grade === 'A' ? { ...line, from: 700 } : line)),
}
export const rules = schemaDocument('rules/recovery.json') as RecoveryRules
export const AS_OF = '2026-11-25'
export const ALL = Object.keys(FACT_FAMILIES) as FactFamily[]

export const factsOf = (events: FactEvent[], more: Partial<Facts> = {}): Facts => ({
  asOf: AS_OF,
  kind: 'enterprise',
  known: ALL,
  events,
  ...more,
})

/** Expects that scoring the facts after each step gives exactly the value and grade that the step promises. */
export const promised = (facts: Facts, card: Scorecard, steps: readonly RecoveryStep[]): void => {
  steps.forEach((step, i) => {
    const done = applySteps(facts, steps.slice(0, i + 1))
    const { value, grade } = score(done, card)
    expect({ asOf: done.asOf, value, grade }).to.deep.equal({ asOf: step.on, value: step.value, grade: step.grade })
  })
}
