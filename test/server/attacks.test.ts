/** Expensive queries: each is refused early or answered within bounds, and good queries are still answered. */
import { expect } from 'chai'
import { getIntrospectionQuery } from 'graphql'
import { registration, uscc } from '../api/record-drafts.js'
import { makeWorld, type World } from '../api/world.js'

const ANSWER_MOST = 100_000

const many = (n: number, part: (i: number) => string): string => Array.from({ length: n }, (_, i) => part(i)).join(' ')
const nested = (n: number, open: string, middle: string, close: string): string =>
  open.repeat(n) + middle + close.repeat(n)

const onViewer = (n: number): string => many(n, (i) => `fragment f${i} on Viewer { role }`)
const chain = (n: number): string =>
  `{ viewer { ...f0 } } ${many(n, (i) => `fragment f${i} on Viewer { role ...f${i + 1} }`)} fragment f${n} on Viewer { role }`

const PARSE = 'GRAPHQL_PARSE_FAILED'
const VALIDATION = 'GRAPHQL_VALIDATION_FAILED'

describe('an expensive query', () => {
  let world: World
  let token: string
  before(async () => {
    world = await makeWorld()
    token = world.token('officer')
    await world.bring('registry', [registration(uscc(1), '虚构青禾有限公司')])
  })
  after(() => world.close())

  const post = async (body: string) => {
    const answer = await fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    })
    const text = await answer.text()
    return { status: answer.status, text }
  }
  const codesOf = (text: string): string[] => [
    ...new Set(
      ((JSON.parse(text).errors ?? []) as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code),
    ),
  ]

  const schemaFields = 'types { fields { name type { fields { name } } } }'
  const refused: [string, string, string][] = [
    ['51 aliases of one field', `{ ${many(51, (i) => `a${i}: standing(code: "x") { status }`)} }`, VALIDATION],
    ['51 aliases below one field', `{ standing(code: "x") { ${many(51, (i) => `a${i}: status`)} } }`, VALIDATION],
    [
      '51 aliases in a fragment',
      `{ ...f } fragment f on Query { ${many(51, (i) => `a${i}: __typename`)} }`,
      VALIDATION,
    ],
    ['51 root fields', `{ ${many(51, () => 'viewer { role }')} }`, VALIDATION],
    ['one field again and again', `{ ${many(1_000, () => 'standing(code: "x") { status }')} }`, VALIDATION],
    ['too much depth', `{ listing(id: "x") ${nested(8, '{ operator { listings ', '{ id }', ' } }')} }`, VALIDATION],
    [
      'too much depth in fragments',
      `{ listing(id: "x") { ...f0 } } ${many(9, (i) => `fragment f${i} on Listing { operator { listings { ...f${i + 1} } } }`)} fragment f9 on Listing { id }`,
      VALIDATION,
    ],
    ['depth within the limit of the parser', `{ ${nested(1_500, 'viewer { ', 'role', ' }')} }`, VALIDATION],
    ['depth of inline fragments', `{ ${nested(1_500, '... { ', '__typename', ' }')} }`, VALIDATION],
    ['nested lists beyond any stack', `{ standings(codes: ${nested(4_500, '[', '', ']')}) { code } }`, PARSE],
    ['fragments in a cycle', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }', VALIDATION],
    ['a fragment that spreads itself', '{ viewer { ...a } } fragment a on Viewer { role ...a }', VALIDATION],
    [
      'fragments that each spread the next one twice',
      `{ ...f0 } ${many(20, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f20 on Query { viewer { role } }`,
      VALIDATION,
    ],
    ['one name again and again', `{ viewer { ${many(9_900, () => '__typename')} } }`, VALIDATION],
    ['more fragments than the limit', chain(600), VALIDATION],
    ['fragments beside one another', `{ viewer { ${many(300, (i) => `...f${i}`)} } } ${onViewer(300)}`, VALIDATION],
    [
      'a fragment that nobody spreads',
      `{ viewer { role } } fragment f on Viewer { ${many(9_000, () => 'role')} }`,
      VALIDATION,
    ],
    ['operations beyond the limit', many(1_900, (i) => `query q${i} { __typename }`), VALIDATION],
    ['introspection under six aliases', `{ ${many(6, (i) => `a${i}: __schema { ${schemaFields} }`)} }`, VALIDATION],
    [
      'introspection under six aliases in a fragment',
      `{ ...f } fragment f on Query { ${many(6, (i) => `a${i}: __schema { ${schemaFields} }`)} }`,
      VALIDATION,
    ],
    [
      'nested introspection',
      `{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }`,
      VALIDATION,
    ],
    [
      'introspection with six aliases below a type',
      `{ __schema { types { ${many(6, (i) => `a${i}: fields { name }`)} } } }`,
      VALIDATION,
    ],
    ['introspection fields beyond the limit', `{ __schema { types { ${many(501, () => 'name')} } } }`, VALIDATION],
    ['unknown directives', `{ viewer { role ${many(2_000, (i) => `@d${i}`)} } }`, VALIDATION],
    [
      'known directives beyond the limit',
      `{ viewer { ${many(101, () => '... @include(if: true) { role }')} } }`,
      VALIDATION,
    ],
    ['unused variables', `query (${many(2_000, (i) => `$v${i}: Int`)}) { viewer { role } }`, VALIDATION],
    ['tokens beyond the limit', `{ ${many(10_001, () => '__typename')} }`, PARSE],
  ]
  for (const [what, query, code] of refused) {
    it(`is refused: ${what}`, async () => {
      const { status, text } = await post(JSON.stringify({ query }))
      expect([status, codesOf(text)], text.slice(0, 200)).to.deep.equal([400, [code]])
      expect(text.length).to.be.lessThan(ANSWER_MOST)
      expect(text).to.not.match(/call stack|node_modules|RangeError/)
    })
  }

  const quadratic = /^(?:one (?:name|field) again|more fragments|fragments beside|a fragment that nobody|operations)/
  it('is refused for its length before its parts are compared in pairs', async () => {
    for (const [what, query] of refused.filter(([name]) => quadratic.test(name))) {
      const { errors } = JSON.parse((await post(JSON.stringify({ query }))).text) as { errors: { message: string }[] }
      const told = errors.map(({ message }) => message)
      expect(told.length, what).to.be.within(1, 2)
      for (const message of told) expect(message, what).to.match(/may be at most \d+\.$/)
    }
  })

  const STANDINGS = 'query ($codes: [String!]!) { standings(codes: $codes) { code } }'
  const CORRECT =
    'mutation ($id: ID!, $item: JSON!) { correctReject(id: $id, item: $item, reason: "x") { problems { rule } } }'
  const bodies: [string, string, number, string][] = [
    [
      'a list of a hundred thousand codes',
      JSON.stringify({ query: STANDINGS, variables: { codes: Array(100_000).fill('x') } }),
      200,
      'QUERY_TOO_COSTLY',
    ],
    [
      'a list of a hundred thousand invalid codes',
      JSON.stringify({ query: STANDINGS, variables: { codes: Array(100_000).fill(1) } }),
      400,
      'BAD_USER_INPUT',
    ],
    [
      'nested lists as a variable',
      `{"query":${JSON.stringify(STANDINGS)},"variables":{"codes":${nested(200_000, '[', '', ']')}}}`,
      400,
      'BAD_REQUEST',
    ],
    [
      'nested objects as a JSON value',
      `{"query":${JSON.stringify(CORRECT)},"variables":{"id":"x","item":${nested(100_000, '{"a":', '1', '}')}}}`,
      400,
      'BAD_REQUEST',
    ],
    [
      '60,000 variables that the query does not declare',
      JSON.stringify({
        query: '{ viewer { role } }',
        variables: Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`v${i}`, i])),
      }),
      200,
      '',
    ],
    [
      'a batch of queries in one body',
      JSON.stringify(Array(1_000).fill({ query: '{ viewer { role } }' })),
      400,
      'BAD_REQUEST',
    ],
    [
      'a prototype among the variables',
      '{"query":"{ viewer { role } }","variables":{"__proto__":{"role":"x"},"constructor":{"prototype":{"role":"x"}}}}',
      200,
      '',
    ],
  ]
  for (const [what, body, status, code] of bodies) {
    it(`is answered within bounds: ${what}`, async () => {
      const answer = await post(body)
      expect([answer.status, codesOf(answer.text)], answer.text.slice(0, 300)).to.deep.equal([
        status,
        code === '' ? [] : [code],
      ])
      expect(answer.text.length).to.be.lessThan(ANSWER_MOST)
    })
  }

  it('does not include an introspection query with every option', async () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    })
    const { status, text } = await post(JSON.stringify({ query }))
    expect([status, codesOf(text)]).to.deep.equal([200, []])
  })

  it('does not delay good queries', async () => {
    const bad = refused.map(([, query]) => post(JSON.stringify({ query })))
    const good = Array.from({ length: 20 }, () =>
      post(JSON.stringify({ query: `{ standing(code: "${uscc(1)}") { status } }` })),
    )
    for (const answer of await Promise.all(good))
      expect(JSON.parse(answer.text).data).to.deep.equal({ standing: { status: 'KNOWN' } })
    await Promise.all(bad)
  })
})
