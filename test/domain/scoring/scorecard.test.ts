import { expect } from 'chai'
import { FACTS, type FactFamily } from '../../../src/domain/records/facts.js'
import type { BinRule, Scorecard, ScoreRule, UnitRule } from '../../../src/domain/scoring/scorecard.js'
import { findTopScore, listFactsOfRule } from '../../../src/domain/scoring/scorecard.js'
import { checkScorecard } from '../../../src/domain/scoring/scorecard-check.js'
import { contractCheck, schemaDocument } from '../../../src/foundation/contracts.js'

const cardOf = (version: string): Scorecard =>
  structuredClone(schemaDocument(`scorecards/${version}.json`)) as Scorecard
const card = (): Scorecard => cardOf('ecommerce-1')
const broken = (change: (card: Scorecard) => void): Scorecard => {
  const copy = card()
  change(copy)
  return copy
}
const ruleOf = <R>(copy: Scorecard, id: string): R => copy.rules.find((rule) => rule.id === id) as R
const years = (copy: Scorecard): BinRule => ruleOf(copy, 'registration-years')
const penalties = (copy: Scorecard): UnitRule => ruleOf(copy, 'penalties')
const OF_REGISTRATION: FactFamily[] = ['registration', 'filings']
const set = <T extends object>(target: T | undefined, change: Partial<T>): void => {
  if (!target) throw new Error('the scorecard has no such part')
  Object.assign(target, change)
}

for (const version of ['ecommerce-1', 'general-1']) {
  describe(`scorecard: ${version}`, () => {
    it('satisfies its contract and has no fault', () => {
      expect(cardOf(version).version).to.equal(version)
      expect(contractCheck('contracts/scorecard')(cardOf(version))).to.deep.equal([])
      expect(checkScorecard(cardOf(version))).to.deep.equal([])
    })

    it('states that its weights are a proposal and not the standard, and what is uncertain', () => {
      const { zh, en } = cardOf(version).about
      expect(zh).to.contain('均为本项目的建议，并非标准规定').and.to.contain('不能确定')
      expect(en).to.contain("proposal, not the standard's").and.to.contain('unsure')
    })

    it('weighs every known fact or states why not', () => {
      const { rules, vetoes, unweighed = [] } = cardOf(version)
      const facts = [...rules.flatMap(listFactsOfRule), ...[...vetoes, ...unweighed].map(({ fact }) => fact)]
      expect(facts).to.have.members(Object.keys(FACTS))
    })

    it('gives grade A only for more than a registration of any age and a filing', () => {
      const { base, rules, grades } = cardOf(version)
      const most = (rule: ScoreRule): number =>
        Math.max(...(rule.kind === 'units' ? rule.units : rule.bins).map(({ points }) => points))
      const own = rules.filter((rule) =>
        listFactsOfRule(rule).some((fact) => OF_REGISTRATION.includes(FACTS[fact].family)),
      )
      const points = own.map(most).filter((each) => each > 0)
      expect(points).to.have.length(3)
      expect(points.reduce((sum, each) => sum + each, base)).to.be.below(grades[0]?.from ?? 0)
    })

    it('gives no points for signals from marketplaces', () => {
      const points = cardOf(version)
        .rules.flatMap((rule) => (rule.kind === 'units' ? rule.units : []))
        .filter(({ fact }) => FACTS[fact].family === 'shops')
        .map((unit) => unit.points)
      expect(points.filter((each) => each !== 0)).to.deep.equal([])
    })

    it('opens a lead below the line of D, and a watch entry below that of C', () => {
      const { lines, grades } = cardOf(version)
      expect(lines).to.deep.equal([
        { below: findTopScore('D', grades) + 1, opens: 'lead' },
        { below: findTopScore('C', grades) + 1, opens: 'watch' },
      ])
    })

    it('caps the score at D during a serious list entry or a judgment default, and has points that halve', () => {
      const { vetoes, rules } = cardOf(version)
      expect(vetoes.map(({ fact, grade }) => [fact, grade])).to.deep.equal([
        ['serious_list', 'D'],
        ['judgment_defaulter', 'D'],
      ])
      expect(rules.some((rule) => rule.kind === 'units' && rule.units.some((unit) => unit.halvesEveryDays))).to.equal(
        true,
      )
    })
  })
}

describe('scorecard: grade lines', () => {
  it('puts the top of D one point below the line of C', () => {
    expect([findTopScore('A', card().grades), findTopScore('D', card().grades)]).to.deep.equal([1000, 449])
  })
})

