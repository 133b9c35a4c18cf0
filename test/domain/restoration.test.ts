import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { contract, document } from '../../src/contracts.js'
import { addDays } from '../../src/domain/dates.js'
import type { FactEvent, FactFamily, FactName, Facts } from '../../src/domain/facts.js'
import { FACTS, FAMILIES } from '../../src/domain/facts.js'
import { applied, lasting, restoration, STEPS_MOST, type Step } from '../../src/domain/restoration.js'
import { checkRestoration, type RestorationRules } from '../../src/domain/restoration-rules.js'
import { score } from '../../src/domain/score.js'
import type { Scorecard } from '../../src/domain/scorecard.js'
import { checkScorecard } from '../../src/domain/scorecard.js'

const cardIn = (file: string): Scorecard =>
  JSON.parse(readFileSync(new URL(`../../schema/scorecards/${file}`, import.meta.url), 'utf8'))
const shipped = readdirSync(new URL('../../schema/scorecards/', import.meta.url)).map(cardIn)
const card = cardIn('ecommerce-1.json')
const rules = document('rules/restoration.json') as RestorationRules
const AS_OF = '2026-11-25'
const ALL = Object.keys(FAMILIES) as FactFamily[]

const factsOf = (events: FactEvent[], more: Partial<Facts> = {}): Facts => ({
  asOf: AS_OF,
  kind: 'enterprise',
  known: ALL,
  events,
  ...more,
})
const plan = (events: FactEvent[], more: Partial<Facts> = {}): Step[] => restoration(factsOf(events, more), card, rules)
/** Full years since 2010: 80; in good standing: 20. Without anything adverse 700. */
const standing: FactEvent[] = [
  { fact: 'registered_years', on: '2010-01-01', record: 1 },
  { fact: 'registration_active', on: null, record: 1 },
]
const short = ({ on, act, fact, points, value, grade }: Step) => [on, act, fact, points, value, grade]

