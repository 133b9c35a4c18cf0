/** Properties of every score for generated facts, by the shipped cards, a card that reaches its bounds, and generated cards. */
import { expect } from 'chai'
import fc from 'fast-check'
import type { FactEvent, Facts } from '../../../src/domain/records/facts.js'
import type { Score } from '../../../src/domain/scoring/score.js'
import { findThresholdsCrossed, score } from '../../../src/domain/scoring/score.js'
import { wordReason } from '../../../src/domain/scoring/score-words.js'
import type { Scorecard } from '../../../src/domain/scoring/scorecard.js'
import { checkScorecard } from '../../../src/domain/scoring/scorecard-check.js'
import { addDays } from '../../../src/foundation/time/dates.js'
import {
  ADVERSE,
  ALL_FACTS,
  AS_OF,
  anyCard,
  anyEvent,
  anyFacts,
  BOUNDED,
  ECOMMERCE_1,
  GENERAL_1,
  WORSE,
} from '../../support/scorecards.js'

/** Number of days checked one by one. */
const HORIZON_DAYS = 120

const sum = (result: Score): number => result.reasons.reduce((total, reason) => total + reason.points, 0)
const bytes = (result: Score): string => JSON.stringify(result)
const moved = (a: Score, b: Score): boolean => JSON.stringify(a.reasons) !== JSON.stringify(b.reasons)
const without = (facts: Facts, one: FactEvent): Facts => ({
  ...facts,
  events: facts.events.filter((each) => each !== one),
})

const cards: [string, fc.Arbitrary<Scorecard>][] = [
  ['ecommerce-1', fc.constant(ECOMMERCE_1)],
  ['general-1', fc.constant(GENERAL_1)],
  ['a card that reaches its bounds', fc.constant(BOUNDED)],
  ['any valid card', anyCard],
]

