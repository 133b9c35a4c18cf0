import { expect } from 'chai'
import fc from 'fast-check'
import { computeLastDayInHub, findNewestRuleDay } from '../../../src/domain/listing/entry-end.js'
import { attemptMove } from '../../../src/domain/listing/listing.js'
import { computeTermEnd } from '../../../src/domain/listing/lists.js'
import {
  type ClockRow,
  type ClockRules,
  computePublicationClocks,
} from '../../../src/domain/listing/publication-clocks.js'
import { addDays, addYears } from '../../../src/foundation/time/dates.js'
import { readClockRules } from '../../../src/work/listing/publication-clocks.js'
import { caseAfter, full, kind, rules, upTo } from '../../support/case.js'
import { clockRow, GENERAL, shorterClocks } from '../../support/clocks.js'

const list = kind('serious')
type Entry = Parameters<typeof computeLastDayInHub>[1] & { asOf: string }
const standing = (more: Partial<Entry> = {}): Entry => ({
  decidedOn: '2026-05-06',
  publishedOn: '2026-05-20',
  termFrom: null,
  asOf: '2026-11-25',
  ...more,
})
const endOf = (rules: Parameters<typeof computeLastDayInHub>[0], entry: Entry) =>
  computeLastDayInHub(rules, entry, entry.asOf)
const day = (from: string, days: number) => fc.integer({ min: 0, max: days }).map((n) => addDays(from, n))

describe('end of an entry', () => {
  it('equals the end of the term under the shipped rules, whatever the decision and publication days', () => {
    fc.assert(
      fc.property(day('2016-04-01', 5_000), fc.integer({ min: 0, max: 400 }), (decidedOn, wait) => {
        const publishedOn = addDays(decidedOn, wait)
        const asOf = addDays(publishedOn, 30)
        const end = endOf({ list, clocks: readClockRules() }, standing({ decidedOn, publishedOn, asOf }))
        expect(end).to.equal(computeTermEnd(list, decidedOn, { publishedOn, asOf }))
      }),
    )
  })

  const shipped: [decided: string, end: string][] = [
    ['2026-05-06', '2029-05-06'],
    ['2024-02-29', '2027-02-28'],
    ['2028-02-29', '2031-02-28'],
  ]
  for (const [decidedOn, end] of shipped)
    it(`the end of an entry decided on ${decidedOn} is ${end} under the shipped rules`, () => {
      const of = standing({ decidedOn, publishedOn: addDays(decidedOn, 20), asOf: addDays(decidedOn, 20) })
      expect(endOf({ list, clocks: readClockRules() }, of)).to.equal(end)
    })

  it('is the earliest of the ends of the term, 公示系统 and 信用中国', () => {
    const gsxt = (maximumMonths: number) =>
      clockRow({ clock: 'GSXT', countedFrom: 'PUBLICATION', minimumMonths: 1, maximumMonths, severity: null })
    const ends = (...clocks: ClockRow[]) => endOf({ list, clocks: { severities: [GENERAL], clocks } }, standing())
    expect(ends()).to.equal('2029-05-06')
    expect(ends(clockRow({ maximumMonths: 12 }))).to.equal('2027-05-06')
    expect(ends(gsxt(6), clockRow({ maximumMonths: 12 }))).to.equal('2026-11-20')
    expect(ends(gsxt(60), clockRow({ maximumMonths: 60 }))).to.equal('2029-05-06')
  })

  it('is never after the end of the term or of a clock, for any rows', () => {
    const rows = fc.array(
      fc.record({
        clock: fc.constantFrom('GSXT' as const, 'CREDITCHINA' as const),
        countedFrom: fc.constantFrom('DOCUMENT' as const, 'PUBLICATION' as const),
        from: fc.option(day('2026-01-01', 700)),
        maximumMonths: fc.integer({ min: 1, max: 80 }),
        standing: fc.constantFrom('KEEP' as const, 'APPLY' as const, null),
      }),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(rows, day('2026-01-01', 700), fc.option(day('2028-01-01', 700)), (made, decidedOn, anewFrom) => {
        const clocks: ClockRules = {
          severities: [GENERAL],
          clocks: made.map((row) => clockRow({ minimumMonths: 0, ...row })),
        }
        const of = standing({ decidedOn, publishedOn: addDays(decidedOn, 20), termFrom: anewFrom, asOf: '2030-01-01' })
        const end = endOf({ list, clocks }, of) ?? ''
        const entry = { list: 'serious', documentOn: decidedOn, publishedOn: of.publishedOn, banUntil: null }
        const { gsxt, creditchina } = computePublicationClocks(clocks, { ...entry, anewFrom, today: of.asOf })
        expect(end <= addYears(anewFrom ?? decidedOn, 3)).to.equal(true)
        for (const clock of [gsxt, creditchina]) expect(clock === null || end <= clock.endsOn.on).to.equal(true)
      }),
    )
  })

  it('is unknown without a decision or without rules', () => {
    const none = { list: { ...list, terms: [] }, clocks: { severities: [], clocks: [] } }
    expect(endOf(none, standing())).to.equal(null)
    expect(endOf({ list, clocks: readClockRules() }, standing({ decidedOn: null }))).to.equal(null)
  })

  it('depends on the newest row, of the term or of a clock, that applies to standing entries', () => {
    const clocks = (...rows: ClockRow[]) => ({ list, clocks: { severities: [GENERAL], clocks: rows } })
    expect(findNewestRuleDay(clocks(), '2026-11-25')).to.equal('2021-09-01')
    expect(findNewestRuleDay(clocks(clockRow({ from: '2026-04-01' })), '2026-11-25')).to.equal('2026-04-01')
    expect(findNewestRuleDay(clocks(clockRow({ from: '2026-04-01', standing: 'KEEP' })), '2026-11-25')).to.equal(
      '2021-09-01',
    )
    expect(findNewestRuleDay(clocks(clockRow({ from: '2026-04-01', list: 'abnormal' })), '2026-11-25')).to.equal(
      '2021-09-01',
    )
    expect(findNewestRuleDay(clocks(clockRow({ from: '2026-04-01' })), '2026-03-31')).to.equal('2021-09-01')
  })
})

