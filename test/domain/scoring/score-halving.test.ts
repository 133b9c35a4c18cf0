/** Points that halve by the age of each event. They are truncated towards zero and end at 0 or with the window. */
import { expect } from 'chai'
import fc from 'fast-check'
import type { FactEvent, FactName } from '../../../src/domain/records/facts.js'
import type { Reason, Score } from '../../../src/domain/scoring/score.js'
import { score } from '../../../src/domain/scoring/score.js'
import type { Scorecard, UnitRule } from '../../../src/domain/scoring/scorecard.js'
import { addDays, daysBetween } from '../../../src/foundation/time/dates.js'
import { ALL_FAMILIES, AS_OF, ECOMMERCE_1 } from '../../support/scorecards.js'

interface Halving {
  points: number
  halvesEveryDays: number | null
  windowDays?: number | null
  cap?: number | null
  fact?: FactName
}

const cardOf = ({ points, halvesEveryDays, windowDays = 1000, cap = null, fact = 'recall' }: Halving): Scorecard => {
  const rule: UnitRule = {
    id: 'halving',
    kind: 'units',
    dimension: 'goods_quality',
    legalBasis: ['test'],
    units: [{ fact, points, windowDays, halvesEveryDays, zh: '{count} 次', en: '{count} times' }],
    cap,
  }
  return { ...ECOMMERCE_1, rules: [rule], vetoes: [] }
}

const agedEvent = (age: number, more: Partial<FactEvent> = {}): FactEvent => ({
  fact: 'recall',
  on: addDays(AS_OF, -age),
  record: age + 1000,
  ...more,
})
const scored = (events: FactEvent[], card: Scorecard, asOf = AS_OF): Score =>
  score({ asOf, kind: 'enterprise', known: ALL_FAMILIES, events }, card)
const unitOf = (result: Score): Reason | undefined => result.reasons.find((reason) => reason.why === 'UNIT')
const inDays = (days: number): string => addDays(AS_OF, days)

describe('score: halving', () => {
  // −45 halves to −22, −11, −5, −2, −1 and 0. [age, points, days until it counts less]
  const ages: [number, number, number | null][] = [
    [0, -45, 100],
    [99, -45, 1],
    [100, -22, 100],
    [199, -22, 1],
    [200, -11, 100],
    [350, -5, 50],
    [400, -2, 100],
    [500, -1, 100],
    [599, -1, 1],
    [600, 0, null],
    [900, 0, null],
  ]
  for (const [age, points, left] of ages) {
    it(`leaves ${points} of −45 points after ${age} days where they halve every 100 days`, () => {
      const result = scored([agedEvent(age)], cardOf({ points: -45, halvesEveryDays: 100 }))
      expect(unitOf(result)?.points ?? 0).to.equal(points)
      expect(unitOf(result)?.fadesOn ?? null).to.equal(left === null ? null : inDays(left))
      expect(result.nextChangeOn).to.equal(left === null ? null : inDays(left))
    })
  }

  it('sums the remaining points of each event, and drops events that have none left', () => {
    // The four events count −45, −22, 2 × −5 and nothing.
    const events = [agedEvent(10), agedEvent(120), agedEvent(380, { weight: 2 }), agedEvent(700, { weight: 4 })]
    const reason = unitOf(scored(events, cardOf({ points: -45, halvesEveryDays: 100 })))
    expect(reason).to.include({ points: -77, count: 4, fadesOn: inDays(20) })
    expect(reason?.records).to.deep.equal([1010, 1120, 1380])
  })

  it('multiplies by the weight after halving, not before', () => {
    // trunc(3 / 2) × 4 = 4, where trunc(3 × 4 / 2) would be 6
    const card = cardOf({ points: 3, halvesEveryDays: 10, fact: 'inspection_passed' })
    const event: FactEvent = { ...agedEvent(15), fact: 'inspection_passed', weight: 4 }
    expect(unitOf(scored([event], card))).to.include({ points: 4, count: 4 })
  })

  it('ends with the window or with the event itself, whichever is sooner', () => {
    const card = cardOf({ points: -40, halvesEveryDays: 100, windowDays: 150 })
    expect(unitOf(scored([agedEvent(120)], card))).to.include({ points: -20, fadesOn: inDays(30) })
    expect(unitOf(scored([agedEvent(150)], card))).to.equal(undefined)
    expect(unitOf(scored([agedEvent(120, { until: inDays(7) })], card))?.fadesOn).to.equal(inDays(7))
  })

  it('caps the remaining points, not the original ones', () => {
    const card = cardOf({ points: -40, halvesEveryDays: 100, cap: -50 })
    const cap = (age: number) =>
      scored([agedEvent(age), agedEvent(age + 1)], card).reasons.find((reason) => reason.why === 'CAP')?.points ?? 0
    expect([cap(0), cap(150)]).to.deep.equal([30, 0])
  })

  it('shows an event without a day as undated, and does not count it', () => {
    const card = cardOf({ points: -40, halvesEveryDays: 100 })
    const result = scored([agedEvent(0, { on: null })], card)
    expect(unitOf(result)).to.equal(undefined)
    expect(result.reasons.find((reason) => reason.why === 'UNDATED')).to.include({ points: 0, count: 1 })
  })

  it('counts a future event in full from its day on', () => {
    const card = cardOf({ points: -40, halvesEveryDays: 100 })
    const events = [agedEvent(-5)]
    expect(scored(events, card).nextChangeOn).to.equal(inDays(5))
    expect(unitOf(scored(events, card, inDays(5)))).to.include({ points: -40, fadesOn: inDays(105) })
  })

  it('does not halve where `halvesEveryDays` is null', () => {
    const reason = unitOf(scored([agedEvent(900)], cardOf({ points: -45, halvesEveryDays: null })))
    expect(reason).to.include({ points: -45, fadesOn: inDays(100) })
  })

  it('equals repeated halving for any points, ages, weights and windows', () => {
    const anyCase = fc.record({
      size: fc.integer({ min: 1, max: 1000 }),
      good: fc.boolean(),
      every: fc.integer({ min: 1, max: 500 }),
      windowDays: fc.integer({ min: 1, max: 3000 }),
      ages: fc.array(fc.tuple(fc.integer({ min: -50, max: 3000 }), fc.integer({ min: 1, max: 5 })), { maxLength: 8 }),
    })
    fc.assert(
      fc.property(anyCase, ({ size, good, every, windowDays, ages }) => {
        const fact = good ? 'inspection_passed' : 'recall'
        const points = good ? size : -size
        const events = ages.map(([age, weight], i): FactEvent => ({ ...agedEvent(age), fact, weight, record: i + 1 }))
        let [sum, many] = [0, 0]
        for (const { on, weight } of events) {
          const age = daysBetween(on ?? '', AS_OF)
          let left = age < 0 || age >= windowDays ? 0 : size
          for (let day = every; day <= age; day += every) left = (left - (left % 2)) / 2
          sum += (good ? left : -left) * (weight ?? 1)
          many += left > 0 ? (weight ?? 1) : 0
        }
        const reason = unitOf(scored(events, cardOf({ points, halvesEveryDays: every, windowDays, fact })))
        expect(reason?.count ?? 0).to.equal(many)
        expect((reason?.points ?? 0) - sum).to.equal(0)
      }),
      { numRuns: 500 },
    )
  })
})
