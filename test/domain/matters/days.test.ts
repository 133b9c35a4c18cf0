/** Days of the kinds as shipped, by the calendar of 2026 in schema/rules/calendar.json. */
import { expect } from 'chai'
import { applyAmendments } from '../../../src/domain/calendar/calendar.js'
import { isRunOut, recountClock } from '../../../src/domain/matters/clocks.js'
import { rules } from '../../support/rules.js'
import { BUREAU, docketOf, follow, instant, NEIGHBOUR, POLICE, PROCURATORATE, PROVINCE } from './world.js'

const LETTER = { attachments: ['LETTER'] }
const OCTOBER_9 = applyAmendments(rules.calendar, { days: [{ day: '2026-10-09', kind: 'HOLIDAY' }], knownUntil: null })

const assist = (calendar = rules.calendar) => {
  const docket = docketOf(
    'assist',
    { sender: PROVINCE, holder: NEIGHBOUR },
    { fields: { purpose: 'EVIDENCE' }, calendar },
  )
  follow(docket, [['open', '2026-09-21', LETTER]])
  docket.receive('2026-09-22')
  return docket
}
const EXTENSION = { seat: NEIGHBOUR, reason: '需要向外地取证' }

describe('days of a matter', () => {
  it('an assist received on 22 September is due on 20 October; its working days are told', () => {
    const docket = assist()
    expect(docket.due('ANSWER')).to.equal('2026-10-20')
    const due = docket.matter.clocks[0]?.due
    expect(due?.uncounted).to.deep.equal([
      ...['25', '26', '27'].map((day) => `2026-09-${day}`),
      ...['01', '02', '03', '04', '05', '06', '07'].map((day) => `2026-10-${day}`),
    ])
    expect(due?.makeUp).to.deep.equal(['2026-10-10'])
  })

  it('an assist counts only from its receipt', () => {
    const docket = docketOf('assist', { sender: PROVINCE, holder: NEIGHBOUR }, { fields: { purpose: 'EVIDENCE' } })
    follow(docket, [['open', '2026-09-21', LETTER]])
    expect(docket.due('ANSWER')).to.equal(null)
    docket.receive('2026-09-22')
    docket.receive('2026-09-24')
    expect(docket.due('ANSWER')).to.equal('2026-10-20')
  })

  it('an assist extended in time by as many days is due on 10 November, once only', () => {
    const docket = assist()
    const by = { ...EXTENSION, extension: { value: 15, unit: 'WORKDAYS' as const } }
    expect(docket.move('extend', '2026-10-20', by)).to.equal(null)
    expect(docket.due('ANSWER')).to.equal('2026-11-10')
    expect(docket.move('extend', '2026-11-09', by)).to.equal('MADE_BEFORE')
  })

  it('an assist extended to a stated day keeps it when holidays change, and refuses an earlier day', () => {
    const docket = assist()
    expect(docket.move('extend', '2026-10-20', { ...EXTENSION, day: '2026-10-20' })).to.equal('DAY_NOT_LATER')
    expect(docket.move('extend', '2026-10-20', EXTENSION)).to.equal('NO_EXTENSION')
    const twice = { day: '2026-11-10', extension: { value: 5, unit: 'WORKDAYS' as const } }
    expect(docket.move('extend', '2026-10-20', { ...EXTENSION, ...twice })).to.equal('EXTENSION_TWICE')
    expect(docket.move('extend', '2026-10-20', { ...EXTENSION, day: '2026-11-10' })).to.equal(null)
    const [clock] = docket.matter.clocks
    expect(clock && recountClock(clock, OCTOBER_9).due?.on).to.equal('2026-11-10')
  })

  it('a day that a letter sets is extended to another day, not by a span of time', () => {
    const docket = docketOf('directive', { sender: PROVINCE, holder: 'shop-mall' }, { fields: { sort: 'ORDER' } })
    follow(docket, [['open', '2026-11-02', { ...LETTER, day: '2026-11-20' }]])
    const by = { reason: '平台申请宽限' }
    const span = { ...by, extension: { value: 5, unit: 'WORKDAYS' as const } }
    expect(docket.move('extend', '2026-11-10', span)).to.equal('NO_DAY')
    follow(docket, [['extend', '2026-11-10', { ...by, day: '2026-11-27' }]])
    expect(docket.due('ACT')).to.equal('2026-11-27')
  })

  it('an assist is due a day later when 9 October becomes a holiday, and may be extended until then', () => {
    const late = assist()
    const by = { ...EXTENSION, day: '2026-11-10' }
    expect(late.move('extend', '2026-10-21', by)).to.equal('CLOCK_RUN_OUT')
    const amended = assist(OCTOBER_9)
    expect(amended.due('ANSWER')).to.equal('2026-10-21')
    expect(amended.move('extend', '2026-10-21', by)).to.equal(null)
  })

  it('a clue received on 14 September with tests from 18 September to 12 October is due on 27 October', () => {
    const docket = docketOf('clue', { sender: 'shop-mall', holder: BUREAU }, { fields: { source: 'PATROL' } })
    follow(docket, [['open', '2026-09-13']])
    docket.receive('2026-09-14')
    follow(docket, [
      ['accept', '2026-09-15', { seat: BUREAU }],
      ['pause', '2026-09-18', { seat: BUREAU, reason: '送检' }],
    ])
    expect(docket.due('CHECK')).to.equal(null)
    follow(docket, [['resume', '2026-10-12', { seat: BUREAU }]])
    expect(docket.due('CHECK')).to.equal('2026-10-27')
  })

  it('a clue is extended by fifteen working days by another person alone', () => {
    const docket = docketOf('clue', { sender: 'shop-mall', holder: BUREAU }, { fields: { source: 'PATROL' } })
    follow(docket, [['open', '2026-09-13']])
    docket.receive('2026-09-14')
    follow(docket, [['accept', '2026-09-15', { seat: BUREAU, by: 'officer' }]])
    const by = { seat: BUREAU, reason: '案情复杂' }
    expect(docket.move('extend', '2026-09-20', { ...by, by: 'officer' })).to.equal('OTHER_PERSON')
    expect(docket.move('extend', '2026-09-20', { ...by, by: 'head', day: '2026-12-01' })).to.equal('EXTENSION_FIXED')
    expect(docket.move('extend', '2026-09-20', { ...by, by: 'head' })).to.equal(null)
    expect(docket.due('CHECK')).to.equal('2026-10-30')
  })

  it('a referral approved on 30 September at four o’clock is to be sent within 24 hours, also on a holiday', () => {
    const seats = { sender: BUREAU, holder: POLICE, copied: [PROCURATORATE] }
    const docket = docketOf('referral', seats, { fields: { sort: 'ORDINARY' } })
    follow(docket, [
      ['open', '2026-09-28', { by: 'officer' }],
      ['approve', '2026-09-30 16:00', { by: 'head' }],
    ])
    const clock = docket.matter.clocks.find(({ clock }) => clock === 'SEND')
    expect(clock?.due?.at).to.deep.equal(instant('2026-10-01 16:00'))
    expect(clock?.seat).to.equal(BUREAU)
    const late = ['2026-10-01 16:00', '2026-10-01 16:01'].map((at) => clock && isRunOut(clock, instant(at)))
    expect(late).to.deep.equal([false, true])
  })

  it('a listing removed on 30 September is to be lifted by Saturday, 10 October, received or not', () => {
    const docket = docketOf('measure', { sender: BUREAU, holder: 'finance@220000' })
    const listing = { seat: 'listing', places: ['listing' as const] }
    follow(docket, [
      ['open', '2026-03-02', listing],
      ['lift_due', '2026-09-30', listing],
    ])
    expect(docket.due('LIFT')).to.equal('2026-10-10')
  })
})
