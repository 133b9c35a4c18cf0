import { expect } from 'chai'
import { isReceiverOpen } from '../../../src/domain/delivery/receiver-hours.js'

/** 2026-11-25 is a Wednesday. In this calendar the Thursday after it is a holiday and the Saturday a working day. */
const CALENDAR = { holidays: new Set(['2026-11-26']), workdays: new Set(['2026-11-28']), knownUntil: '2026-12-31' }
const DAY = { from: '08:30', to: '17:00', workdaysOnly: true }
const NIGHT = { from: '22:00', to: '06:00', workdaysOnly: true }

describe('a receiver’s hours', () => {
  const cases: [what: string, hours: Parameters<typeof isReceiverOpen>[0], at: string, open: boolean][] = [
    ['without hours', null, '2026-11-26T03:00:00+08:00', true],
    ['a moment before they begin', DAY, '2026-11-25T08:29:59.999+08:00', false],
    ['as they begin', DAY, '2026-11-25T08:30:00+08:00', true],
    ['a moment before they end', DAY, '2026-11-25T16:59:59.999+08:00', true],
    ['as they end', DAY, '2026-11-25T17:00:00+08:00', false],
    ['on a holiday', DAY, '2026-11-26T10:00:00+08:00', false],
    ['on a holiday, where it works every day', { ...DAY, workdaysOnly: false }, '2026-11-26T10:00:00+08:00', true],
    ['on a Saturday that is worked', DAY, '2026-11-28T10:00:00+08:00', true],
    ['on a Sunday', DAY, '2026-11-29T10:00:00+08:00', false],
    ['in the night of a working day', NIGHT, '2026-11-25T23:00:00+08:00', true],
    ['in the morning of a holiday, after the night of a working day', NIGHT, '2026-11-26T05:59:00+08:00', true],
    ['in the night of a holiday', NIGHT, '2026-11-26T23:00:00+08:00', false],
    ['in the morning after the night of a holiday', NIGHT, '2026-11-27T05:00:00+08:00', false],
    ['to the end of the day', { from: '00:00', to: '24:00', workdaysOnly: false }, '2026-11-25T23:59:59+08:00', true],
  ]
  for (const [what, hours, at, open] of cases)
    it(`${what}: ${open ? 'open' : 'shut'}`, () => {
      expect(isReceiverOpen(hours, CALENDAR, new Date(at))).to.equal(open)
    })
})
