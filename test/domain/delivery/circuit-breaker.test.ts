import { expect } from 'chai'
import fc from 'fast-check'
import {
  type BreakerState,
  breakerAfterFailure,
  CLOSED_BREAKER,
  callsAllowed,
} from '../../../src/domain/delivery/circuit-breaker.js'

const NOW = new Date('2026-11-25T02:00:00Z')
const in_ = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000)
const broken = (failures: number, spread = 0.5): BreakerState => {
  let at = CLOSED_BREAKER
  for (let n = 0; n < failures; n += 1) at = breakerAfterFailure(at, NOW, spread)
  return at
}

describe('circuit breaker', () => {
  it('lets every call through until three in a row have failed', () => {
    for (const failures of [0, 1, 2]) expect(callsAllowed(broken(failures), NOW), String(failures)).to.equal('ALL')
    expect(callsAllowed(broken(3), NOW)).to.equal('NONE')
  })

  it('waits longer after each failure, at most a minute', () => {
    const waits = [3, 4, 5, 6, 7, 400].map((failures) => broken(failures).openUntil?.getTime())
    expect(waits).to.deep.equal([8, 16, 32, 60, 60, 60].map((seconds) => in_(seconds).getTime()))
  })

  it('lets one call through after the wait, and all once that call is answered', () => {
    const open = broken(3)
    expect(callsAllowed(open, in_(7))).to.equal('NONE')
    expect(callsAllowed(open, in_(8))).to.equal('PROBE')
    expect(callsAllowed(CLOSED_BREAKER, in_(8))).to.equal('ALL')
  })

  it('stays open as long as the platform asks, at most an hour', () => {
    const asked = breakerAfterFailure(CLOSED_BREAKER, NOW, 0.5, 30)
    expect([callsAllowed(asked, in_(29)), callsAllowed(asked, in_(30))]).to.deep.equal(['NONE', 'ALL'])
    expect(breakerAfterFailure(CLOSED_BREAKER, NOW, 0.5, 1e9).openUntil).to.deep.equal(in_(3_600))
  })

  it('ignores an opening time that lies too far ahead, as after the clock was set back', () => {
    expect(callsAllowed({ failures: 1, openUntil: in_(7_200) }, NOW)).to.equal('ALL')
    expect(callsAllowed({ failures: 9, openUntil: in_(7_200) }, NOW)).to.equal('PROBE')
  })

  it('never waits longer than a minute unless the platform asks', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, spread) => {
        const { openUntil } = breakerAfterFailure({ failures, openUntil: null }, NOW, spread)
        expect((openUntil?.getTime() ?? NOW.getTime()) - NOW.getTime()).to.be.within(0, 60_000)
      }),
    )
  })
})
