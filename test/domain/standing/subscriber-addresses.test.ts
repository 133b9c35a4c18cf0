import { expect } from 'chai'
import { findAddressRefusal, findWebhookAddressFault } from '../../../src/domain/standing/webhooks.js'
import { isInNetworks, isPublicAddress, parseNetwork } from '../../../src/foundation/http/addresses.js'

/** Addresses outside the public internet, by their kind. */
const NOT_PUBLIC: Record<string, readonly string[]> = {
  'this network': ['0.0.0.0', '0.1.2.3', '0.255.255.255'],
  private: ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255'],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.255', '100.100.100.200'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  'link-local and metadata': [
    '169.254.0.1',
    '169.254.169.254',
    '169.254.170.2',
    '168.63.129.16',
    'fe80::1',
    'febf::1',
    'fe80::1%eth0',
  ],
  'protocol assignments': ['192.0.0.1', '192.0.0.192', '2001::1', '2001:10::1', '2001:1ff::1'],
  documentation: ['192.0.2.1', '198.51.100.7', '203.0.113.9', '2001:db8::1', '3fff::1', '3fff:fff::1'],
  benchmarking: ['198.18.0.1', '198.19.255.255', '2001:2::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  'reserved and broadcast': ['240.0.0.1', '255.255.255.255'],
  '6to4 and its relays': ['192.88.99.1', '2002:7f00:1::', '2002:a00:1::1', '2002:808:808::1'],
  'an IPv4 address within an IPv6 one': [
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '::ffff:0:10.0.0.1',
  ],
  NAT64: ['64:ff9b::7f00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::a00:1'],
  'unique local': ['fc00::1', 'fd00:ec2::254', 'fdff::1'],
  'site-local': ['fec0::1'],
  'unspecified, discard': ['::', '100::1'],
  'not assigned': ['1000::1', '4000::1', 'e000::1'],
  'no address': ['', 'localhost', '127.1', '0x7f000001', '2130706433', '1.2.3', '1.2.3.4.5', 'g::1'],
}
const PUBLIC = [
  '8.8.8.8',
  '1.1.1.1',
  '11.0.0.1',
  '9.255.255.255',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.0.1.1',
  '192.167.255.255',
  '198.17.255.255',
  '223.255.255.255',
  '2606:4700::1111',
  '2400:3200::1',
  '2a00::1',
]

describe('addresses of the public internet', () => {
  for (const [what, addresses] of Object.entries(NOT_PUBLIC))
    for (const address of addresses)
      it(`${JSON.stringify(address)} is not public: ${what}`, () => {
        expect(isPublicAddress(address)).to.equal(false)
      })
  for (const address of PUBLIC)
    it(`${address} is public`, () => {
      expect(isPublicAddress(address)).to.equal(true)
    })

  it('isAmong matches a network of the same address family', () => {
    expect(isInNetworks('10.1.2.3', ['10.1.0.0/16'])).to.equal(true)
    expect(isInNetworks('10.2.2.3', ['10.1.0.0/16'])).to.equal(false)
    expect(isInNetworks('::ffff:10.1.2.3', ['10.1.0.0/16'])).to.equal(false)
    expect(isInNetworks('fd00::5', ['10.1.0.0/16', 'fd00::/8'])).to.equal(true)
    expect(isInNetworks('127.0.0.1', [])).to.equal(false)
    for (const none of ['10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'host/8', '/8'])
      expect(parseNetwork(none), none).to.equal(null)
  })

  it('a host is public only if all its addresses are', () => {
    const to = (address: string, addresses: string[], allow: string[] = []) =>
      findAddressRefusal(new URL(address), addresses, allow)
    expect(to('https://a.example', ['8.8.8.8', '2606:4700::1111'])).to.equal(null)
    expect(to('https://a.example', ['8.8.8.8', '10.0.0.1'])).to.match(/not public/)
    expect(to('https://a.example', [])).to.match(/nowhere/)
    expect(to('https://a.example', ['8.8.8.8', '10.0.0.1'], ['10.0.0.0/8'])).to.equal(null)
  })

  it('public hosts allow https at two ports; an allowed network allows http at any port', () => {
    const to = (address: string, addresses: string[]) => findAddressRefusal(new URL(address), addresses, ['10.0.0.0/8'])
    expect(to('http://a.example', ['8.8.8.8'])).to.equal('only https')
    expect(to('http://a.example', ['8.8.8.8', '10.0.0.1'])).to.equal('only https')
    expect(to('https://a.example:8443', ['8.8.8.8'])).to.equal(null)
    for (const port of [22, 25, 80, 5432, 6379, 9200])
      expect(to(`https://a.example:${port}`, ['8.8.8.8']), `${port}`).to.match(/ports/)
    expect(to('http://a.example:8080', ['10.0.0.1'])).to.equal(null)
  })
})

describe('addresses given by subscribers', () => {
  const FAULTY = [
    '',
    'a.example',
    'ftp://a.example',
    'file:///etc/passwd',
    'gopher://a.example',
    'javascript:alert(1)',
    'data:text/plain,x',
    'https://u:p@a.example',
    'https://u@a.example',
    'https://a.example/?token=x',
    'https://a.example/?',
    'https://a.example/#x',
    'https://',
    `https://a.example/${'x'.repeat(500)}`,
    'https://[::1',
    'https://a b.example',
    // F-5: an ID number, in plain text and percent-encoded.
    'https://a.example/hooks/220102199003071234',
    'https://a.example/%32%32%30102199003071234',
    'https://220102199003071234.example/x',
  ]
  for (const address of FAULTY)
    it(`${JSON.stringify(address).slice(0, 60)} is refused`, () => {
      expect(findWebhookAddressFault(address)).to.be.a('string')
    })
  for (const address of ['https://a.example', 'https://a.example:8443/hooks/credit', 'http://10.0.0.1:9000/x'])
    it(`${address} is accepted`, () => {
      expect(findWebhookAddressFault(address)).to.equal(null)
    })
})
