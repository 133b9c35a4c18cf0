/** HTTP client for agencies and platforms. Webhooks use work/standing/subscriber-client. */
import { makeTimeoutSignal } from './abort.js'

/** The `Date` header is a second source for the clock. */
export type DateListener = (host: string, date: Date) => void

const listeners = new Set<DateListener>()

export const onAnswerDate = (listener: DateListener): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** A cached answer (`Age`) has an old date. */
const reportAnswerDate = (host: string, headers: Headers): void => {
  if (listeners.size === 0 || headers.has('age')) return
  const at = Date.parse(headers.get('date') ?? '')
  if (Number.isFinite(at)) for (const listener of listeners) listener(host, new Date(at))
}

export interface HttpAnswer {
  status: number
  headers: Headers
  body: Buffer
}

export interface HttpRequestOptions {
  method?: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** Bounds the whole exchange, including the body. */
  timeoutMs: number
  maxBytes: number
  signal?: AbortSignal
}

export type UnreachableKind = keyof typeof CODES | 'tls' | 'too_large' | 'redirect' | 'forbidden' | 'other'

/** No usable answer came. An answer with an error status is returned instead. */
export class UnreachableError extends Error {
  override readonly name = 'Unreachable'
  constructor(
    readonly kind: UnreachableKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])
export const isRedirect = (status: number): boolean => REDIRECTS.has(status)

export const requestHttp = async (url: string, options: HttpRequestOptions): Promise<HttpAnswer> => {
  const { protocol, host, username, password } = addressOf(url)
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new UnreachableError('other', `not an HTTP address: ${protocol}`)
  if (username !== '' || password !== '')
    throw new UnreachableError('other', `${host}: an address must hold no credentials`)
  const headers = writable(options.headers ?? {}, host)
  const timer = makeTimeoutSignal(options.timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, timer]) : timer
  try {
    const answer = await fetch(url, {
      method: options.method ?? 'GET',
      headers,
      redirect: 'manual',
      signal,
      ...(options.body === undefined ? {} : { body: options.body }),
    })
    reportAnswerDate(host, answer.headers)
    if (isRedirect(answer.status)) {
      await answer.body?.cancel()
      throw new UnreachableError('redirect', `${host} redirects (${answer.status}); give the final address`)
    }
    return { status: answer.status, headers: answer.headers, body: await bounded(answer, options.maxBytes, host) }
  } catch (error) {
    if (error instanceof UnreachableError) throw error
    if (options.signal?.aborted) throw options.signal.reason
    throw toUnreachableError(error, host, options.timeoutMs)
  }
}

const addressOf = (url: string): URL => {
  try {
    return new URL(url)
  } catch {
    throw new UnreachableError('other', 'not an address')
  }
}

/** Errors name the header alone: fetch's own would quote an invalid credential. */
const writable = (values: Record<string, string>, host: string): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(values)) {
    try {
      headers.set(name, value)
    } catch {
      throw new UnreachableError('other', `${host}: the header ${name} cannot be written as it is configured`)
    }
  }
  return headers
}

/** Content-Length is not trusted. */
const bounded = async (answer: Response, maxBytes: number, host: string): Promise<Buffer> => {
  if (!answer.body) return Buffer.alloc(0)
  const parts: Uint8Array[] = []
  let size = 0
  // Throwing out of the loop cancels the stream and its connection.
  for await (const part of answer.body as AsyncIterable<Uint8Array>) {
    size += part.byteLength
    if (size > maxBytes) throw new UnreachableError('too_large', `${host} sent more than ${maxBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts, size)
}

const CODES = {
  dns: ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'],
  refused: ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'],
  timeout: ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
  cut: ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'UND_ERR_RESPONSE'],
}
const KINDS = Object.keys(CODES) as (keyof typeof CODES)[]
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO)/

export const toUnreachableError = (error: unknown, host: string, timeoutMs: number): UnreachableError => {
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return new UnreachableError('timeout', `${host} took longer than ${timeoutMs} ms`, { cause: error })
  }
  const code = codeOf(error)
  const kind =
    KINDS.find((each) => CODES[each].includes(code)) ?? (TLS.test(code) ? 'tls' : isTerminated(error) ? 'cut' : 'other')
  return new UnreachableError(kind, `${host}: ${code || (error instanceof Error ? error.message : String(error))}`, {
    cause: error,
  })
}

/** undici wraps the system error, twice when several addresses were tried. */
const codeOf = (error: unknown): string => {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = (at as Error & { code?: unknown }).code
    if (typeof code === 'string') return code
    if (at instanceof AggregateError && at.errors.length > 0) return codeOf(at.errors[0])
  }
  return ''
}

const isTerminated = (error: unknown): boolean => error instanceof TypeError && error.message === 'terminated'

/** Seconds, or null. A date is compared with the answer's Date, since clocks may differ. */
export const parseRetryAfter = (headers: Headers): number | null => {
  const wish = headers.get('retry-after')?.trim()
  if (!wish) return null
  const seconds = /^\d+$/.test(wish)
    ? Number(wish)
    : Math.ceil((Date.parse(wish) - Date.parse(headers.get('date') ?? '')) / 1000)
  return Number.isNaN(seconds) ? null : Math.max(seconds, 0)
}
