/**
 * Calls the address that a subscriber has given, which is whoever's: its host is resolved once, every address that it leads to
 * is checked, and the connection goes to a checked one, so that nothing is asked a second time that could be answered otherwise.
 * No redirect is followed, no answer is read beyond its head, and there is a limit for all.
 */
import { lookup } from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import { whyUnreachable } from '../../domain/standing/subscriber-addresses.js'
import { addressFault } from '../../domain/standing/webhooks.js'
import { isRedirect, named, Unreachable } from '../../foundation/http.js'

/** All addresses of a host. */
export type Resolve = (host: string) => Promise<string[]>

export interface Telling {
  headers: Record<string, string>
  body: string
  /** Whole exchange, the look-up included, milliseconds. */
  timeoutMs: number
  /** Networks (CIDR) that are exempt from what is refused. */
  allow: readonly string[]
  resolve?: Resolve
  signal?: AbortSignal
}

export interface Told {
  status: number
  /** Header Retry-After, where it is a number of seconds. */
  retryAfterSeconds: number
}

const byDns: Resolve = async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address)

/** Unreachable: nothing came back, or the address is none that may be called. An answer with an error status is an answer. */
export const tellSubscriber = async (text: string, telling: Telling): Promise<Told> => {
  const url = addressOf(text)
  const timer = AbortSignal.timeout(telling.timeoutMs)
  const signal = telling.signal ? AbortSignal.any([telling.signal, timer]) : timer
  try {
    const [address = ''] = await reachable(url, telling, signal)
    return await exchange(url, address, telling, signal)
  } catch (error) {
    if (error instanceof Unreachable) throw error
    if (telling.signal?.aborted) throw telling.signal.reason
    throw named(timer.aborted ? timer.reason : error, url.host, telling.timeoutMs)
  }
}

/** Whether it may be called now, without calling it. Refuses as `tellSubscriber` does. */
export const checkSubscriber = async (
  text: string,
  given: Pick<Telling, 'allow' | 'resolve' | 'timeoutMs'>,
): Promise<void> => {
  const url = addressOf(text)
  try {
    await reachable(url, given, AbortSignal.timeout(given.timeoutMs))
  } catch (error) {
    throw error instanceof Unreachable ? error : named(error, url.host, given.timeoutMs)
  }
}

const addressOf = (text: string): URL => {
  const fault = addressFault(text)
  if (fault !== null) throw new Unreachable('forbidden', fault)
  return new URL(text)
}

/** The addresses of its host, all of them checked. */
const reachable = async (
  url: URL,
  { allow, resolve = byDns }: Pick<Telling, 'allow' | 'resolve'>,
  signal: AbortSignal,
): Promise<string[]> => {
  // A host that is an address is written in one way only once the URL is read: no octal, no decimal, no short form is left.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await within(resolve(host), signal) : [host]
  const why = whyUnreachable(url, addresses, allow)
  if (why !== null) throw new Unreachable('forbidden', `${url.host}: ${why}`)
  return addresses
}

const within = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })

/** To the checked address itself; the name is said to it, and checked against its certificate. */
const exchange = (
  url: URL,
  address: string,
  { headers, body }: Pick<Telling, 'headers' | 'body'>,
  signal: AbortSignal,
): Promise<Told> =>
  new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:'
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const request = (secure ? https : http).request({
      host: address,
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      path: url.pathname,
      method: 'POST',
      headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body) },
      agent: false,
      signal,
      ...(secure && isIP(host) === 0 && { servername: host }),
    })
    request.once('error', reject)
    request.once('response', (response) => {
      const { statusCode: status = 0, headers: said } = response
      // What it says besides is nothing that the hub has asked for.
      response.destroy()
      if (isRedirect(status))
        reject(new Unreachable('redirect', `${url.host} redirects (${status}); give the final address`))
      else resolve({ status, retryAfterSeconds: secondsIn(said['retry-after']) })
    })
    request.end(body)
  })

const secondsIn = (header: string | undefined): number => (/^\d{1,6}$/.test(header ?? '') ? Number(header) : 0)
