/**
 * Attacks by what a request carries: cookies, SQL, paths, headers and prototypes, over real HTTP. Each refusal reveals nothing,
 * changes nothing in the database, and writes one log line with its error code.
 */
import { connect } from 'node:net'
import { expect } from 'chai'
import { type GraphQLInputType, getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql'
import { makeSchema } from '../../src/api/graphql/schema.js'
import { registration, uscc } from '../api/record-drafts.js'
import { NOW } from '../api/world.js'
import { confirmedPerson } from '../support/accounts.js'
import { attackedWorld, codeInAnswer } from './attacked-world.js'

const QUESTION = '{ viewer { sub } }'
const SQL = [
  "'; drop table operators; --",
  "' or '1'='1",
  '1); select pg_sleep(30); --',
  '\\x27 union select 1',
  '$1 ?? :now',
]

describe('attacks by the parts of a request', () => {
  let oneTime: string
  const { world, logText, nextId, send, ask, logged, refused } = attackedWorld(async ({ bring, database }) => {
    await bring('registry', [registration(uscc(1), '虚构守门有限公司')])
    oneTime = (await confirmedPerson(database.db, { name: 'warden', role: 'officer' }, [], NOW)).one_time_password
  })

  it('a session cookie without its CSRF token, a planted one, and two at once are refused', async () => {
    const body = JSON.stringify({ name: 'warden', password: oneTime, newPassword: 'fjord kelp umbra lantern' })
    const laid = `__Host-hub=${'A'.repeat(43)}`
    await refused(await send('/desk/login', { body, headers: { 'sec-fetch-site': 'cross-site' } }), 403, 'CSRF_REFUSED')
    const answer = await send('/desk/login', { body, headers: { cookie: laid } })
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect(cookie)
      .to.match(/^__Host-hub=/)
      .and.to.not.equal(laid)
    const change = 'mutation { startJob(job: PUBLISH) { job } }'
    await refused(await ask(change, { cookie }), 403, 'CSRF_REFUSED')
    await refused(await ask(change, { cookie, 'x-csrf-token': 'guess' }), 403, 'CSRF_REFUSED')
    await refused(await ask(change, { cookie: laid }), 401, 'UNAUTHENTICATED')
    await refused(await ask(change, { cookie: `${laid}; ${cookie}` }), 401, 'UNAUTHENTICATED')
    expect(await world().database.db('occurrences').count({ n: '*' }).first()).to.deep.equal({ n: 0 })
  })

  it('SQL in any argument of any query or mutation stays text', async () => {
    const schema = makeSchema()
    const fields = (['Query', 'Mutation'] as const).flatMap((of) =>
      Object.values((of === 'Query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {}).map(
        (field) => ({ of, field }),
      ),
    )
    const token = world().token('officer', 'o-1')
    const held = async () =>
      Promise.all(
        ['operators', 'operator_names', 'versions', 'listings', 'clients', 'people'].map(async (table) => [
          table,
          (await world().database.db(table).count('* as n').first())?.['n'],
        ]),
      )
    const before = await held()
    for (const [i, { of, field }] of fields.entries()) {
      if (field.args.length === 0) continue
      const text = SQL[i % SQL.length] ?? ''
      const declared = field.args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ')
      const given = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ')
      const leaf = /^(?:\[)?(?:String|Int|JSON|Boolean)/.test(String(field.type))
      const query = `${of.toLowerCase()} q(${declared}) { ${field.name}(${given})${leaf ? '' : ' { __typename }'} }`
      const variables = Object.fromEntries(field.args.map((arg) => [arg.name, filled(arg.type, text)]))
      const answer = await ask(query, { authorization: `Bearer ${token}` }, variables)
      const code = await codeInAnswer(answer)
      expect(code, `${field.name} ${text}`).to.not.equal('INTERNAL')
      expect(code, `${field.name} ${text}`).to.not.equal('GRAPHQL_VALIDATION_FAILED')
    }
    expect(await held()).to.deep.equal(before)
  })

  it('SQL in names, secrets, cookies and paths is refused', async () => {
    for (const text of SQL) {
      world().setNow(new Date(NOW.getTime() + 3_600_000 * (1 + SQL.indexOf(text))))
      const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: text, client_secret: text })
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      await refused(await send('/oauth/token', { headers, body: form.toString() }), 401, 'invalid_client')
      await refused(
        await send('/desk/login', { body: JSON.stringify({ name: text, password: text }) }),
        401,
        'SIGN_IN_REFUSED',
      )
      await refused(await ask(QUESTION, { cookie: `__Host-hub=${encodeURIComponent(text)}` }), 401, 'UNAUTHENTICATED')
      const path = await send(`/v1/scores/${encodeURIComponent(text)}`, {
        method: 'GET',
        headers: { authorization: `Bearer ${world().token('officer')}` },
      })
      expect(path.status).to.be.oneOf([400, 401, 404])
    }
  })

  const paths = [
    '/data/../../../etc/passwd',
    '/data/..%2f..%2f..%2fetc%2fpasswd',
    '/data/%2e%2e/%2e%2e/package.json',
    '/scorecard/..%2f..%2frules%2flists.json',
    '/scorecard/%00.json',
    '/blacklist/..%5c..%5cpackage.json',
    '/v1/runs/..%2f..%2f1/rejects.csv',
    '//etc/passwd',
    '/%c0%ae%c0%ae/package.json',
    '/.git/config',
    '/data/keys/token-signing.pem',
  ]
  for (const path of paths)
    it(`the path ${path} does not leave its root`, async () => {
      const { status, body } = await raw(world().url, `GET ${path} HTTP/1.1`, [`X-Request-Id: ${nextId()}`])
      expect((await logged()).map(({ msg, status: told }) => [msg, told])).to.deep.equal([['answered', status]])
      expect(status).to.be.oneOf([400, 401, 404])
      expect(body).to.not.match(/root:|"dependencies"|PRIVATE KEY|\[core\]/)
    })

  it('R-10: a request with two Host headers is refused on every path', async () => {
    for (const path of ['/healthz', '/', '/graphql', '/v1/standing/x', '/data/manifest.jws']) {
      const id = `X-Request-Id: ${nextId()}`
      const twice = await raw(world().url, `GET ${path} HTTP/1.1`, ['Host: other.test', id])
      expect([twice.status, twice.body.includes('"HOST_AMBIGUOUS"')], path).to.deep.equal([400, true])
    }
    expect((await raw(world().url, 'GET /healthz HTTP/1.1', [])).status).to.equal(200)
  })

  it('more header lines than are read are refused: an address appended by a proxy would be behind them', async () => {
    const headers = (lines: number) => Array.from({ length: lines - 2 }, (_, n) => `X-${n}: 1`)
    expect((await raw(world().url, 'GET /healthz HTTP/1.1', headers(100))).status).to.equal(200)
    for (const lines of [101, 130, 1_000]) {
      const { status, body } = await raw(world().url, 'GET /healthz HTTP/1.1', headers(lines))
      expect([status, body.includes('"HEADERS_TOO_MANY"')], `${lines}`).to.deep.equal([431, true])
    }
  })

  it('an injected header is not set', async () => {
    const { head } = await raw(world().url, 'GET /healthz HTTP/1.1', ['X-Request-Id: a%0d%0aSet-Cookie:%20x=y'])
    expect(head).to.not.match(/set-cookie/i)
    const { head: split } = await raw(world().url, 'GET /blacklist/%0d%0aSet-Cookie:%20x=y HTTP/1.1', [])
    expect(split).to.not.match(/set-cookie/i)
    const unreadable = () => logText().split('HTTP_UNREADABLE').length
    for (const line of ['X-Request-Id : a', 'Content-Length: 5\r\nTransfer-Encoding: chunked', 'X:\u0000y']) {
      const before = unreadable()
      expect((await raw(world().url, 'POST /graphql HTTP/1.1', [line])).status).to.equal(400)
      expect(unreadable() - before).to.equal(1)
    }
  })

  it('a prototype in JSON changes nothing', async () => {
    const bodies = [
      `{"query":"${QUESTION}","__proto__":{"role":"administrator","polluted":1}}`,
      `{"query":"${QUESTION}","variables":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}`,
      `{"__proto__":{"query":"${QUESTION}"}}`,
    ]
    for (const body of bodies) {
      const answer = await send('/graphql', { body })
      const told = (await answer.json()) as { data?: { viewer: { sub: unknown } } }
      expect(told.data?.viewer.sub ?? null).to.equal(null)
    }
    const login = await send('/desk/login', { body: '{"__proto__":{"name":"warden","password":"x"}}' })
    await refused(login, 400, 'INPUT_INVALID')
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined)
  })
})

const filled = (type: GraphQLInputType, text: string): unknown => {
  if (isNonNullType(type)) return filled(type.ofType, text)
  if (isListType(type)) return [filled(type.ofType, text)]
  if (isEnumType(type)) return type.getValues()[0]?.name
  if (isInputObjectType(type))
    return Object.fromEntries(Object.values(type.getFields()).map((field) => [field.name, filled(field.type, text)]))
  const { name } = getNamedType(type)
  if (name === 'Date') return '2026-03-02'
  if (name === 'DateTime') return NOW.toISOString()
  if (name === 'Boolean') return false
  if (name === 'Int' || name === 'Float') return 1
  return text
}

/** Sends a raw request that no HTTP client library would send. */
const raw = (url: string, first: string, headers: string[]): Promise<{ status: number; head: string; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    socket.on('error', reject)
    socket.on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n')
      resolve({ status: Number(/^HTTP\/1.1 (\d+)/.exec(head)?.[1]), head, body })
    })
    socket.end([first, 'Host: hub.test', 'Connection: close', ...headers, '', ''].join('\r\n'))
  })
