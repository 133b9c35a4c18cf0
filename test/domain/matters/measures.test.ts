import { expect } from 'chai'
import { CASE_STATES } from '../../../src/domain/listing/case.js'
import type { ListKind } from '../../../src/domain/listing/lists.js'
import {
  checkMeasureKind,
  checkMeasures,
  checkMeasuresOfLists,
  findCarrier,
  findMeasureMove,
  type MeasureRow,
  type MeasureRules,
} from '../../../src/domain/matters/measures.js'
import { contractCheck, schemaDocument } from '../../../src/foundation/contracts.js'
import { readMeasureRules } from '../../../src/work/matters/measures.js'
import { docketOf, follow, kindOf } from './world.js'

const LISTS = (schemaDocument('rules/lists.json') as { lists: ListKind[] }).lists
const shipped = (): MeasureRules => structuredClone(schemaDocument('rules/measures.json')) as MeasureRules
const withFirst = (change: Partial<MeasureRow>): MeasureRules => {
  const [first, ...others] = shipped().organisations
  return { ...shipped(), organisations: [{ ...(first as MeasureRow), ...change }, ...others] }
}
const faultsOf = (rules: MeasureRules) => checkMeasures(rules, (agency) => agency !== 'weather-bureau')

describe('the rules of measures', () => {
  it('as shipped name an organisation and a ground for every measure of a list that is decided here', () => {
    expect(contractCheck('contracts/measures')(shipped())).to.deep.equal([])
    expect(checkMeasuresOfLists(readMeasureRules().organisations, LISTS)).to.deep.equal([])
    for (const { id, measures, decidedHere } of LISTS.filter(({ decidedHere }) => decidedHere))
      for (const { item } of measures)
        expect(
          shipped().organisations.some((row) => row.item === item && row.lists.includes(id)),
          `${id} ${item} ${decidedHere}`,
        ).to.equal(true)
  })

  for (const [what, rules, reason] of [
    ['without a legal ground', withFirst({ basis: ' ' }), /没有法定依据.*legal ground/],
    ['of an item that is not on the basic list', withFirst({ item: '限制呼吸' }), /基础清单.*basic list/],
    [
      'of an organisation that nobody named',
      withFirst({ agency: 'weather-bureau' }),
      /没有这个单位.*Unknown organisation/,
    ],
    ['that ends before it begins', withFirst({ to: '2020-01-01' }), /止期.*ends before/],
    [
      'that is there twice',
      { ...shipped(), organisations: [...shipped().organisations, ...shipped().organisations] },
      /重叠/,
    ],
  ] as [string, MeasureRules, RegExp][])
    it(`refuse a row ${what}, with place and reason in both languages`, () => {
      const [fault] = faultsOf(rules)
      expect(fault?.place).to.equal('organisations[0]')
      expect(fault?.reason).to.match(reason)
    })

  it('refuse a row whose ground is missing, and one for a list that has no such measure', () => {
    const [fault] = contractCheck('contracts/measures')(withFirst({ basis: undefined as never }))
    expect([fault?.field, fault?.rule]).to.deep.equal(['organisations/0/basis', 'required'])
    const [other] = checkMeasuresOfLists([{ ...(shipped().organisations[0] as MeasureRow), lists: ['watch'] }], LISTS)
    expect(other?.place).to.equal('measures.organisations[0]')
  })

  it('refuse a kind of measure that others than the listing order or end, and one that is sealed', () => {
    const kind = kindOf('measure')
    expect(checkMeasureKind(kind)).to.deep.equal([])
    const { lift_due: lift, ...moves } = kind.moves
    expect(checkMeasureKind({ ...kind, moves }).map(({ place }) => place)).to.deep.equal(['measure.moves.lift_due'])
    const byHolder = { ...kind, moves: { ...moves, lift_due: { ...lift, by: 'holder' } } } as typeof kind
    expect(checkMeasureKind(byHolder)).to.have.length(1)
    expect(checkMeasureKind({ ...kind, visibility: 'SEATS_ONLY' })).to.have.length(1)
  })

  it('find the organisation of the authority’s division, or the next one above that exists', () => {
    const row = { ...(shipped().organisations[0] as MeasureRow), agency: 'a' }
    const there = (...seats: string[]) => findCarrier(row, '220183', (seat) => seats.includes(seat))
    expect(there('a@220183', 'a@220100', 'a@220000')).to.equal('a@220183')
    expect(there('a@220100', 'a@220000')).to.equal('a@220100')
    expect(there('a@220000')).to.equal('a@220000')
    expect(there()).to.equal(null)
    expect(findCarrier({ ...row, region: 'PROVINCE' }, '220183', () => true)).to.equal('a@220000')
  })
})

