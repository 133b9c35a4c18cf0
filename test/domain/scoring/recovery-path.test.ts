import { expect } from 'chai'
import fc from 'fast-check'
import { attemptMove } from '../../../src/domain/listing/listing.js'
import type { FactEvent, FactName, Facts } from '../../../src/domain/records/facts.js'
import { hashFacts } from '../../../src/domain/scoring/operator-facts.js'
import {
  findLastingFacts,
  planRecovery,
  RECOVERY_STEPS_MOST,
  type RecoveryStep,
} from '../../../src/domain/scoring/recovery-path.js'
import { checkRecoveryRules, type RecoveryRules } from '../../../src/domain/scoring/recovery-rules.js'
import { score } from '../../../src/domain/scoring/score.js'
import type { Scorecard } from '../../../src/domain/scoring/scorecard.js'
import { contractCheck, schemaDocument } from '../../../src/foundation/contracts.js'
import { addDays } from '../../../src/foundation/time/dates.js'
import { denied, full, rules as listing, upTo } from '../../support/case.js'
import { AS_OF, card, factsOf, promised, rules } from '../../support/restoration.js'

const plan = (events: FactEvent[], more: Partial<Facts> = {}): RecoveryStep[] =>
  planRecovery(factsOf(events, more), card, rules)
/** Points: 80 for full years since 2010 and 20 for good standing. Without adverse facts the score is 700. */
const standing: FactEvent[] = [
  { fact: 'registered_years', on: '2010-01-01', record: 1 },
  { fact: 'registration_active', on: null, record: 1 },
]
const short = ({ on, act, fact, points, value, grade }: RecoveryStep) => [on, act, fact, points, value, grade]

