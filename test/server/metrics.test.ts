/** The metrics for Prometheus: strict text format, values that follow the requests, and access for configured readers only. */
import { createServer, get, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { expect } from 'chai'
import { makeMetrics } from '../../src/foundation/metrics.js'
import { findRouteGroup } from '../../src/server/metrics.js'
import { makeServer } from '../../src/server/server.js'
import { openAnswerPool } from '../../src/store/db/answer-pool.js'
import { FOOTER_LINKS } from '../../src/web/frame/navigation.js'
import { makeAuditLog } from '../../src/work/audit/audit-log.js'
import { registration, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, type World } from '../api/world.js'
import { until } from '../support/until.js'

const CODE = uscc(1)
const TOKEN = 'a-token-of-one-scraper-alone'

interface Parsed {
  types: Map<string, string>
  samples: Map<string, number>
}

/** Parses text format 0.0.4 of Prometheus strictly: each family has HELP, then TYPE, then all its samples, none twice. */
const parsed = (text: string): Parsed => {
  const types = new Map<string, string>()
  const samples = new Map<string, number>()
  let [helped, family] = ['', '']
  expect(text.endsWith('\n')).to.equal(true)
  for (const line of text.split('\n')) {
    if (line === '') continue
    const help = /^# HELP ([a-zA-Z_:][\w:]*) \S.*$/.exec(line)
    if (help) {
      helped = help[1] ?? ''
      continue
    }
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary)$/.exec(line)
    if (type) {
      family = type[1] ?? ''
      expect(helped, line).to.equal(family)
      expect(types.has(family), `${family} comes twice`).to.equal(false)
      types.set(family, type[2] ?? '')
      continue
    }
    const sample = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*",?)*\})? (\S+)$/.exec(line)
    expect(sample, line).to.not.equal(null)
    const [, name = '', labels = '', value = ''] = sample ?? []
    expect(name.replace(types.get(family) === 'histogram' ? /_(?:bucket|sum|count)$/ : '', ''), line).to.equal(family)
    expect(value, line).to.match(/^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/)
    expect(samples.has(name + labels), `${line} comes twice`).to.equal(false)
    samples.set(name + labels, Number(value))
  }
  return { types, samples }
}

