/** Guards against SSRF: resolves the host once and calls a checked address. Ignores redirects. */
import { lookup } from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import { findAddressRefusal, findWebhookAddressFault } from '../../domain/standing/webhooks.js'
import { untilAborted } from '../../foundation/abort.js'
import { isRedirect, toUnreachableError, UnreachableError } from '../../foundation/http.js'

export type HostResolver = (host: string) => Promise<string[]>

export interface SubscriberRequest {
  headers: Record<string, string>
  body: string
  timeoutMs: number
  allow: readonly string[]
  resolve?: HostResolver | undefined
  signal?: AbortSignal | undefined
}

export interface SubscriberAnswer {
  status: number
  /** 0 without Retry-After. */
  retryAfterSeconds: number
}

const byDns: HostResolver = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address)

/** Ignores the body. An error status is an answer, not a fault. */
export const callSubscriber = async (text: string, telling: SubscriberRequest): Promise<SubscriberAnswer> =>
  callCheckedUrl(addressOf(text), telling)

/** Like `callSubscriber`, for an address with a query. */
export const callCheckedUrl = async (
  url: URL,
  telling: SubscriberRequest & { answerBytesMost?: number },
): Promise<SubscriberAnswer & { body: Buffer }> => {
  const timer = AbortSignal.timeout(telling.timeoutMs)
  const signal = telling.signal ? AbortSignal.any([telling.signal, timer]) : timer
  try {
    const [address = ''] = await reachable(url, telling, signal)
    return await exchange(url, address, telling, signal)
  } catch (error) {
    if (error instanceof UnreachableError) throw error
    if (telling.signal?.aborted) throw telling.signal.reason
    throw toUnreachableError(timer.aborted ? timer.reason : error, url.host, telling.timeoutMs)
  }
}

export const checkSubscriber = async (
  text: string,
  limits: Pick<SubscriberRequest, 'allow' | 'resolve' | 'timeoutMs'>,
): Promise<void> => {
  const url = addressOf(text)
  try {
    await reachable(url, limits, AbortSignal.timeout(limits.timeoutMs))
  } catch (error) {
    throw error instanceof UnreachableError ? error : toUnreachableError(error, url.host, limits.timeoutMs)
  }
}

const addressOf = (text: string): URL => {
  const fault = findWebhookAddressFault(text)
  if (fault !== null) throw new UnreachableError('forbidden', fault)
  return new URL(text)
}

const reachable = async (
  url: URL,
  { allow, resolve = byDns }: Pick<SubscriberRequest, 'allow' | 'resolve'>,
  signal: AbortSignal,
): Promise<string[]> => {
  // The URL parser normalises octal, decimal and short forms of an address.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await untilAborted(resolve(host), signal) : [host]
  const why = findAddressRefusal(url, addresses, allow)
  if (why !== null) throw new UnreachableError('forbidden', `${url.host}: ${why}`)
  return addresses
}

/** TLS still verifies the host name. */
const exchange = (
  url: URL,
  address: string,
  { headers, body, answerBytesMost = 0 }: Pick<SubscriberRequest, 'headers' | 'body'> & { answerBytesMost?: number },
  signal: AbortSignal,
): Promise<SubscriberAnswer & { body: Buffer }> =>
  new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:'
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const request = (secure ? https : http).request({
      host: address,
      port: url.port || null,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body) },
      agent: false,
      signal,
      ...(secure && isIP(host) === 0 && { servername: host }),
    })
    request.once('error', reject)
    request.once('response', (response) => {
      const { statusCode: status = 0, headers: answered } = response
      if (isRedirect(status)) {
        response.destroy()
        reject(new UnreachableError('redirect', `${url.host} redirects (${status}); give the final address`))
        return
      }
      readStart(response, answerBytesMost).then(
        (read) => resolve({ status, retryAfterSeconds: secondsIn(answered['retry-after']), body: read }),
        reject,
      )
    })
    request.end(body)
  })

const readStart = async (response: http.IncomingMessage, most: number): Promise<Buffer> => {
  const parts: Buffer[] = []
  let size = 0
  if (most === 0) response.destroy()
  else
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part)
      size += part.length
      if (size >= most) break
    }
  return Buffer.concat(parts).subarray(0, most)
}

const secondsIn = (header: string | undefined): number => (/^\d{1,6}$/.test(header ?? '') ? Number(header) : 0)
