import http from 'node:http'
import { expect } from 'chai'
import {
  type ExecutionResult,
  execute,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
  validate,
} from 'graphql'
import { type AnswerPath, makeAnswerPath } from '../../../src/api/fast/answer-path.js'
import { type CompiledQueries, isCompilable, makeCompiledQueries } from '../../../src/api/fast/compiled-queries.js'
import { makeSchema } from '../../../src/api/graphql/schema.js'
import { makeBulkTurns } from '../../../src/api/request/bulk-turns.js'
import { makeChangeStreams } from '../../../src/api/request/change-streams.js'
import { type GraphqlContext, makeContext, readAnswerCost } from '../../../src/api/request/context.js'
import { makeQuotas } from '../../../src/api/request/quotas.js'
import { makeSignInLimits } from '../../../src/api/request/rate-limit.js'
import { makeRevocations } from '../../../src/api/request/revocations.js'
import { PUBLIC_VIEWER, type Role, type Viewer } from '../../../src/domain/access/viewer.js'
import { makeMetrics } from '../../../src/foundation/metrics.js'
import { makeConcurrencyLimit } from '../../../src/store/db/concurrency-limit.js'
import { makeAttemptLog } from '../../../src/work/audit/attempts.js'
import { globalOf } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, trademark, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, scored, servePlain, type World } from '../world.js'

const schema = makeSchema()
const compiledQueries = makeCompiledQueries(makeSchema(), { answersBefore: 1, longest: Number.POSITIVE_INFINITY })
const JSON_TYPE = 'application/json'
const [good, listed] = [uscc(1), uscc(2)]
const NUMBER = '虚市监处罚〔2026〕1号'
const DEPTH = 3
const PLAIN = /^\[?(String|ID|Int|Boolean)!?\]?!?$/

interface Told {
  data?: unknown
  errors?: { extensions: { code: string } }[]
}

