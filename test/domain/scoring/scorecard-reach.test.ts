import { expect } from 'chai'
import type { UnitFact } from '../../../src/domain/scoring/scorecard.js'
import { findAgeWhereWorseCostsLess } from '../../../src/domain/scoring/scorecard-reach.js'

describe('scorecard: age from which a worse fact costs less than a milder one, where the worse one', () => {
  const unit = (points: number, windowDays: number | null, halvesEveryDays: number | null = null): UnitFact => ({
    fact: 'recall',
    points,
    windowDays,
    halvesEveryDays,
    zh: '{count}',
    en: '{count}',
  })
  const cases: [string, UnitFact, UnitFact, number | null][] = [
    ['takes as much, for as long', unit(-10, 90), unit(-10, 90), null],
    ['takes less from the first day', unit(-9, 90), unit(-10, 90), 0],
    ['fades sooner', unit(-50, 89), unit(-10, 90), 89],
    ['halves, and is always above', unit(-40, 200, 50), unit(-10, 100), null],
    ['halves below', unit(-40, 200, 25), unit(-10, 100), 75],
    ['halves down to nothing while the milder one stands', unit(-2, 200, 10), unit(-1, 100), 20],
    ['halves as the milder one does', unit(-60, 1095, 365), unit(-20, 730, 365), null],
    ['halves slower than the milder one', unit(-20, 300, 100), unit(-20, 300, 50), null],
    ['halves faster than the milder one', unit(-20, 300, 50), unit(-20, 300, 100), 50],
    ['halves on after its own window', unit(-40, 60, 50), unit(-10, 60), null],
    ['ends by its window before it has halved to nothing', unit(-8, 20, 10), unit(-2, 30), 20],
    ['has no window', unit(-10, null), unit(-10, null), null],
  ]
  for (const [what, worse, milder, age] of cases) {
    it(`${what}: ${age === null ? 'at no age' : `from day ${age}`}`, () => {
      expect(findAgeWhereWorseCostsLess(worse, milder)).to.equal(age)
    })
  }
})