describe('restoration: plans worked out by hand', () => {
  // 600 + 80 + 20 = 700 is the most; each value below is that, less what is still in force.
  const cases: [string, FactEvent[], unknown[][]][] = [
    ['nothing adverse has an empty plan', standing, []],
    [
      'an ordinary penalty under order 36 is repaired three months after its decision',
      [...standing, { fact: 'penalty_light', on: '2026-10-15', record: 2 }],
      [['2027-01-15', 'REPAIR', 'penalty_light', 40, 700, 'A']],
    ],
    [
      'a minimum that has passed is repaired on the day of the facts, not before',
      [...standing, { fact: 'penalty_light', on: '2026-05-05', record: 2 }],
      [[AS_OF, 'REPAIR', 'penalty_light', 40, 700, 'A']],
    ],
    [
      'a slight one is repaired at once',
      [...standing, { fact: 'penalty_warning', on: '2026-11-20', record: 2 }],
      [[AS_OF, 'REPAIR', 'penalty_warning', 10, 700, 'A']],
    ],
    [
      'a heavier one after a year, before its window of 1095 days ends',
      [...standing, { fact: 'penalty_heavy', on: '2026-04-02', record: 2 }],
      [['2027-04-02', 'REPAIR', 'penalty_heavy', 160, 700, 'A']],
    ],
    [
      'an entry that ends before it could be removed is waited for',
      [...standing, { fact: 'serious_list', on: '2026-04-10', until: '2027-01-01', record: 2 }],
      [['2027-01-01', 'WAIT', 'serious_list', 251, 700, 'A']],
    ],
    [
      'failed samples are waited for: 730 days each, of one day together',
      [
        ...standing,
        { fact: 'inspection_failed', on: '2025-12-01', record: 2 },
        { fact: 'inspection_failed', on: '2025-12-01', record: 3 },
        { fact: 'inspection_failed', on: '2026-06-01', record: 4 },
      ],
      // 2025-12-01 and 730 days is 2027-12-01; 2026-06-01 and 730 days is 2028-05-31. −180, then −60, then 0.
      [
        ['2027-12-01', 'WAIT', 'inspection_failed', 120, 640, 'B'],
        ['2028-05-31', 'WAIT', 'inspection_failed', 60, 700, 'A'],
      ],
    ],
    [
      'a mark of abnormal operation and a judgment: correct and perform at once, the bigger gain first',
      [
        ...standing,
        { fact: 'abnormal_list', on: '2026-01-01', record: 2 },
        { fact: 'judgment_defaulter', on: '2026-02-01', until: '2028-02-01', record: 3 },
      ],
      // 620 capped at 449. The mark alone gains nothing under the cap; performing gains 620 − 449 = 171, then the mark 80.
      [
        [AS_OF, 'PERFORM', 'judgment_defaulter', 171, 620, 'B'],
        [AS_OF, 'CORRECT', 'abnormal_list', 80, 700, 'A'],
      ],
    ],
    [
      'an entry of 2018 has no early removal and ends with its term; a veto hides what the rest gives',
      [
        ...standing,
        { fact: 'serious_list', on: '2018-05-15', until: '2027-05-15', record: 2 },
        { fact: 'penalty_light', on: '2026-09-01', record: 3 },
      ],
      [
        ['2026-12-01', 'REPAIR', 'penalty_light', 0, 449, 'D'],
        ['2027-05-15', 'WAIT', 'serious_list', 251, 700, 'A'],
      ],
    ],
    [
      'an entry under order 44 may be removed after a year',
      [...standing, { fact: 'serious_list', on: '2026-01-10', until: '2029-01-10', record: 2 }],
      [['2027-01-10', 'REPAIR', 'serious_list', 251, 700, 'A']],
    ],
    [
      'a registration not in good standing is corrected at once',
      [{ fact: 'registered_years', on: '2010-01-01', record: 1 }],
      [[AS_OF, 'CORRECT', 'registration_active', 20, 700, 'A']],
    ],
  ]
  for (const [title, events, expected] of cases) {
    it(title, () => {
      expect(plan(events).map(short)).to.deep.equal(expected)
    })
  }

  it('names cause, rules, records, both sentences, the source and who answers when', () => {
    const [step] = plan([
      ...standing,
      { fact: 'penalty_light', on: '2026-10-15', record: 7 },
      { fact: 'penalty_light', on: '2026-10-15', record: 5, weight: 2 },
    ])
    expect(step).to.deep.include({ rules: ['penalties'], records: [5, 7], count: 3, confirmed: true })
    expect(step?.zh).to.contain('3 件').and.not.contain('{')
    expect(step?.en).to.contain('penalties: 3')
    expect(step?.basis).to.contain('令第36号')
    expect(step?.answer).to.include({ workdays: 10, confirmed: false })
  })

  it('says that an earlier decision goes by the rules before order 36, unconfirmed', () => {
    const [step] = plan([...standing, { fact: 'penalty_heavy', on: '2026-03-31', record: 2 }])
    expect(step).to.include({ on: '2027-03-31', act: 'REPAIR', confirmed: false })
    expect(step?.en).to.contain('before order 36')
  })

  it('says why nothing is faster where the rules of the time excluded repair', () => {
    const [step] = plan([...standing, { fact: 'penalty_heavy', on: '2022-05-01', record: 2 }], { asOf: '2024-01-01' })
    expect(step).to.include({ on: '2025-04-30', act: 'WAIT', confirmed: false })
    expect(step?.en).to.contain('never stops early')
  })

  it('names a revoked licence as lasting, and no correction of the registration beside it', () => {
    const facts = factsOf([
      { fact: 'registered_years', on: '2010-01-01', record: 1 },
      { fact: 'registration_revoked', on: null, record: 1 },
      { fact: 'abnormal_list', on: '2026-01-01', record: 2 },
    ])
    expect(restoration(facts, card, rules).map(short)).to.deep.equal([
      [AS_OF, 'CORRECT', 'abnormal_list', 80, 280, 'D'],
    ])
    const [last, ...others] = lasting(facts, card, rules)
    expect(others).to.deep.equal([])
    expect(last).to.deep.include({ fact: 'registration_revoked', rules: ['registration-revoked'], records: [1] })
    expect(last?.en).to.contain('cannot be repaired')
  })

  it('names an entry without a known end and without an act as lasting', () => {
    const facts = factsOf([...standing, { fact: 'serious_list', on: '2019-01-01', record: 2 }])
    expect(restoration(facts, card, rules)).to.deep.equal([])
    expect(lasting(facts, card, rules).map(({ records }) => records)).to.deep.equal([[2]])
  })

  it('counts what time moves besides: an anniversary on the way', () => {
    const events: FactEvent[] = [
      { fact: 'registered_years', on: '2020-12-01', record: 1 },
      { fact: 'registration_active', on: null, record: 1 },
      { fact: 'penalty_light', on: '2026-10-15', record: 2 },
    ]
    // Five years 50 now; six years 80 from 2026-12-01, before the repair.
    expect(score(factsOf(events), card).value).to.equal(630)
    expect(plan(events).map(short)).to.deep.equal([['2027-01-15', 'REPAIR', 'penalty_light', 40, 700, 'A']])
  })

  it('tells the days on which points halve on the way', () => {
    const halving: Scorecard = {
      ...card,
      rules: card.rules.map((rule) =>
        rule.id === 'inspections-failed' && rule.kind === 'units'
          ? {
              ...rule,
              units: rule.units.map((unit) => ({ ...unit, points: -60, windowDays: 730, halvesEveryDays: 300 })),
            }
          : rule,
      ),
    }
    const facts = factsOf([...standing, { fact: 'inspection_failed', on: AS_OF, record: 2 }])
    // −60, after 300 days −30, after 600 −15, after 730 nothing.
    expect(restoration(facts, halving, rules).map(short)).to.deep.equal([
      ['2027-09-21', 'WAIT', 'inspection_failed', 30, 670, 'B'],
      ['2028-07-17', 'WAIT', 'inspection_failed', 15, 685, 'B'],
      ['2028-11-24', 'WAIT', 'inspection_failed', 15, 700, 'A'],
    ])
  })

  it('has no step for a signal that the card gives no points for', () => {
    const shown: Scorecard = {
      ...card,
      rules: card.rules.map((rule) =>
        rule.id === 'inspections-failed' && rule.kind === 'units'
          ? { ...rule, units: rule.units.map((unit) => ({ ...unit, points: 0 })) }
          : rule,
      ),
    }
    const facts = factsOf([...standing, { fact: 'inspection_failed', on: '2026-05-01', record: 2 }])
    expect(restoration(facts, shown, rules)).to.deep.equal([])
  })

  it('tells what lies far off together, and still reaches the end exactly', () => {
    const many = Array.from({ length: 200 }, (_, i) => ({
      fact: i % 2 === 0 ? ('inspection_failed' as const) : ('penalty_light' as const),
      on: addDays('2026-11-25', -i),
      record: 10 + i,
    }))
    const facts = factsOf([...standing, ...many])
    const steps = restoration(facts, card, rules)
    expect(steps.length).to.be.at.most(STEPS_MOST)
    expect(new Set(steps.flatMap(({ records }) => records)).size).to.equal(200)
    expect(steps.at(-1)?.value).to.equal(700)
    promised(facts, card, steps)
  })
})

