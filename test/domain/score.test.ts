import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { addDays } from '../../src/domain/dates.js'
import type { FactEvent, FactFamily, FactName, Facts } from '../../src/domain/facts.js'
import { FACTS, FAMILIES } from '../../src/domain/facts.js'
import type { Score } from '../../src/domain/score.js'
import { crossesLine, score } from '../../src/domain/score.js'
import type { Scorecard } from '../../src/domain/scorecard.js'
import { checkScorecard } from '../../src/domain/scorecard.js'

const card: Scorecard = JSON.parse(
  readFileSync(new URL('../../schema/scorecards/ecommerce-1.json', import.meta.url), 'utf8'),
)
const AS_OF = '2026-11-25'
const ALL = Object.keys(FAMILIES) as FactFamily[]
const ADVERSE = (Object.keys(FACTS) as FactName[]).filter((fact) => FACTS[fact].tone === 'adverse')

const factsOf = (events: FactEvent[], more: Partial<Facts> = {}): Facts => ({
  asOf: AS_OF,
  kind: 'enterprise',
  known: ALL,
  events,
  ...more,
})
const scored = (events: FactEvent[], more: Partial<Facts> = {}): Score => score(factsOf(events, more), card)
const sum = (result: Score): number => result.reasons.reduce((total, reason) => total + reason.points, 0)
const bytes = (result: Score): string => JSON.stringify(result)

let lastRecord = 0
const event = (fact: FactName, on: string | null, more: Partial<FactEvent> = {}): FactEvent => {
  lastRecord += 1
  return { fact, on, record: lastRecord, ...more }
}
const registered = (on: string): FactEvent[] => [event('registered_years', on), event('registration_active', null)]

