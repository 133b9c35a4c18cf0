import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Global unicast addresses of IPv6. ipaddr.js calls unassigned ones `unicast` too. */
const GLOBAL_6 = ipaddr.IPv6.parseCIDR('2000::/3')
/** Azure's host as its virtual machines see it; the address looks public. */
const CLOUD_HOST = '168.63.129.16'

/** Refuses short, octal and hexadecimal forms, which ipaddr.js reads, and zones, which make an address link-local. */
const parsed = (text: string): ipaddr.IPv4 | ipaddr.IPv6 | null =>
  isIP(text) === 0 || text.includes('%') ? null : ipaddr.parse(text)

export const parseNetwork = (text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | null =>
  parsed(text.replace(/\/\d+$/, '')) !== null && ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : null

/** Prefix lengths of the widest private networks: 10.0.0.0/8 (RFC 1918) and fc00::/7 (RFC 4193). */
const WIDEST_OWN_PREFIX = { ipv4: 8, ipv6: 7 }

export const isWiderThanAnyOwnNetwork = (text: string): boolean => {
  const network = parseNetwork(text)
  return network !== null && network[1] < WIDEST_OWN_PREFIX[network[0].kind()]
}

/** An IPv4-mapped IPv6 address does not match an IPv4 network. */
export const isInNetworks = (text: string, networks: readonly string[]): boolean => {
  const address = parsed(text)
  return networks
    .map(parseNetwork)
    .some((network) => network !== null && address?.kind() === network[0].kind() && address.match(network))
}

/**
 * False for the IANA special-purpose ranges (RFC 6890 and later), also for mapped, translated and tunnelled addresses (::ffff:, 64:ff9b::,
 * 2002::).
 */
export const isPublicAddress = (text: string): boolean => {
  const address = parsed(text)
  if (address?.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv6 ? address.match(GLOBAL_6) : text !== CLOUD_HOST
}

const LONGEST_ADDRESS = 64

/** Some proxies note the connection's port too. */
const WITH_PORT = /^(?:\[([0-9a-f:.]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/

/** Rate-limit key: IPv4 address or IPv6 /64, which one subscriber has whole. */
export const networkOf = (text: string): string => {
  const noted = text.trim().slice(0, LONGEST_ADDRESS).toLowerCase().replace(/%.*$/, '')
  const [, six, four] = WITH_PORT.exec(noted) ?? []
  const plain = six ?? four ?? noted
  if (isIP(plain) !== 6) return plain
  const address = ipaddr.process(plain)
  if (address instanceof ipaddr.IPv4) return address.toString()
  const groups = address.parts.slice(0, 4).map((group) => group.toString(16).padStart(4, '0'))
  return `${groups.join(':')}/64`
}

export const firstAddressOf = (network: string): string => network.replace(/\/64$/, '::')

export type AddressPlace = 'LOOPBACK' | 'INTERNAL' | 'EXTERNAL'

/** `::/64` holds the loopback address of IPv6. */
export const placeOfAddress = (network: string): AddressPlace => {
  const text = firstAddressOf(network)
  if (isPublicAddress(text)) return 'EXTERNAL'
  return isInNetworks(text, ['127.0.0.0/8', '::/64']) ? 'LOOPBACK' : 'INTERNAL'
}