describe('restoration: the table', () => {
  const broken = (change: (rules: RestorationRules) => void): string[] => {
    const copy = structuredClone(rules)
    change(copy)
    return checkRestoration(copy).map(({ place }) => place)
  }
  const first = <T>(rows: T[]): T => rows[0] as T

  it('keeps its contract and has no fault', () => {
    expect(contract('contracts/restoration')(document('rules/restoration.json'))).to.deep.equal([])
    expect(checkRestoration(rules)).to.deep.equal([])
  })

  it('faults are told with their place', () => {
    expect(broken(({ acts }) => Object.assign(first(acts), { fact: 'trademark_held' }))).to.include('acts[0].fact')
    expect(broken(({ acts }) => Object.assign(first(acts), { confirmed: false }))).to.include('acts[0]')
    expect(broken(({ acts }) => Object.assign(first(acts), { months: null }))).to.include('acts[0].months')
    expect(broken(({ acts }) => Object.assign(first(acts), { from: null }))).to.include('acts[0]')
    expect(broken(({ acts }) => Object.assign(first(acts), { to: '2026-02-30' }))).to.include('acts[0]')
    expect(broken(({ regains }) => Object.assign(first(regains), { fact: 'abnormal_list' }))).to.include(
      'regains[0].fact',
    )
    expect(broken(({ endless }) => Object.assign(endless, { confirmed: true }))).to.include('endless')
  })
})

/** The fold over the facts with the steps done gives each promise, to the point. */
const promised = (facts: Facts, card: Scorecard, steps: readonly Step[]): void => {
  steps.forEach((step, i) => {
    const done = applied(facts, steps.slice(0, i + 1))
    const { value, grade } = score(done, card)
    expect({ asOf: done.asOf, value, grade }).to.deep.equal({ asOf: step.on, value: step.value, grade: step.grade })
  })
}

