import { expect } from 'chai'
import { makeRepeatDetector } from '../../src/foundation/fingerprints.js'

const digest = (n: number): string => n.toString(16).padStart(32, '0')

describe('repeats within a delivery', () => {
  it('a delivered key is the first, a repeat with the same content, or one with other content', () => {
    const delivered = makeRepeatDetector()
    expect([delivered.of('A', digest(1)), delivered.of('A', digest(1)), delivered.of('A', digest(2))]).to.deep.equal([
      'first',
      'same',
      'other',
    ])
    expect(delivered.records).to.equal(1)
  })

  it('a lookup does not count as a delivery', () => {
    const delivered = makeRepeatDetector()
    expect(delivered.wouldBe('A', digest(1))).to.equal('first')
    expect(delivered.records).to.equal(0)
    expect(delivered.of('A', digest(1))).to.equal('first')
    expect(delivered.wouldBe('A', digest(2))).to.equal('other')
  })

  it('every record is remembered among thousands', () => {
    const delivered = makeRepeatDetector()
    for (let n = 0; n < 5_000; n += 1) expect(delivered.of(`K${n}`, digest(n)), `K${n}`).to.equal('first')
    for (let n = 0; n < 5_000; n += 1) expect(delivered.of(`K${n}`, digest(n)), `K${n}`).to.equal('same')
    expect(delivered.records).to.equal(5_000)
  })
})
