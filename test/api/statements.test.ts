/** How many statements an answer takes does not depend on how much is on a page: every connection and list, field by field. */
import { expect } from 'chai'
import { type GraphQLField, getNamedType, isLeafType, isObjectType, isRequiredArgument } from 'graphql'
import { makeSchema } from '../../src/api/schema.js'
import { copies, type Ids, idOf } from '../support/clones.js'
import {
  globalOf,
  makeWorld,
  mirrored,
  NOW,
  operatorId,
  penalty,
  publishListing,
  recordId,
  registration,
  scored,
  TODAY,
  trademark,
  uscc,
  type World,
} from './world.js'

const PAGES = [1, 10, 100]
/** Operators, each with one of everything. */
const OPERATORS = 105
const LONG_MS = 240_000
const NUMBER = '虚市监处罚〔2026〕1号'

/** Read what they need anew for each object, and cost so much that an answer holds less than a hundred. */
const ANEW = ['audit', 'wayBack', 'lasting']

type Field = GraphQLField<unknown, unknown>
const schema = makeSchema()
const fieldsOf = (type: string): Field[] => {
  const found = schema.getType(type)
  return isObjectType(found) ? Object.values(found.getFields()) : []
}
const namedIn = ({ type }: Field) => getNamedType(type)
const isPage = (field: Field): boolean => namedIn(field).name.endsWith('Connection')
const itemOf = (field: Field): string => namedIn(field).name.replace(/Connection$/, '')
const argsOf = (name: string): string => ({ timeliness: 'month: "2026-02", ', deadlines: 'state: MET, ' })[name] ?? ''

/** Fields that need no argument and are not of those that read anew. */
const asked = (type: string): Field[] =>
  fieldsOf(type).filter(({ name, args }) => !args.some(isRequiredArgument) && !ANEW.includes(name))
const objectsOf = (type: string): Field[] => asked(type).filter((field) => !isLeafType(namedIn(field)))

const leaves = (type: string): string =>
  [
    '__typename',
    ...asked(type)
      .filter((field) => isLeafType(namedIn(field)))
      .map(({ name }) => name),
  ].join(' ')

/** All leaves of a type, and below its objects all leaves again. */
const twoLevels = (type: string): string => {
  const inner = objectsOf(type).map((field) =>
    isPage(field)
      ? `${field.name}(first: 1) { ${leaves(namedIn(field).name)} nodes { ${leaves(itemOf(field))} } }`
      : `${field.name} { ${leaves(namedIn(field).name)} }`,
  )
  return `${leaves(type)} ${inner.join(' ')}`
}

describe('statements of an answer', function () {
  this.timeout(LONG_MS)
  let world: World
  before(async () => {
    world = await makeWorld()
    await one(world)
    await many(world)
  })
  after(() => world.close())

  /** Statements for a page of each size, of how much was on the largest, and what was asked more often there. */
  const counted = async (queryOf: (first: number) => string, sizes = PAGES) => {
    const counts: number[] = []
    let [items, before, oftener]: [number, string[], string[]] = [0, [], []]
    for (const first of sizes) {
      let answer: Awaited<ReturnType<World['ask']>> | undefined
      const heard = await world.statements(async () => {
        answer = await world.ask(queryOf(first), { token: world.token('auditor', 'auditor-1') })
      })
      expect(answer?.errors, queryOf(first)).to.equal(undefined)
      const [page] = Object.values((answer?.data ?? {}) as Record<string, { nodes?: unknown[] }>)
      items = page?.nodes?.length ?? 0
      counts.push(heard.length)
      const often = (all: string[], sql: string) => all.filter((one) => one === sql).length
      oftener = [...new Set(heard)].filter((sql) => often(heard, sql) > Math.max(1, often(before, sql)))
      before = heard
    }
    return { counts, items, oftener }
  }

  const pages = fieldsOf('Query').filter((field) => namedIn(field).name.endsWith('Connection'))
  it('there is a page of a hundred of everything that comes in pages', async () => {
    const found = await Promise.all(
      pages.map(async (field) => {
        const query = `{ ${field.name}(${argsOf(field.name)}first: 100) { nodes { __typename } } }`
        const { data } = await world.ask(query, { token: world.token('auditor', 'auditor-1') })
        return [field.name, data?.[field.name]?.nodes.length]
      }),
    )
    // A month's figures are as many as there are authorities and platforms.
    expect(found.filter(([name, items]) => name !== 'timeliness' && items !== 100)).to.deep.equal([])
  })

  for (const field of pages) {
    const type = itemOf(field)
    const own: [string, string] = [
      'itself',
      `{ ${leaves(namedIn(field).name)} pageInfo { endCursor } nodes { ${leaves(type)} } }`,
    ]
    const below = objectsOf(type).map((each): [string, string] => [
      each.name,
      `{ nodes { ${each.name} { ${isPage(each) ? `${leaves(namedIn(each).name)} nodes { ${twoLevels(itemOf(each))} }` : twoLevels(namedIn(each).name)} } } }`,
    ])
    for (const [what, shape] of [own, ...below]) {
      it(`of ${field.name}, ${what}, are as many for a page of 100 as for one of 10, and no more of a kind than for one of 1`, async () => {
        const { counts, oftener } = await counted(
          (first) => `{ ${field.name}(${argsOf(field.name)}first: ${first}) ${shape} }`,
        )
        expect(oftener, String(counts)).to.deep.equal([])
        expect(counts[2], String(counts)).to.equal(counts[1])
      })
    }
  }

  it('a hundred scores read anew are refused for their cost, and so is what is read of them', async () => {
    for (const field of ANEW) {
      const inner = field === 'audit' ? '' : '{ __typename }'
      const query = `{ operators(first: 100) { nodes { score { ${field} ${inner} } } } }`
      const { errors } = await world.ask(query, { token: world.token('auditor', 'auditor-1') })
      expect(errors?.[0]?.extensions['code'], field).to.equal('QUERY_TOO_COSTLY')
    }
  })
})

