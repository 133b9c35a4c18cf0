import { expect } from 'chai'
import {
  hashFacts,
  makeFacts,
  makeRuleBook,
  type OperatorEvidence,
  type OwnEntry,
  type ReportedEvidence,
} from '../../../src/domain/scoring/operator-facts.js'
import type { ListFactRules } from '../../../src/domain/scoring/repair-targets.js'

const lists: ListFactRules[] = [{ id: 'serious', fact: 'serious_list', terms: [], counting: { lastDay: 'STANDS' } }]
const entry = (more: Partial<OwnEntry> = {}): OwnEntry => ({
  publishedOn: '2026-05-22',
  decidedOn: '2026-05-20',
  endsOn: '2029-05-20',
  removedOn: null,
  record: 9,
  hidden: false,
  documentNumber: '虚市监列〔2026〕1号',
  authority: '虚构市市场监督管理局',
  ...more,
})
const reported = (record: number, body: ReportedEvidence['body']): ReportedEvidence => ({
  record,
  kind: 'list_entry',
  body: { list: 'serious', listed_on: '2026-05-20', ends_on: '2029-05-20', removed_on: null, ...body },
  fact: null,
  run: 1,
})
const facts = (more: Partial<OperatorEvidence>) =>
  makeFacts(
    { kind: 'ENTERPRISE', reported: [], entries: [], comingOn: null, ...more },
    { asOf: '2026-11-25', lists, known: ['lists'] },
  )

describe('the facts of an operator', () => {
  it('include an entry of the hub up to the day after its last day', () => {
    expect(facts({ entries: [entry()] }).events).to.deep.equal([
      { fact: 'serious_list', on: '2026-05-22', decidedOn: '2026-05-20', until: '2029-05-21', record: 9 },
    ])
  })

  it('end an entry of the hub on the day of its removal', () => {
    expect(facts({ entries: [entry({ removedOn: '2026-10-01' })] }).events[0]?.until).to.equal('2026-10-01')
  })

  it('omit a hidden entry and its copy from an agency', () => {
    const repeated = reported(3, { document_number: '虚市监列〔2026〕1号', authority: '虚构市市场监督管理局' })
    expect(facts({ entries: [entry({ hidden: true })], reported: [repeated] }).events).to.deep.equal([])
    expect(facts({ reported: [repeated] }).events).to.have.length(1)
  })

  it('are ordered by their records', () => {
    const other = reported(12, { document_number: '虚市监列〔2025〕7号', authority: '虚构市市场监督管理局' })
    expect(facts({ entries: [entry()], reported: [other] }).events.map(({ record }) => record)).to.deep.equal([9, 12])
  })

  it('have the same hash on another day', () => {
    const some = facts({ entries: [entry()] })
    expect(hashFacts({ ...some, asOf: '2027-01-01' })).to.equal(hashFacts(some))
    expect(hashFacts({ ...some, known: [] })).not.to.equal(hashFacts(some))
  })
})

it('the hash of the rules ignores what no score depends on', () => {
  const named = [{ ...lists[0], name: 'anything' }] as unknown as ListFactRules[]
  expect(makeRuleBook(named)).to.deep.equal(makeRuleBook(lists))
  expect(makeRuleBook([{ ...(lists[0] as ListFactRules), fact: null }]).hash).not.to.equal(makeRuleBook(lists).hash)
})
