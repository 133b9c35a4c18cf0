import { expect } from 'chai'
import fc from 'fast-check'
import type { FactEvent, FactName, Facts } from '../../../src/domain/records/facts.js'
import { FACTS } from '../../../src/domain/records/facts.js'
import {
  applySteps,
  findLastingFacts,
  planRecovery,
  RECOVERY_STEPS_MOST,
  type RecoveryStep,
} from '../../../src/domain/scoring/recovery-path.js'
import { score } from '../../../src/domain/scoring/score.js'
import type { Scorecard } from '../../../src/domain/scoring/scorecard.js'
import { checkScorecard } from '../../../src/domain/scoring/scorecard-check.js'
import { addDays } from '../../../src/foundation/time/dates.js'
import { ALL, AS_OF, card, promised, rules, shipped } from '../../support/restoration.js'

describe('recovery path: properties', () => {
  const day = fc.integer({ min: -1500, max: 200 }).map((n) => addDays(AS_OF, n))
  const anyEvent = fc
    .tuple(
      fc.constantFrom(...(Object.keys(FACTS) as FactName[])),
      fc.option(day, { freq: 8 }),
      fc.option(day, { freq: 1 }),
      fc.integer({ min: 1, max: 4 }),
      fc.option(fc.integer({ min: 0, max: 400 }), { freq: 1 }),
    )
    .map(([fact, on, until, weight, before]) => {
      const decidedOn = on === null || before === null ? null : addDays(on, -before)
      return { fact, on, until, weight, decidedOn }
    })
  const anyFacts: fc.Arbitrary<Facts> = fc.record({
    asOf: fc.constant(AS_OF),
    kind: fc.constantFrom('enterprise' as const, 'individual' as const, 'shop' as const),
    known: fc.subarray(ALL),
    events: fc
      .array(anyEvent, { maxLength: 14 })
      .map((events) => events.map((each, i): FactEvent => ({ ...each, record: i + 1 }))),
  })
  const adverse = ({ fact }: { fact: FactName | null }): boolean => fact !== null && FACTS[fact].tone === 'adverse'
  /** An event without a day where the day decides. It is shown and costs no points. */
  const undated = ({ fact, on }: FactEvent): boolean => on === null && FACTS[fact].nature !== 'state'

  // A card with bins of an adverse fact and with points that halve. Not every shipped card has both.
  const other: Scorecard = {
    ...card,
    version: 'other',
    base: 950,
    rules: card.rules.map((rule) => {
      if (rule.id === 'abnormal' && rule.kind === 'units') {
        return {
          id: 'abnormal',
          kind: 'bins' as const,
          dimension: rule.dimension,
          fact: 'abnormal_list' as const,
          windowDays: null,
          bins: [
            { from: 0, to: 0, points: 0 },
            { from: 1, to: 2, points: -150 },
            { from: 3, to: null, points: -700 },
          ],
          legalBasis: ['test'],
          zh: '{count}',
          en: '{count}',
        }
      }
      if (rule.id !== 'inspections-failed' || rule.kind !== 'units') return rule
      return { ...rule, units: rule.units.map((unit) => ({ ...unit, halvesEveryDays: 180 })) }
    }),
  }

  it('the cards used here have no fault', () => {
    expect([...shipped, other].flatMap(checkScorecard)).to.deep.equal([])
  })

  for (const each of [...shipped, other]) properties(each)
  function properties(card: Scorecard): void {
    const withPlan = (check: (facts: Facts, steps: RecoveryStep[]) => void, numRuns = 200): void => {
      fc.assert(
        fc.property(anyFacts, (facts) => check(facts, planRecovery(facts, card, rules))),
        { numRuns },
      )
    }

    it(`scoring the facts after each step gives the value that the step promises, by ${card.version}`, () => {
      withPlan((facts, steps) => promised(facts, card, steps), 400)
    })

    it(`no step is before the day of the facts or before an earlier step, or costs points, by ${card.version}`, () => {
      withPlan((facts, steps) => {
        let last = facts.asOf
        for (const step of steps) {
          expect(step.on >= last).to.equal(true)
          expect(step.points).to.be.at.least(0)
          last = step.on
        }
        expect(steps.length).to.be.at.most(RECOVERY_STEPS_MOST)
      })
    })

    it(`after the last step only reasons listed as lasting are adverse, by ${card.version}`, () => {
      withPlan((facts, steps) => {
        const permanent = findLastingFacts(facts, card, rules)
        const shown = new Set(facts.events.filter(undated).map(({ record }) => record))
        const left = score(applySteps(facts, steps), card)
          .reasons.filter((reason) => adverse(reason) && !(reason.why === 'UNIT' && reason.points === 0))
          .flatMap(({ records }) => records)
          .filter((record) => !shown.has(record))
        const said = new Set(permanent.flatMap(({ records }) => records))
        expect(left.filter((record) => !said.has(record))).to.deep.equal([])
        expect(permanent.every(({ zh, en, basis }) => zh !== '' && en !== '' && basis !== '')).to.equal(true)
      })
    })

    it(`every record that costs points now is in a step or listed as lasting, by ${card.version}`, () => {
      withPlan((facts, steps) => {
        const told = new Set([...steps, ...findLastingFacts(facts, card, rules)].flatMap(({ records }) => records))
        const now = score(facts, card).reasons.filter((reason) => adverse(reason) && reason.points < 0)
        for (const record of now.flatMap(({ records }) => records)) expect(told.has(record)).to.equal(true)
      })
    })

    it(`no step promises more than the score without adverse events, by ${card.version}`, () => {
      withPlan((facts, steps) => {
        steps.forEach((step, i) => {
          const done = applySteps(facts, steps.slice(0, i + 1))
          const clean = { ...done, events: done.events.filter((event) => !adverse(event)) }
          expect(step.value).to.be.at.most(score(clean, card).value)
        })
      })
    })

    it(`a plan without anything adverse is empty, by ${card.version}`, () => {
      fc.assert(
        fc.property(anyFacts, (facts) => {
          const clean = { ...facts, events: facts.events.filter((event) => !adverse(event)) }
          expect(planRecovery(clean, card, rules)).to.deep.equal([])
          expect(findLastingFacts(clean, card, rules)).to.deep.equal([])
        }),
      )
    })

    it(`the order of events does not matter to the plan, by ${card.version}`, () => {
      withPlan((facts, steps) => {
        const back = planRecovery({ ...facts, events: facts.events.toReversed() }, card, rules)
        const plain = (all: RecoveryStep[]) => all.map(({ ends: _, ...step }) => step)
        expect(plain(back)).to.deep.equal(plain(steps))
      })
    })
  }
})
