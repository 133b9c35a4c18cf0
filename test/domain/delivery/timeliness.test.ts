import { expect } from 'chai'
import fc from 'fast-check'
import { addWorkdays, type Calendar } from '../../../src/domain/calendar/calendar.js'
import {
  checkTimeliness,
  DELIVERY_DUTIES,
  type DutyCount,
  decisionDaysDueIn,
  dueDay,
  lastDecisionDayDueBy,
  limitOf,
  monthlyTimeliness,
  TIMELINESS_DUTIES,
  workdaysTaken,
} from '../../../src/domain/delivery/timeliness.js'
import { addDays } from '../../../src/foundation/time/dates.js'
import { readTimelinessRules } from '../../../src/work/delivery/timeliness.js'
import { rules as HUB } from '../../support/world.js'

const { calendar } = HUB
const PLAIN: Calendar = { holidays: new Set(), workdays: new Set(), knownUntil: '2099-12-31' }
const rules = readTimelinessRules()

describe('limits of timeliness', () => {
  const rows: [string, (typeof TIMELINESS_DUTIES)[number], string, number | null][] = [
    ['are 7 working days for a record', 'RECORD', '2026-10-09', 7],
    ['are 7 working days for a record of any year', 'RECORD', '2014-01-01', 7],
    ['are 3 working days for a withdrawn record', 'RECORD_WITHDRAWAL', '2021-07-15', 3],
    ['are 3 working days for a removed entry', 'LISTING_WITHDRAWAL', '2026-10-09', 3],
    ['are 20 working days for publication', 'PUBLICITY', '2026-10-09', 20],
    ['do not exist for publication before the first rule', 'PUBLICITY', '2014-09-30', null],
  ]
  for (const [what, duty, day, workdays] of rows)
    it(what, () => {
      expect(limitOf(rules, duty, day)?.workdays ?? null).to.equal(workdays)
    })

  it('accept the shipped rows, and report each fault of a table with its place', () => {
    expect(checkTimeliness(rules)).to.deep.equal([])
    const [first] = rules.limits
    if (first === undefined) throw new Error('no row')
    const broken = checkTimeliness({ limits: [first, { ...first, mark: 'M' }] })
    expect(broken.map(({ place }) => place)).to.include.members(['limits[0]', 'limits[1]', 'limits'])
  })
})

describe('the last day for a delivery', () => {
  const rows: [string, string, string][] = [
    ['does not count a weekend', '2026-11-20', '2026-12-01'],
    ['does not count the National Day holidays, and counts the make-up days', '2026-09-25', '2026-10-12'],
  ]
  for (const [what, from, dueOn] of rows)
    it(what, () => {
      expect(dueDay(rules, calendar, 'RECORD', from)?.dueOn).to.equal(dueOn)
      expect(addWorkdays(calendar, from, 7).date).to.equal(dueOn)
    })

  it('is provisional beyond the published holidays', () => {
    expect(dueDay(rules, calendar, 'RECORD', '2031-01-02')).to.include({ provisional: true })
  })
})

describe('working days between two days', () => {
  const rows: [string, string, string, number][] = [
    ['are none on the day itself', '2026-11-20', '2026-11-20', 0],
    ['are none before the first day', '2026-11-20', '2026-11-18', 0],
    ['are one from Friday to Monday', '2026-11-20', '2026-11-23', 1],
    ['are counted for a Saturday as for the Monday after it', '2026-11-20', '2026-11-21', 1],
  ]
  for (const [what, from, on, days] of rows)
    it(what, () => {
      expect(workdaysTaken(calendar, from, on)).to.equal(days)
    })

  const day = fc.integer({ min: 0, max: 700 }).map((n) => addDays('2025-06-01', n))
  it('are within the limit exactly until the last day', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 60 }), fc.constantFrom(...TIMELINESS_DUTIES), (from, n, duty) => {
        const on = addDays(from, n)
        const due = dueDay(rules, calendar, duty, from)
        if (due === null) throw new Error('no limit')
        expect(workdaysTaken(calendar, from, on) <= due.limit.workdays).to.equal(on <= due.dueOn)
      }),
    )
  })

  it('give, counted back from a due day, the last decision day due by it', () => {
    fc.assert(
      fc.property(day, fc.constantFrom(...TIMELINESS_DUTIES), (by, duty) => {
        const from = lastDecisionDayDueBy(rules, calendar, duty, by)
        if (from === null) throw new Error('none')
        expect((dueDay(rules, calendar, duty, from)?.dueOn ?? '9') <= by).to.equal(true)
        expect((dueDay(rules, calendar, duty, addDays(from, 1))?.dueOn ?? '') > by).to.equal(true)
      }),
    )
  })

  it('give a span of decision days that contains all those due in a month', () => {
    fc.assert(
      fc.property(day, fc.constantFrom(...DELIVERY_DUTIES), (from, duty) => {
        const month = (dueDay(rules, calendar, duty, from)?.dueOn ?? '').slice(0, 7)
        const span = decisionDaysDueIn(rules, calendar, DELIVERY_DUTIES, month)
        expect(from >= span.from && from <= span.to).to.equal(true)
      }),
    )
  })
})