describe('the measures of an entry', () => {
  it('move with its state', () => {
    const moves = (before: (typeof CASE_STATES)[number]) =>
      CASE_STATES.map((after) => findMeasureMove(before, after)).filter((move) => move !== null)
    expect(findMeasureMove('SERVED', 'PUBLISHED')).to.equal('open')
    expect(findMeasureMove('PUBLISHED', 'REPAIR_APPLIED')).to.equal(null)
    expect(findMeasureMove('REPAIR_APPLIED', 'HIDDEN')).to.equal('hold_off')
    expect(findMeasureMove('HIDDEN', 'PUBLISHED')).to.equal('show_again')
    expect(findMeasureMove('HIDDEN', 'REMOVED')).to.equal('lift_due')
    expect(findMeasureMove('PUBLISHED', 'REMOVED')).to.equal('lift_due')
    expect(findMeasureMove('REMOVED', 'PUBLISHED')).to.equal('open')
    expect(new Set(moves('LEAD'))).to.deep.equal(new Set(['open']))
  })

  const listing = { seat: 'listing', places: ['listing' as const] }
  const hub = (by: string) => ({ seat: 'hub', places: ['hub' as const], by, reason: '三十日未答复' })
  const due = () => {
    const docket = docketOf('measure', { sender: 'hub', holder: 'finance@220000' })
    follow(docket, [
      ['open', '2026-03-02', listing],
      ['lift_due', '2026-09-30', listing],
    ])
    return docket
  }

  it('are closed unanswered by a second person only, after the first proposed it', () => {
    const docket = due()
    expect(docket.move('close_unanswered', '2026-11-02', hub('甲'))).to.equal('STATE')
    follow(docket, [['propose_close', '2026-11-02', hub('甲')]])
    expect(docket.move('close_unanswered', '2026-11-02', hub('甲'))).to.equal('OTHER_PERSON')
    follow(docket, [['keep_open', '2026-11-02', hub('乙')]])
    expect(docket.move('close_unanswered', '2026-11-02', hub('甲'))).to.equal('STATE')
    follow(docket, [
      ['propose_close', '2026-11-02', hub('甲')],
      ['close_unanswered', '2026-11-03', hub('乙')],
    ])
    expect(docket.matter.outcome).to.equal('CLOSED')
  })

  it('sent to the wrong organisation begin anew at the next; a lift binds the successor on the same day', () => {
    const docket = docketOf('measure', { sender: 'hub', holder: 'finance@220000' })
    const holder = { seat: 'finance@220000', reason: '不由本厅实施' }
    follow(docket, [
      ['open', '2026-03-02', listing],
      ['accept', '2026-03-03', holder],
      ['misaddressed', '2026-03-03', holder],
      ['readdress', '2026-03-04', { ...hub('甲'), to: 'credit-office@220000' }],
    ])
    expect([docket.matter.state, docket.matter.seats.holder]).to.deep.equal(['INSTRUCTED', 'credit-office@220000'])
    follow(docket, [
      ['lift_due', '2026-09-30', listing],
      ['succeed', '2026-10-08', { ...hub('clock'), to: 'human-resources@220000' }],
    ])
    const [clock] = docket.matter.clocks
    expect([clock?.seat, clock?.due?.on, clock?.ended]).to.deep.equal(['human-resources@220000', '2026-10-10', null])
  })
})
