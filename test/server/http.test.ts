import { request as rawRequest } from 'node:http'
import { expect } from 'chai'
import { getIntrospectionQuery } from 'graphql'
import { registration, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, type World } from '../api/world.js'

describe('HTTP', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(uscc(1), '虚构春和有限公司')])
  })
  after(() => world.close())

  const codeOf = async (answer: Response) =>
    ((await answer.json()) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code
  const post = (path: string, body: string | undefined, headers: Record<string, string> = {}) =>
    fetch(`${world.url}${path}`, { method: 'POST', headers, ...(body !== undefined && { body }) })
  const JSON_TYPE = { 'content-type': 'application/json' }
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

  describe('POST /graphql', () => {
    it('refuses a query whose nested lists cost too much', async () => {
      const codes = Array.from({ length: 1_000 }, (_, n) => uscc(n + 1))
      const fields = Array.from({ length: 40 }, (_, n) => `a${n}: standings(codes: $codes) { status }`).join(' ')
      const answer = await world.ask(`query ($codes: [String!]!) { ${fields} }`, { variables: { codes } })
      expect(answer.errors?.[0]?.extensions['code']).to.equal('QUERY_TOO_COSTLY')
    })

    it('refuses a NUL in a search, and answers a code that contains one as unknown', async () => {
      const search = await world.ask('query ($name: String) { blacklist(filter: {name: $name}) { totalCount } }', {
        variables: { name: 'a\u0000b' },
      })
      expect(search.errors?.[0]?.extensions['code']).to.equal('INPUT_INVALID')
      const code = await world.ask('{ standing(code: "a\\u0000") { status } }')
      expect(code.data.standing.status).to.equal('UNKNOWN')
    })

    it('answers an invalid query with 400 and a code', async () => {
      const cases: [string, Record<string, string>, string][] = [
        ['{"query":"{ standing("}', JSON_TYPE, 'GRAPHQL_PARSE_FAILED'],
        ['{"query":"{ nothing }"}', JSON_TYPE, 'GRAPHQL_VALIDATION_FAILED'],
        ['{"query":"{ standing(code: \\"x\\", asOf: \\"2026-02-30\\") { status } }"}', JSON_TYPE, 'BAD_USER_INPUT'],
        [
          '{"query":"query($d: Date) { standing(code: \\"x\\", asOf: $d) { status } }","variables":{"d":"2026-2-3"}}',
          JSON_TYPE,
          'BAD_USER_INPUT',
        ],
        [
          '{"query":"query($t: DateTime) { operator(code: \\"x\\", knownAt: $t) { id } }","variables":{"t":"2026-02-03T00:00:00"}}',
          JSON_TYPE,
          'BAD_USER_INPUT',
        ],
        ['{"query":', JSON_TYPE, 'BAD_REQUEST'],
        ['{}', JSON_TYPE, 'BAD_REQUEST'],
        ['', JSON_TYPE, 'BAD_REQUEST'],
        ['[{"query":"{ __typename }"}]', JSON_TYPE, 'BAD_REQUEST'],
        ['query={__typename}', FORM, 'BAD_REQUEST'],
      ]
      for (const [body, headers, code] of cases) {
        const answer = await post('/graphql', body, headers)
        const text = await answer.clone().text()
        expect([answer.status, await codeOf(answer)], body).to.deep.equal([400, code])
        expect(text).not.to.match(/stack|node_modules|\.ts:/)
      }
    })

    it('answers introspection, and every type and field is described', async () => {
      const { data, errors } = await world.ask(getIntrospectionQuery())
      expect(errors).to.equal(undefined)
      const bare = data.__schema.types
        .filter(
          ({ name }: { name: string }) =>
            !name.startsWith('__') && !['Query', 'String', 'Int', 'Boolean', 'ID', 'Float'].includes(name),
        )
        .flatMap(
          (type: {
            name: string
            description: string | null
            fields: Described[] | null
            inputFields: Described[] | null
            enumValues: Described[] | null
          }) => [
            ...(type.description ? [] : [type.name]),
            ...[...(type.fields ?? []), ...(type.inputFields ?? []), ...(type.enumValues ?? [])].flatMap((field) =>
              field.description ? [] : [`${type.name}.${field.name}`],
            ),
          ],
        )
      expect(bare).to.deep.equal([])
    })

    it('refuses a query that is too deep or too long, or has too many aliases or doubling or cyclic fragments', async () => {
      const deep = `{ listing(id: "x") ${'{ operator { listings '.repeat(8)}{ id }${' } }'.repeat(8)} }`
      const aliases = `{ ${Array.from({ length: 51 }, (_, i) => `a${i}: standing(code: "x") { status }`).join(' ')} }`
      const doubled = `{ ...f0 } ${Array.from({ length: 20 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f20 on Query { a: standing(code: "x") { status } }`
      const cyclic = '{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }'
      const long = `{ ${'__typename '.repeat(10_001)} }`
      for (const [query, code] of [
        [deep, 'GRAPHQL_VALIDATION_FAILED'],
        [aliases, 'GRAPHQL_VALIDATION_FAILED'],
        [doubled, 'GRAPHQL_VALIDATION_FAILED'],
        [cyclic, 'GRAPHQL_VALIDATION_FAILED'],
        [long, 'GRAPHQL_PARSE_FAILED'],
      ] as const) {
        const { status, errors } = await world.ask(query)
        expect([status, errors?.[0]?.extensions['code']], query.slice(0, 60)).to.deep.equal([400, code])
      }
    })

    it('refuses any method but GET and POST with 405, and names these', async () => {
      const answer = await fetch(`${world.url}/graphql`, { method: 'PUT', body: '{}' })
      expect([answer.status, answer.headers.get('allow')]).to.deep.equal([405, 'GET, POST'])
      expect(await codeOf(answer)).to.equal('METHOD_NOT_ALLOWED')
    })

    it('refuses a body over the limit with 413, with or without Content-Length', async () => {
      const body = JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(1_000_001) } })
      const announced = await post('/graphql', body, JSON_TYPE)
      expect([announced.status, await codeOf(announced)]).to.deep.equal([413, 'CONTENT_TOO_LARGE'])
      const status = await new Promise((resolve, reject) => {
        const request = rawRequest(`${world.url}/graphql`, { method: 'POST', headers: JSON_TYPE }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
        request.on('error', reject)
        for (let at = 0; at < body.length; at += 100_000) request.write(body.slice(at, at + 100_000))
        request.end()
      })
      expect(status).to.equal(413)
    })

    it('answers GET for queries only, and with a session cookie only where no other site can have sent it', async () => {
      const at = (query: string) => `${world.url}/graphql?query=${encodeURIComponent(query)}`
      expect((await fetch(at('{ __typename }'))).status).to.equal(200)
      const cookie = `__Host-hub=${'A'.repeat(43)}`
      expect((await fetch(at('{ __typename }'), { headers: { cookie } })).status).to.be.oneOf([400, 401])
      const guarded = await fetch(at('{ __typename }'), { headers: { 'apollo-require-preflight': '1' } })
      expect(await guarded.json()).to.deep.equal({ data: { __typename: 'Query' } })
      const mutation = await fetch(at('mutation { __typename }'), { headers: { 'apollo-require-preflight': '1' } })
      expect(mutation.status).to.equal(405)
      const put = await fetch(`${world.url}/graphql`, { method: 'PUT', headers: JSON_TYPE, body: '{}' })
      expect(put.status).to.equal(405)
    })

    it('serves a browser its own page with an example', async () => {
      const answer = await fetch(`${world.url}/graphql`, { headers: { accept: 'text/html,*/*' } })
      const text = await answer.text()
      expect(answer.headers.get('content-type')).to.match(/^text\/html/)
      expect(text).to.include('blacklist(first: 3)')
      expect(text).not.to.match(/https?:\/\//)
    })

    it('reports a fault by request id only, and answers the other fields', async () => {
      const { db } = world.database
      await db.raw('alter table operator_names rename to operator_names_gone')
      const { status, data, errors } = await world.ask(
        `{ operator(code: "${uscc(1)}") { name formerNames } standing(code: "x") { status } }`,
        {
          token: world.token('officer'),
          headers: { 'x-request-id': 'trace-1' },
        },
      )
      await db.raw('alter table operator_names_gone rename to operator_names')
      expect(status).to.equal(200)
      expect(data).to.deep.equal({ operator: null, standing: { status: 'UNKNOWN' } })
      expect(errors?.[0]).to.deep.include({
        message: '内部错误。Internal error.',
        extensions: { code: 'INTERNAL', requestId: 'trace-1' },
      })
    })

    it('refuses agencies, platforms and runs to the public and to marketplaces, and opens them to auditors', async () => {
      for (const field of ['agencies { id }', 'platforms { id }', 'runs { nodes { id } }']) {
        const codes = await Promise.all(
          [undefined, world.token('marketplace'), world.token('auditor')].map(
            async (token) => (await world.ask(`{ ${field} }`, token ? { token } : {})).errors?.[0]?.extensions['code'],
          ),
        )
        expect(codes, field).to.deep.equal(['UNAUTHENTICATED', 'FORBIDDEN', undefined])
      }
    })

    it('shows an authority feeds, platforms and runs', async () => {
      const { data, errors } = await world.ask(
        '{ agencies { id name { zh en } region configured feeds { id kind whole every configured staleAfterHours stale lastGoodPullAt title { zh } } } platforms { id name { zh } configured outstanding refused confirmed lastConfirmedAt } runs(first: 1) { nodes { id job subject cause outcome whole startedAt endedAt file counts error { code } } pageInfo { hasNextPage } } }',
        { token: world.token('administrator') },
      )
      expect(errors).to.equal(undefined)
      const feeds = data.agencies.flatMap((agency: { feeds: { id: string }[] }) => agency.feeds)
      expect(feeds.find(({ id }: { id: string }) => id === 'registry')).to.deep.include({
        kind: 'REGISTRATION',
        configured: true,
        stale: false,
        lastGoodPullAt: NOW.toISOString(),
      })
      expect(feeds.find(({ id }: { id: string }) => id === 'trademarks')).to.deep.include({
        configured: false,
        stale: true,
        lastGoodPullAt: null,
      })
      expect(
        data.platforms.map(({ id, configured }: { id: string; configured: boolean }) => [id, configured]),
      ).to.deep.equal([
        ['national', true],
        ['jilin', false],
        ['creditchina', false],
        ['creditjilin', false],
      ])
      expect(data.runs.nodes[0]).to.deep.include({
        job: 'PULL',
        subject: 'registry',
        outcome: 'DONE',
        whole: true,
        file: 'registry.csv',
      })
      const node = await world.ask(`{ node(id: "${data.runs.nodes[0].id}") { ... on Run { job } } }`, {
        token: world.token('agency'),
      })
      expect(node.data.node).to.deep.equal({ job: 'PULL' })
    })

    it('shows the public the scorecard, and refuses an unknown version with SCORECARD_UNKNOWN', async () => {
      const { data } = await world.ask(
        '{ scorecard { version base grades { grade from } rules { id kind facts } vetoes { fact grade } document } }',
      )
      expect(data.scorecard).to.include({ version: 'ecommerce-1', base: 600 })
      expect(data.scorecard.document.version).to.equal('ecommerce-1')
      const { errors } = await world.ask('{ scorecard(version: "../../package") { version } }')
      expect(errors?.[0]?.extensions['code']).to.equal('SCORECARD_UNKNOWN')
    })
  })

  describe('beside GraphQL', () => {
    it('reports liveness and readiness', async () => {
      expect(await (await fetch(`${world.url}/healthz`)).json()).to.deep.equal({ status: 'ok' })
      expect((await fetch(`${world.url}/readyz`)).status).to.equal(200)
      world.setReady(false)
      const answer = await fetch(`${world.url}/readyz`)
      world.setReady(true)
      expect([answer.status, await answer.json()]).to.deep.equal([
        503,
        { status: 'unavailable', checks: { database: 'unreachable' } },
      ])
    })

    it('names the request in a problem about an address that cannot be decoded', async () => {
      const answer = await fetch(`${world.url}/v1/standing/%E0%A4`)
      expect(answer.status).to.equal(400)
      expect(((await answer.json()) as { requestId: string }).requestId).to.equal(answer.headers.get('x-request-id'))
    })

    it('keeps a valid request id and replaces any other', async () => {
      const idOf = async (id?: string) =>
        (await fetch(`${world.url}/healthz`, { headers: id ? { 'x-request-id': id } : {} })).headers.get('x-request-id')
      expect(await idOf('A.b-c_1')).to.equal('A.b-c_1')
      for (const id of [undefined, 'a b', 'x'.repeat(65), '<script>'])
        expect(await idOf(id)).to.match(/^[0-9a-f-]{36}$/)
    })

    it('answers an unknown address with problem details to programs and a page to people', async () => {
      const program = await fetch(`${world.url}/v1/nothing`, { headers: { accept: 'text/html' } })
      expect([program.status, program.headers.get('content-type')]).to.deep.equal([
        404,
        'application/problem+json; charset=utf-8',
      ])
      expect(await program.json()).to.include({
        type: 'about:blank',
        status: 404,
        code: 'NOT_FOUND',
        title: 'Not Found',
      })
      const person = await fetch(`${world.url}/nothing`, { headers: { accept: 'text/html' } })
      expect([person.status, person.headers.get('content-type')]).to.deep.equal([404, 'text/html; charset=utf-8'])
      expect((await fetch(`${world.url}/%E0%A4%A`)).status).to.be.oneOf([400, 404])
    })

    it('sends the headers against framing, sniffing and scripting', async () => {
      for (const path of ['/', '/graphql', '/healthz', '/nothing', '/site.css']) {
        const { headers } = await fetch(`${world.url}${path}`)
        expect(headers.get('content-security-policy'), path)
          .to.include("default-src 'none'")
          .and.include("frame-ancestors 'none'")
        expect(headers.get('x-content-type-options')).to.equal('nosniff')
        expect(headers.get('x-powered-by')).to.equal(null)
      }
    })
  })
})

interface Described {
  name: string
  description: string | null
}