describe('restoration: properties', () => {
  const day = fc.integer({ min: -1500, max: 200 }).map((n) => addDays(AS_OF, n))
  const anyEvent = fc
    .tuple(
      fc.constantFrom(...(Object.keys(FACTS) as FactName[])),
      fc.option(day, { freq: 8 }),
      fc.option(day, { freq: 1 }),
      fc.integer({ min: 1, max: 4 }),
    )
    .map(([fact, on, until, weight]) => ({ fact, on, until, weight }))
  const anyFacts: fc.Arbitrary<Facts> = fc.record({
    asOf: fc.constant(AS_OF),
    kind: fc.constantFrom('enterprise' as const, 'individual' as const, 'shop' as const),
    known: fc.subarray(ALL),
    events: fc
      .array(anyEvent, { maxLength: 14 })
      .map((events) => events.map((each, i): FactEvent => ({ ...each, record: i + 1 }))),
  })
  const adverse = ({ fact }: { fact: FactName | null }): boolean => fact !== null && FACTS[fact].tone === 'adverse'
  /** No day where the day decides: shown, and takes nothing. */
  const undated = ({ fact, on }: FactEvent): boolean => on === null && FACTS[fact].nature !== 'state'

  // Bins of an adverse fact, and points that halve: neither is in every shipped card.
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

  it('the cards tried have no fault', () => {
    expect([...shipped, other].flatMap(checkScorecard)).to.deep.equal([])
  })

  for (const each of [...shipped, other]) properties(each)
  function properties(card: Scorecard): void {
    const withPlan = (check: (facts: Facts, steps: Step[]) => void, numRuns = 200): void => {
      fc.assert(
        fc.property(anyFacts, (facts) => check(facts, restoration(facts, card, rules))),
        { numRuns },
      )
    }

    it(`applying the plan in the fold reaches what each step promises, by ${card.version}`, () => {
      withPlan((facts, steps) => promised(facts, card, steps), 400)
    })

    it(`no step lies before the day of the facts, before an earlier step, or takes points, by ${card.version}`, () => {
      withPlan((facts, steps) => {
        let last = facts.asOf
        for (const step of steps) {
          expect(step.on >= last).to.equal(true)
          expect(step.points).to.be.at.least(0)
          last = step.on
        }
        expect(steps.length).to.be.at.most(STEPS_MOST)
      })
    })

    it(`after the last step nothing adverse is left but what is said to last, by ${card.version}`, () => {
      withPlan((facts, steps) => {
        const permanent = lasting(facts, card, rules)
        const shown = new Set(facts.events.filter(undated).map(({ record }) => record))
        const left = score(applied(facts, steps), card)
          .reasons.filter((reason) => adverse(reason) && !(reason.why === 'UNIT' && reason.points === 0))
          .flatMap(({ records }) => records)
          .filter((record) => !shown.has(record))
        const said = new Set(permanent.flatMap(({ records }) => records))
        expect(left.filter((record) => !said.has(record))).to.deep.equal([])
        expect(permanent.every(({ zh, en, basis }) => zh !== '' && en !== '' && basis !== '')).to.equal(true)
      })
    })

    it(`every point lost now is in a step or said to last, by ${card.version}`, () => {
      withPlan((facts, steps) => {
        const told = new Set([...steps, ...lasting(facts, card, rules)].flatMap(({ records }) => records))
        const now = score(facts, card).reasons.filter((reason) => adverse(reason) && reason.points < 0)
        for (const record of now.flatMap(({ records }) => records)) expect(told.has(record)).to.equal(true)
      })
    })

    it(`no step reaches more than the fold gives with nothing adverse, by ${card.version}`, () => {
      withPlan((facts, steps) => {
        steps.forEach((step, i) => {
          const done = applied(facts, steps.slice(0, i + 1))
          const clean = { ...done, events: done.events.filter((event) => !adverse(event)) }
          expect(step.value).to.be.at.most(score(clean, card).value)
        })
      })
    })

    it(`a plan without anything adverse has nothing but what can be brought back, by ${card.version}`, () => {
      fc.assert(
        fc.property(anyFacts, (facts) => {
          const clean = { ...facts, events: facts.events.filter((event) => !adverse(event)) }
          const good: FactEvent = { fact: 'registration_active', on: null, record: 99 }
          expect(restoration(clean, card, rules).every(({ regains }) => regains !== null)).to.equal(true)
          expect(restoration({ ...clean, events: [...clean.events, good] }, card, rules)).to.deep.equal([])
          expect(lasting(clean, card, rules)).to.deep.equal([])
        }),
      )
    })

    it(`the order of events does not matter to the plan, by ${card.version}`, () => {
      withPlan((facts, steps) => {
        const back = restoration({ ...facts, events: facts.events.toReversed() }, card, rules)
        const plain = (all: Step[]) => all.map(({ ends: _, ...step }) => step)
        expect(plain(back)).to.deep.equal(plain(steps))
      })
    })
  }
})
