/**
 * A party's token sends every query and every mutation of the schema about another firm. No answer contains what is not public
 * of it or reveals whether it exists, and nothing changes.
 */
import { expect } from 'chai'
import {
  type GraphQLArgument,
  type GraphQLField,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { makeSchema } from '../../src/api/graphql/schema.js'
import { QUERY_TOKENS_MOST } from '../../src/api/request/limits.js'
import type { RecordDraft } from '../../src/domain/records/records.js'
import { globalOf } from '../api/global-ids.js'
import { publishListing } from '../api/listed-world.js'
import { mirrored, penalty, registration, trademark, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, scored, TODAY, type World } from '../api/world.js'
import { dumpOf } from '../support/world.js'
import { filled, type Named } from './filled-arguments.js'

const [OWN, OTHER, PUBLISHED, FORMER, NOBODY] = [uscc(1), uscc(2), uscc(3), uscc(4), uscc(99)]
const OTHERS_NAME = '虚构白露有限公司'
/** Stands in every text about the other firms that is not public. */
const SECRET = '不公开之事'
/** Timeout for sending every query about every object. */
const LONG_MS = 600_000
/** Levels of fields selected below a query field. */
const DEPTH = 4
/** Most occurrences of one type on the path to a field: the neighbours of an operator, but not their neighbours. */
const TYPE_ON_WAY = 2
const NO_NODE = { type: 'Operator', id: '' }
/** Each of these reads all facts anew, so they are selected only directly on the object that the query names. */
const COSTLY = ['audit', 'wayBack', 'lasting']
/** Objects of each type that are tried where the field is forbidden before its argument is read. */
const WHERE_FORBIDDEN = 3
/** Queries that show an officer what the party must not see. */
const SHOWN = [
  'operator',
  'operators',
  'node',
  'listing',
  'concerns',
  'objections',
  'overrides',
  'unmatched',
  'rejects',
]

const schema = makeSchema()
const rootFields = (of: 'Query' | 'Mutation') =>
  Object.values((of === 'Query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {})

/** Selects all fields below `field` without required arguments, or just `only`. For a node it selects the fields of `type`. */
const selection = (
  field: GraphQLField<unknown, unknown>,
  depth: number,
  { type, only, way = [] }: { type?: string | undefined; only?: readonly string[] | undefined; way?: string[] } = {},
): string | null => {
  if (depth < DEPTH && field.args.some(isRequiredArgument)) return null
  const named = getNamedType(field.type)
  if (way.filter((name) => name === named.name).length === TYPE_ON_WAY) return null
  if (isInterfaceType(named)) {
    const chosen = depth === DEPTH ? schema.getType(type ?? 'Operator') : undefined
    return isObjectType(chosen)
      ? `{ __typename ... on ${chosen.name} ${below(chosen.getFields(), depth, only, [chosen.name])} }`
      : '{ __typename }'
  }
  return isObjectType(named) ? below(named.getFields(), depth, only, [...way, named.name]) : ''
}

const below = (
  fields: Record<string, GraphQLField<unknown, unknown>>,
  depth: number,
  only?: readonly string[],
  way: string[] = [],
): string => {
  const parts = Object.values(fields)
    .filter(({ name }) => only === undefined || only.includes(name))
    .filter(({ name }) => name !== 'edges' && (depth === DEPTH || !COSTLY.includes(name)))
    .map((each) => {
      const inner = depth === 0 && !isLeafType(getNamedType(each.type)) ? null : selection(each, depth - 1, { way })
      return inner === null ? null : `${each.name} ${inner}`
    })
    .filter((part) => part !== null)
  return `{ __typename ${parts.join(' ')} }`
}

const questionOf = (
  kind: 'query' | 'mutation',
  field: GraphQLField<unknown, unknown>,
  args: readonly GraphQLArgument[],
  of: Named,
  { type, only }: { type?: string | undefined; only?: readonly string[] | undefined } = {},
) => {
  const declared = args.map((arg) => `$${arg.name}: ${arg.type.toString()}`).join(', ')
  const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ')
  const around = (text: string) => (text === '' ? '' : `(${text})`)
  return {
    query: `${kind} q${around(declared)} { ${field.name}${around(given)} ${kind === 'query' ? selection(field, DEPTH, { type, only }) : isObjectType(getNamedType(field.type)) ? '{ __typename }' : ''} }`,
    variables: Object.fromEntries(args.map((arg) => [arg.name, filled(arg.type, arg.name, of)])),
  }
}

/** Splits a query of more than QUERY_TOKENS_MOST tokens into several. */
const questionsOf = (
  field: GraphQLField<unknown, unknown>,
  args: readonly GraphQLArgument[],
  of: Named,
  type?: string,
): ReturnType<typeof questionOf>[] => {
  const asked = (only?: readonly string[]): ReturnType<typeof questionOf>[] => {
    const whole = questionOf('query', field, args, of, { type, only })
    if ((whole.query.match(/\w+|[^\s\w]/g) ?? []).length <= QUERY_TOKENS_MOST) return [whole]
    const named = getNamedType(field.type)
    const shown = isInterfaceType(named) ? schema.getType(type ?? 'Operator') : named
    const names = only ?? (isObjectType(shown) ? Object.keys(shown.getFields()) : [])
    if (names.length < 2) throw new Error(`${field.name} cannot be asked in parts`)
    const half = Math.ceil(names.length / 2)
    return [names.slice(0, half), names.slice(half)].flatMap(asked)
  }
  return asked()
}

const named = (args: readonly GraphQLArgument[], what: string): boolean =>
  args.some((arg) => JSON.stringify(filled(arg.type, arg.name, { code: '#code', id: '#id' })).includes(what))

describe('a party’s token', function () {
  this.timeout(LONG_MS)
  let world: World
  let token: string
  const nodes: { type: string; id: string }[] = []

  const told = (draft: RecordDraft): RecordDraft => ({
    ...draft,
    body: { ...draft.body, content: SECRET, facts: SECRET },
  })
  const officer = () => world.token('officer', 'officer-1')
  const ask = (question: { query: string; variables?: unknown }, as?: string) =>
    world.ask(question.query, { variables: question.variables, ...(as && { token: as }) })
  const done = async (name: string, input: object, as = officer(), below = '{ __typename }') => {
    const type = rootFields('Mutation')
      .find((each) => each.name === name)
      ?.args[0]?.type.toString()
    const answer = await ask(
      { query: `mutation($input: ${type}) { ${name}(input: $input) ${below} }`, variables: { input } },
      as,
    )
    expect(JSON.stringify(answer.errors), name).to.equal(undefined)
    return answer.data[name]
  }
  const codesOf = (errors: { extensions: Record<string, unknown> }[] | undefined): string[] =>
    (errors ?? []).map(({ extensions }) => String(extensions['code']))

  before(async () => {
    world = await makeWorld()
    const { db } = world.database
    await world.bring('registry', [
      registration(OWN, '虚构青禾有限公司'),
      registration(OTHER, OTHERS_NAME, { scope: SECRET }),
      registration(PUBLISHED, '虚构霜降有限公司', { scope: SECRET }),
      registration(FORMER, '虚构旧号有限公司', { scope: SECRET, status: 'DEREGISTERED' }),
    ])
    const number = (n: number) => `虚市监处罚〔2026〕${n}号`
    const unclaimed = { uscc: null, orgCode: null, regNo: null, shop: null, name: OTHERS_NAME }
    await world.bring('penalties', [
      penalty(OWN, number(1)),
      ...[OTHER, PUBLISHED, FORMER].map((code, n) => told(penalty(code, number(n + 2)))),
      { ...told(penalty(OTHER, number(9))), subject: unclaimed, key: 'unclaimed' },
    ])
    await world.bring('trademarks', [trademark(OTHER, '900001')])
    await world.bring('dishonest', [told(mirrored(OTHER, 'E1', '2026-01-05'))])
    const records = async (code: string, n: number) => recordId(world, `${number(n)}/${code}`)
    await scored(world, await operatorId(world, OWN), 430, 'C', [await records(OWN, 1)])
    for (const [n, code] of [OTHER, PUBLISHED].entries())
      await scored(world, await operatorId(world, code), 317, 'D', [await records(code, n + 2)])
    await publishListing(world, PUBLISHED, number(3))

    // An unpublished case of the other firm, with a text in every step.
    const on = '2026-02-10'
    const made = await done(
      'openLead',
      { code: OTHER, list: 'serious', reason: SECRET, on },
      officer(),
      '{ listing { id } }',
    )
    const { id } = made.listing
    await done('linkDecision', { id, on, record: globalOf('Record', await records(OTHER, 2)) })
    await done('proposeListing', { id, on, reason: SECRET })
    await done('notifyListing', { id, on, documentNumber: SECRET })
    await done('recordDefence', { id, on, text: SECRET })
    const uuid = (
      await db('listings')
        .where({ operator_id: await operatorId(world, OTHER) })
        .first('id')
    ).id
    await db('concerns').insert({ listing_id: uuid, cause: 'ABSENT', opened_at: NOW, note: SECRET })
    const opened = { operator_id: await operatorId(world, OTHER), value: 317, opened_on: TODAY, opened_at: NOW }
    await db('watch_entries').insert(opened)
    await done('proposeOverride', { operator: OTHER, grade: 'C', reason: SECRET, endsOn: '2026-06-01' })
    const contested = globalOf('Record', await records(OTHER, 2))
    await done('openObjection', { operator: OTHER, record: contested, statement: SECRET })
    await done('mergeOperators', { from: FORMER, into: OTHER, cause: 'MOVED', reason: SECRET })
    await done('issueAccessCode', { operator: OTHER, reason: SECRET }, officer(), '{ code }')
    const bad = [
      '企业名称,工商注册号,组织机构代码,统一信用代码,失信领域',
      `${OTHERS_NAME},,,${OTHER.slice(1)},${SECRET}`,
      `王,,,坏,${SECRET}`,
    ]
    await fetch(`${world.url}/v1/feeds/dishonest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.token('administrator')}` },
      body: bad.join('\n'),
    })

    const { code } = await done('issueAccessCode', { operator: OWN, reason: '送达' }, officer(), '{ code }')
    token = (await ask({ query: `mutation { partyToken(accessCode: "${code}") }` })).data.partyToken
    const own = await operatorId(world, OWN)
    const tables: [string, string, string][] = [
      ['Operator', 'operators', `id <> ${own}`],
      ['Record', 'versions', `operator_id is distinct from ${own}`],
      ['Run', 'runs', 'true'],
      ['Reject', 'rejects', 'true'],
      ['Unmatched', 'unmatched', 'true'],
      ['IdentityDecision', 'identity_decisions', 'true'],
      ['Concern', 'concerns', 'true'],
      ['Score', 'scores', `operator_id <> ${own}`],
      ['Override', 'overrules', 'true'],
      ['Objection', 'objections', 'true'],
      ['Listing', 'listings', 'true'],
    ]
    for (const [type, table, where] of tables) {
      const rows = (await db.raw(`select id from ${table} where ${where}`)).rows as { id: number | string }[]
      expect(rows.length, table).to.be.greaterThan(0)
      nodes.push(...rows.map((row) => ({ type, id: globalOf(type, row.id) })))
    }
    const entry = await recordId(world, 'E1')
    nodes.push({ type: 'Listing', id: globalOf('Listing', `m${entry}`) })
  })
  after(() => world.close())

  const missingOf = (type: string): string =>
    globalOf(type, type === 'Listing' ? '00000000-0000-4000-8000-000000000000' : 2_000_000_000)
  /** True when even a missing object is refused with FORBIDDEN, so that no object was looked up. */
  const isForbidden = (errors: Parameters<typeof codesOf>[0]): boolean => codesOf(errors).includes('FORBIDDEN')
  const someNodes = () =>
    nodes.filter(({ type }, at) => nodes.slice(0, at).filter((one) => one.type === type).length < WHERE_FORBIDDEN)

  /** Each query field, once with its required arguments only and once with all arguments but `after`. */
  const questions = async () => {
    const all: (ReturnType<typeof questionOf> & { field: string })[] = []
    for (const field of rootFields('Query')) {
      const required = field.args.filter(isRequiredArgument)
      const most = field.args.filter(({ name }) => name !== 'after')
      for (const args of most.length > required.length ? [required, most] : [required]) {
        const none = questionOf('query', field, args, { code: NOBODY, id: missingOf('Run') }, { only: [] })
        const isOfNode = named(args, '#id')
        const about = isOfNode ? (isForbidden((await ask(none, token)).errors) ? someNodes() : nodes) : [NO_NODE]
        for (const { type, id } of about)
          for (const question of questionsOf(field, args, { code: OTHER, id }, type))
            all.push({ field: field.name, ...question })
      }
    }
    return all
  }
  const INNER = ['QUERY_TOO_COSTLY', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'BAD_USER_INPUT', 'INTERNAL']

  it('gets nothing of another operator that is not public, in any answer', async () => {
    const all = await questions()
    expect(all.length).to.be.greaterThan(rootFields('Query').length + nodes.length)
    const found = new Set<string>()
    for (const question of all) {
      const party = await ask(question, token)
      const what = `${question.field} ${JSON.stringify(question.variables)}`
      expect(
        INNER.filter((code) => codesOf(party.errors).includes(code)),
        `${what} ${question.query}`,
      ).to.deep.equal([])
      const said = JSON.stringify([party.data, party.errors])
      expect(said, what).to.not.contain(SECRET)
      expect(said, what).to.not.match(/"(?:value|score)":317\b/)
      // An answer that names the other firm is the same as for the public.
      if (said.includes(OTHERS_NAME) || said.includes(OTHER)) {
        const anyone = await ask(question)
        expect({ data: party.data, errors: party.errors }, what).to.deep.equal({
          data: anyone.data,
          errors: anyone.errors,
        })
      }
      if (!SHOWN.includes(question.field) || found.has(question.field)) continue
      const inside = JSON.stringify((await ask(question, officer())).data ?? null)
      if (inside.includes(SECRET)) found.add(question.field)
    }
    // Proves that the text can be found: an officer gets it from each of these queries.
    expect([...found]).to.include.members(SHOWN)
  })

  it('gets the same answer for another’s hidden node as for a missing one', async () => {
    const field = rootFields('Query').find(({ name }) => name === 'node')
    if (field === undefined) throw new Error('no node')
    for (const { type, id } of nodes) {
      for (const question of questionsOf(field, field.args, { code: '', id }, type)) {
        const { data, errors } = await ask(question, token)
        expect(errors, type).to.equal(undefined)
        if (data.node !== null) expect([type, data.node.state]).to.deep.equal(['Listing', 'PUBLISHED'])
      }
    }
  })

  it('changes nothing of another operator, and is refused as for a missing one', async () => {
    // The audit log (`trail`) records the attempts.
    const before = await dumpOf(world.database.db, ['trail'])
    for (const field of rootFields('Mutation').filter(({ name }) => name !== 'partyToken')) {
      const codes = new Map<string, string[]>()
      const isOfNode = named(field.args, '#id')
      for (const type of isOfNode ? new Set(nodes.map((node) => node.type)) : ['Operator']) {
        const missing = { code: NOBODY, id: missingOf(type) }
        codes.set(type, codesOf((await ask(questionOf('mutation', field, field.args, missing), token)).errors))
      }
      const areForbidden = [...codes.values()].every((each) => each.includes('FORBIDDEN'))
      const about = isOfNode
        ? areForbidden
          ? someNodes()
          : nodes
        : [{ type: 'Operator', id: globalOf('Operator', 1) }]
      for (const { type, id } of about) {
        const tried = await ask(questionOf('mutation', field, field.args, { code: OTHER, id }), token)
        const what = `${field.name} of ${type}`
        expect(tried.errors, what).to.have.length(1)
        expect(
          INNER.filter((code) => codesOf(tried.errors).includes(code)),
          what,
        ).to.deep.equal([])
        expect(codesOf(tried.errors), what).to.deep.equal(codes.get(type))
        expect(JSON.stringify(tried), what).to.not.contain(SECRET).and.to.not.contain(OTHERS_NAME)
      }
    }
    expect(await dumpOf(world.database.db, ['trail'])).to.equal(before)
  })

  it('reads nothing of another operator outside GraphQL', async () => {
    const headers = { authorization: `Bearer ${token}` }
    const of = (type: string) => nodes.filter((node) => node.type === type).map(({ id }) => id)
    const paths = [
      ...of('Score').map((id) => `/v1/scores/${id}`),
      ...of('Run').map((id) => `/v1/runs/${id}/rejects.csv`),
    ]
    for (const path of paths) {
      const answer = await fetch(`${world.url}${path}`, { headers })
      expect(answer.status, path).to.be.oneOf([403, 404])
      expect(await answer.text()).to.not.contain(SECRET)
    }
    const sent = await fetch(`${world.url}/v1/feeds/registry`, { method: 'POST', headers, body: '[]' })
    expect(sent.status).to.equal(403)
  })

  it('reads the party’s own file', async () => {
    const { data } = await ask(
      { query: '{ myFile { uscc score { value } records { totalCount } } operators { totalCount } }' },
      token,
    )
    expect(data).to.deep.equal({
      myFile: { uscc: OWN, score: { value: 430 }, records: { totalCount: 2 } },
      operators: { totalCount: 1 },
    })
  })
})
