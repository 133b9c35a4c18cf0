import { expect } from 'chai'
import {
  checkRetention,
  keptSince,
  RETAINED_KINDS,
  type RetentionTerm,
} from '../../../src/domain/timetable/retention.js'
import { readRetentionRules } from '../../../src/work/timetable/tidy.js'

const row = (more: Partial<RetentionTerm> = {}): RetentionTerm => ({
  what: 'RUNS',
  from: null,
  to: null,
  months: 12,
  basis: '本项目的处理',
  mark: 'M',
  confirmed: false,
  ...more,
})
const others = RETAINED_KINDS.filter((what) => what !== 'RUNS').map((what) => row({ what }))

describe('terms of retention', () => {
  it('P-B10: every kind of stored data has exactly one term on every day, with its source', () => {
    expect(checkRetention(readRetentionRules())).to.deep.equal([])
    for (const { basis } of readRetentionRules().terms) expect(basis).to.match(/\S/)
  })

  it('P-B10: a missing term and a gap between two terms are faults', () => {
    expect(checkRetention({ terms: others })).to.deep.equal([{ place: 'RUNS', reason: 'nothing from the beginning' }])
    const halves = [row({ to: '2026-12-31' }), row({ from: '2027-01-02', months: 6 })]
    expect(checkRetention({ terms: [...others, ...halves] })).to.have.length(1)
  })

  it('P-B10: the term in force today applies, in calendar months', () => {
    const terms = [row({ to: '2026-12-31' }), row({ from: '2027-01-01', months: 6 })]
    const since = (now: string) => keptSince({ terms }, 'RUNS', new Date(now)).toISOString()
    expect(since('2026-11-25T02:00:00.000Z')).to.equal('2025-11-25T02:00:00.000Z')
    expect(since('2027-02-25T02:00:00.000Z')).to.equal('2026-08-25T02:00:00.000Z')
  })
})