/** One operator of whom there is all that a question can be about. */
const one = async (world: World): Promise<void> => {
  const { db } = world.database
  const code = uscc(1)
  const [officer, administrator] = [world.token('officer', 'officer-1'), world.token('administrator')]
  const act = async (name: string, type: string, input: object, below = '{ __typename }') => {
    const answer = await world.ask(`mutation($input: ${type}!) { ${name}(input: $input) ${below} }`, {
      token: officer,
      variables: { input },
    })
    if (answer.errors) throw new Error(`${name}: ${JSON.stringify(answer.errors)}`)
    return answer.data[name]
  }
  await world.bring('registry', [
    registration(code, '虚构青禾有限公司'),
    registration(uscc(500), '虚构旧号有限公司', { status: 'DEREGISTERED' }),
  ])
  const unclaimed = { uscc: null, orgCode: null, regNo: null, shop: null, name: '虚构无主有限公司' }
  await world.bring('penalties', [
    penalty(code, NUMBER),
    { ...penalty(code, 'n2'), subject: unclaimed, key: 'unclaimed' },
  ])
  await world.bring('trademarks', [trademark(code, '900001')])
  await world.bring('dishonest', [mirrored(code, 'E1', '2026-01-05')])
  const record = await recordId(world, `${NUMBER}/${code}`)
  await scored(world, await operatorId(world, code), 317, 'D', [record])
  const listing = await publishListing(world, code, NUMBER)
  const listingId = Buffer.from(listing, 'base64url').toString().split(':')[1]
  await db('concerns').insert({
    listing_id: listingId,
    cause: 'ABSENT',
    opened_at: NOW,
    note: '待核',
    version_id: record,
  })
  await act('proposeOverrule', 'ProposeOverruleInput', {
    operator: code,
    grade: 'C',
    reason: '理由',
    endsOn: '2026-06-01',
  })
  await act('openObjection', 'OpenObjectionInput', {
    operator: code,
    record: globalOf('Record', record),
    statement: '陈述',
  })
  await act('mergeOperators', 'MergeOperatorsInput', { from: uscc(500), into: code, cause: 'MOVED', reason: '迁移' })
  await act('issueAccessCode', 'AccessCodeInput', { operator: code, reason: '送达' })
  await db('authorisations').insert({
    client: 'service',
    operator_id: await operatorId(world, code),
    document: '授权书',
    given_on: TODAY,
    ends_on: '2027-03-02',
    recorded_at: NOW,
  })
  await fetch(`${world.url}/v1/feeds/dishonest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${administrator}` },
    body: '企业名称,工商注册号,组织机构代码,统一信用代码,失信领域\n虚构坏行有限公司,,,坏,失信',
  })
  await db('listing_deadlines').where({ listing_id: listingId }).update({ ended_on: TODAY, outcome: 'MET' })
  await db.raw(
    `insert into deliveries (platform, subject_id, number, action, notice, state, attempts, due_at, created_at, kind, head, failures)
     select platform, subject_id, number + 100, 'REMOVE', notice, 'OWED', 0, due_at, created_at, kind, false, 0
     from deliveries where kind = 'listing'`,
  )
  const run = (await db('runs').first('id')).id
  const compared = {
    platform: 'national',
    run_id: run,
    compared_at: NOW,
    shown: 1,
    expected: 1,
    missing: 1,
    stale: 0,
    unwanted: 0,
    hidden: 0,
    on_their_way: 0,
    others: 0,
  }
  const [{ id }] = await db('comparisons').insert(compared).returning('id')
  await db('findings').insert({
    platform: 'national',
    kind: 'listing',
    key: listingId,
    what: 'MISSING',
    differs: [],
    did: 'HIDDEN',
    comparison_id: id,
    found_at: NOW,
    last_found_at: NOW,
    times: 1,
  })
  const card = (await db('scorecards').first('hash')).hash
  await db('scorecard_adoptions').insert({
    scorecard_hash: card,
    state: 'ADOPTED',
    effective_on: TODAY,
    reason: '理由',
    proposed_by: 'officer-1',
    proposed_at: NOW,
    decided_by: 'reviewer-1',
    decided_at: NOW,
    note: '同意',
  })
}