describe('recovery path: plans worked out by hand', () => {
  // The highest score is 600 + 80 + 20 = 700. Each value below is 700 less the adverse points still in force.
  const cases: [string, FactEvent[], unknown[][]][] = [
    ['a firm without adverse facts has an empty plan', standing, []],
    [
      'an ordinary penalty under order 36 is repaired three months after its decision',
      [...standing, { fact: 'penalty_light', on: '2026-10-15', record: 2 }],
      [['2027-01-16', 'REPAIR', 'penalty_light', 40, 700, 'A']],
    ],
    [
      'a penalty whose minimum time has passed is repaired on the day of the facts',
      [...standing, { fact: 'penalty_light', on: '2026-05-05', record: 2 }],
      [[AS_OF, 'REPAIR', 'penalty_light', 40, 700, 'A']],
    ],
    [
      'a warning is repaired at once',
      [...standing, { fact: 'penalty_warning', on: '2026-11-20', record: 2 }],
      [[AS_OF, 'REPAIR', 'penalty_warning', 10, 700, 'A']],
    ],
    [
      'a heavier penalty is repaired after a year, before its window of 1095 days ends',
      [...standing, { fact: 'penalty_heavy', on: '2026-04-02', record: 2 }],
      [['2027-04-03', 'REPAIR', 'penalty_heavy', 160, 700, 'A']],
    ],
    [
      'an entry that ends before it could be removed gets a step of waiting',
      [...standing, { fact: 'serious_list', on: '2026-04-10', until: '2027-01-01', record: 2 }],
      [['2027-01-01', 'WAIT', 'serious_list', 251, 700, 'A']],
    ],
    [
      'failed samples get steps of waiting: 730 days each, one step for those of one day',
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
      'an abnormal entry and a judgment: correction and performance at once, the bigger gain first',
      [
        ...standing,
        { fact: 'abnormal_list', on: '2026-01-01', record: 2 },
        { fact: 'judgment_defaulter', on: '2026-02-01', until: '2028-02-01', record: 3 },
      ],
      // 620 capped at 449. Correction alone gains nothing under the cap. Performance gains 620 − 449 = 171, then correction 80.
      [
        [AS_OF, 'PERFORM', 'judgment_defaulter', 171, 620, 'B'],
        [AS_OF, 'CORRECT', 'abnormal_list', 80, 700, 'A'],
      ],
    ],
    [
      'an entry of 2018 has no early removal and ends with its term; its veto hides the gain of other steps',
      [
        ...standing,
        { fact: 'serious_list', on: '2018-05-15', until: '2027-05-15', record: 2 },
        { fact: 'penalty_light', on: '2026-09-01', record: 3 },
      ],
      [
        ['2026-12-02', 'REPAIR', 'penalty_light', 0, 449, 'D'],
        ['2027-05-15', 'WAIT', 'serious_list', 251, 700, 'A'],
      ],
    ],
    [
      'an entry under order 44 may be removed after a year',
      [...standing, { fact: 'serious_list', on: '2026-01-10', until: '2029-01-10', record: 2 }],
      [['2027-01-11', 'REPAIR', 'serious_list', 251, 700, 'A']],
    ],
    [
      'a registration of unknown or ended standing gets no step',
      [{ fact: 'registered_years', on: '2010-01-01', record: 1 }],
      [],
    ],
    [
      'an entry of the hub may be repaired by the day of its decision, not of its publication',
      [
        ...standing,
        { fact: 'serious_list', on: '2026-06-20', decidedOn: '2026-05-28', until: '2029-05-28', record: 2 },
      ],
      [['2027-05-29', 'REPAIR', 'serious_list', 251, 700, 'A']],
    ],
    [
      'two entries published on one day each follow their own decision day',
      [
        ...standing,
        { fact: 'serious_list', on: '2026-06-20', decidedOn: '2026-06-10', until: '2029-06-10', record: 2 },
        { fact: 'serious_list', on: '2026-06-20', decidedOn: '2026-05-28', until: '2029-06-10', record: 2 },
      ],
      [
        ['2027-05-29', 'REPAIR', 'serious_list', 0, 449, 'D'],
        ['2027-06-11', 'REPAIR', 'serious_list', 251, 700, 'A'],
      ],
    ],
    [
      'an entry decided over a year before its publication is repaired from its publication at the earliest',
      [
        ...standing,
        { fact: 'serious_list', on: '2026-12-10', decidedOn: '2025-12-01', until: '2028-12-01', record: 2 },
      ],
      [['2026-12-10', 'REPAIR', 'serious_list', 251, 700, 'A']],
    ],
  ]
  for (const [title, events, expected] of cases) {
    it(title, () => {
      expect(plan(events).map(short)).to.deep.equal(expected)
    })
  }

  it('names cause, rules, records, sentences in both languages, source and responsible authority', () => {
    const [step] = plan([
      ...standing,
      { fact: 'penalty_light', on: '2026-10-15', record: 7 },
      { fact: 'penalty_light', on: '2026-10-15', record: 5, weight: 2 },
    ])
    expect(step).to.deep.include({ rules: ['penalties'], records: [5, 7], count: 3, confirmed: false })
    expect(step?.zh).to.contain('3 件').and.not.contain('{')
    expect(step?.en).to.contain('penalties: 3')
    expect(step?.basis).to.contain('令第36号')
    expect(step?.answer).to.include({ workdays: 10, confirmed: false })
  })

  it('states for every act the first day to apply, the time for an answer, and that the score changes with the grant', () => {
    const sentence = (event: Omit<FactEvent, 'record'>) => plan([...standing, { ...event, record: 2 }])[0]
    const within = sentence({ fact: 'judgment_defaulter', on: '2026-02-01' })
    expect(within?.act).to.equal('PERFORM')
    expect(within?.zh).to.contain('最早可以申请').and.contain('3 个工作日').and.contain('获准以后')
    expect(within?.en)
      .to.contain('may be applied for; the authority then has 3 workdays')
      .and.contain('once it is granted')
    const open = sentence({ fact: 'penalty_light', on: '2026-02-01' })
    expect(open).to.include({ act: 'REPAIR', answer: null })
    expect(open?.zh).to.contain('期限未见规定').and.contain('获准以后')
    expect(open?.en).to.contain('no fixed time').and.contain('once it is granted')
    const wait = sentence({ fact: 'inspection_failed', on: '2026-02-01' })
    expect(wait?.en).not.to.contain('granted')
  })

  it('marks no day as confirmed that comes from the card or depends on the field of the penalty', () => {
    const confirmed = (fact: FactName, on: string | null) =>
      plan([...standing, { fact, on, record: 2 }]).map((step) => [step.act, step.confirmed])
    expect(confirmed('inspection_failed', '2026-06-01')).to.deep.equal([['WAIT', false]])
    for (const fact of ['penalty_light', 'penalty_heavy'] as const) {
      expect(confirmed(fact, '2026-06-01'), fact).to.deep.equal([['REPAIR', false]])
      expect(confirmed(fact, '2026-02-01'), fact).to.deep.equal([['REPAIR', false]])
    }
    // A mere warning can be repaired at once in every field (food, drugs and others).
    expect(confirmed('penalty_warning', '2026-11-20')).to.deep.equal([['REPAIR', true]])
    expect(confirmed('abnormal_list', '2026-06-01')).to.deep.equal([['CORRECT', true]])
    for (const each of Object.values(rules.waits)) expect(each.confirmed).to.equal(false)
  })

  it('warns at each penalty that repair may be later in food, drug and special equipment cases', () => {
    const rows = rules.acts.filter(({ fact, act }) => /^penalty_(light|heavy)$/.test(fact) && act !== null)
    expect(rows).to.have.length(6)
    for (const { zh, en, confirmed } of rows) {
      expect(confirmed).to.equal(false)
      expect(zh).to.match(/所示日期按国家统一规定.*食品、药品、特种设备.*可能更晚/)
      expect(en).to.match(/the day shown is that of the national rule.*food, drugs.*special equipment.*may be later/)
    }
  })

  it('names for an entry of the hub the first day on which it may be removed as repaired', () => {
    // Decided on 2026-01-19, published on 2026-01-21; a year from the decision is 2027-01-19.
    const published = upTo('publishListing')
    const event: FactEvent = {
      fact: 'serious_list',
      on: published.publishedOn,
      decidedOn: published.decidedOn,
      until: published.endsOn,
      record: 2,
    }
    const [step] = plan([...standing, event])
    expect(step).to.include({ on: '2027-01-20', act: 'REPAIR' })
    const repaired = (on: string) =>
      denied(attemptMove('removeListing', published, full({ on, today: on, removal: 'REPAIRED' }), listing))
    expect(['2027-01-19', '2027-01-20'].map(repaired)).to.deep.equal(['REPAIR_TOO_EARLY', null])
  })

  it('agrees with the guard of the removal for every decision since order 44 and any publication day', () => {
    const published = upTo('publishListing')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_700 }), fc.integer({ min: 0, max: 300 }), (n, days) => {
        const decidedOn = addDays('2021-09-01', n)
        const on = addDays(decidedOn, days)
        const until = '2099-01-01'
        const [step] = plan([...standing, { fact: 'serious_list', on, decidedOn, until, record: 2 }], { asOf: on })
        const before = { ...published, decidedOn, publishedOn: on, endsOn: until, lastOn: on }
        const repaired = (day: string) =>
          denied(attemptMove('removeListing', before, full({ on: day, today: day, removal: 'REPAIRED' }), listing))
        const first = step?.on ?? ''
        expect([repaired(addDays(first, -1)), repaired(first)]).to.deep.equal(['REPAIR_TOO_EARLY', null])
      }),
    )
  })

  it('follows the rules of the decision day where those of the publication day differ', () => {
    const [step] = plan([
      ...standing,
      { fact: 'serious_list', on: '2026-04-02', decidedOn: '2026-03-31', until: '2029-03-31', record: 2 },
    ])
    expect(step).to.include({ on: '2027-04-01', confirmed: false })
    expect(step?.en).to.contain('before order 36')
  })

  it('leaves score and hash unchanged for any decision day', () => {
    const entry: FactEvent = { fact: 'serious_list', on: '2026-06-20', until: '2029-05-28', record: 2 }
    const [without, with_] = [entry, { ...entry, decidedOn: '2026-05-28' }].map((each) => factsOf([...standing, each]))
    expect(hashFacts(with_ as Facts)).to.equal(hashFacts(without as Facts))
    expect(score(with_ as Facts, card)).to.deep.equal(score(without as Facts, card))
  })

  it('marks days under the rules before order 36 as unconfirmed', () => {
    const [step] = plan([...standing, { fact: 'penalty_heavy', on: '2026-03-31', record: 2 }])
    expect(step).to.include({ on: '2027-04-01', act: 'REPAIR', confirmed: false })
    expect(step?.en).to.contain('before order 36')
  })

  it('explains that no act is possible where the rules of the time excluded repair', () => {
    const [step] = plan([...standing, { fact: 'penalty_heavy', on: '2022-05-01', record: 2 }], { asOf: '2024-01-01' })
    expect(step).to.include({ on: '2025-04-30', act: 'WAIT', confirmed: false })
    expect(step?.en).to.contain('never stops early')
  })

  it('lists a revoked licence as lasting', () => {
    const facts = factsOf([
      { fact: 'registered_years', on: '2010-01-01', record: 1 },
      { fact: 'registration_revoked', on: null, record: 1 },
      { fact: 'abnormal_list', on: '2026-01-01', record: 2 },
    ])
    expect(planRecovery(facts, card, rules).map(short)).to.deep.equal([
      [AS_OF, 'CORRECT', 'abnormal_list', 80, 280, 'D'],
    ])
    const [last, ...others] = findLastingFacts(facts, card, rules)
    expect(others).to.deep.equal([])
    expect(last).to.deep.include({ fact: 'registration_revoked', rules: ['registration-revoked'], records: [1] })
    expect(last?.en).to.contain('cannot be repaired')
  })

  it('lists an entry without a known end and without an act as lasting', () => {
    const facts = factsOf([...standing, { fact: 'serious_list', on: '2019-01-01', record: 2 }])
    expect(planRecovery(facts, card, rules)).to.deep.equal([])
    expect(findLastingFacts(facts, card, rules).map(({ records }) => records)).to.deep.equal([[2]])
  })

  it('includes effects of time such as an anniversary', () => {
    const events: FactEvent[] = [
      { fact: 'registered_years', on: '2020-12-01', record: 1 },
      { fact: 'registration_active', on: null, record: 1 },
      { fact: 'penalty_light', on: '2026-10-15', record: 2 },
    ]
    // Five full years give 50 now. Six years give 80 from 2026-12-01, before the repair.
    expect(score(factsOf(events), card).value).to.equal(630)
    expect(plan(events).map(short)).to.deep.equal([['2027-01-16', 'REPAIR', 'penalty_light', 40, 700, 'A']])
  })

  it('lists the days on which points halve', () => {
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
    expect(planRecovery(facts, halving, rules).map(short)).to.deep.equal([
      ['2027-09-21', 'WAIT', 'inspection_failed', 30, 670, 'B'],
      ['2028-07-17', 'WAIT', 'inspection_failed', 15, 685, 'B'],
      ['2028-11-24', 'WAIT', 'inspection_failed', 15, 700, 'A'],
    ])
  })

  it('has no step for a signal that costs no points', () => {
    const shown: Scorecard = {
      ...card,
      rules: card.rules.map((rule) =>
        rule.id === 'inspections-failed' && rule.kind === 'units'
          ? { ...rule, units: rule.units.map((unit) => ({ ...unit, points: 0 })) }
          : rule,
      ),
    }
    const facts = factsOf([...standing, { fact: 'inspection_failed', on: '2026-05-01', record: 2 }])
    expect(planRecovery(facts, shown, rules)).to.deep.equal([])
  })

  it('groups distant steps and still reaches the exact end', () => {
    const many = Array.from({ length: 200 }, (_, i) => ({
      fact: i % 2 === 0 ? ('inspection_failed' as const) : ('penalty_light' as const),
      on: addDays('2026-11-25', -i),
      record: 10 + i,
    }))
    const facts = factsOf([...standing, ...many])
    const steps = planRecovery(facts, card, rules)
    expect(steps.length).to.be.at.most(RECOVERY_STEPS_MOST)
    expect(new Set(steps.flatMap(({ records }) => records)).size).to.equal(200)
    expect(steps.at(-1)?.value).to.equal(700)
    promised(facts, card, steps)
  })
})