describe('score: operators worked out by hand', () => {
  // Each value is summed from the scorecard's own lines, in the comment beside it.
  const cases: [string, FactEvent[], Partial<Facts>, number, string][] = [
    // 600
    ['an operator of whom no source tells anything', [], { known: [] }, 600, 'B'],
    // 600 + active 20 + first year 0
    ['a firm registered this year', registered('2026-03-01'), {}, 620, 'B'],
    // 600 + 20 + six years 80 + two trademarks 30
    [
      'a clean firm of eight years with two trademarks',
      [
        ...registered('2018-06-08'),
        event('trademark_held', '2019-01-01', { until: '2029-01-01' }),
        event('trademark_held', null),
      ],
      {},
      730,
      'A',
    ],
    // 600 + 20 + 50 (four years) − 160 − 2 × 60 − 40
    [
      'a firm with a heavier penalty, two failed samples and an ordinary penalty',
      [
        ...registered('2022-05-01'),
        event('penalty_heavy', '2026-04-02'),
        event('penalty_light', '2026-02-02'),
        event('inspection_failed', '2025-12-01'),
        event('inspection_failed', '2026-06-01'),
      ],
      {},
      350,
      'D',
    ],
    // the best history there is, 600 + 20 + 80 + 60 + 40 + 20, less the same 320: still D
    [
      'the best of histories with the same adverse records',
      [
        ...registered('2010-01-01'),
        event('trademark_held', null, { weight: 9 }),
        event('shop_real_name', null),
        event('inspection_passed', '2026-01-01', { weight: 2 }),
        event('penalty_heavy', '2026-04-02'),
        event('penalty_light', '2026-02-02'),
        event('inspection_failed', '2026-05-01', { weight: 4 }),
      ],
      {},
      360,
      'D',
    ],
    // 600 + 20 + 80 = 700, capped at 449 by an entry on a list
    [
      'an old clean firm on a list of the seriously dishonest',
      [...registered('2015-01-01'), event('serious_list', '2025-01-01', { until: '2028-01-01' })],
      {},
      449,
      'D',
    ],
    // 600 + 20 − cap 480
    [
      'a firm with ten heavier penalties',
      [...registered('2026-01-01'), event('penalty_heavy', '2026-05-05', { weight: 10 })],
      {},
      140,
      'D',
    ],
    // 600 + 80 − 400
    [
      'an old firm whose licence is revoked',
      [event('registered_years', '2012-02-29'), event('registration_revoked', '2024-01-01')],
      {},
      280,
      'D',
    ],
    // 600 + 20; rules of registration do not apply to a natural person's shop
    ['a real-name shop of a natural person', [event('shop_real_name', '2025-01-01')], { kind: 'shop' }, 620, 'B'],
    // 600 + 20 + 0 − 10
    [
      'a young firm that was warned',
      [...registered('2026-05-01'), event('penalty_warning', '2026-11-01')],
      {},
      610,
      'B',
    ],
  ]
  for (const [title, events, more, value, grade] of cases) {
    it(`gives ${title} ${value}, grade ${grade}`, () => {
      const result = scored(events, more)
      expect({ value: result.value, grade: result.grade }).to.deep.equal({ value, grade })
      expect(sum(result)).to.equal(value)
    })
  }

  it('names the records, the points and the day a reason fades', () => {
    const [a, b] = [event('penalty_light', '2026-03-01'), event('penalty_light', '2026-01-31')]
    const reason = scored([a, b]).reasons.find((each) => each.fact === 'penalty_light')
    expect(reason).to.deep.equal({
      rule: 'penalties',
      dimension: 'registration_conduct',
      fact: 'penalty_light',
      points: -80,
      count: 2,
      records: [a.record, b.record],
      zh: '近一年内一般行政处罚：2 件',
      en: 'Ordinary penalties in the last year: 2',
      fadesOn: '2027-01-31',
    })
  })

  it('says what no source tells, and moves no point for it', () => {
    const missing = scored([], { known: ['penalties'] }).reasons.filter((reason) => reason.rule === 'missing')
    expect(missing.map((reason) => reason.dimension)).to.include.members(['goods_quality', 'judicial_tax'])
    expect(missing.map((reason) => reason.en).join()).not.to.contain('source for penalties')
    expect(missing.every((reason) => reason.points === 0 && reason.zh !== '')).to.equal(true)
  })

  it('takes a source that holds nothing of an operator for "none" of penalties and for "unknown" of registration', () => {
    const said = scored([]).reasons.filter((reason) => reason.rule === 'missing')
    expect(said.map((reason) => reason.dimension)).to.deep.equal(['registration_conduct', 'commitments'])
  })

  it('shows an entry without a date and does not count it', () => {
    const result = scored([event('serious_list', null)])
    expect(result.value).to.equal(600)
    const shown = result.reasons.find((reason) => reason.fact === 'serious_list')
    expect(shown).to.include({ points: 0, count: 1, fadesOn: null })
  })

  it('keeps an entry of a list as a reason where the value is low already', () => {
    const result = scored([event('registration_revoked', null), event('serious_list', '2026-01-01')])
    expect(result.reasons.find((reason) => reason.rule === 'serious-list')).to.include({ points: 0, count: 1 })
  })

  it('drops the entry of a list on the day its term is complete', () => {
    const entry = event('serious_list', '2018-05-15', { until: '2021-05-15' })
    const on = (asOf: string) => score(factsOf([entry], { asOf }), card)
    expect(on('2018-12-31').grade).to.equal('D')
    expect(on('2021-05-14').nextChangeOn).to.equal('2021-05-15')
    expect(on('2021-05-15').reasons.some((reason) => reason.fact === 'serious_list')).to.equal(false)
  })

  it('moves with a full year only where a bin begins', () => {
    const on = (asOf: string) => score(factsOf(registered('2020-02-29'), { asOf }), card)
    expect(on('2020-03-01').nextChangeOn).to.equal('2021-02-28')
    expect(on('2021-02-28').nextChangeOn).to.equal('2023-02-28')
    expect(on('2026-02-28')).to.include({ value: 700, nextChangeOn: null })
  })
})

describe('score: lines', () => {
  it('opens a lead on falling to D, and only then', () => {
    expect([crossesLine('B', 'D'), crossesLine(null, 'D')]).to.deep.equal([true, true])
    expect([crossesLine('D', 'D'), crossesLine('A', 'C'), crossesLine(null, 'A')]).to.deep.equal([false, false, false])
  })
})

