import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Refusal } from '../../foundation/errors.js'

/** Browsers accept a `__Host-` cookie only from this host over TLS (or localhost). */
const COOKIE = '__Host-hub'
const PARTY_COOKIE = '__Host-party'
const VALUE = /^[\w-]{43}$/
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict'
const SAFE = ['GET', 'HEAD', 'OPTIONS']

export const CLEARED_SESSION_COOKIE = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`
export const CLEARED_PARTY_COOKIE = `${PARTY_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`

export const formatSessionCookie = (value: string, seconds: number): string => written(COOKIE, value, seconds)
export const formatPartyCookie = (value: string, seconds: number): string => written(PARTY_COOKIE, value, seconds)

const written = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; ${ATTRIBUTES}; Max-Age=${seconds}`

/** Null without the cookie, and '', which matches no session, if it is malformed or sent twice. */
export const readSessionCookie = (headers: IncomingHttpHeaders): string | null => read(COOKIE, headers)
export const readPartyCookie = (headers: IncomingHttpHeaders): string | null => read(PARTY_COOKIE, headers)

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

/** Unsafe methods (POST and others) need the session's CSRF token. Refusal CSRF_REFUSED. */
export const checkCsrfToken = (
  { method = 'GET', headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  matches: (token: string) => boolean,
): void => {
  if (SAFE.includes(method)) return
  const token = headers['x-csrf-token']
  if (typeof token !== 'string' || !matches(token)) throw new Refusal('CSRF_REFUSED')
}

/** Protects requests without a session, such as sign-in, from other sites. Refusal CSRF_REFUSED. */
export const refuseCrossSite = (headers: IncomingHttpHeaders): void => {
  const site = headers['sec-fetch-site']
  const sameSite = site === undefined ? isOwn(headers.origin, headers.host) : site === 'same-origin' || site === 'none'
  if (!sameSite) throw new Refusal('CSRF_REFUSED')
}

/** A missing Origin is accepted: programs send none. */
const isOwn = (origin: string | undefined, host: string | undefined): boolean =>
  origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
