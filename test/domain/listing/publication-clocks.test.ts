import { expect } from 'chai'
import {
  type ClockedEntry,
  type ClockRow,
  type ClockRules,
  checkClockRules,
  computePublicationClocks,
} from '../../../src/domain/listing/publication-clocks.js'
import * as contracts from '../../../src/foundation/contracts.js'
import { readClockRules } from '../../../src/work/listing/publication-clocks.js'

/** Invented numbers, not those of the law. */
const row = (more: Partial<ClockRow>): ClockRow => ({
  clock: 'CREDITCHINA',
  list: null,
  severity: 'SEVERE',
  from: null,
  to: null,
  selectedBy: 'DOCUMENT',
  countedFrom: 'DOCUMENT',
  minimumMonths: 12,
  maximumMonths: 36,
  legalBan: 'NOTHING',
  standing: null,
  basis: '测试',
  mark: 'M',
  confirmed: false,
  ...more,
})
const GSXT = row({ clock: 'GSXT', list: 'serious', severity: null, countedFrom: 'PUBLICATION', legalBan: 'LENGTHENS' })
const severe = {
  list: 'serious',
  from: null,
  to: null,
  severity: 'SEVERE',
  basis: '测试',
  mark: 'M',
  confirmed: false,
} as const
const rulesOf = (...clocks: ClockRow[]): ClockRules => ({ severities: [severe], clocks })
const entry = (more: Partial<ClockedEntry> = {}): ClockedEntry => ({
  list: 'serious',
  documentOn: '2026-05-06',
  publishedOn: '2026-05-20',
  banUntil: null,
  today: '2026-06-01',
  ...more,
})

