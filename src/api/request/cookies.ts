/** The cookies of sessions, of a person's and of a party's, and how a request shows that it comes from a page of the hub. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Refusal } from '../../foundation/errors.js'

/** `__Host-`: browsers take it from this very host alone, over TLS (or from localhost), and no other host can lay one down. */
const COOKIE = '__Host-hub'
/** Of a party's, which opens its own door alone. */
const PARTY_COOKIE = '__Host-party'
/** As the hub writes them: 32 random bytes. */
const VALUE = /^[\w-]{43}$/
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict'
const SAFE = ['GET', 'HEAD', 'OPTIONS']

/** Of a request whose cookie opens nothing: the browser lets go of it. */
export const NO_COOKIE = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`
export const NO_PARTY_COOKIE = `${PARTY_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`

export const cookieFor = (value: string, seconds: number): string => written(COOKIE, value, seconds)
export const partyCookieFor = (value: string, seconds: number): string => written(PARTY_COOKIE, value, seconds)

const written = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; ${ATTRIBUTES}; Max-Age=${seconds}`

/** Null: it carries none. Of several, or of one that is no cookie of the hub, it is the empty one, which opens nothing. */
export const cookieIn = (headers: IncomingHttpHeaders): string | null => read(COOKIE, headers)
export const partyCookieIn = (headers: IncomingHttpHeaders): string | null => read(PARTY_COOKIE, headers)

const read = (name: string, { cookie = '' }: IncomingHttpHeaders): string | null => {
  const values = cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  if (values.length === 0) return null
  const [value = ''] = values
  return values.length === 1 && VALUE.test(value) ? value : ''
}

/** Refusal CSRF_REFUSED for a request by cookie that may change something and does not carry its session's token. */
export const checkToken = (
  { method = 'GET', headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  matches: (given: string) => boolean,
): void => {
  if (SAFE.includes(method)) return
  const given = headers['x-csrf-token']
  if (typeof given !== 'string' || !matches(given)) throw new Refusal('CSRF_REFUSED')
}

/** Before there is a session: Refusal CSRF_REFUSED for what a browser sends on behalf of another site's page. */
export const checkSite = (headers: IncomingHttpHeaders): void => {
  const site = headers['sec-fetch-site']
  const own = site === undefined ? isOwn(headers.origin, headers.host) : site === 'same-origin' || site === 'none'
  if (!own) throw new Refusal('CSRF_REFUSED')
}

/** Programs send no origin. */
const isOwn = (origin: string | undefined, host: string | undefined): boolean =>
  origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
