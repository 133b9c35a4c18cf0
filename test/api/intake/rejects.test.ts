import { expect } from 'chai'
import { globalOf } from '../global-ids.js'
import { mirrored, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, type World } from '../world.js'

const HEADER = '企业名称,工商注册号,组织机构代码,统一信用代码,失信领域'
const csv = (...rows: [n: number, field: string][]): string =>
  [HEADER, ...rows.map(([n, field]) => `虚构第${n}商行,,,${uscc(n)},${field}`)].join('\n')
const item = (n: number, field: string) => ({
  企业名称: `虚构第${n}商行`,
  工商注册号: '',
  组织机构代码: '',
  统一信用代码: uscc(n),
  失信领域: field,
})
const FIELDS = `id feed source { run file page row } receivedAt rule problems { field rule message } item state corrected takenRun
  settledAt settledBy note`
const LIST = `query($feed: ID, $run: ID, $state: RejectState, $rule: String, $first: Int, $after: String) {
  rejects(feed: $feed, run: $run, state: $state, rule: $rule, first: $first, after: $after) {
    totalCount nodes { ${FIELDS} } edges { cursor } pageInfo { hasNextPage endCursor } } }`
const CORRECT = `mutation($id: ID!, $fields: JSON!, $note: String!) { correctReject(id: $id, fields: $fields, note: $note) {
  reject { ${FIELDS} } problems { field rule message } effect } }`
const DROP = `mutation($id: ID!, $note: String!) { dropReject(id: $id, note: $note) { reject { ${FIELDS} } } }`

