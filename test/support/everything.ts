/** A world with more than a hundred of everything that is paged: one complete operator and copies of it. */
import { globalOf } from '../api/global-ids.js'
import { publishListing } from '../api/listed-world.js'
import { mirrored, penalty, registration, trademark, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, scored, TODAY, type World } from '../api/world.js'
import { copies, type Ids, idOf } from './clones.js'

/** Operators, each with one of everything. */
const OPERATORS = 105
const NUMBER = '虚市监处罚〔2026〕1号'

export const everything = async (operators = OPERATORS): Promise<World> => {
  const world = await makeWorld()
  await one(world)
  await many(world, operators)
  return world
}

/** One operator with data for every query. */
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
  const listingId = listing
  await db('concerns').insert({
    listing_id: listingId,
    cause: 'ABSENT',
    opened_at: NOW,
    note: '待核',
    version_id: record,
  })
  await act('proposeOverride', 'ProposeOverrideInput', {
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
     from deliveries where kind = 'listing' and platform = 'national'`,
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

const many = async (world: World, operators: number): Promise<void> => {
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
  const times = operators - 1
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
    // Each entry is published on another day.
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
  const client = world.keys.sign(
    { sub: 'bureau', role: 'agency', agency: 'market-regulator', region: '220104' },
    NOW.getTime(),
  )
  for (let n = 0; n < operators; n += 1) await openMatterOf(world, client.token, n)
  await db.raw('analyze')
  // The audit log is a hash chain, so its rows cannot be copied and queries write them.
  for (let n = 0; n < operators; n += 1)
    await world.ask(`{ operator(code: "${uscc(1)}") { name } }`, { token: world.token('officer') })
}

/** Matters have seats and no copies: each is opened. */
const openMatterOf = async (world: World, token: string, n: number): Promise<void> => {
  const input = {
    kind: 'clue',
    to: 'market-regulator@220000',
    reference: `虚构-${n}`,
    fields: [
      { name: 'source', value: 'PATROL' },
      { name: 'facts', value: '虚构线索' },
    ],
  }
  const { errors } = await world.ask('mutation ($input: OpenMatterInput!) { openMatter(input: $input) { id } }', {
    token,
    variables: { input },
  })
  if (errors) throw new Error(JSON.stringify(errors))
}
