import { expect } from 'chai'
import { callerAddressOf, owedMsAt, waitMsFor } from '../../../src/domain/access/rate.js'
import { networkOf } from '../../../src/foundation/http/addresses.js'

describe('rate limit of attempts', () => {
  const rate = { most: 3, everyMs: 1_000 }

  it('the count of attempts falls with time, and does not change when the clock is set back', () => {
    const level = { owedMs: 2_000, at: 10_000 }
    expect([9_000, 10_000, 10_500, 12_000, 99_000].map((now) => owedMsAt(level, now))).to.deep.equal([
      2_000, 2_000, 1_500, 0, 0,
    ])
    expect(owedMsAt(undefined, 5)).to.equal(0)
    expect([0, 1_999, 2_000, 2_001, 3_000].map((owed) => waitMsFor(owed, rate))).to.deep.equal([0, 0, 0, 1, 1_000])
  })

  const addresses: [string, string][] = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:0db8:0001:0002/64'],
    ['2001:DB8:1:2::9', '2001:0db8:0001:0002/64'],
    ['2001:db8::1', '2001:0db8:0000:0000/64'],
    ['fe80::1%eth0', 'fe80:0000:0000:0000/64'],
    ['192.0.2.7:50123', '192.0.2.7'],
    ['[2001:db8:1:2::9]:443', '2001:0db8:0001:0002/64'],
    ['[2001:db8:1:2::9]', '2001:0db8:0001:0002/64'],
    ['2001:db8:1:2::9', '2001:0db8:0001:0002/64'],
    ['::1', '0000:0000:0000:0000/64'],
    ['', ''],
    ['x'.repeat(500), 'x'.repeat(64)],
  ]
  for (const [address, network] of addresses) {
    it(`counts attempts from ${address.slice(0, 40) || 'no address'} under the network ${network.slice(0, 40) || 'none'}`, () => {
      expect(networkOf(address)).to.equal(network)
    })
  }

  const callers: [string, string, number, string][] = [
    ['without a proxy the forwarded header is ignored', '198.51.100.1', 0, '192.0.2.1'],
    ['one proxy appends the caller', '198.51.100.1', 1, '198.51.100.1'],
    ['entries that the caller wrote lie further left', '203.0.113.9, 198.51.100.1', 1, '198.51.100.1'],
    ['of two proxies the outer one appends the caller', '203.0.113.9, 198.51.100.1, 192.0.2.2', 2, '198.51.100.1'],
    ['the header is empty', '', 1, '192.0.2.1'],
    ['the header has fewer entries than proxies', '198.51.100.1', 2, '192.0.2.1'],
  ]
  for (const [what, forwarded, proxies, caller] of callers) {
    it(`counts the caller: ${what}`, () => {
      expect(callerAddressOf('192.0.2.1', forwarded, proxies)).to.equal(caller)
    })
  }
})
