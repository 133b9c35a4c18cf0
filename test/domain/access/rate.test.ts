import { expect } from 'chai'
import { callerOf, networkOf, owedAt, waitFor } from '../../../src/domain/access/rate.js'

describe('how often somebody may try', () => {
  const rate = { most: 3, everyMs: 1_000 }

  it('is reckoned from what is owed, which time takes away and a clock set back does not', () => {
    const level = { owedMs: 2_000, at: 10_000 }
    expect([9_000, 10_000, 10_500, 12_000, 99_000].map((now) => owedAt(level, now))).to.deep.equal([
      2_000, 2_000, 1_500, 0, 0,
    ])
    expect(owedAt(undefined, 5)).to.equal(0)
    expect([0, 1_999, 2_000, 2_001, 3_000].map((owed) => waitFor(owed, rate))).to.deep.equal([0, 0, 0, 1, 1_000])
  })

  const addresses: [string, string][] = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:0db8:0001:0002/64'],
    ['2001:DB8:1:2::9', '2001:0db8:0001:0002/64'],
    ['2001:db8::1', '2001:0db8:0000:0000/64'],
    ['fe80::1%eth0', 'fe80:0000:0000:0000/64'],
    ['::1', '0000:0000:0000:0000/64'],
    ['', ''],
    ['x'.repeat(500), 'x'.repeat(64)],
  ]
  for (const [address, network] of addresses) {
    it(`stands for ${network.slice(0, 40) || 'nobody'}: ${address.slice(0, 40) || 'no address'}`, () => {
      expect(networkOf(address)).to.equal(network)
    })
  }

  const callers: [string, string, number, string][] = [
    ['what the caller says of itself is not believed', '198.51.100.1', 0, '192.0.2.1'],
    ['one proxy notes the caller', '198.51.100.1', 1, '198.51.100.1'],
    ['what the caller wrote lies further left', '203.0.113.9, 198.51.100.1', 1, '198.51.100.1'],
    ['two proxies: the outer one notes the caller', '203.0.113.9, 198.51.100.1, 192.0.2.2', 2, '198.51.100.1'],
    ['nothing was noted', '', 1, '192.0.2.1'],
    ['fewer were passed than there should be', '198.51.100.1', 2, '192.0.2.1'],
  ]
  for (const [what, forwarded, proxies, caller] of callers) {
    it(`is counted for the caller: ${what}`, () => {
      expect(callerOf('192.0.2.1', forwarded, proxies)).to.equal(caller)
    })
  }
})