describe('rejected items over GraphQL', () => {
  let world: World
  let agency: string
  let other: string
  let officer: string
  let run: number
  before(async () => {
    world = await makeWorld()
    agency = world.token('agency', 'regulator-1', 'market-regulator')
    other = world.token('agency', 'credit-1', 'credit-office')
    officer = world.token('officer', 'officer-1')
    run = await upload('坏.csv', csv([1, '售假'], [2, ''], [3, ''], [4, ''], ...good(20)))
  })
  after(() => world.close())

  const good = (many: number): [number, string][] => Array.from({ length: many }, (_, n) => [100 + n, '售假'])
  const upload = async (name: string, body: string): Promise<number> => {
    const answer = await fetch(`${world.url}/v1/feeds/dishonest?name=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${agency}` },
      body,
    })
    return ((await answer.json()) as { run: number }).run
  }
  const list = async (token: string, variables: object = {}) =>
    (await world.ask(LIST, { token, variables })).data?.rejects
  const code = async (query: string, variables: object, token?: string) =>
    (await world.ask(query, { variables, ...(token && { token }) })).errors?.[0]?.extensions['code']

  it('are listed newest first, each as sent with its place and fault', async () => {
    const { totalCount, nodes } = await list(officer)
    expect(totalCount).to.equal(3)
    expect(nodes.map((one: { source: { row: number } }) => one.source.row)).to.deep.equal([5, 4, 3])
    expect(nodes[2]).to.deep.include({
      feed: 'dishonest',
      source: { run: globalOf('Run', run), file: '坏.csv', page: null, row: 3 },
      receivedAt: NOW.toISOString(),
      item: item(2, ''),
      state: 'OPEN',
      corrected: null,
      takenRun: null,
      settledAt: null,
      settledBy: null,
      note: null,
    })
    expect(nodes[2].problems[0].message).to.match(/。.*\w/)
    expect(nodes[2].rule).to.equal(nodes[2].problems[0].rule)
  })

  it('are paged', async () => {
    const first = await list(officer, { first: 2 })
    expect([first.nodes.length, first.pageInfo.hasNextPage, first.totalCount]).to.deep.equal([2, true, 3])
    const second = await list(officer, { first: 2, after: first.pageInfo.endCursor })
    expect([second.nodes.length, second.pageInfo.hasNextPage]).to.deep.equal([1, false])
    expect(second.nodes[0].source.row).to.equal(3)
  })

  it('are counted by the first rule that they broke, and for an agency only its own are counted', async () => {
    const rules = async (token: string, variables: object = {}) => {
      const query = `query($feed: ID, $state: RejectState) { rejectRules(feed: $feed, state: $state) { rule count } }`
      return (await world.ask(query, { token, variables })).data.rejectRules
    }
    const [{ rule }] = (await list(officer)).nodes
    expect(await rules(officer, { feed: 'dishonest' })).to.deep.equal([{ rule, count: 3 }])
    expect(await rules(officer, { state: 'DROPPED' })).to.deep.equal([])
    expect(await rules(other)).to.deep.equal([])
  })

  it('are filtered by feed, run, state and rule', async () => {
    const [{ rule }] = (await list(officer)).nodes
    const cases: [object, number][] = [
      [{ feed: 'dishonest' }, 3],
      [{ feed: 'registry' }, 0],
      [{ feed: 'nowhere' }, 0],
      [{ run: globalOf('Run', run) }, 3],
      [{ run: globalOf('Run', run + 1) }, 0],
      [{ run: 'nonsense' }, 0],
      [{ state: 'OPEN' }, 3],
      [{ state: 'TAKEN' }, 0],
      [{ rule }, 3],
      [{ rule: 'no.such' }, 0],
    ]
    for (const [variables, many] of cases)
      expect((await list(officer, variables)).totalCount, JSON.stringify(variables)).to.equal(many)
  })

  it('are open to authorities, and to an agency only its own', async () => {
    for (const role of ['officer', 'reviewer', 'administrator', 'auditor'] as const)
      expect((await list(world.token(role))).totalCount).to.equal(3)
    expect((await list(agency)).totalCount).to.equal(3)
    expect((await list(agency, { feed: 'penalties' })).totalCount).to.equal(0)
    expect((await list(other)).totalCount).to.equal(0)
    expect((await list(other, { feed: 'dishonest' })).totalCount).to.equal(0)
    expect((await list(other, { run: globalOf('Run', run) })).totalCount).to.equal(0)
    expect(await code(LIST, {})).to.equal('UNAUTHENTICATED')
    expect(await code(LIST, {}, world.token('marketplace'))).to.equal('FORBIDDEN')
  })

  it('are found by their global id by viewers with access', async () => {
    const [{ id }] = (await list(officer)).nodes
    const asked = async (token: string) =>
      (await world.ask(`{ node(id: "${id}") { id ... on Reject { feed } } }`, { token })).data.node
    expect(await asked(agency)).to.deep.equal({ id, feed: 'dishonest' })
    expect(await asked(other)).to.equal(null)
    expect(await asked(world.token('marketplace'))).to.equal(null)
  })

  it('are corrected by their agency, and the answer shows the result', async () => {
    const [, , { id }] = (await list(agency)).nodes
    const { data, errors } = await world.ask(CORRECT, {
      token: agency,
      variables: { id, fields: item(2, '刷单炒信'), note: '漏填失信领域' },
    })
    expect(errors).to.equal(undefined)
    expect(data.correctReject).to.deep.include({ problems: [], effect: 'NEW' })
    expect(data.correctReject.reject).to.deep.include({
      state: 'TAKEN',
      corrected: item(2, '刷单炒信'),
      settledBy: 'regulator-1',
      settledAt: NOW.toISOString(),
      note: '漏填失信领域',
    })
    const operator = await world.ask(
      `{ operator(code: "${uscc(2)}") { records { nodes { feed source { run file row } } } } node(id: "${data.correctReject.reject.takenRun}") { ... on Run { cause subject } } }`,
      { token: officer },
    )
    expect(operator.data).to.deep.equal({
      operator: {
        records: {
          nodes: [{ feed: 'dishonest', source: { run: data.correctReject.reject.takenRun, file: '坏.csv', row: 3 } }],
        },
      },
      node: { cause: 'PERSON', subject: 'dishonest' },
    })
    expect((await list(agency, { state: 'TAKEN' })).totalCount).to.equal(1)
  })

  it('stay open when the correction still has faults, which it lists', async () => {
    const [{ id }] = (await list(agency, { state: 'OPEN' })).nodes
    const { data } = await world.ask(CORRECT, { token: officer, variables: { id, fields: item(4, ''), note: '再试' } })
    expect(data.correctReject.effect).to.equal(null)
    expect(data.correctReject.problems).to.not.have.length(0)
    expect(data.correctReject.reject).to.deep.include({ state: 'OPEN', corrected: null, note: null })
  })

  it('are dropped with a reason', async () => {
    const [{ id }] = (await list(agency, { state: 'OPEN' })).nodes
    const { data } = await world.ask(DROP, { token: officer, variables: { id, note: '来文单位已撤回' } })
    expect(data.dropReject.reject).to.deep.include({
      id,
      state: 'DROPPED',
      settledBy: 'officer-1',
      note: '来文单位已撤回',
    })
    expect(await code(DROP, { id, note: '再次' }, officer)).to.equal('REJECT_SETTLED')
    expect(await code(CORRECT, { id, fields: item(4, '售假'), note: '再次' }, officer)).to.equal('REJECT_SETTLED')
  })

  it('are settled only by an officer, an administrator and their own agency', async () => {
    const [{ id }] = (await list(agency, { state: 'OPEN' })).nodes
    const correction = { id, fields: item(3, '售假'), note: '理由' }
    for (const role of ['reviewer', 'auditor', 'marketplace', 'party'] as const) {
      expect(await code(CORRECT, correction, world.token(role))).to.equal('FORBIDDEN')
      expect(await code(DROP, { id, note: '理由' }, world.token(role))).to.equal('FORBIDDEN')
    }
    expect(await code(CORRECT, correction)).to.equal('UNAUTHENTICATED')
    for (const unknown of [
      { ...correction, id: globalOf('Reject', 999_999) },
      { ...correction, id: 'nonsense' },
    ])
      expect(await code(CORRECT, unknown, officer)).to.equal('REJECT_UNKNOWN')
    expect(await code(CORRECT, correction, other)).to.equal('REJECT_UNKNOWN')
    expect(await code(DROP, { id, note: '理由' }, other)).to.equal('REJECT_UNKNOWN')
    expect(await code(CORRECT, { ...correction, note: ' ' }, officer)).to.equal('INPUT_INVALID')
    expect(await code(CORRECT, { ...correction, fields: '"text"' }, officer)).to.equal('INPUT_INVALID')
    expect(await code(CORRECT, { ...correction, note: 'a\u0000b' }, officer)).to.equal('INPUT_INVALID')
    expect((await list(officer, { state: 'OPEN' })).totalCount).to.equal(1)
  })

  it('appear in the state of their feed, beside its last pull', async () => {
    const { data, errors } = await world.ask(
      `{ agencies { feeds { id items rejects rejectsByRule { rule count } lastError { code } openRejects unmatched dutyWorkdays
         timeliness { late timely share } } } }`,
      { token: world.token('auditor') },
    )
    expect(errors).to.equal(undefined)
    const feeds = data.agencies.flatMap((one: { feeds: { id: string }[] }) => one.feeds)
    const of = (id: string) => feeds.find((feed: { id: string }) => feed.id === id)
    const [{ rule }] = (await list(officer)).nodes
    expect(of('dishonest')).to.deep.include({
      items: 24,
      rejects: 3,
      rejectsByRule: [{ rule, count: 3 }],
      lastError: null,
      openRejects: 1,
      unmatched: 0,
      timeliness: { late: 0, timely: 0, share: null },
    })
    expect(of('trademarks')).to.deep.include({ items: null, rejects: null, rejectsByRule: [], openRejects: 0 })
  })

  it('the late share of a feed counts its new records only', async () => {
    const { db } = world.database
    for (const [late, timely] of [
      [50, 0],
      [1, 3],
    ]) {
      await db('runs').insert({
        job: 'pull',
        subject: 'penalties',
        cause: 'timetable',
        started_at: NOW,
        ended_at: NOW,
        outcome: 'DONE',
        whole: true,
        counts: JSON.stringify({ late, timely }),
      })
    }
    const { data } = await world.ask('{ agencies { feeds { id dutyWorkdays timeliness { late timely share } } } }', {
      token: officer,
    })
    const feeds = data.agencies.flatMap((one: { feeds: { id: string }[] }) => one.feeds)
    const penalties = feeds.find(({ id }: { id: string }) => id === 'penalties')
    expect(penalties.timeliness).to.deep.equal({ late: 1, timely: 3, share: 0.25 })
  })
})