describe('score: properties', () => {
  const day = fc.integer({ min: -1500, max: 200 }).map((n) => addDays(AS_OF, n))
  type Bare = Omit<FactEvent, 'record'>
  const anyEvent = (facts: FactName[]): fc.Arbitrary<Bare> =>
    fc
      .tuple(
        fc.constantFrom(...facts),
        fc.option(day, { freq: 8 }),
        fc.option(day, { freq: 1 }),
        fc.integer({ min: 1, max: 4 }),
      )
      .map(([fact, on, until, weight]) => ({ fact, on, until, weight }))
  const numbered = (events: Bare[]): FactEvent[] => events.map((each, i) => ({ ...each, record: i + 1 }))
  const anyFacts: fc.Arbitrary<Facts> = fc.record({
    asOf: fc.constant(AS_OF),
    kind: fc.constantFrom('enterprise' as const, 'individual' as const, 'shop' as const),
    known: fc.subarray(ALL),
    events: fc.array(anyEvent(Object.keys(FACTS) as FactName[]), { maxLength: 14 }).map(numbered),
  })
  // The card in force never meets the ceiling and bins no adverse fact; this one does both.
  const other: Scorecard = {
    ...card,
    base: 950,
    rules: [
      ...card.rules.filter((rule) => rule.id !== 'abnormal'),
      {
        id: 'abnormal',
        kind: 'bins',
        dimension: 'registration_conduct',
        fact: 'abnormal_list',
        windowDays: null,
        bins: [
          { from: 0, to: 0, points: 0 },
          { from: 1, to: 2, points: -150 },
          { from: 3, to: null, points: -700 },
        ],
        legalBasis: ['test'],
        zh: '{count}',
        en: '{count}',
      },
    ],
  }
  const cards: [string, Scorecard][] = [
    ['ecommerce-1', card],
    ['a card that meets its bounds', other],
  ]

  it('the cards tried have no fault', () => {
    expect(cards.flatMap(([, each]) => checkScorecard(each))).to.deep.equal([])
  })

  for (const [name, each] of cards) properties(name, each)
  function properties(name: string, card: Scorecard): void {
    it(`reasons add up to the value exactly, and the value has its grade, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, (facts) => {
          const result = score(facts, card)
          expect(sum(result)).to.equal(result.value)
          expect(result.value).to.be.within(0, 1000)
          expect(result.reasons.every((reason) => Number.isInteger(reason.points))).to.equal(true)
          const line = card.grades.find((each) => result.value >= each.from)
          expect(result.grade).to.equal(line?.grade)
        }),
      )
    })

    it(`the order of events does not matter, and the same facts give the same bytes, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, fc.infiniteStream(fc.nat()), (facts, stream) => {
          const shuffled = facts.events
            .map((each) => ({ each, key: stream.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ each }) => each)
          expect(bytes(score({ ...facts, events: shuffled }, card))).to.equal(bytes(score(facts, card)))
        }),
      )
    })

    it(`a further adverse record never raises a score, and withdrawing one never lowers it, by ${name}`, () => {
      fc.assert(
        fc.property(anyFacts, anyEvent(ADVERSE), (facts, more) => {
          const added = { ...facts, events: [...facts.events, { ...more, record: 99 }] }
          expect(score(added, card).value).to.be.at.most(score(facts, card).value)
        }),
        { numRuns: 500 },
      )
    })

    it(`a worse record in place of a milder one never raises a score, by ${name}`, () => {
      const worse = new Map(
        (Object.keys(FACTS) as FactName[]).flatMap((fact) => {
          const row: { worseThan?: string } = FACTS[fact]
          return row.worseThan ? [[row.worseThan, fact] as const] : []
        }),
      )
      fc.assert(
        fc.property(anyFacts, (facts) => {
          facts.events.forEach((each, i) => {
            const fact = worse.get(each.fact)
            if (!fact) return
            const events = facts.events.with(i, { ...each, fact })
            expect(score({ ...facts, events }, card).value).to.be.at.most(score(facts, card).value)
          })
        }),
        { numRuns: 500 },
      )
    })

    it(`nothing moves before the next day of change, and something moves on it, by ${name}`, () => {
      const reasons = (facts: Facts, asOf: string) => JSON.stringify(score({ ...facts, asOf }, card).reasons)
      fc.assert(
        fc.property(anyFacts, fc.double({ min: 0, max: 1, noNaN: true }), (facts, part) => {
          const now = score(facts, card)
          const last = now.nextChangeOn === null ? addDays(AS_OF, 4000) : addDays(now.nextChangeOn, -1)
          const days = Math.round((Date.parse(last) - Date.parse(AS_OF)) / 86_400_000)
          for (const asOf of [last, addDays(AS_OF, Math.floor(days * part))]) {
            expect(bytes(score({ ...facts, asOf }, card))).to.equal(bytes(now))
          }
          if (now.nextChangeOn !== null) expect(reasons(facts, now.nextChangeOn)).not.to.equal(reasons(facts, AS_OF))
        }),
        { numRuns: 300 },
      )
    })
  }
})