describe('recovery path: the table of acts', () => {
  const broken = (change: (rules: RecoveryRules) => void): string[] => {
    const copy = structuredClone(rules)
    change(copy)
    return checkRecoveryRules(copy).map(({ place }) => place)
  }
  const first = <T>(rows: T[]): T => rows[0] as T

  it('satisfies its contract and has no fault', () => {
    expect(contractCheck('contracts/recovery')(schemaDocument('rules/recovery.json'))).to.deep.equal([])
    expect(checkRecoveryRules(rules)).to.deep.equal([])
  })

  it('reports each fault with its place', () => {
    expect(broken(({ acts }) => Object.assign(first(acts), { fact: 'trademark_held' }))).to.include('acts[0].fact')
    expect(broken(({ acts }) => Object.assign(first(acts), { confirmed: false }))).to.include('acts[0]')
    expect(broken(({ acts }) => Object.assign(first(acts), { months: null }))).to.include('acts[0].months')
    expect(broken(({ acts }) => Object.assign(first(acts), { from: null }))).to.include('acts[0]')
    expect(broken(({ acts }) => Object.assign(first(acts), { to: '2026-02-30' }))).to.include('acts[0]')
    expect(broken(({ granted }) => Object.assign(granted.within, { en: 'soon' }))).to.include('granted.within.en')
    expect(broken(({ waits }) => Object.assign(waits.window, { confirmed: true }))).to.include('window')
    expect(broken(({ endless }) => Object.assign(endless, { confirmed: true }))).to.include('endless')
  })
})