describe('age of a standing', () => {
  let world: World
  beforeEach(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(uscc(1), '虚构松云商贸有限公司')])
  })
  afterEach(() => world.close())

  const age = async () => {
    const { data } = await world.ask(`{ standing(code: "${uscc(1)}") { asOf stale } }`)
    return data.standing
  }
  const failedPull = (subject: string) =>
    world.database
      .db('runs')
      .insert({ job: 'pull', subject, cause: 'timetable', started_at: NOW, ended_at: NOW, outcome: 'FAILED' })

  it('is the earliest possible instant while no list feed has arrived', async () => {
    expect(await age()).to.deep.equal({ asOf: '1970-01-01T00:00:00.000Z', stale: true })
  })

  it('depends on list feeds that arrived, not on list feeds never pulled', async () => {
    await world.bring('dishonest', [mirrored(uscc(1), 'x-1', '2024-05-15')])
    expect(await age()).to.deep.equal({ asOf: NOW.toISOString(), stale: false })
  })

  it('is that of the oldest list feed', async () => {
    const earlier = new Date(NOW.getTime() - 3_600_000)
    await world.bring('dishonest', [], NOW)
    await world.bring('abnormal', [], earlier)
    expect(await age()).to.deep.equal({ asOf: earlier.toISOString(), stale: false })
  })

  it('is stale where a list feed was pulled and never arrived', async () => {
    await world.bring('dishonest', [])
    await failedPull('abnormal')
    expect(await age()).to.deep.equal({ asOf: '1970-01-01T00:00:00.000Z', stale: true })
  })

  it('does not depend on feeds other than lists', async () => {
    await world.bring('dishonest', [])
    await failedPull('penalties')
    expect((await age()).stale).to.equal(false)
  })
})
