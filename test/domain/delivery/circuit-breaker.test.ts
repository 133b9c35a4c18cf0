import { expect } from 'chai'
import fc from 'fast-check'
import { type Breaker, CALM, failed, passage } from '../../../src/domain/delivery/circuit-breaker.js'

const NOW = new Date('2026-11-25T02:00:00Z')
const in_ = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000)
const broken = (failures: number, spread = 0.5): Breaker => {
  let at = CALM
  for (let n = 0; n < failures; n += 1) at = failed(at, NOW, spread)
  return at
}

describe('circuit breaker', () => {
  it('lets every call through until three in a row have failed', () => {
    for (const failures of [0, 1, 2]) expect(passage(broken(failures), NOW), String(failures)).to.equal('ALL')
    expect(passage(broken(3), NOW)).to.equal('NONE')
  })

  it('waits longer after each failure, a minute at most', () => {
    const waits = [3, 4, 5, 6, 7, 400].map((failures) => broken(failures).openUntil?.getTime())
    expect(waits).to.deep.equal([8, 16, 32, 60, 60, 60].map((seconds) => in_(seconds).getTime()))
  })

  it('lets one call through after the wait, and all once that call is answered', () => {
    const open = broken(3)
    expect(passage(open, in_(7))).to.equal('NONE')
    expect(passage(open, in_(8))).to.equal('PROBE')
    expect(passage(CALM, in_(8))).to.equal('ALL')
  })

  it('stays open as long as the platform asks, at most an hour', () => {
    const asked = failed(CALM, NOW, 0.5, 30)
    expect([passage(asked, in_(29)), passage(asked, in_(30))]).to.deep.equal(['NONE', 'ALL'])
    expect(failed(CALM, NOW, 0.5, 1e9).openUntil).to.deep.equal(in_(3_600))
  })

  it('ignores an opening time that lies too far ahead, as after the clock was set back', () => {
    expect(passage({ failures: 1, openUntil: in_(7_200) }, NOW)).to.equal('ALL')
    expect(passage({ failures: 9, openUntil: in_(7_200) }, NOW)).to.equal('PROBE')
  })

  it('never waits longer than a minute unless the platform asks', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, spread) => {
        const { openUntil } = failed({ failures, openUntil: null }, NOW, spread)
        expect((openUntil?.getTime() ?? NOW.getTime()) - NOW.getTime()).to.be.within(0, 60_000)
      }),
    )
  })
})