/** And as many more like it. */
const many = async (world: World): Promise<void> => {
  const { db } = world.database
  const ids: Ids = new Map()
  const own = await operatorId(world, uscc(1))
  const merged = Number(
    (
      await db('operators')
        .where({ uscc: uscc(500) })
        .first('id')
    ).id,
  )
  const of = (table: string, column: string, id: unknown, n: number) => ({ [column]: idOf(ids, table, id, n) })
  const times = OPERATORS - 1
  const both = `operator_id in (${own}, ${merged})`
  const copy = (
    table: string,
    where: string,
    other: (row: Record<string, unknown>, n: number) => Record<string, unknown>,
  ) => copies(db, ids, { table, where, times, other })
  const operated = (row: Record<string, unknown>, n: number) => of('operators', 'operator_id', row['operator_id'], n)
  const listed = (row: Record<string, unknown>, n: number) => ({
    ...of('listings', 'listing_id', row['listing_id'], n),
    ...('operator_id' in row && operated(row, n)),
  })

  await copies(db, ids, { table: 'runs', where: 'planned_for is null', times, other: () => ({}) })
  await copies(db, ids, { table: 'operators', where: `id = ${own}`, times, other: (_, n) => ({ uscc: uscc(n + 1) }) })
  await copies(db, ids, {
    table: 'operators',
    where: `id = ${merged}`,
    times,
    other: (row, n) => ({ uscc: uscc(500 + n), ...of('operators', 'merged_into', row['merged_into'], n) }),
  })
  await copy('operator_names', both, operated)
  await copy('versions', both, (row, n) => ({
    ...operated(row, n),
    record_key: `${row['record_key']}#${n}`,
    row_number: n,
  }))
  await copy('scores', both, (row, n) => ({
    ...operated(row, n),
    reasons: JSON.parse(JSON.stringify(row['reasons']), (key, value) =>
      key === 'records' ? value.map((id: number) => idOf(ids, 'versions', id, n)) : value,
    ),
  }))
  await copy('current_scores', both, (row, n) => ({
    ...operated(row, n),
    ...of('scores', 'score_id', row['score_id'], n),
  }))
  await copy('listings', both, (row, n) => ({
    ...operated(row, n),
    ...of('versions', 'decision_version', row['decision_version'], n),
    // Each on a day of its own.
    published_on: new Date(Date.parse('2025-06-01') + n * 86_400_000).toISOString().slice(0, 10),
  }))
  await copy('public_entries', 'true', (row, n) => ({
    ...listed(row, n),
    body: { ...(row['body'] as object), id: idOf(ids, 'listings', row['listing_id'], n), uscc: uscc(n + 1) },
  }))
  for (const table of ['listing_events', 'listing_deadlines', 'listing_documents']) await copy(table, 'true', listed)
  await copy('concerns', 'true', (row, n) => ({
    ...listed(row, n),
    ...of('versions', 'version_id', row['version_id'], n),
  }))
  await copy('deliveries', "kind = 'listing'", (row, n) => of('listings', 'subject_id', row['subject_id'], n))
  await copy('overrules', 'true', operated)
  await copy('objections', 'true', (row, n) => ({ ...operated(row, n), record_key: `${row['record_key']}#${n}` }))
  await copy('watch_entries', 'true', operated)
  await copy('access_codes', 'true', (row, n) => ({ ...operated(row, n), mark: String(n).padStart(64, '0') }))
  await copy('authorisations', 'true', operated)
  await copy('identity_decisions', 'true', (row, n) => ({
    ...operated(row, n),
    ...of('operators', 'merged_id', row['merged_id'], n),
  }))
  await copy('unmatched', 'true', (row, n) => ({ record_key: `${row['record_key']}#${n}`, proposed_operator: own }))
  await copy('rejects', 'true', (row, n) => ({ ...of('runs', 'run_id', row['run_id'], n), row_number: n + 10 }))
  await copy('comparisons', 'true', () => ({}))
  await copy('findings', 'true', (row, n) => ({
    key: idOf(ids, 'listings', row['key'], n),
    ...of('comparisons', 'comparison_id', row['comparison_id'], n),
  }))
  await copy('scorecard_adoptions', 'true', () => ({}))
  await db.raw('analyze')
  // Rows of the trail come by themselves.
  for (let n = 0; n < OPERATORS; n += 1)
    await world.ask(`{ operator(code: "${uscc(1)}") { name } }`, { token: world.token('officer') })
}
