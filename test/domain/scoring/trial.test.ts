import { expect } from 'chai'
import fc from 'fast-check'
import { FACTS, type FactEvent, type FactName, type Facts } from '../../../src/domain/records/facts.js'
import { type Score, score } from '../../../src/domain/scoring/score.js'
import { GRADES, type Scorecard } from '../../../src/domain/scoring/scorecard.js'
import { checkScorecard } from '../../../src/domain/scoring/scorecard-check.js'
import {
  compareScorecards,
  makeTrialTally,
  type TrialComparison,
  type TriedOperator,
  tallyOperator,
} from '../../../src/domain/scoring/trial.js'
import { schemaDocument } from '../../../src/foundation/contracts.js'

const AS_OF = '2026-11-25'
const before = schemaDocument('scorecards/ecommerce-1.json') as Scorecard

/** The card on trial has another base, heavier penalties and no trademarks. */
const after: Scorecard = (() => {
  const copy = structuredClone(before)
  copy.version = 'trial-1'
  copy.base -= 10
  const trademarks = copy.rules.findIndex((rule) => rule.kind === 'units' && rule.units[0]?.fact === 'trademark_held')
  copy.rules.splice(trademarks, 1)
  const penalties = copy.rules.find((rule) => rule.id === 'penalties')
  if (penalties?.kind !== 'units') throw new Error('the card has no rule of penalties')
  for (const unit of penalties.units) unit.points *= 2
  if (penalties.cap !== null) penalties.cap *= 2
  return copy
})()

const events = fc.array(
  fc.record({
    fact: fc.constantFrom(...(Object.keys(FACTS) as FactName[])),
    on: fc.option(fc.constantFrom('2012-01-01', '2024-02-29', '2025-11-26', '2026-05-05', '2026-11-01')),
    record: fc.integer({ min: 1, max: 99 }),
  }),
  { maxLength: 12 },
)
const operator = fc.record({
  kind: fc.constantFrom('ENTERPRISE', 'INDIVIDUAL', 'COOPERATIVE', 'SHOP'),
  region: fc.option(fc.constantFrom('220102', '220103', '220202', '222401')),
  events,
})

interface Given {
  tried: TriedOperator
  was: Score
  is: Score
}

const scored = (cards: [Scorecard, Scorecard], { kind, region, events }: Operator, i: number): Given => {
  const facts: Facts = {
    asOf: AS_OF,
    kind: kind.toLowerCase() as Facts['kind'],
    known: ['registration', 'penalties', 'lists'],
    events: events as FactEvent[],
  }
  return { tried: { id: i + 1, kind, region }, was: score(facts, cards[0]), is: score(facts, cards[1]) }
}
interface Operator {
  kind: string
  region: string | null
  events: FactEvent[]
}

const compared = (all: readonly Given[], cards = { before, after }): TrialComparison => {
  const tally = makeTrialTally()
  for (const { tried, was, is } of all) tallyOperator(tally, tried, was, is)
  return compareScorecards(tally, cards)
}
const judged = (value: number, grade: 'A' | 'B' | 'C' | 'D'): Score => ({
  value,
  grade,
  reasons: [],
  nextChangeOn: null,
})
const given = (id: number, was: Score, is: Score, region: string | null = '220102', kind = 'ENTERPRISE'): Given => ({
  tried: { id, kind, region },
  was,
  is,
})
const operators = fc
  .array(operator, { maxLength: 60 })
  .map((all) => all.map((one, i) => scored([before, after], one, i)))

