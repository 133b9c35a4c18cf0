import { expect } from 'chai'
import {
  confirmsClock,
  hasLeapt,
  isDatedAhead,
  isDoubtedAtStart,
  isDoubtOver,
} from '../../../src/foundation/time/clock-doubt.js'

const SECOND = 1_000
const DAY = 86_400_000
const AT = Date.parse('2026-11-25T02:00:00Z')

describe('P-A3: doubt of a clock', () => {
  for (const [off, uncertain, leapt] of [
    [0, 0, false],
    [30 * SECOND, 0, false],
    [31 * SECOND, 0, true],
    [-31 * SECOND, 0, true],
    [31 * SECOND, 2 * SECOND, false],
    [2 * DAY, 2 * SECOND, true],
  ] as const)
    it(`a clock ${off} ms off, read with an uncertainty of ${uncertain} ms, has ${leapt ? '' : 'not '}leapt`, () => {
      expect(hasLeapt(AT + off, AT, uncertain)).to.equal(leapt)
    })

  for (const [past, doubted] of [
    [DAY, false],
    [DAY + 1, true],
    [-30 * SECOND, false],
    [-31 * SECOND, true],
  ] as const)
    it(`a start ${past} ms past the newest row is ${doubted ? 'doubted' : 'believed'}`, () => {
      expect(isDoubtedAtStart(AT + past, AT)).to.equal(doubted)
    })

  it('a start without a row is believed', () => {
    expect(isDoubtedAtStart(AT, null)).to.equal(false)
  })

  it('doubt ends once a leapt clock is set back, or once a clock doubted at start is within a day of the newest row', () => {
    expect(isDoubtOver('LEAP', AT + 20 * SECOND, AT, 0)).to.equal(true)
    expect(isDoubtOver('LEAP', AT + DAY / 2, AT, 0)).to.equal(false)
    expect(isDoubtOver('START', AT + DAY / 2, AT, 0)).to.equal(true)
    expect(isDoubtOver('START', AT + 2 * DAY, AT, 0)).to.equal(false)
  })

  it('a second source within five minutes confirms the clock', () => {
    expect([confirmsClock(AT + 300 * SECOND, AT), confirmsClock(AT - 300 * SECOND, AT)]).to.deep.equal([true, true])
    expect(confirmsClock(AT + 301 * SECOND, AT)).to.equal(false)
  })

  it('R-5: a row dated more than a minute after now was written by a clock that was ahead', () => {
    expect(isDatedAhead(new Date(AT + 60 * SECOND), new Date(AT))).to.equal(false)
    expect(isDatedAhead(new Date(AT + 61 * SECOND), new Date(AT))).to.equal(true)
  })
})
