import { expect } from 'chai'
import {
  isConfirmedIn,
  keyOfRuleRow,
  listUncertainRows,
  withConfirmations,
  withoutConfirmation,
} from '../../../src/domain/calendar/rule-confirmations.js'
import type { ListKind } from '../../../src/domain/listing/lists.js'
import { makeRuleBook } from '../../../src/domain/scoring/operator-facts.js'
import { schemaDocument } from '../../../src/foundation/contracts.js'

const READ = {
  source: '总局令第44号第十六条',
  text: '自列入之日起满三年',
  readOn: '2026-11-01',
  by: 'li',
  confirmedBy: 'wang',
}
const FILE = schemaDocument('rules/lists.json') as { lists: ListKind[] }

describe('confirmations laid over rule files', () => {
  it('confirm a row in its place, and no equal row of another list', () => {
    const row = { name: 'X', value: 5, mark: 'M', confirmed: false }
    const file = {
      lists: [
        { id: 'a', numbers: [row] },
        { id: 'b', numbers: [row] },
      ],
    } as const
    const [first] = listUncertainRows('lists', file)
    const laid = withConfirmations('lists', file, new Map([[first?.key ?? '', READ]]))
    expect(laid.lists.map(({ numbers }) => numbers[0])).to.deep.equal([
      { ...row, mark: 'F', confirmed: true, confirmation: READ },
      row,
    ])
    expect(withoutConfirmation(laid.lists[0].numbers[0])).to.deep.equal(row)
    expect(listUncertainRows('lists', laid)).to.have.length(1)
  })

  it('lapse when a release changes the row', () => {
    const row = { value: 5, mark: 'M', confirmed: false }
    const confirmed = new Map([[keyOfRuleRow('clocks', ['clocks'], row), READ]])
    expect(listUncertainRows('clocks', withConfirmations('clocks', { clocks: [row] }, confirmed))).to.deep.equal([])
    const changed = { clocks: [{ ...row, value: 6 }] }
    expect(withConfirmations('clocks', changed, confirmed)).to.deep.equal(changed)
  })

  it('make a copy of the row certain that was kept before them, and no copy of a changed row', () => {
    const row = { name: 'X', value: 5, mark: 'M', confirmed: false } as const
    const kept = { confirmed: false, mark: 'M', value: 5, name: 'X' } as const
    const laid = [{ ...row, mark: 'F', confirmed: true, confirmation: READ }, row]
    expect(isConfirmedIn(laid, kept)).to.equal(true)
    expect(isConfirmedIn([row], kept)).to.equal(false)
    expect(isConfirmedIn(laid, { ...kept, value: 6 })).to.equal(false)
  })

  it('change no hash by which scores are recomputed', () => {
    const all = new Map(listUncertainRows('lists', FILE).map(({ key }) => [key, READ]))
    const laid = withConfirmations('lists', FILE, all)
    expect(listUncertainRows('lists', laid)).to.deep.equal([])
    expect(makeRuleBook(laid.lists).hash).to.equal(makeRuleBook(FILE.lists).hash)
  })
})
