import { expect } from 'chai'
import fc from 'fast-check'
import type { Case } from '../../../src/domain/listing/case.js'
import { judgeRepairResults, type ReportedRepair } from '../../../src/domain/listing/repair-results.js'
import { upTo } from '../../support/case.js'

const NUMBER = '吉市监列〔2026〕1号'
const told = (outcome: string, on: string, more: Partial<ReportedRepair> = {}, target: string | null = NUMBER) => ({
  record: 1,
  fresh: true,
  body: { outcome, decided_on: on, target_document_number: target },
  ...more,
})
const shown = upTo('publishListing')
const applied: Case = { ...shown, state: 'REPAIR_APPLIED', repair: { appliedOn: '2027-02-01', acceptedOn: null } }
const repaired: Case = { ...shown, state: 'REMOVED', removal: 'REPAIRED' }
const what = (facts: Case, ...all: ReportedRepair[]) => judgeRepairResults(facts, NUMBER, all)?.what ?? null

describe('repair results from elsewhere', () => {
  const cases: [string, Case, ReportedRepair[], ReturnType<typeof what>][] = [
    ['a repair of a public entry', shown, [told('REPAIRED', '2027-02-10')], 'GRANTED'],
    ['a removal of a hidden entry', { ...shown, state: 'HIDDEN' }, [told('REMOVED', '2027-02-10')], 'GRANTED'],
    ['a repair of an entry already removed', repaired, [told('REPAIRED', '2027-02-10')], null],
    [
      'a document number in other brackets',
      shown,
      [told('REPAIRED', '2027-02-10', {}, '吉市监列[2026]1号')],
      'GRANTED',
    ],
    ['another number', shown, [told('REPAIRED', '2027-02-10', {}, '吉市监列〔2026〕11号')], null],
    ['no number', shown, [told('REPAIRED', '2027-02-10', {}, null)], 'TOLD'],
    ['a repair without a number from before the listing', shown, [told('REPAIRED', '2026-01-18', {}, null)], null],
    ['a refusal without a number', applied, [told('REFUSED', '2027-02-10', {}, null)], null],
    ['a repair of an entry decided and not yet public', upTo('serveListing'), [told('REPAIRED', '2027-02-10')], 'TOLD'],
    ['a repair from before the listing', shown, [told('REPAIRED', '2026-01-18')], null],
    [
      'a repair on the day of the restoration',
      { ...shown, termFrom: '2027-02-10' },
      [told('REPAIRED', '2027-02-10')],
      null,
    ],
    ['a refusal of a pending application', applied, [told('REFUSED', '2027-02-10')], 'REFUSED'],
    ['a refusal on the day of the application', applied, [told('REFUSED', '2027-02-01')], 'REFUSED'],
    ['a refusal before the application', applied, [told('REFUSED', '2027-01-31')], 'TOLD'],
    ['a refusal without a pending application', shown, [told('REFUSED', '2027-02-10')], null],
    ['the revocation of a repair that removed the entry', repaired, [told('REVOKED', '2027-02-10')], 'TAKEN_BACK'],
    ['the revocation of a repair while the entry stands', shown, [told('REVOKED', '2027-02-10')], null],
    [
      'the revocation of a repair of an expired entry',
      { ...repaired, removal: 'EXPIRED' },
      [told('REVOKED', '2027-02-10')],
      null,
    ],
    [
      'a repair from before the restoration',
      { ...shown, termFrom: '2027-03-01' },
      [told('REPAIRED', '2027-02-10')],
      null,
    ],
    [
      'the newer of two results',
      repaired,
      [told('REVOKED', '2027-02-10'), told('REPAIRED', '2027-02-09')],
      'TAKEN_BACK',
    ],
    [
      'an older result after a newer one',
      shown,
      [told('REVOKED', '2027-02-10', { fresh: false }), told('REPAIRED', '2027-02-09')],
      null,
    ],
    ['a result already applied', shown, [told('REPAIRED', '2027-02-10', { fresh: false })], null],
    ['an unknown outcome', shown, [told('PENDING', '2027-02-10')], null],
  ]
  for (const [title, facts, all, expected] of cases)
    it(`${title}: ${expected ?? 'no effect'}`, () => {
      expect(what(facts, ...all)).to.equal(expected)
    })

  it('have the same effect in any order', () => {
    const results = fc.array(
      fc.record({
        outcome: fc.constantFrom('REPAIRED', 'REMOVED', 'REFUSED', 'REVOKED'),
        day: fc.integer({ min: 10, max: 14 }),
        fresh: fc.boolean(),
      }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(results, fc.constantFrom(shown, applied, repaired), (made, facts) => {
        const all = made.map(({ outcome, day, fresh }, i) => told(outcome, `2027-02-${day}`, { record: i, fresh }))
        expect(judgeRepairResults(facts, NUMBER, [...all].reverse())).to.deep.equal(
          judgeRepairResults(facts, NUMBER, all),
        )
      }),
    )
  })
})
