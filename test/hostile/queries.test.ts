/** Queries that would cost much, over real HTTP: each is refused before any statement runs, with one log line. */
import { expect } from 'chai'
import {
  QUERY_ALIASES_MOST,
  QUERY_DEPTH_MOST,
  QUERY_FIELDS_MOST,
  REQUEST_BYTES_MOST,
  ROOT_FIELDS_MOST,
} from '../../src/api/request/limits.js'
import { attackedWorld, codeInAnswer } from './attacked-world.js'

const QUESTION = '{ viewer { sub } }'

describe('attacks by queries', () => {
  const { world, nextId, send, ask, refused } = attackedWorld()
  const withToken = (token: string) => ask(QUESTION, { authorization: `Bearer ${token}` })

  const nested = (levels: number): string =>
    `{ standing(code: "x") { listings { ${'operator { listings { '.repeat(levels)}id${' } }'.repeat(levels)} } } }`
  const questions: [string, () => string, string][] = [
    [
      'too many aliases',
      () => `{ ${many(QUERY_ALIASES_MOST + 1, (i) => `a${i}: __typename b${i}: standing(code: "x") { status }`)} }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'one field too many times',
      () => `{ ${many(ROOT_FIELDS_MOST + 1, () => 'standing(code: "x") { status }')} }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['too much depth', () => nested(QUERY_DEPTH_MOST), 'GRAPHQL_VALIDATION_FAILED'],
    [
      'too much depth in fragments',
      () =>
        `{ standing(code: "x") { listings { ...F0 } } } ${many(12, (i) => `fragment F${i} on Listing { operator { listings { ${i === 11 ? 'id' : `...F${i + 1}`} } } }`)}`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'fragments in a cycle',
      () => '{ standing(code: "x") { ...A } } fragment A on Standing { listings { operator { standing { ...A } } } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'fragments that each spread the next one twice',
      () =>
        `{ standing(code: "x") { ...F0 } } ${many(16, (i) => `fragment F${i} on Standing { ${i === 15 ? 'status' : `...F${i + 1} ...F${i + 1}`} }`)}`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['more than 10,000 tokens', () => `{ ${'__typename '.repeat(QUERY_FIELDS_MOST + 1)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['20,000 nested braces', () => '{ a '.repeat(20_000), 'GRAPHQL_PARSE_FAILED'],
    [
      'nested introspection',
      () => `{ __schema { types { ${'fields { type { '.repeat(6)}name${' } }'.repeat(6)} } } }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ]
  for (const [what, query, code] of questions)
    it(`a query with ${what} is refused before any statement runs`, async () => {
      let answer: Response | undefined
      const sql = await world().statements(async () => {
        answer = await ask(query())
      })
      if (answer === undefined) throw new Error('no answer')
      const line = await refused(answer, 400, code)
      expect(line.refused).to.deep.equal([code])
      expect(sql).to.deep.equal([])
    })

  it('a body that is too large, not JSON, a batch, or of a content type that a form can send is refused', async () => {
    await refused(await send('/graphql', { body: 'x'.repeat(REQUEST_BYTES_MOST + 1) }), 413, 'CONTENT_TOO_LARGE')
    await refused(await send('/graphql', { body: '{"query":' }), 400, 'BAD_REQUEST')
    await refused(await send('/graphql', { body: JSON.stringify([{ query: QUESTION }]) }), 400, 'BAD_REQUEST')
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      await refused(
        await send('/graphql', { body: `query=${QUESTION}`, headers: { 'content-type': type } }),
        400,
        'BAD_REQUEST',
      )
  })

  it('a mutation by GET is refused, and a query that another site could send is answered as for the public', async () => {
    const get = (query: string, headers: Record<string, string> = {}) =>
      send(`/graphql?query=${encodeURIComponent(query)}`, { method: 'GET', headers: { ...headers, accept: '*/*' } })
    const change = 'mutation { partyToken(accessCode: "x") }'
    expect((await get(change, { 'apollo-require-preflight': '1' })).status).to.equal(405)
    nextId()
    const plain = await fetch(`${world().url}/graphql?query=${encodeURIComponent(QUESTION)}`)
    expect([plain.status, await codeInAnswer(plain)]).to.deep.equal([200, 'UNAUTHENTICATED'])
  })

  it('good queries are answered during the attacks', async () => {
    const bad = Array.from({ length: 200 }, (_, i) =>
      i % 2 ? withToken(`${i}.x.y`) : ask(`{ ${many(60, (j) => `a${j}: __typename b${j}: viewer { sub }`)} }`),
    )
    const good = Array.from({ length: 20 }, () => world().ask(QUESTION, { token: world().token('officer', 'good') }))
    expect((await Promise.all(good)).map(({ status }) => status)).to.deep.equal(Array(20).fill(200))
    for (const answer of await Promise.all(bad)) expect(answer.status).to.be.oneOf([400, 401])
  })
})

const many = (count: number, each: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => each(i)).join(' ')
