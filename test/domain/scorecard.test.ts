import { expect } from 'chai'
import { contract, document } from '../../src/contracts.js'
import type { BinRule, Scorecard, UnitRule } from '../../src/domain/scorecard.js'
import { checkScorecard, topOf } from '../../src/domain/scorecard.js'

const card = (): Scorecard => structuredClone(document('scorecards/ecommerce-1.json')) as Scorecard
const broken = (change: (card: Scorecard) => void): Scorecard => {
  const copy = card()
  change(copy)
  return copy
}
const ruleOf = <R>(copy: Scorecard, id: string): R => copy.rules.find((rule) => rule.id === id) as R
const years = (copy: Scorecard): BinRule => ruleOf(copy, 'registration-years')
const penalties = (copy: Scorecard): UnitRule => ruleOf(copy, 'penalties')
const set = <T extends object>(target: T | undefined, change: Partial<T>): void => {
  if (!target) throw new Error('the scorecard has no such part')
  Object.assign(target, change)
}

describe('scorecard: ecommerce-1', () => {
  it('keeps its contract and has no fault', () => {
    expect(contract('contracts/scorecard')(card())).to.deep.equal([])
    expect(checkScorecard(card())).to.deep.equal([])
  })

  it('says plainly that its weights are a proposal and not the standard', () => {
    expect(card().about.zh).to.contain('并非标准规定')
    expect(card().about.en).to.contain("proposal, not the standard's")
  })

  it('puts the top of D one point below the line of C', () => {
    expect([topOf('A', card().grades), topOf('D', card().grades)]).to.deep.equal([1000, 449])
  })
})

describe('scorecard: broken cards are refused with place and reason', () => {
  const cases: [string, (card: Scorecard) => void, string, string][] = [
    ['bins that overlap', (c) => set(years(c).bins[1], { to: 4 }), 'rules[0].bins[2].from', 'overlap'],
    ['bins with a gap', (c) => set(years(c).bins[2], { from: 4 }), 'rules[0].bins[2].from', 'gap'],
    ['bins that do not begin at nothing', (c) => years(c).bins.shift(), 'rules[0].bins[0].from', 'begin at 0'],
    ['bins that end', (c) => set(years(c).bins[3], { to: 20 }), 'rules[0].bins[3].to', 'open'],
    [
      'a bin that ends before it begins',
      (c) => set(years(c).bins[1], { to: 0 }),
      'rules[0].bins[1].to',
      'before it begins',
    ],
    [
      'more of a good thing for fewer points',
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
    ['a missing Chinese sentence', (c) => set(penalties(c).units[2], { zh: ' ' }), 'rules[4].units[2].zh', 'missing'],
    ['a missing English sentence', (c) => set(c.vetoes[1], { en: '' }), 'vetoes[1].en', 'missing'],
    ['a sentence without its count', (c) => set(c.vetoes[1], { en: 'Defaulter' }), 'vetoes[1].en', '{count}'],
    ['a blank that nobody fills', (c) => set(c.sentences.base, { zh: '基础分 {who}' }), 'sentences.base.zh', 'blank'],
    ['a grade nobody can reach', (c) => set(c.grades[0], { from: 990 }), 'grades[0]', 'No operator'],
    ['grade lines out of order', (c) => set(c.grades[1], { from: 700 }), 'grades[1].from', 'below'],
    ['a lowest grade above nothing', (c) => set(c.grades[3], { from: 5 }), 'grades[3].from', '0'],
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
      'a window on what ends by itself',
      (c) => set(years(c), { windowDays: 30 }),
      'rules[0].windowDays',
      'ends by itself',
    ],
    [
      'years in units',
      (c) => set(ruleOf<UnitRule>(c, 'trademarks').units[0], { fact: 'registered_years' }),
      'rules[7].units[0].fact',
      'bins',
    ],
    [
      'a rule without a legal basis',
      (c) => set(penalties(c), { legalBasis: [] }),
      'rules[4].legalBasis',
      'legal basis',
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
    ['silence about missing data', (c) => c.missing.pop(), 'missing', 'not said'],
    ['points for missing data', (c) => set(c.missing[0], { points: -5 }), 'missing[0].points', 'Missing data'],
    [
      'a veto by a favourable fact',
      (c) => set(c.vetoes[0], { fact: 'trademark_held' }),
      'vetoes[0].fact',
      'favourable',
    ],
    ['a veto that caps nothing', (c) => set(c.vetoes[0], { grade: 'A' }), 'vetoes[0].grade', 'caps nothing'],
    ['a base out of range', (c) => set(c, { base: 1200 }), 'base', 'range'],
  ]
  for (const [title, change, place, reason] of cases) {
    it(`refuses ${title}`, () => {
      const faults = checkScorecard(broken(change))
      expect(faults.map((fault) => `${fault.place} ${fault.reason}`).join('\n')).to.contain(place)
      const fault = faults.find((each) => each.place === place)
      expect(fault?.reason).to.contain(reason)
    })
  }

  it('refuses by its contract what is not of its shape', () => {
    const faults = contract('contracts/scorecard')({ ...card(), base: 600.5, mood: 1 })
    expect(faults.map((fault) => fault.field)).to.have.members(['base', 'mood'])
  })
})