describe('trial of a scorecard', () => {
  it('the card on trial in these tests has no fault', () => {
    expect(checkScorecard(after)).to.deep.equal([])
  })

  it('a trial counts moves between grades, with totals, by region and by kind, as worked out by hand', () => {
    const { spread, regions, kinds, ...whole } = compared([
      given(1, judged(700, 'A'), judged(690, 'B')),
      given(2, judged(610, 'B'), judged(705, 'A'), '220104'),
      given(3, judged(500, 'C'), judged(500, 'C'), '222401', 'INDIVIDUAL'),
      given(4, judged(610, 'B'), judged(601, 'B'), null, 'SHOP'),
    ])
    expect(whole.grades).to.deep.equal({
      A: { A: 0, B: 1, C: 0, D: 0 },
      B: { A: 1, B: 1, C: 0, D: 0 },
      C: { A: 0, B: 0, C: 1, D: 0 },
      D: { A: 0, B: 0, C: 0, D: 0 },
    })
    expect(whole).to.deep.include({
      operators: 4,
      unchanged: 1,
      better: 1,
      worse: 1,
      before: { A: 1, B: 2, C: 1, D: 0 },
      after: { A: 1, B: 2, C: 1, D: 0 },
    })
    // The scores change by -10, -9, 0 and 95: 76 in total, 19 on average.
    expect(spread).to.deep.equal({ mean: 19, lowest: -10, p5: -10, p25: -10, median: -9, p75: 0, p95: 95, highest: 95 })
    expect(whole.up.map((move) => [move.operatorId, move.points])).to.deep.equal([[2, 95]])
    expect(whole.down.map((move) => [move.operatorId, move.points])).to.deep.equal([
      [1, -10],
      [4, -9],
    ])
    expect(regions.map(({ region, operators, mean }) => [region, operators, mean])).to.deep.equal([
      ['2201', 2, 42.5],
      ['2224', 1, 0],
      [null, 1, -9],
    ])
    expect(kinds.map(({ kind, better, worse, unchanged }) => [kind, better, worse, unchanged])).to.deep.equal([
      ['ENTERPRISE', 1, 1, 0],
      ['INDIVIDUAL', 0, 0, 1],
      ['SHOP', 0, 0, 0],
    ])
  })

  it('another grade at the same value is a change', () => {
    const { unchanged, better, up } = compared([given(1, judged(650, 'C'), judged(650, 'B'))])
    expect([unchanged, better, up.length]).to.deep.equal([0, 1, 0])
  })

  it('a trial over no operators is empty', () => {
    const { operators, spread, up, regions, kinds } = compared([])
    expect({ operators, spread, up, regions, kinds }).to.deep.equal({
      operators: 0,
      spread: null,
      up: [],
      regions: [],
      kinds: [],
    })
  })

  it('a trial shows the twenty largest moves in each direction, older operators first among equal moves', () => {
    const moves = Array.from({ length: 50 }, (_, i) => given(i + 1, judged(500, 'C'), judged(500 + (i >> 1), 'C')))
    const falls = Array.from({ length: 30 }, (_, i) => given(100 + i, judged(500, 'C'), judged(499, 'C')))
    const { up, down } = compared([...falls.reverse(), ...moves])
    expect(up.map((move) => move.operatorId)).to.deep.equal(
      Array.from({ length: 20 }, (_, i) => 49 - 2 * (i >> 1) + (i % 2)),
    )
    expect(down.map((move) => move.operatorId)).to.deep.equal(Array.from({ length: 20 }, (_, i) => 100 + i))
  })

  it('a rule that one card lacks is shown on the side of the other card only, in its words', () => {
    const shop: Operator = {
      kind: 'ENTERPRISE',
      region: '220102',
      events: [
        { fact: 'trademark_held', on: '2020-01-01', record: 1 },
        { fact: 'penalty_heavy', on: '2026-10-10', record: 2 },
      ],
    }
    const [move] = compared([scored([before, after], shop, 0)]).down
    const points = Object.fromEntries(
      (move?.reasons ?? []).map(({ rule, before, after }) => [rule, [before?.points ?? null, after?.points ?? null]]),
    )
    expect(points).to.deep.include({ base: [600, 590], penalties: [-160, -320] })
    const gone = move?.reasons.find((reason) => reason.fact === 'trademark_held')
    expect(gone?.before?.zh).to.be.a('string').that.is.not.empty
    expect(gone?.after).to.equal(null)
  })

  it('the points of the differing reasons add up exactly to the move, and none is equal on both sides', () => {
    fc.assert(
      fc.property(operators, (all) => {
        const { up, down } = compared(all)
        for (const { points, reasons, before: was, after: is } of [...up, ...down]) {
          expect(is.value - was.value).to.equal(points)
          const differ = reasons.map((reason) => (reason.after?.points ?? 0) - (reason.before?.points ?? 0))
          expect(differ.reduce((sum, each) => sum + each, 0)).to.equal(points)
          expect(differ).to.not.include(0)
        }
      }),
    )
  })

  it('every count adds up: grades, totals, regions and kinds', () => {
    fc.assert(
      fc.property(operators, (all) => {
        const whole = compared(all)
        const { grades, before: was, after: is } = whole
        for (const grade of GRADES) {
          expect(GRADES.reduce((sum, to) => sum + grades[grade][to], 0)).to.equal(was[grade])
          expect(GRADES.reduce((sum, from) => sum + grades[from][grade], 0)).to.equal(is[grade])
        }
        for (const groups of [whole.regions, whole.kinds] as const) {
          for (const field of ['operators', 'unchanged', 'better', 'worse'] as const)
            expect(groups.reduce((sum, group) => sum + group[field], 0)).to.equal(whole[field])
        }
        expect(whole.operators).to.equal(all.length)
      }),
    )
  })

  it('quantiles and mean are those of the sorted moves', () => {
    fc.assert(
      fc.property(operators, (all) => {
        const { spread } = compared(all)
        const moves = all.map(({ was, is }) => is.value - was.value).sort((a, b) => a - b)
        if (moves.length === 0) {
          expect(spread).to.equal(null)
          return
        }
        const at = (percent: number) => moves[Math.max(1, Math.ceil((percent * moves.length) / 100)) - 1]
        expect(spread).to.deep.include({
          lowest: moves[0],
          p5: at(5),
          p25: at(25),
          median: at(50),
          highest: moves.at(-1),
        })
        const mean = moves.reduce((sum, move) => sum + move, 0) / moves.length
        expect(spread?.mean).to.be.closeTo(mean, 0.005001)
      }),
    )
  })

  it('the order of the operators does not matter', () => {
    fc.assert(
      fc.property(operators, (all) => {
        expect(compared([...all].reverse())).to.deep.equal(compared(all))
      }),
    )
  })

  it('a card compared with itself changes nothing', () => {
    fc.assert(
      fc.property(fc.array(operator, { maxLength: 20 }), (all) => {
        const same = all.map((one, i) => scored([before, before], one, i))
        const { operators, unchanged, up, down } = compared(same, { before, after: before })
        expect([unchanged, up, down]).to.deep.equal([operators, [], []])
      }),
    )
  })
})
