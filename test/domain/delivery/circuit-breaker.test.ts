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

describe('the breaker', () => {
  it('lets all through until three calls have failed in a row', () => {
    for (const failures of [0, 1, 2]) expect(passage(broken(failures), NOW), String(failures)).to.equal('ALL')
    expect(passage(broken(3), NOW)).to.equal('NONE')
  })

  it('waits longer after each failure, a minute at most', () => {
    const waits = [3, 4, 5, 6, 7, 400].map((failures) => broken(failures).openUntil?.getTime())
    expect(waits).to.deep.equal([8, 16, 32, 60, 60, 60].map((seconds) => in_(seconds).getTime()))
  })

  it('lets one call through when the wait is over, and all when that is answered', () => {
    const open = broken(3)
    expect(passage(open, in_(7))).to.equal('NONE')
    expect(passage(open, in_(8))).to.equal('PROBE')
    expect(passage(CALM, in_(8))).to.equal('ALL')
  })

  it('stays away as long as the platform asks, from the first time on, an hour at most', () => {
    const asked = failed(CALM, NOW, 0.5, 30)
    expect([passage(asked, in_(29)), passage(asked, in_(30))]).to.deep.equal(['NONE', 'ALL'])
    expect(failed(CALM, NOW, 0.5, 1e9).openUntil).to.deep.equal(in_(3_600))
  })

  it('holds nothing up by a moment that a clock noted which has been set back since', () => {
    expect(passage({ failures: 1, openUntil: in_(7_200) }, NOW)).to.equal('ALL')
    expect(passage({ failures: 9, openUntil: in_(7_200) }, NOW)).to.equal('PROBE')
  })

  it('never waits longer than a minute of its own accord, whatever has failed', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, spread) => {
        const { openUntil } = failed({ failures, openUntil: null }, NOW, spread)
        expect((openUntil?.getTime() ?? NOW.getTime()) - NOW.getTime()).to.be.within(0, 60_000)
      }),
    )
  })
})
