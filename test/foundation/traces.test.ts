/** Traces as a collector receives them. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { makeMetrics } from '../../src/foundation/metrics.js'
import { makeTraces } from '../../src/foundation/traces.js'
import { makeLog } from '../../src/hub/log.js'

interface Span {
  traceId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: Record<string, string> }[]
  status: { code: number }
}

const TRACE = 'a'.repeat(32)
const PARENT = 'b'.repeat(16)
const ENDED_AT = Date.UTC(2026, 10, 30)
const log = makeLog({ level: 'silent', file: null })
const request = {
  door: 'graphql',
  role: 'marketplace',
  seconds: 0.25,
  requestId: 'r-1',
  traceparent: () => undefined as string | undefined,
}

describe('traces', () => {
  let collector: Server
  let url = ''
  let status = 200
  let received: { path: string; spans: Span[] }[] = []
  before(async () => {
    collector = createServer(async (asked, answer) => {
      const { resourceSpans } = JSON.parse(await text(asked))
      received.push({ path: asked.url ?? '', spans: resourceSpans[0].scopeSpans[0].spans })
      answer.writeHead(status).end('{}')
    }).listen(0, '127.0.0.1')
    await once(collector, 'listening')
    url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  })
  beforeEach(() => {
    received = []
    status = 200
  })
  after(() => collector.close())

  const spansOf = async (act: (metrics: ReturnType<typeof makeMetrics>) => void): Promise<Span[]> => {
    const traces = makeTraces(url, { log, wall: () => ENDED_AT })
    act(traces.hearing(makeMetrics()))
    await traces.close()
    return received.flatMap(({ spans }) => spans)
  }

  it('hold a span of a request, within the trace of its caller', async () => {
    const [span] = await spansOf((metrics) =>
      metrics.answered({ ...request, status: 503, traceparent: () => `00-${TRACE}-${PARENT}-01` }),
    )
    expect(received[0]?.path).to.equal('/v1/traces')
    expect(span).to.include({ traceId: TRACE, parentSpanId: PARENT, name: 'graphql', kind: 2 })
    expect(span?.endTimeUnixNano).to.equal(`${ENDED_AT}000000`)
    expect(BigInt(span?.endTimeUnixNano ?? 0) - BigInt(span?.startTimeUnixNano ?? 0)).to.equal(250_000_000n)
    expect(span?.status.code).to.equal(2)
    expect(span?.attributes).to.deep.equal([
      { key: 'http.response.status_code', value: { intValue: '503' } },
      { key: 'hub.role', value: { stringValue: 'marketplace' } },
      { key: 'hub.request', value: { stringValue: 'r-1' } },
    ])
  })

  it('hold a span of a job', async () => {
    const [span] = await spansOf((metrics) =>
      metrics.ran({ job: 'PULL', subject: 'penalties', outcome: 'DONE', lateSeconds: 3, seconds: 2 }),
    )
    expect(span).to.include({ name: 'PULL', kind: 1 }).and.not.to.have.property('parentSpanId')
    expect(span?.traceId).to.match(/^[0-9a-f]{32}$/)
  })

  it('hold none of a caller that does not sample, and a new trace for a malformed header', async () => {
    const spans = await spansOf((metrics) => {
      metrics.answered({ ...request, status: 200, traceparent: () => `00-${TRACE}-${PARENT}-00` })
      metrics.answered({ ...request, status: 200, traceparent: () => `00-${'0'.repeat(32)}-${PARENT}-01` })
    })
    expect(spans).to.have.length(1)
    expect(spans[0]?.traceId).to.not.equal('0'.repeat(32))
  })

  it('still count in the metrics, also while the collector refuses them', async () => {
    status = 500
    const traces = makeTraces(url, { log })
    const metrics = traces.hearing(makeMetrics())
    metrics.answered({ ...request, status: 200 })
    await traces.close()
    expect(await metrics.text([])).to.include('hub_requests_total{door="graphql",status="200",role="marketplace"} 1')
  })

  it('are none without a collector', () => {
    const metrics = makeMetrics()
    expect(makeTraces(null, { log }).hearing(metrics)).to.equal(metrics)
  })
})
