/** Webhooks may call only the public internet, against server-side request forgery. */
import { isInNetworks, isPublicAddress } from '../../foundation/http/addresses.js'

/** Other ports are refused, because other services listen on them. */
const PORTS = new Set(['', '443', '8443'])

/**
 * Returns why the address is refused, or null. Networks in `allow` (CIDR) count as public. Unless all addresses lie in
 * them, only https on port 443 or 8443 is allowed.
 */
export const addressRefusal = (
  { protocol, port }: Pick<URL, 'protocol' | 'port'>,
  addresses: readonly string[],
  allow: readonly string[],
): string | null => {
  if (addresses.length === 0) return 'the host leads nowhere'
  if (addresses.every((address) => isInNetworks(address, allow))) return null
  if (!addresses.every((address) => isPublicAddress(address) || isInNetworks(address, allow)))
    return 'the host leads to an address that is not public'
  if (protocol !== 'https:') return 'only https'
  return PORTS.has(port) ? null : 'only ports 443 and 8443'
}
