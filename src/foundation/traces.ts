/** Spans of requests and jobs, sent to a collector by OTLP/HTTP in JSON (OpenTelemetry protocol 1). A lost span is lost: nothing waits for it. */
import { randomBytes, randomUUID } from 'node:crypto'
import { reasonOf } from './errors.js'
import type { Log } from './log.js'
import type { Metrics } from './metrics.js'

const SPANS_MOST = 4_096
const SEND_EVERY_MS = 5_000
const SEND_TIMEOUT_MS = 3_000
const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8
const NANOSECONDS_PER_MS = 1_000_000n
/** W3C Trace Context, version 00: ids of the trace and of the caller's span, and whether it samples. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]([0-9a-f])$/
const SPAN_KIND = { INTERNAL: 1, SERVER: 2 } as const
const STATUS = { UNSET: 0, ERROR: 2 } as const
const LOWEST_ERROR_STATUS = 500

const hex = (bytes: number): string => randomBytes(bytes).toString('hex')

type Attributes = Record<string, string | number>

interface SpanFacts {
  name: string
  kind: keyof typeof SPAN_KIND
  traceparent?: string | undefined
  seconds: number
  failed: boolean
  attributes: Attributes
}

/** Null where the caller does not sample. `endedAt` is in ms since 1970. */
const spanOf = (facts: SpanFacts, endedAt: number): object | null => {
  const [, traceId, parentSpanId, flags] = TRACEPARENT.exec(facts.traceparent ?? '') ?? []
  if (flags !== undefined && (Number.parseInt(flags, 16) & 1) === 0) return null
  const end = BigInt(Math.round(endedAt)) * NANOSECONDS_PER_MS
  const span = {
    traceId: traceId ?? hex(TRACE_ID_BYTES),
    spanId: hex(SPAN_ID_BYTES),
    ...(parentSpanId !== undefined && { parentSpanId }),
    name: facts.name,
    kind: SPAN_KIND[facts.kind],
    startTimeUnixNano: String(end - BigInt(Math.round(facts.seconds * 1e9))),
    endTimeUnixNano: String(end),
    attributes: attributesOf(facts.attributes),
    status: { code: facts.failed ? STATUS.ERROR : STATUS.UNSET },
  }
  return span
}

const attributesOf = (attributes: Attributes): object[] =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }))

export interface TracesOptions {
  log: Log
  wall?: () => number
}

/** `endpoint` is the collector's base address. */
const makeSpanSender = (endpoint: string, log: Log) => {
  // Process ids of containers are equal.
  const instance = randomUUID()
  let waiting: object[] = []
  let lost = 0
  let isRefused = false
  let sending: Promise<void> = Promise.resolve()

  const send = async (): Promise<void> => {
    const spans = waiting
    waiting = []
    if (spans.length === 0) return
    const resource = { attributes: attributesOf({ 'service.name': 'hub', 'service.instance.id': instance }) }
    try {
      const answer = await fetch(`${endpoint}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'hub' }, spans }] }] }),
        signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
        redirect: 'error',
      })
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(`status ${answer.status}`)
      if (lost > 0) log.warn({ lost }, 'spans were lost')
      lost = 0
      isRefused = false
    } catch (error) {
      if (!isRefused) log.warn({ reason: reasonOf(error) }, 'the collector of traces takes no spans; they are lost')
      isRefused = true
      lost += spans.length
    }
  }
  const sendNext = (): Promise<void> => {
    sending = sending.then(send)
    return sending
  }
  const timer = setInterval(() => void sendNext(), SEND_EVERY_MS).unref()
  return {
    add: (span: object): void => {
      if (waiting.length < SPANS_MOST) waiting.push(span)
      else lost += 1
    },
    close: (): Promise<void> => {
      clearInterval(timer)
      return sendNext()
    },
  }
}

/** Makes spans of what the metrics are told; without `endpoint` none. */
export const makeTraces = (endpoint: string | null, { log, wall = Date.now }: TracesOptions) => {
  const sender = endpoint === null ? null : makeSpanSender(endpoint, log)
  const add = (facts: SpanFacts): void => {
    const span = spanOf(facts, wall())
    if (span !== null) sender?.add(span)
  }
  const hearing = (metrics: Metrics): Metrics => ({
    ...metrics,
    answered: (request) => {
      const { door, status, role, seconds, traceparent, requestId } = request
      metrics.answered(request)
      const attributes = { 'http.response.status_code': status, 'hub.role': role, 'hub.request': requestId }
      const failed = status >= LOWEST_ERROR_STATUS
      add({ name: door, kind: 'SERVER', traceparent: traceparent(), seconds, failed, attributes })
    },
    ran: (run) => {
      const { job, subject, outcome, seconds } = run
      metrics.ran(run)
      const attributes = { 'hub.subject': subject, 'hub.outcome': outcome }
      add({ name: job, kind: 'INTERNAL', seconds, failed: outcome !== 'DONE', attributes })
    },
  })
  return {
    hearing: (metrics: Metrics): Metrics => (sender === null ? metrics : hearing(metrics)),
    close: async (): Promise<void> => sender?.close(),
  }
}
