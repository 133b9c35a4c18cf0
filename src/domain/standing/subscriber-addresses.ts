/**
 * Webhooks may call only the public internet (IANA special-purpose registries, RFC 6890 and later), against server-side request forgery.
 */
import { BlockList, isIP } from 'node:net'

/** Special-purpose networks, and transition prefixes that lead to them. */
const SPECIAL: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT; cloud metadata (100.100.100.200)
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local; cloud metadata (169.254.169.254)
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments; cloud metadata (192.0.0.192)
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
  ['168.63.129.16', 32], // a cloud's host, from within it
]
/** Global unicast without these is allowed. */
const GLOBAL: readonly [string, number] = ['2000::', 3]
const SPECIAL_6: readonly (readonly [string, number])[] = [
  ['2001::', 23], // protocol assignments: Teredo, ORCHID, benchmarking
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: an IPv4 address within
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
]

const listOf = (v4: readonly (readonly [string, number])[], v6: readonly (readonly [string, number])[]): BlockList => {
  const list = new BlockList()
  for (const [network, prefix] of v4) list.addSubnet(network, prefix, 'ipv4')
  for (const [network, prefix] of v6) list.addSubnet(network, prefix, 'ipv6')
  return list
}

const special = listOf(SPECIAL, SPECIAL_6)
const global = listOf([], [GLOBAL])

const CIDR = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/

export const cidrIn = (text: string): { network: string; prefix: number; family: 'ipv4' | 'ipv6' } | null => {
  const [, network = '', digits = ''] = CIDR.exec(text) ?? []
  const version = isIP(network)
  const prefix = Number(digits)
  if (version === 0 || digits === '' || prefix > (version === 4 ? 32 : 128)) return null
  return { network, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** An IPv4-mapped IPv6 address does not match IPv4. */
export const isAmong = (address: string, networks: readonly string[]): boolean => {
  const version = isIP(address)
  if (version === 0) return false
  const list = new BlockList()
  for (const each of networks) {
    const cidr = cidrIn(each)
    if (cidr && (cidr.family === 'ipv4') === (version === 4)) list.addSubnet(cidr.network, cidr.prefix, cidr.family)
  }
  return list.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/** False also for mapped, translated and tunnelled addresses (::ffff:, 64:ff9b::, 2002::). */
export const isPublic = (address: string): boolean => {
  const version = isIP(address)
  if (version === 4) return !special.check(address, 'ipv4')
  // A zone makes it link-local.
  return version === 6 && !address.includes('%') && global.check(address, 'ipv6') && !special.check(address, 'ipv6')
}

/** Other ports belong to other services. */
const PORTS = new Set(['', '443', '8443'])

/** Networks in `allow` (CIDR) are exempt, with http and any port. Every resolved address must pass. */
export const whyUnreachable = (
  { protocol, port }: Pick<URL, 'protocol' | 'port'>,
  addresses: readonly string[],
  allow: readonly string[],
): string | null => {
  if (addresses.length === 0) return 'the host leads nowhere'
  if (addresses.every((address) => isAmong(address, allow))) return null
  if (!addresses.every((address) => isPublic(address) || isAmong(address, allow)))
    return 'the host leads to an address that is not public'
  if (protocol !== 'https:') return 'only https'
  return PORTS.has(port) ? null : 'only ports 443 and 8443'
}