describe('publication clocks', () => {
  it('count 公示系统 from publication and 信用中国 from the document; the entry ends with the earlier of them', () => {
    const { gsxt, creditchina, here } = computePublicationClocks(rulesOf(GSXT, row({})), entry())
    expect(gsxt).to.include({ startsOn: '2026-05-20', lengthened: false })
    expect(gsxt?.endsOn).to.deep.equal({ on: '2029-05-20', row: GSXT })
    expect(gsxt?.repairFrom.on).to.equal('2027-05-21')
    expect(creditchina?.endsOn.on).to.equal('2029-05-06')
    expect(creditchina?.repairFrom.on).to.equal('2027-05-07')
    expect(here?.on).to.equal('2029-05-06')
    expect(here?.row.clock).to.equal('CREDITCHINA')
  })

  const leap: [document: string, months: number, end: string][] = [
    ['2024-02-29', 36, '2027-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
    ['2025-11-30', 3, '2026-02-28'],
    ['2026-08-31', 6, '2027-02-28'],
  ]
  for (const [documentOn, maximumMonths, end] of leap) {
    it(`end ${maximumMonths} months from ${documentOn} on ${end}`, () => {
      const { creditchina } = computePublicationClocks(
        rulesOf(row({ minimumMonths: 0, maximumMonths })),
        entry({ documentOn }),
      )
      expect(creditchina?.endsOn.on).to.equal(end)
    })
  }

  it('P-B3: a longer ban lengthens 公示系统 and no other clock', () => {
    const { gsxt, creditchina, here } = computePublicationClocks(
      rulesOf(GSXT, row({})),
      entry({ banUntil: '2031-05-19' }),
    )
    expect(gsxt?.endsOn.on).to.equal('2031-05-19')
    expect(gsxt?.lengthened).to.equal(true)
    expect(creditchina?.endsOn.on).to.equal('2029-05-06')
    expect(here?.on).to.equal('2029-05-06')
  })

  it('a ban that ends no later than the term changes no clock', () => {
    for (const banUntil of ['2029-05-19', '2028-01-01']) {
      const { gsxt } = computePublicationClocks(rulesOf(GSXT), entry({ banUntil }))
      expect(gsxt?.endsOn.on, banUntil).to.equal('2029-05-20')
      expect(gsxt?.lengthened, banUntil).to.equal(false)
    }
  })

  it('after false materials 公示系统 restarts, and 信用中国 keeps its maximum', () => {
    const { gsxt, creditchina, here } = computePublicationClocks(
      rulesOf(GSXT, row({})),
      entry({ anewFrom: '2028-02-29' }),
    )
    expect([gsxt?.startsOn, creditchina?.startsOn]).to.deep.equal(['2028-02-29', '2026-05-06'])
    expect([gsxt?.endsOn.on, creditchina?.endsOn.on]).to.deep.equal(['2031-02-28', '2029-05-06'])
    expect([gsxt?.repairFrom.on, creditchina?.repairFrom.on]).to.deep.equal(['2029-03-01', '2027-05-07'])
    expect(here?.on).to.equal('2029-05-06')
  })

  it('the confirmed one of two rows that give the same day is named, for repair and for the end', () => {
    const rules: ClockRules = {
      severities: [severe],
      clocks: [
        row({ from: '2023-05-01', to: '2026-03-31', mark: 'M', confirmed: false }),
        row({ from: '2026-04-01', mark: 'F', confirmed: true }),
      ],
    }
    const { creditchina } = computePublicationClocks(rules, entry({ documentOn: '2024-02-29', today: '2026-11-25' }))
    expect([creditchina?.repairFrom.row.confirmed, creditchina?.endsOn.row.confirmed]).to.deep.equal([true, true])
  })

  it('before publication 公示系统 has no end, and 信用中国 alone sets the end of the entry', () => {
    const { gsxt, here } = computePublicationClocks(rulesOf(GSXT, row({})), entry({ publishedOn: null }))
    expect(gsxt).to.equal(null)
    expect(here?.on).to.equal('2029-05-06')
  })

  it('there is no end without a known rule', () => {
    const none = computePublicationClocks(rulesOf(row({ from: '2026-04-01' })), entry({ documentOn: '2026-03-31' }))
    expect(none).to.include({ gsxt: null, creditchina: null, here: null })
  })

  it('each decision follows the rule of its own year', () => {
    const old = row({ to: '2025-12-31', maximumMonths: 60, minimumMonths: 24 })
    const rules = rulesOf(old, row({ from: '2026-01-01', standing: 'KEEP' }))
    const end = (documentOn: string) => computePublicationClocks(rules, entry({ documentOn })).creditchina?.endsOn
    expect(end('2025-12-31')).to.deep.equal({ on: '2030-12-31', row: old })
    expect(end('2026-01-01')?.on).to.equal('2029-01-01')
  })

  const standing: [ClockRow['standing'], number, string, string][] = [
    ['KEEP', 24, '2030-07-01', '2026-07-02'],
    ['APPLY', 24, '2027-07-01', '2027-07-02'],
    ['APPLY', 84, '2032-07-01', '2027-07-02'],
    [null, 24, '2027-07-01', '2026-07-02'],
    [null, 84, '2030-07-01', '2026-07-02'],
  ]
  for (const [what, maximumMonths, end, repair] of standing) {
    it(`a new row of ${maximumMonths} months that states ${what} ends a standing entry on ${end}`, () => {
      const old = row({ to: '2025-12-31', minimumMonths: 12, maximumMonths: 60 })
      const rules = rulesOf(old, row({ from: '2026-01-01', minimumMonths: 24, maximumMonths, standing: what }))
      const { creditchina } = computePublicationClocks(rules, entry({ documentOn: '2025-07-01' }))
      expect(creditchina?.endsOn.on).to.equal(end)
      expect(creditchina?.repairFrom.on).to.equal(repair)
      // Before the row came into force it had no effect.
      const before = computePublicationClocks(rules, entry({ documentOn: '2025-07-01', today: '2025-12-31' }))
      expect(before.creditchina?.endsOn.on).to.equal('2030-07-01')
    })
  }

  it('severity follows the rows in force on the day of the document', () => {
    const rules: ClockRules = {
      severities: [
        { ...severe, to: '2026-03-31', severity: 'GENERAL' },
        { ...severe, from: '2026-04-01' },
      ],
      clocks: [row({ severity: 'GENERAL', minimumMonths: 3, maximumMonths: 12 }), row({})],
    }
    const end = (documentOn: string) => computePublicationClocks(rules, entry({ documentOn })).creditchina?.endsOn.on
    expect(end('2026-03-31')).to.equal('2027-03-31')
    expect(end('2026-04-01')).to.equal('2029-04-01')
  })

  it('the shipped rows satisfy their contract, each with its source and certainty', () => {
    const rules = readClockRules()
    expect(checkClockRules(rules)).to.deep.equal([])
    for (const each of [...rules.clocks, ...rules.severities]) {
      expect(each.basis).to.match(/\S/)
      expect(each.confirmed).to.equal(each.mark === 'F')
    }
  })

  it('every decision under a known rule has an end traced to its row', () => {
    for (const documentOn of ['2023-05-01', '2026-03-31', '2026-04-01', '2026-11-25']) {
      const { gsxt, creditchina, here } = computePublicationClocks(
        readClockRules(),
        entry({ documentOn, publishedOn: documentOn, today: '2026-11-25' }),
      )
      const known = readClockRules().clocks
      expect(known.includes(gsxt?.endsOn.row as ClockRow), documentOn).to.equal(true)
      expect(known.includes(creditchina?.endsOn.row as ClockRow), documentOn).to.equal(true)
      expect([gsxt?.endsOn.on, creditchina?.endsOn.on].sort()[0]).to.equal(here?.on)
    }
  })

  it('faults of a table are reported with place and reason', () => {
    const faults = checkClockRules({
      severities: [severe, severe],
      lowerFines: [],
      clocks: [
        row({ minimumMonths: 40, from: '2026-02-30', confirmed: true }),
        row({ legalBan: 'LENGTHENS', from: '2026-02-01', to: '2026-01-01', severity: null }),
      ],
    })
    expect(faults.map(({ place }) => place)).to.deep.equal([
      'severities[0]',
      'clocks[0]',
      'clocks[0]',
      'clocks[1]',
      'clocks[0]',
      'clocks[1].legalBan',
    ])
    expect(faults.some(({ reason }) => reason.includes('Two rows apply on one day'))).to.equal(true)
    for (const { reason } of faults) expect(reason).to.match(/\p{Script=Han}.*。.*[A-Za-z].*\.$/u)
  })

  it('the contract refuses a row without a source', () => {
    const [first] = readClockRules().clocks
    const { basis: _, ...lacking } = first as ClockRow
    const faults = contracts.contractCheck('contracts/clocks')({
      about: { zh: '一', en: 'a' },
      severities: [severe],
      clocks: [lacking],
    })
    expect(faults.map(({ field }) => field)).to.include('clocks/0/basis')
  })
})