describe('end of an entry, set by moves', () => {
  // On 信用中国 every entry of the general kind ends twelve months after its document.
  const by = { ...rules, clocks: shorterClocks(12) }

  it('is that of the shortest clock when the entry is decided, published and restored', () => {
    const reviewed = upTo('reviewListing')
    const decided = caseAfter(attemptMove('decideListing', reviewed, full({ on: '2026-01-19' }), by))
    expect(decided.endsOn).to.equal('2027-01-19')
    const served = caseAfter(attemptMove('serveListing', decided, full({ on: '2026-01-20' }), by))
    const today = { on: '2026-01-21', today: '2026-01-21' }
    const published = caseAfter(attemptMove('publishListing', served, full(today), by))
    expect(published.endsOn).to.equal('2027-01-19')
    const repaired = { ...published, state: 'REMOVED', removal: 'REPAIRED' } as const
    const back = { on: '2026-12-01', today: '2026-12-01' }
    expect(caseAfter(attemptMove('restoreListing', repaired, full(back), by)).endsOn).to.equal('2027-01-19')
  })

  it('is after a restoration, which restarts the term, that of 信用中国: three years from the document', () => {
    const repaired = { ...upTo('publishListing'), state: 'REMOVED', removal: 'REPAIRED' } as const
    const restored = caseAfter(
      attemptMove('restoreListing', repaired, full({ on: '2028-02-29', today: '2028-02-29' }), rules),
    )
    expect([restored.termFrom, restored.endsOn]).to.deep.equal(['2028-02-29', '2029-01-19'])
  })

  it('P-B3: is moved by a new row at most back to the day before the row is applied', () => {
    const act = full({ role: 'clock', by: 'clock', on: '2026-11-25', today: '2026-11-25' })
    const renewed = (months: number) => {
      const moved = attemptMove('renewTerm', upTo('publishListing'), act, { ...rules, clocks: shorterClocks(months) })
      return moved.ok ? moved.after.endsOn : moved.reason.code
    }
    expect(renewed(12)).to.equal('2027-01-19')
    expect(renewed(6)).to.equal('2026-11-24')
    expect(renewed(36)).to.equal('TERM_UNCHANGED')
  })
})