describe('scorecard: broken cards are refused with place and reason', () => {
  const cases: [string, (card: Scorecard) => void, string, string][] = [
    ['bins that overlap', (c) => set(years(c).bins[1], { to: 4 }), 'rules[0].bins[2].from', 'overlap'],
    ['bins with a gap', (c) => set(years(c).bins[2], { from: 4 }), 'rules[0].bins[2].from', 'gap'],
    ['bins that do not begin at 0', (c) => years(c).bins.shift(), 'rules[0].bins[0].from', 'begin at 0'],
    ['bins that end', (c) => set(years(c).bins[3], { to: 20 }), 'rules[0].bins[3].to', 'open'],
    [
      'a bin that ends before it begins',
      (c) => set(years(c).bins[1], { to: 0 }),
      'rules[0].bins[1].to',
      'before it begins',
    ],
    [
      'fewer points for more of a favourable fact',
      (c) => set(years(c).bins[3], { points: 10 }),
      'rules[0].bins[3].points',
      'wrong way',
    ],
    [
      'an unknown fact in a rule',
      (c) => set(penalties(c).units[0], { fact: 'gossip' as never }),
      'rules[4].units[0].fact',
      'Unknown fact',
    ],
    [
      'an unknown fact in a veto',
      (c) => set(c.vetoes[0], { fact: 'gossip' as never }),
      'vetoes[0].fact',
      'Unknown fact',
    ],
    ['a float weight', (c) => set(penalties(c).units[1], { points: -39.5 }), 'rules[4].units[1].points', 'integer'],
    ['a sentence without its count', (c) => set(c.vetoes[1], { en: 'Defaulter' }), 'vetoes[1].en', '{count}'],
    ['an unknown placeholder', (c) => set(c.sentences.base, { zh: '基础分 {who}' }), 'sentences.base.zh', 'blank'],
    ['a grade nobody can reach', (c) => set(c.grades[0], { from: 990 }), 'grades[0]', 'No operator'],
    ['grade lines out of order', (c) => set(c.grades[1], { from: 720 }), 'grades[1].from', 'below'],
    ['a lowest grade that begins above 0', (c) => set(c.grades[3], { from: 5 }), 'grades[3].from', '0'],
    ['grades without D', (c) => c.grades.pop(), 'grades', 'A, B, C, D'],
    [
      'an adverse fact that adds points',
      (c) => set(penalties(c).units[1], { points: 40 }),
      'rules[4].units[1].points',
      'may not add',
    ],
    [
      'a favourable fact that takes points',
      (c) => set(ruleOf<UnitRule>(c, 'trademarks').units[0], { points: -1 }),
      'rules[7].units[0].points',
      'may not take',
    ],
    [
      'a worse fact that takes less',
      (c) => set(penalties(c).units[2], { points: -30 }),
      'rules[4].units[2]',
      'takes less',
    ],
    [
      'a worse fact that fades sooner',
      (c) => set(penalties(c).units[2], { windowDays: 100 }),
      'rules[4].units[2]',
      'sooner',
    ],
    [
      'one rule that both adds and takes',
      (c) => set(penalties(c).units[1], { fact: 'inspection_passed', points: 5 }),
      'rules[4].units[1].fact',
      'both',
    ],
    [
      'a fact counted twice',
      (c) => set(penalties(c).units[1], { fact: 'inspection_failed' }),
      'rules[5].units[1].fact',
      'twice',
    ],
    [
      'an event that never fades',
      (c) => set(penalties(c).units[0], { windowDays: null }),
      'rules[4].units[0].windowDays',
      'never fade',
    ],
    [
      'a window on a fact that ends by itself',
      (c) => set(years(c), { windowDays: 30 }),
      'rules[0].windowDays',
      'ends by itself',
    ],
    [
      'a fact of years counted in units',
      (c) => set(ruleOf<UnitRule>(c, 'trademarks').units[0], { fact: 'registered_years' }),
      'rules[7].units[0].fact',
      'bins',
    ],
    [
      'an unknown dimension',
      (c) => set(penalties(c), { dimension: 'mood' }),
      'rules[4].dimension',
      'Unknown dimension',
    ],
    [
      'marketplace signals that move points',
      (c) => set(penalties(c), { dimension: 'marketplace_signals' }),
      'rules[4].dimension',
      'public-credit',
    ],
    ['two rules of one id', (c) => set(penalties(c), { id: 'abnormal' }), 'rules[4].id', 'taken'],
    ['a rule named like the base', (c) => set(penalties(c), { id: 'base' }), 'rules[4].id', 'taken'],
    ['no statement about missing data', (c) => c.missing.pop(), 'missing', 'not said'],
    [
      'a veto by a favourable fact',
      (c) => set(c.vetoes[0], { fact: 'trademark_held' }),
      'vetoes[0].fact',
      'favourable',
    ],
    ['a veto that caps nothing', (c) => set(c.vetoes[0], { grade: 'A' }), 'vetoes[0].grade', 'caps nothing'],
    [
      'points that halve every half day',
      (c) => set(penalties(c).units[1], { halvesEveryDays: 0.5 }),
      'rules[4].units[1].halvesEveryDays',
      'integer',
    ],
    [
      'halving of a fact that ends by itself',
      (c) => set(ruleOf<UnitRule>(c, 'abnormal').units[0], { halvesEveryDays: 30 }),
      'rules[3].units[0].halvesEveryDays',
      'on a day',
    ],
    [
      'a worse fact that halves below the milder one',
      (c) => set(penalties(c).units[2], { halvesEveryDays: 100 }),
      'rules[4].units[2]',
      'from day 300',
    ],
    [
      'a worse fact weighed in another rule than the milder one',
      (c) => penalties(c).units.pop(),
      'rules[4]',
      'without the worse penalty_heavy',
    ],
    ['a line within a grade', (c) => set(c.lines[0], { below: 500 }), 'lines[0].below', 'between two grades'],
    ['a line at 0', (c) => set(c.lines[0], { below: 0 }), 'lines[0].below', 'between two grades'],
    ['a line given twice', (c) => set(c.lines[1], { below: 450 }), 'lines[1].below', 'twice'],
    ['two lines that open the same', (c) => set(c.lines[1], { opens: 'lead' }), 'lines[1].opens', 'the same'],
    [
      'a watch line below that of leads',
      (c) => c.lines.splice(0, 2, { below: 600, opens: 'lead' }, { below: 450, opens: 'watch' }),
      'lines',
      'below that of leads',
    ],
    [
      'a fact both weighed and listed as not weighed',
      (c) => set(c, { unweighed: [{ fact: 'trademark_held', zh: '甲', en: 'a' }] }),
      'unweighed[0].fact',
      'twice',
    ],
    [
      'an unknown fact listed as not weighed',
      (c) => set(c, { unweighed: [{ fact: 'gossip' as never, zh: '甲', en: 'a' }] }),
      'unweighed[0].fact',
      'Unknown fact',
    ],
    [
      'a grade reachable only by rules for different kinds of operator',
      (c) => {
        set(ruleOf<UnitRule>(c, 'trademarks'), { operators: ['shop'] })
        set(c.grades[0], { from: 860 })
      },
      'grades[0]',
      'No operator',
    ],
    [
      // Points that count are multiples of 5. Halving a broken commitment to 7 and 3 happens only after its window.
      'a grade reached only by points that have halved beyond their window',
      (c) => {
        set(c.grades[2], { from: 599 })
        set(c.lines[0], { below: 599 })
      },
      'grades[2]',
      'No operator',
    ],
  ]
  for (const [title, change, place, reason] of cases) {
    it(`refuses ${title}`, () => {
      const faults = checkScorecard(broken(change))
      expect(faults.map((fault) => `${fault.place} ${fault.reason}`).join('\n')).to.contain(place)
      const fault = faults.find((each) => each.place === place)
      expect(fault?.reason).to.contain(reason)
    })
  }

  it('reports all faults at once', () => {
    const faults = checkScorecard(
      broken((c) => {
        set(years(c).bins[1], { to: 4 })
        set(penalties(c).units[1], { points: -39.5, zh: '{who}' })
        set(c.vetoes[0], { fact: 'gossip' as never })
      }),
    )
    expect(faults.map(({ place }) => place)).to.include.members([
      'rules[0].bins[2].from',
      'rules[4].units[1].points',
      'rules[4].units[1].zh',
      'vetoes[0].fact',
    ])
  })

  it('refuses by its contract a float weight and a wrong line, each with its place', () => {
    const faults = contractCheck('contracts/scorecard')(
      broken((c) => {
        set(penalties(c).units[1], { points: -39.5 })
        set(c.lines[0], { opens: 'gate' as never })
      }),
    )
    expect(faults.map(({ field }) => field)).to.include.members(['rules/4/units/1/points', 'lines/0/opens'])
  })

  const bounds: [string, (card: Scorecard) => void, string, string][] = [
    [
      'points beyond the range',
      (c) => set(penalties(c).units[1], { points: -1001 }),
      'rules/4/units/1/points',
      '-1000',
    ],
    ['bin points out of range', (c) => set(years(c).bins[3], { points: 1001 }), 'rules/0/bins/3/points', '1000'],
    ['a cap beyond the range', (c) => set(penalties(c), { cap: -1001 }), 'rules/4/cap', '-1000'],
    [
      'a favourable cap beyond the range',
      (c) => set(ruleOf<UnitRule>(c, 'trademarks'), { cap: 1001 }),
      'rules/7/cap',
      '1000',
    ],
    [
      'a window of more than a hundred years',
      (c) => set(penalties(c).units[1], { windowDays: 36_501 }),
      'rules/4/units/1/windowDays',
      '36500',
    ],
    ['a window of 36,501 days', (c) => set(years(c), { windowDays: 36_501 }), 'rules/0/windowDays', '36500'],
    [
      'points that halve in more than a hundred years',
      (c) => set(penalties(c).units[1], { halvesEveryDays: 36_501 }),
      'rules/4/units/1/halvesEveryDays',
      '36500',
    ],
    ['a card without a veto', (c) => set(c, { vetoes: [] }), 'vetoes', 'fewer than 1'],
    ['a rule without units', (c) => set(penalties(c), { units: [] }), 'rules/4/units', 'fewer than 1'],
    [
      'a rule without a legal basis',
      (c) => set(penalties(c), { legalBasis: [] }),
      'rules/4/legalBasis',
      'fewer than 1',
    ],
    ['a card that rests on nothing', (c) => set(c, { restsOn: [] }), 'restsOn', 'fewer than 1'],
    ['a missing Chinese sentence', (c) => set(penalties(c).units[2], { zh: ' ' }), 'rules/4/units/2/zh', 'must match'],
    ['a missing English sentence', (c) => set(c.vetoes[1], { en: '' }), 'vetoes/1/en', 'must match'],
    ['points for missing data', (c) => set(c.missing[0], { points: -5 }), 'missing/0/points', 'constant'],
    ['a base out of range', (c) => set(c, { base: 1200 }), 'base', '1000'],
    ['a version that is no name of a file', (c) => set(c, { version: '../E 1' }), 'version', 'must match'],
    ['a version of 65 characters', (c) => set(c, { version: 'a'.repeat(65) }), 'version', '64'],
    ['a window of 0 days', (c) => set(penalties(c).units[1], { windowDays: 0 }), 'rules/4/units/1/windowDays', '1'],
    [
      'points that halve every 0 days',
      (c) => set(penalties(c).units[1], { halvesEveryDays: 0 }),
      'rules/4/units/1/halvesEveryDays',
      '1',
    ],
    [
      'a fact not weighed without a reason',
      (c) => set(c, { unweighed: [{ fact: 'gossip' as never, zh: '甲', en: '' }] }),
      'unweighed/0/en',
      'must match',
    ],
  ]
  for (const [title, change, field, message] of bounds) {
    it(`refuses by its contract ${title}`, () => {
      const faults = contractCheck('contracts/scorecard')(broken(change))
      expect(faults.find((fault) => fault.field === field)?.message).to.contain(message)
    })
  }

  it('the contract accepts values just within its bounds', () => {
    const widest = broken((c) => {
      set(penalties(c), { cap: -1000 })
      set(penalties(c).units[1], { points: -1000, windowDays: 36_500, halvesEveryDays: 36_500 })
      set(years(c).bins[3], { points: 1000 })
    })
    expect(contractCheck('contracts/scorecard')(widest)).to.deep.equal([])
  })

  it('the contract refuses a wrong type and an unknown field', () => {
    const faults = contractCheck('contracts/scorecard')({ ...card(), base: 600.5, mood: 1 })
    expect(faults.map((fault) => fault.field)).to.have.members(['base', 'mood'])
  })

  it('points for an absent fact are refused', () => {
    const card = cardOf('general-1')
    const place = card.rules.findIndex((rule) => rule.kind === 'bins' && rule.fact !== 'registered_years')
    const rule = card.rules[place]
    if (rule?.kind !== 'bins' || rule.bins[0] === undefined) throw new Error('general-1 has no such rule')
    rule.bins[0].points = 5
    expect(checkScorecard(card).map((fault) => fault.place)).to.deep.equal([`rules[${place}].bins[0].points`])
  })
})