describe('monthly figures', () => {
  const one = (more: Partial<DutyCount> = {}): DutyCount => ({
    authority: '虚构市市场监督管理局',
    platform: 'national',
    duty: 'RECORD',
    from: '2026-11-02',
    state: 'DONE',
    doneOn: '2026-11-04',
    n: 1,
    ...more,
  })
  const figures = (counted: DutyCount[], today = '2026-11-25', month = '2026-11') =>
    monthlyTimeliness(counted, rules, PLAIN, { month, today })

  it('count in time, late, open and closed, with share, median and worst', () => {
    const [figure, ...more] = figures([
      one({ n: 3 }),
      one({ doneOn: '2026-11-11', n: 1 }),
      one({ doneOn: '2026-11-12' }),
      one({ state: 'OPEN', doneOn: null }),
      one({ state: 'OPEN', doneOn: null, from: '2026-11-18' }),
      one({ state: 'CLOSED', doneOn: '2026-11-20' }),
    ])
    expect(more).to.deep.equal([])
    // The overdue delivery was due on 11 November; on the 25th, 17 working days have passed since its decision.
    expect(figure).to.include({ total: 8, onTime: 4, late: 2, open: 2, overdue: 1, closed: 1, median: 2, worst: 17 })
    expect(figure?.share).to.be.closeTo(4 / 6, 1e-9)
  })

  it('count by the month of the due day, whatever the days of decision and delivery', () => {
    const last = one({ from: '2026-11-20', doneOn: '2026-12-02' })
    expect(figures([last])).to.deep.equal([])
    expect(figures([last], '2026-12-25', '2026-12')[0]).to.include({ total: 1, late: 1, worst: 8 })
  })

  it('count what is due today as open, not late', () => {
    expect(figures([one({ state: 'OPEN', doneOn: null })], '2026-11-11')[0]).to.include({
      open: 1,
      late: 0,
      share: null,
      worst: null,
    })
    expect(figures([one({ state: 'OPEN', doneOn: null })], '2026-11-12')[0]).to.include({ open: 1, late: 1, share: 0 })
  })

  it('are grouped by authority, platform and duty, in that order', () => {
    const all = figures([
      one({ platform: 'jilin' }),
      one({ authority: '甲' }),
      one({ duty: 'LISTING' }),
      one({ platform: 'creditchina', authority: '甲' }),
      one(),
    ])
    expect(all.map(({ authority, platform, duty }) => [authority, platform, duty].join(' '))).to.deep.equal([
      '甲 creditchina RECORD',
      '甲 national RECORD',
      '虚构市市场监督管理局 jilin RECORD',
      '虚构市市场监督管理局 national RECORD',
      '虚构市市场监督管理局 national LISTING',
    ])
  })

  it('do not depend on the order and grouping of the rows', () => {
    const day = fc.integer({ min: 0, max: 30 }).map((n) => addDays('2026-10-15', n))
    const any = fc
      .record({
        from: day,
        wait: fc.integer({ min: 0, max: 30 }),
        state: fc.constantFrom('DONE' as const, 'OPEN' as const, 'CLOSED' as const),
        n: fc.integer({ min: 1, max: 4 }),
      })
      .map(({ from, wait, state, n }) => one({ from, state, doneOn: state === 'OPEN' ? null : addDays(from, wait), n }))
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), (counted) => {
        const made = figures(counted)
        const singly = counted.flatMap((each) => Array.from({ length: each.n }, () => ({ ...each, n: 1 }))).reverse()
        expect(figures(singly)).to.deep.equal(made)
        for (const { total, onTime, late, open, overdue, closed, median, worst } of made) {
          expect(onTime + (late - overdue) + open + closed).to.equal(total)
          expect(overdue).to.be.at.most(open)
          if (median !== null) expect(worst).to.be.at.least(median)
        }
      }),
    )
  })
})