describe('compiled queries', () => {
  let world: World
  let fast: AnswerPath
  let plain: AnswerPath
  let plainServer: Awaited<ReturnType<typeof servePlain>>
  let values: Record<string, unknown[]>

  before(async () => {
    world = await makeWorld()
    fast = makeAnswerPath(world.parts)
    plain = makeAnswerPath({ ...world.parts, fastAnswers: false })
    plainServer = await servePlain(world)
    await world.bring('registry', [registration(good, '虚构松云商贸有限公司'), registration(listed, '虚构黑石商行')])
    await world.bring('trademarks', [trademark(good, '90000001')])
    await world.bring('penalties', [penalty(listed, NUMBER)])
    await world.bring('dishonest', [mirrored(good, 'old-1', '2024-05-15')])
    const [first, second] = [await operatorId(world, good), await operatorId(world, listed)]
    const record = await recordId(world, `${NUMBER}/${listed}`)
    await scored(world, first, 720, 'A', [])
    await scored(world, second, 410, 'D', [record])
    const listing = await publishListing(world, listed, NUMBER)
    values = {
      code: [good, listed, uscc(9), 'nothing', 7, null],
      codes: [[good, listed, good, 'x'], listed, [], [null]],
      id: [globalOf('Operator', first), globalOf('Record', record), listing, 'nobody', 12],
      first: [5, null, 0, '5', 1.5],
      after: [undefined, 'not a cursor'],
      String: ['ecommerce-1', 'x', null],
      ID: [listing, 'x'],
      Int: [1, null],
      Boolean: [true, false, null, 'true'],
    }
  })
  after(async () => {
    await plainServer.close()
    await fast.pool?.close()
    await world.close()
  })

  const viewerAs = (role: Role): Viewer =>
    role === 'public'
      ? PUBLIC_VIEWER
      : {
          role,
          sub: role === 'party' ? listed : role,
          agency: role === 'agency' ? 'market-regulator' : null,
          region: null,
        }
  const contextOf = (viewer: Viewer, answerPath = fast) =>
    makeContext(
      {
        ...world.parts,
        revocations: makeRevocations(world.database.db),
        attempts: makeAttemptLog(world.parts.auditLog, world.parts),
        quotas: makeQuotas(world.parts),
        streams: makeChangeStreams({ ...world.parts, leaving: new AbortController().signal }),
        answerPath,
        answers: world.parts.db,
        readers: world.parts.db,
        publicBulk: world.parts.db,
        awaitReaders: async () => undefined,
        bulk: world.parts.db,
        bulkTurns: makeBulkTurns(),
        inTurn: makeConcurrencyLimit(),
        metrics: makeMetrics(),
        scraping: { token: null, local: false },
        leaving: new AbortController().signal,
      },
      {
        viewer,
        limits: makeSignInLimits(),
        asked: { now: NOW, requestId: 'r', address: 'a', purpose: null, log: world.parts.log, refused: [] },
      },
    )
  const both = async (query: string, variables: Record<string, unknown>, viewer: Viewer) => {
    const document = parse(query)
    compiledQueries.learn({ query }, '', JSON_TYPE)
    const compiled = await compiledQueries.answer({ query, variables }, '', () => contextOf(viewer))
    const context = contextOf(viewer)
    const one = compiled
      ? written(JSON.parse(compiled.text), compiled.context)
      : written(await execute({ schema, document, variableValues: variables, contextValue: context }), context)
    const contextValue = contextOf(viewer, plain)
    const two = await execute({ schema, document, variableValues: variables, contextValue })
    return { one, two: written(two, contextValue), isGood: two.errors === undefined, compiled: compiled !== null }
  }
  /** The answer, its cost, and the operators that its audit row names. */
  const written = ({ data, errors }: ExecutionResult, context: GraphqlContext): string => {
    const { codes, operators, known, subjects } = context.seen
    const seen = [codes, operators, known, subjects].map((each: ReadonlySet<unknown>) => [...each].map(String).sort())
    return JSON.stringify({ errors, data, cost: readAnswerCost(context), seen })
  }

  const roots = Object.values(schema.getQueryType()?.getFields() ?? {}).filter((field) =>
    field.args.every((arg) => !isRequiredArgument(arg) || PLAIN.test(String(arg.type))),
  )
  for (const field of roots) {
    it(`answer ${field.name} as graphql-js does without shared lookups, for every role`, async () => {
      const query = queryOf(field)
      expect(validate(schema, parse(query))).to.deep.equal([])
      const [first = {}, ...others] = variablesOf(field, values)
      const asked = [
        ...ROLES.map((role) => ({ role, variables: first })),
        ...others.map((variables) => ({ role: 'officer' as const, variables })),
      ]
      for (const { role, variables } of asked) {
        const { one, two, isGood, compiled } = await both(query, variables, viewerAs(role))
        const what = `${role} ${JSON.stringify(variables)}`
        expect(one, what).to.equal(two)
        // A good answer comes from the compiled query; after an error graphql-js answers instead.
        if (isCompilable(schema, parse(query))) expect(compiled, what).to.equal(isGood)
      }
    })
  }

  it('cover every query field except node', () => {
    const left = roots.filter((field) => !isCompilable(schema, parse(queryOf(field)))).map(({ name }) => name)
    expect(left).to.deep.equal(['node'])
  })

  const STANDINGS = 'query($codes: [String!]!) { standings(codes: $codes) { code name grade score listed asOf stale } }'
  const isAnswered = async (own: CompiledQueries, variables: Record<string, unknown>): Promise<boolean> => {
    const body = { query: STANDINGS, variables }
    const answer = await own.answer(body, '', () => contextOf(PUBLIC_VIEWER))
    if (answer === null) own.learn(body, '', JSON_TYPE)
    return answer !== null
  }
  it('are compiled only after several answers', async () => {
    const own = makeCompiledQueries(schema, { answersBefore: 3 })
    const told: boolean[] = []
    for (let time = 0; time < 5; time += 1) told.push(await isAnswered(own, { codes: [good] }))
    expect(told).to.deep.equal([false, false, false, true, true])
  })

  it('fall back to graphql-js for a while after an error', async () => {
    const own = makeCompiledQueries(schema, { answersBefore: 1 })
    const told: boolean[] = []
    for (const codes of [[good], [good], 7, [good], [good]]) told.push(await isAnswered(own, { codes }))
    expect(told).to.deep.equal([false, true, false, true, true])
  })

  it('are not given to clients that accept another media type', async () => {
    const own = makeCompiledQueries(schema, { answersBefore: 1 })
    own.learn({ query: STANDINGS }, 'application/json', JSON_TYPE)
    const asked = { query: STANDINGS, variables: { codes: [good] } }
    const answers = ['application/json', '*/*'].map((accept) =>
      own.answer(asked, accept, () => contextOf(PUBLIC_VIEWER)),
    )
    expect((await Promise.all(answers)).map((answer) => answer?.type)).to.deep.equal([JSON_TYPE, undefined])
  })

  const kept: [string, string][] = [
    ['a literal string', '{ standing(code: "x") { code } }'],
    ['a literal string in a list', '{ standings(codes: ["x"]) { code } }'],
    ['a literal object', '{ operators(filter: { kind: "x" }) { totalCount } }'],
    ['a default of a variable', 'query($code: String! = "x") { standing(code: $code) { code } }'],
    ['an object as a variable', 'query($filter: OperatorFilter) { operators(filter: $filter) { totalCount } }'],
    ['a day as a variable', 'query($day: Date) { standing(code: "x", asOf: $day) { code } }'],
    ['a directive', 'query($if: Boolean!) { viewer @skip(if: $if) { role } }'],
    ['a mutation', 'mutation($input: MoveInput!) { openCase(input: $input) { listing { id } } }'],
    ['introspection', '{ __schema { types { name } } }'],
    ['the alias __proto__', '{ __proto__: viewer { role } }'],
    ['a field of an interface type', 'query($id: ID!) { node(id: $id) { ... on Operator { id } } }'],
    ['two operations', 'query a { viewer { role } } query b { viewer { role } }'],
  ]
  it('are never made of a short document whose nested fragments grow exponentially', () => {
    const level = (n: number) =>
      `fragment f${n} on Operator { standing { listings { operator { ${n > 0 ? `...f${n - 1}` : 'id'} } } } listings { operator { ${n > 0 ? `...f${n - 1}` : 'id'} } } }`
    const doubled = (levels: number) =>
      parse(
        `query($code: String!) { operator(code: $code) { ...f${levels} } } ${Array.from({ length: levels + 1 }, (_, n) => level(n)).join('\n')}`,
      )
    expect([isCompilable(schema, doubled(2)), isCompilable(schema, doubled(40))]).to.deep.equal([true, false])
  })

  for (const [what, query] of kept) {
    it(`are never made of a document with ${what}`, () => {
      expect(isCompilable(schema, parse(query))).to.equal(false)
    })
  }

  it('answer over HTTP with the same status, headers and bytes as uncompiled queries and a plain server', async () => {
    const accepts = [
      '*/*',
      'application/json',
      'application/graphql-response+json, application/json;q=0.9',
      'text/html',
    ]
    const bodies = [
      { query: STANDINGS, variables: { codes: [good, 'x'] } },
      { query: '{ scorecard { version } viewer { role } }', variables: null, operationName: null },
      {
        query: `query named($code: String!) { standing(code: $code) { code } }`,
        variables: { code: 'x' },
        operationName: 'named',
      },
    ]
    for (const accept of accepts) {
      for (const body of bodies) {
        const seen = new Set<string>()
        for (let time = 0; time < 30; time += 1) seen.add(await toldRaw(world.url, accept, JSON.stringify(body)))
        seen.add(await toldRaw(plainServer.url, accept, JSON.stringify(body)))
        expect([...seen], `${accept} ${body.query}`).to.have.length(1)
        expect([...seen][0]).to.match(accept === 'text/html' ? /^406/ : /^200/)
      }
    }
  })

  it('answer simultaneous callers each as a plain server answers one alone', async () => {
    const page = `query($code: String!) { operator(code: $code) { id name records(first: 2) { nodes { id body } }
      score { value reasons { rule points zh } } listings { id kind mirrored state } standing { code status listed } } }`
    const asked = (['officer', 'marketplace', 'party'] as const).flatMap((role) =>
      [good, listed, uscc(9), good, listed].map((code) => ({ role, code })),
    )
    const ask = async ({ role, code }: { role: Role; code: string }, at = world.url) => {
      const token = world.token(role, role === 'party' ? listed : role)
      const { data, errors } = await world.ask(page, { variables: { code }, token, at })
      return JSON.stringify([data, errors])
    }
    const alone: string[] = []
    for (const one of asked) alone.push(await ask(one, plainServer.url))
    const crowded: string[][] = []
    for (let time = 0; time < 3; time += 1) crowded.push(await Promise.all(asked.map((one) => ask(one))))
    expect(crowded).to.deep.equal([alone, alone, alone])
  })

  it('leave unusual requests to Apollo, however often they come', async () => {
    const bodies = [
      { query: STANDINGS, variables: 'text' },
      { query: STANDINGS, variables: [] },
      { query: STANDINGS, variables: { codes: [good] }, operationName: 'other' },
      { query: STANDINGS, variables: { codes: [good] }, extensions: 'text' },
      [{ query: STANDINGS, variables: { codes: [good] } }],
    ]
    for (const body of bodies) {
      const answer = await fetch(`${world.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect(answer.status, JSON.stringify(body)).to.equal(400)
    }
  })

  it('do not answer an empty operation name, as graphql-js does not', async () => {
    const body = JSON.stringify({ query: STANDINGS, variables: { codes: [good] }, operationName: '' })
    const told: unknown[] = []
    for (let time = 0; time < 25; time += 1) {
      const answer = await fetch(`${world.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${world.token('officer')}` },
        body,
      })
      const { data, errors } = (await answer.json()) as Told
      told.push([answer.status, data, errors?.[0]?.extensions.code])
    }
    expect(told).to.deep.equal(Array(25).fill([400, undefined, 'OPERATION_RESOLUTION_FAILURE']))
  })

  it('never execute text from a query', async () => {
    const text = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74dglobalThis.ran=true'
    const query = `query($first: Int) { operators(first: $first, filter: { name: "${text}" }) { totalCount } }`
    await both(query, { first: 1 }, viewerAs('officer'))
    expect(Object.hasOwn(globalThis, 'ran')).to.equal(false)
  })
})

const ROLES = ['public', 'marketplace', 'agency', 'officer', 'auditor', 'party'] as const

/** Status, raw headers and bytes of an answer, without the header `Date`. */
const toldRaw = (url: string, accept: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-request-id': 'one', accept }
    const request = http.request(`${url}/graphql`, { method: 'POST', headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const day = answer.rawHeaders.indexOf('Date')
        const told = answer.rawHeaders.filter((_, at) => at !== day + 1)
        resolve(`${answer.statusCode} ${told.join(' ')} ${Buffer.concat(parts).toString('utf8')}`)
      })
    })
    request.on('error', reject)
    request.end(body)
  })

const nameOf = (type: GraphQLInputType): string => getNamedType(type).name

const argsOf = ({ args }: GraphQLField<unknown, unknown>) => args.filter(({ type }) => PLAIN.test(String(type)))

/** Selects everything below the field down to `depth`, with its plain arguments as variables. */
const queryOf = (field: GraphQLField<unknown, unknown>, depth = DEPTH): string => {
  const args = argsOf(field)
  const declared = args.map(({ name, type }) => `$${name}: ${type}`).join(', ')
  const given = args.map(({ name }) => `${name}: $${name}`).join(', ')
  const selection = selectionOf(field, depth)
  const query = `query${declared && `(${declared})`} { ${field.name}${given && `(${given})`} ${selection} }`
  // A query that is too large to be compiled is built less deep.
  return depth > 1 && !isCompilable(schema, parse(query)) ? queryOf(field, depth - 1) : query
}

const selectionOf = ({ type }: GraphQLField<unknown, unknown>, depth: number): string => {
  const named = getNamedType(type)
  if (isLeafType(named)) return ''
  if (!isObjectType(named)) return '{ __typename }'
  const inner = fieldsOf(named, depth).map((field) => `${field.name} ${selectionOf(field, depth - 1)}`)
  return `{ __typename ${inner.join(' ')} }`
}

const fieldsOf = (type: GraphQLObjectType, depth: number) =>
  Object.values(type.getFields()).filter((field) => {
    const named = getNamedType(field.type)
    if (field.args.some(isRequiredArgument) || isAbstractType(named)) return false
    return isLeafType(named) || depth > 0
  })

/** Tries each value of each argument, while the other arguments have their first value. */
const variablesOf = (field: GraphQLField<unknown, unknown>, values: Record<string, unknown[]>) => {
  const args = argsOf(field).map(({ name, type }) => ({ name, tried: values[name] ?? values[nameOf(type)] ?? [] }))
  const first = Object.fromEntries(args.map(({ name, tried }) => [name, tried[0]]))
  return [first, ...args.flatMap(({ name, tried }) => tried.slice(1).map((value) => ({ ...first, [name]: value })))]
}
