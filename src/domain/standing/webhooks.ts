/** Standard Webhooks 1.0. */
import { isInNetworks, isPublicAddress } from '../../foundation/http/addresses.js'
import { holdsIdNumber } from '../records/privacy.js'

/** The specification's schedule, about three days in all. */
const TRY_AGAIN_SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const
/** Longest Retry-After that is obeyed. */
const LONGEST_ASKED_SECONDS = 86_400
export const WEBHOOK_DISABLED_AFTER_DAYS = 5
export const SECRET_OVERLAP_HOURS = 24
export const WEBHOOKS_PER_CLIENT_MOST = 5
export const PING_EVERY_SECONDS = 10
export const REPLAYED_MOST = 1_000
const URL_MOST = 500
const SECOND_MS = 1_000
const DAY_MS = 86_400_000

/** GONE: unsubscribed. BUSY: try later. REFUSED: this message is not accepted. */
export type ResponseMeaning = 'CONFIRMED' | 'GONE' | 'BUSY' | 'REFUSED'

const LATER = new Set([408, 425, 429])

export const classifyResponse = (status: number): ResponseMeaning => {
  if (status >= 200 && status < 300) return 'CONFIRMED'
  if (status === 410) return 'GONE'
  return LATER.has(status) || status >= 500 ? 'BUSY' : 'REFUSED'
}

export const scheduleNextTry = (attempts: number, now: Date, spread: number, retryAfterSeconds = 0): Date | null => {
  const planned = TRY_AGAIN_SECONDS[attempts - 1]
  if (planned === undefined) return null
  const seconds = Math.max(planned * (0.9 + spread / 5), Math.min(retryAfterSeconds, LONGEST_ASKED_SECONDS))
  return new Date(now.getTime() + seconds * SECOND_MS)
}

export const isWebhookDead = (failingSince: Date, now: Date): boolean =>
  now.getTime() - failingSince.getTime() >= WEBHOOK_DISABLED_AFTER_DAYS * DAY_MS

/** Reachability is checked at each call. Query and credentials are refused, because logs keep addresses. */
export const findWebhookAddressFault = (text: string): string | null => {
  if (text.length > URL_MOST) return `地址过长 an address has ${URL_MOST} characters at most`
  if (!URL.canParse(text)) return '不是地址 not an address'
  const { protocol, username, password, search, hash } = new URL(text)
  if (protocol !== 'https:' && protocol !== 'http:') return '须为 HTTPS 地址 only https'
  if (username !== '' || password !== '') return '地址中不得含账号 an address must hold no credentials'
  if (search !== '' || hash !== '' || /[?#]/.test(text)) return '地址中不得含 ? 或 # an address must hold no ? and no #'
  // Percent-encoding may hide digits.
  if (holdsIdNumber(text) || holdsIdNumber(decoded(text)))
    return '地址中不得含身份证件号码 an address must hold no ID number'
  return null
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Other ports are refused, because other services listen on them. */
const PORTS = new Set(['', '443', '8443'])

/**
 * Networks in `allow` (CIDR) count as public (against server-side request forgery). Unless all addresses lie in them,
 * only https on port 443 or 8443 is allowed.
 */
export const findAddressRefusal = (
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