describe('score: properties', () => {
  it('the cards used here have no fault', () => {
    expect([ECOMMERCE_1, GENERAL_1, BOUNDED].flatMap(checkScorecard)).to.deep.equal([])
    fc.assert(
      fc.property(anyCard, (card) => {
        expect(checkScorecard(card)).to.deep.equal([])
      }),
      { numRuns: 15 },
    )
  })

  for (const [name, each] of cards) properties(name, each)
  function properties(name: string, anyOfThem: fc.Arbitrary<Scorecard>): void {
    it(`reasons add up to the value exactly, and the value has its grade, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, anyOfThem, (facts, card) => {
          const result = score(facts, card)
          expect(sum(result)).to.equal(result.value)
          expect(result.value).to.be.within(0, 1000)
          expect(result.reasons.every((reason) => Number.isSafeInteger(reason.points))).to.equal(true)
          const line = card.grades.find((grade) => result.value >= grade.from)
          expect(result.grade).to.equal(line?.grade)
        }),
        { numRuns: 500 },
      )
    })

    it(`every reason has a sentence and a dimension in the card, and names its records in order, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, anyOfThem, (facts, card) => {
          for (const reason of score(facts, card).reasons) {
            const { zh, en, dimension, ...same } = wordReason(reason, card)
            expect(same).to.deep.equal(reason)
            expect(zh && en).not.to.match(/^$|\{/)
            const ofTheCard = ['BASE', 'FLOOR', 'CEILING'].includes(reason.why)
            expect(card.dimensions.some((known) => known.id === dimension)).to.equal(!ofTheCard)
            expect(reason.records).to.deep.equal([...new Set(reason.records)].sort((a, b) => a - b))
          }
        }),
      )
    })

    it(`the order of events does not matter, and the same facts give the same bytes, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, anyOfThem, fc.infiniteStream(fc.nat()), (facts, card, stream) => {
          const shuffled = facts.events
            .map((event) => ({ event, key: stream.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ event }) => event)
          const known = facts.known.toReversed()
          expect(bytes(score({ ...facts, known, events: shuffled }, card))).to.equal(bytes(score(facts, card)))
          expect(bytes(score(structuredClone(facts), structuredClone(card)))).to.equal(bytes(score(facts, card)))
        }),
      )
    })

    it(`a further adverse record never raises a score, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, anyOfThem, anyEvent(ADVERSE), (facts, card, more) => {
          const added = { ...facts, events: [...facts.events, { ...more, record: 99 }] }
          expect(score(added, card).value).to.be.at.most(score(facts, card).value)
        }),
        { numRuns: 500 },
      )
    })

    it(`withdrawing an adverse record never lowers a score, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, anyOfThem, (facts, card) => {
          const { value } = score(facts, card)
          for (const event of facts.events.filter(({ fact }) => ADVERSE.includes(fact))) {
            expect(score(without(facts, event), card).value).to.be.at.least(value)
          }
        }),
      )
    })

    it(`a worse record in place of a milder one never raises a score, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, anyOfThem, (facts, card) => {
          facts.events.forEach((event, i) => {
            const fact = WORSE.get(event.fact)
            if (!fact) return
            const events = facts.events.with(i, { ...event, fact })
            expect(score({ ...facts, events }, card).value).to.be.at.most(score(facts, card).value)
          })
        }),
        { numRuns: 500 },
      )
    })

    it(`reasons change on the next day of change and on no day before it, day by day, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, anyOfThem, (facts, card) => {
          let before = score(facts, card)
          for (let days = 1; days <= HORIZON_DAYS; days += 1) {
            const asOf = addDays(AS_OF, days)
            const after = score({ ...facts, asOf }, card)
            expect(moved(before, after), asOf).to.equal(before.nextChangeOn === asOf)
            if (before.nextChangeOn !== asOf) expect(bytes(after)).to.equal(bytes(before))
            before = after
          }
        }),
        { numRuns: 40 },
      )
    })

    it(`nothing changes before the next day of change, however far, and something changes on it, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, anyOfThem, fc.double({ min: 0, max: 1, noNaN: true }), (facts, card, part) => {
          const now = score(facts, card)
          const last = now.nextChangeOn === null ? addDays(AS_OF, 4000) : addDays(now.nextChangeOn, -1)
          const days = Math.round((Date.parse(last) - Date.parse(AS_OF)) / 86_400_000)
          for (const asOf of [last, addDays(AS_OF, Math.floor(days * part))]) {
            expect(bytes(score({ ...facts, asOf }, card))).to.equal(bytes(now))
          }
          if (now.nextChangeOn !== null) {
            expect(moved(now, score({ ...facts, asOf: now.nextChangeOn }, card))).to.equal(true)
          }
        }),
        { numRuns: 300 },
      )
    })

    it(`a reason stays unchanged until the day it fades and differs on it, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, anyOfThem, (facts, card) => {
          for (const reason of score(facts, card).reasons) {
            if (reason.fadesOn === null) continue
            expect(reason.fadesOn > AS_OF).to.equal(true)
            const on = score({ ...facts, asOf: reason.fadesOn }, card).reasons
            expect(on.map((each) => JSON.stringify(each))).not.to.include(JSON.stringify(reason))
          }
        }),
      )
    })

    it(`only a fall below a line crosses it, by ${name}`, () => {
      fc.assert(
        fc.property(
          anyOfThem,
          fc.option(fc.integer({ min: 0, max: 1000 })),
          fc.integer({ min: 0, max: 1000 }),
          (card, from, to) => {
            const lines = card.lines.filter(({ below }) => to < below && !(from !== null && from < below))
            const opened = findThresholdsCrossed(from === null ? null : { value: from }, { value: to }, card)
            expect(opened).to.have.members([...new Set(lines.map(({ opens }) => opens))])
            if (from !== null && to >= from) expect(opened).to.deep.equal([])
          },
        ),
      )
    })
  }

  it('facts that no card weighs change no score', () => {
    fc.assert(
      fc.property(fc.array(anyEvent(ALL_FACTS), { maxLength: 5 }), (events) => {
        const card: Scorecard = { ...ECOMMERCE_1, rules: [], vetoes: [] }
        const numbered = events.map((event, i) => ({ ...event, record: i + 1 }))
        const result = score({ asOf: AS_OF, kind: 'other', known: [], events: numbered }, card)
        expect(result.reasons.map(({ why }) => why)).to.deep.equal(['BASE'])
        expect(result.nextChangeOn).to.equal(null)
      }),
    )
  })
})