describe('metrics', () => {
  let world: World
  let server: Server
  let url: string
  const metrics = makeMetrics()
  /** Headers `traceparent` that the spans were told. */
  const traced: (string | undefined)[] = []
  before(async () => {
    world = await makeWorld({ quota: 1_000 })
    await world.bring('registry', [registration(CODE, '虚构量度有限公司')])
    const { db } = world.parts
    const trail = makeAuditLog(db, { log: world.parts.log, now: () => NOW, seal: world.parts.keys.audit.seal, metrics })
    const hearing: typeof metrics = {
      ...metrics,
      answered: (request) => {
        traced.push(request.traceparent())
        metrics.answered(request)
      },
    }
    const parts = { ...world.parts, db, auditLog: trail, metrics: hearing, scraping: { token: TOKEN, local: true } }
    server = await makeServer(parts)
    url = await listening(server)
  })
  after(async () => {
    await closed(server)
    await world.close()
  })

  const scraped = async (): Promise<Parsed> => {
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    expect(answer.status).to.equal(200)
    expect(answer.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/)
    return parsed(await answer.text())
  }
  const ask = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    }).then((answer) => answer.text())
  /** Returns by how much `act` increases each sample. */
  const moved = async (act: () => Promise<unknown>): Promise<(name: string) => number> => {
    const before = await scraped()
    await act()
    const after = await scraped()
    return (name) => (after.samples.get(name) ?? 0) - (before.samples.get(name) ?? 0)
  }

  /** A new server reads anew. */
  const held = async (): Promise<unknown[]> => {
    const other = await makeServer({ ...world.parts, metrics: makeMetrics(), scraping: { token: TOKEN, local: false } })
    const answer = await fetch(`${await listening(other)}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    const { samples } = parsed(await answer.text())
    await closed(other)
    return ['restored', 'clock'].map((cause) => samples.get(`hub_held{cause="${cause}"}`))
  }

  it('keep the text format, and each is described', async () => {
    const { types, samples } = await scraped()
    expect([...types.keys()].filter((name) => name.startsWith('hub_')).length).to.be.greaterThan(20)
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'])
      expect(samples.has(name), name).to.equal(true)
    expect(samples.get('hub_calendar_days_left'), 'section 7: days until the announced holidays end').to.equal(304)
  })

  it('count requests by endpoint, status and role, by field and by code', async () => {
    const by = await moved(async () => {
      await ask(`{ a: standing(code: "${CODE}") { name } b: standing(code: "${CODE}") { name } }`)
      await ask('{ viewer { sub } }', { authorization: `Bearer ${world.token('officer')}` })
      await ask('{ viewer { sub } }', { authorization: 'Bearer x.y.z' })
      await (await fetch(`${url}/blacklist`)).text()
      await (await fetch(`${url}/no/such/path`)).text()
    })
    expect(by('hub_requests_total{door="graphql",status="200",role="public"}')).to.equal(1)
    expect(by('hub_requests_total{door="graphql",status="200",role="officer"}')).to.equal(1)
    expect(by('hub_requests_total{door="graphql",status="401",role="public"}')).to.equal(1)
    expect(by('hub_requests_total{door="site",status="200",role="public"}')).to.equal(1)
    expect(by('hub_requests_total{door="none",status="404",role="public"}')).to.equal(1)
    expect(by('hub_graphql_fields_total{field="standing"}')).to.equal(2)
    expect(by('hub_graphql_fields_total{field="viewer"}')).to.equal(1)
    expect(by('hub_refusals_total{code="UNAUTHENTICATED"}')).to.equal(1)
    expect(by('hub_request_seconds_count{door="graphql"}')).to.equal(3)
    expect(by('hub_trail_rows_total')).to.equal(1)
    expect(by('hub_trail_group_rows_count')).to.equal(1)
  })

  it('count each refused request once, with its code', async () => {
    const json = { 'content-type': 'application/json' }
    const refused: [code: string, path: string, init: RequestInit][] = [
      ['BAD_REQUEST', '/graphql', { method: 'POST', headers: json, body: '{' }],
      ['BAD_REQUEST', '/graphql', { method: 'POST', headers: json, body: '['.repeat(300) }],
      ['BAD_REQUEST', '/graphql', { method: 'POST', headers: json, body: '[{"query":"{ __typename }"}]' }],
      ['BAD_REQUEST', '/graphql', { method: 'POST', body: '{"query":"{ __typename }"}' }],
      ['METHOD_NOT_ALLOWED', '/graphql', { method: 'PUT', headers: json, body: '{"query":"{ __typename }"}' }],
      ['CONTENT_TOO_LARGE', '/graphql', { method: 'POST', headers: json, body: `"${'a'.repeat(1_000_001)}"` }],
      [
        'GRAPHQL_VALIDATION_FAILED',
        '/graphql',
        { method: 'POST', headers: json, body: '{"query":"subscription{x:__typename}"}' },
      ],
      [
        'BAD_USER_INPUT',
        '/graphql',
        { method: 'POST', headers: json, body: '{"query":"query($c:String!){standing(code:$c){code}}"}' },
      ],
      ['invalid_request', '/oauth/token', { method: 'POST' }],
      ['invalid_request', '/oauth/token', { method: 'POST', body: new URLSearchParams({ client_id: 'a' }) }],
      ['invalid_request', '/oauth/revoke', { method: 'POST', headers: json, body: '{' }],
      ['INPUT_INVALID', '/v1/standing/%FF', {}],
      ['METHOD_NOT_ALLOWED', '/v1/sellers', { method: 'PUT' }],
    ]
    for (const [code, path, init] of refused) {
      const by = await moved(async () => (await fetch(`${url}${path}`, init)).text())
      expect(by(`hub_refusals_total{code="${code}"}`), `${init.method ?? 'GET'} ${path}`).to.equal(1)
    }
    const { samples } = await scraped()
    expect([...samples.keys()].filter((name) => /"(?:undefined|INTERNAL)"/.test(name))).to.deep.equal([])
  })

  it('count requests refused by the quota', async () => {
    const parts = { ...world.parts, quota: 2, metrics: makeMetrics(), scraping: { token: TOKEN, local: false } }
    const other = await makeServer(parts)
    const there = await listening(other)
    for (let i = 0; i < 5; i += 1) await (await fetch(`${there}/blacklist`)).text()
    const answer = await fetch(`${there}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    expect(parsed(await answer.text()).samples.get('hub_refusals_total{code="QUOTA_EXCEEDED"}')).to.be.within(3, 5)
    await closed(other)
  })

  it('show the hub’s state: deliveries and their age, feeds, jobs, backlogs, lockouts', async () => {
    const { db } = world.database
    await db.raw(
      `insert into deliveries (platform, kind, subject_id, number, action, state, notice, due_at, created_at)
       select 'national', 'listing', gen_random_uuid(), 1, 'REMOVE', 'OWED', '{}', :now::timestamptz, :now::timestamptz - interval '1 hour'`,
      { now: NOW },
    )
    await db.raw(
      `insert into occurrences (job, subject, planned_for, cause) values ('score', '', ?::timestamptz - interval '10 minutes', 'timetable')`,
      [NOW],
    )
    await db.raw(
      `insert into lockouts (key, kind, failures, last_at, locked_until) values ('k', 'CLIENT', 10, :now, :now::timestamptz + interval '1 hour')`,
      { now: NOW },
    )
    const metricsNow = makeMetrics()
    const other = await makeServer({ ...world.parts, metrics: metricsNow, scraping: { token: TOKEN, local: false } })
    const there = await listening(other)
    const answer = await fetch(`${there}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    const { samples } = parsed(await answer.text())
    await closed(other)
    expect(samples.get('hub_deliveries_outstanding{platform="national"}')).to.equal(1)
    expect(samples.get('hub_removal_oldest_seconds{platform="national"}')).to.equal(3_600)
    expect(samples.get('hub_removal_oldest_seconds{platform="jilin"}')).to.equal(0)
    expect(samples.get('hub_jobs_due_oldest_seconds{job="score"}')).to.equal(600)
    expect(samples.get('hub_lockouts')).to.equal(1)
    expect(samples.get('hub_feed_last_good_timestamp_seconds{feed="registry"}')).to.be.a('number')
    expect(samples.get('hub_backlog{queue="dirty_operators"}')).to.be.a('number')
    expect(samples.get('hub_trail_head')).to.be.greaterThan(0)
    expect(samples.get('hub_database_connections{pool="answers",state="used"}')).to.be.a('number')
  })

  it('tell that the database is away, and still what the process counts', async () => {
    const absent = createTcpServer()
    const sockets = new Set<Socket>()
    absent.on('connection', (socket) => void sockets.add(socket.on('error', () => undefined)))
    await new Promise<void>((resolve) => void absent.listen(0, '127.0.0.1', resolve))
    const { port } = absent.address() as AddressInfo
    const db = openAnswerPool(`postgres://hub:none@127.0.0.1:${port}/hub`, { what: 'answers' })
    const scraping = { token: TOKEN, local: false }
    const other = await makeServer({ ...world.parts, db, metrics: makeMetrics(), scraping })
    const answer = await fetch(`${await listening(other)}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    expect(answer.status).to.equal(200)
    const { samples } = parsed(await answer.text())
    expect(samples.get('hub_database_up')).to.equal(0)
    expect(samples.has('hub_lockouts')).to.equal(false)
    expect(samples.get('process_resident_memory_bytes')).to.be.greaterThan(0)
    expect((await scraped()).samples.get('hub_database_up')).to.equal(1)
    await closed(other)
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => void absent.close(resolve))
    await db.close()
  })

  it('tell what waits for people: a restored database, a doubted clock', async () => {
    const { db } = world.database
    expect((await held()).join()).to.equal('0,0')
    await db.raw(`insert into clock_doubts (cause, found_at, expected_at) values ('LEAP', now(), now())`)
    expect((await held()).join()).to.equal('0,1')
    await db.raw(
      `insert into database_restored (found_at, cause, had_delivery, had_sequence) values (now(), 'SERVER_CHANGED', 0, 0)`,
    )
    expect((await held()).join()).to.equal('1,1')
    await db.raw('delete from clock_doubts')
    await db.raw('delete from database_restored')
  })

  it('count each page of the site as such', () => {
    for (const { path } of FOOTER_LINKS) expect(findRouteGroup(path), path).to.be.oneOf(['site', 'data', 'graphql'])
    expect(findRouteGroup('/help/clue')).to.equal('site')
    expect(findRouteGroup('/myself')).to.equal('none')
  })

  it('contain no code, name, client or address', async () => {
    await ask(`{ standing(code: "${CODE}") { name } }`, {
      authorization: `Bearer ${world.token('officer', 'secret-client')}`,
    })
    await (await fetch(`${url}/blacklist/${CODE}`)).text()
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    expect(await answer.text()).to.not.match(new RegExp(`${CODE}|secret-client|虚构|127\\.0\\.0\\.1`))
  })

  it('query the database at most once in five seconds, however often they are read', async () => {
    const began = performance.now()
    await scraped()
    const sql = await world.statements(async () => {
      for (let i = 0; i < 20; i += 1) await scraped()
    })
    // A figure cached shortly before the first reading may also expire during the readings.
    const looks = 1 + Math.floor((performance.now() - began) / 5_000)
    expect(sql.filter((one) => one.includes('figures.single')).length).to.be.at.most(looks)
  })

  const readers: [string, { token: string | null; local: boolean }, Record<string, string>, number][] = [
    ['whoever has its token', { token: TOKEN, local: false }, { authorization: `Bearer ${TOKEN}` }, 200],
    ['whoever has another', { token: TOKEN, local: false }, { authorization: 'Bearer another-token-of-nobody' }, 401],
    ['this machine, where there is a token', { token: TOKEN, local: true }, {}, 401],
    ['this machine, where the hub is for it alone', { token: null, local: true }, {}, 200],
    ['this machine, where the hub is for others', { token: null, local: false }, {}, 401],
    ['a proxy on this machine', { token: null, local: true }, { 'x-forwarded-for': '203.0.113.1' }, 401],
    ['an administrator', { token: TOKEN, local: false }, { role: 'administrator' }, 200],
    ['an auditor', { token: null, local: false }, { role: 'auditor' }, 200],
    ['an officer', { token: null, local: true }, { role: 'officer' }, 403],
    ['a marketplace', { token: null, local: true }, { role: 'marketplace' }, 403],
  ]
  it('are open to their configured readers only', async () => {
    const scraping = { token: null as string | null, local: false }
    const other = await makeServer({ ...world.parts, scraping })
    const there = await listening(other)
    for (const [who, setting, { role, ...headers }, status] of readers) {
      Object.assign(scraping, setting)
      const own = role ? { authorization: `Bearer ${world.token(role as 'officer')}` } : headers
      const answer = await fetch(`${there}/metrics`, { headers: own as Record<string, string> })
      expect(answer.status, who).to.equal(status)
      expect((await answer.text()).includes('hub_requests_total'), who).to.equal(status === 200)
    }
    Object.assign(scraping, { token: null, local: true })
    const byAnotherName = await new Promise((resolve, reject) => {
      const asked = get(`${there}/metrics`, { headers: { host: 'other.example' } }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      asked.on('error', reject)
    })
    expect(byAnotherName).to.equal(401)
    await closed(other)
  })

  it('bound the number of values of a label', () => {
    const few = makeMetrics()
    for (let i = 0; i < 2_000; i += 1) few.refused(`CODE_${i}`)
    return few.text([]).then((text) => {
      const { samples } = parsed(text)
      expect([...samples.keys()].filter((name) => name.startsWith('hub_refusals_total'))).to.have.lengthOf(501)
      expect(samples.get('hub_refusals_total{code="OTHER"}')).to.equal(1_500)
    })
  })

  it('and spans hear of a request’s trace, unless that names somebody', async () => {
    const told = async (trace: string): Promise<string | undefined> => {
      const before = traced.length
      await fetch(`${url}/healthz`, { headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` } })
      await until('the answer', () => traced.length > before)
      return traced.at(-1)
    }
    const trace = '0af7651916cd43dd8448eb211c80319c'
    expect(await told(trace)).to.equal(`00-${trace}-b7ad6b7169203331-01`)
    expect(await told('13812345678'.padStart(32, 'a'))).to.equal(undefined)
  })
})

const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  expect(server).to.be.instanceOf(createServer().constructor)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const closed = (server: Server): Promise<unknown> =>
  new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
