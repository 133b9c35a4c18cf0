import { expect } from 'chai'
import { globalOf, keyIn } from '../global-ids.js'
import { mirrored, penalty, registration, trademark, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, scored, type World } from '../world.js'

const FILE = `{ operator(code: "CODE" ARGS) {
  id uscc shop name kind region registrationStatus regNo formerNames codes { scheme code }
  standing { status }
  records(first: 10) { totalCount nodes { kind } edges { cursor node { id kind feed agency agencyName { zh } body remarks { rule } validFrom validTo knownFrom source { run file page row } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  score { value grade scorecard asOf nextChangeOn reasons { rule dimension fact points count zh en fadesOn records { id kind } } }
  listings { id kind mirrored state decidedOn endsOn }
} }`
const file = (code: string, args = '') => FILE.replace('CODE', code).replace('ARGS', args)

describe('operator over HTTP', () => {
  let world: World
  const [one, two] = [uscc(1), uscc(2)]
  const many = Array.from({ length: 30 }, (_, i) => uscc(500 + i))
  const number = '虚市监处罚〔2026〕9号'

  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      [
        { ...registration(one, '虚构青禾有限公司'), validFrom: '2020-01-01' },
        registration(two, '虚构白露有限公司'),
        ...many.map((code, i) => registration(code, `虚构连锁${i}店有限公司`)),
      ],
      new Date('2026-01-01T00:00:00Z'),
    )
    await world.bring(
      'registry',
      [
        {
          ...registration(one, '虚构青禾电子商务有限公司'),
          validFrom: '2026-02-01',
          subject: { uscc: one, orgCode: null, regNo: '220102000000018', shop: null, name: '虚构青禾电子商务有限公司' },
        },
      ],
      new Date('2026-02-10T00:00:00Z'),
    )
    await world.bring('trademarks', [trademark(one, '90000001'), trademark(one, '90000002')])
    await world.bring('penalties', [penalty(one, number)])
    await world.bring('dishonest', [
      mirrored(one, 'old-1', '2024-05-15'),
      mirrored(one, 'old-2', null),
      mirrored(one, 'old-3', '2018-05-15'),
    ])
    await scored(world, await operatorId(world, one), 430, 'D', [await recordId(world, `${number}/${one}`)])
    for (const code of many) await scored(world, await operatorId(world, code), 650, 'B', [])
  })
  after(() => world.close())

  it('shows an officer the whole file, each record with its source', async () => {
    const { data, errors } = await world.ask(file(one), { token: world.token('officer') })
    expect(errors).to.equal(undefined)
    const { operator } = data
    expect(operator).to.include({
      uscc: one,
      shop: null,
      name: '虚构青禾电子商务有限公司',
      kind: 'ENTERPRISE',
      region: '220102',
      registrationStatus: 'ACTIVE',
      regNo: '220102000000018',
    })
    expect(operator.formerNames).to.deep.equal(['虚构青禾有限公司'])
    expect(operator.codes).to.deep.include({ scheme: 'REG_NO', code: '220102000000018' })
    expect(operator.records.totalCount).to.equal(7)
    const kinds = operator.records.nodes.map((each: { kind: string }) => each.kind)
    expect(kinds.sort()).to.deep.equal([
      'LIST_ENTRY',
      'LIST_ENTRY',
      'LIST_ENTRY',
      'PENALTY',
      'REGISTRATION',
      'TRADEMARK',
      'TRADEMARK',
    ])
    const { node } = operator.records.edges.find((edge: { node: { kind: string } }) => edge.node.kind === 'PENALTY')
    expect(node).to.deep.include({ feed: 'penalties', agency: 'credit-office', agencyName: { zh: '吉林省信用办' } })
    expect(node.body.fine_yuan).to.equal('50000')
    expect(node.source).to.deep.include({ file: 'penalties.csv', page: 1, row: 2 })
    expect(keyIn(node.source.run)).to.match(/^\d+$/)
    expect(operator.score).to.include({ value: 430, grade: 'D', scorecard: 'ecommerce-1', asOf: '2026-03-02' })
    const sum = operator.score.reasons.reduce((total: number, reason: { points: number }) => total + reason.points, 0)
    expect(sum).to.equal(430)
    expect(operator.score.reasons[1].records).to.deep.equal([{ id: node.id, kind: 'PENALTY' }])
  })

  it('shows the end of a mirrored entry, or that it is unknown', async () => {
    const { data } = await world.ask(file(one), { token: world.token('auditor') })
    const entries = data.operator.listings.map(({ decidedOn, endsOn, state, mirrored }: Record<string, unknown>) => ({
      decidedOn,
      endsOn,
      state,
      mirrored,
    }))
    expect(entries).to.have.deep.members([
      { decidedOn: '2024-05-15', endsOn: '2027-05-15', state: 'PUBLISHED', mirrored: true },
      { decidedOn: null, endsOn: null, state: 'PUBLISHED', mirrored: true },
      { decidedOn: '2018-05-15', endsOn: '2021-05-15', state: 'REMOVED', mirrored: true },
    ])
  })

  for (const role of ['marketplace', 'credit_service'] as const) {
    it(`shows a ${role} the openly visible kinds of records, without score, penalties or mirrored entries`, async () => {
      const { data, errors } = await world.ask(file(one), { token: world.token(role) })
      expect(errors).to.equal(undefined)
      expect(data.operator.records.totalCount).to.equal(3)
      expect(new Set(data.operator.records.nodes.map((each: { kind: string }) => each.kind))).to.deep.equal(
        new Set(['REGISTRATION', 'TRADEMARK']),
      )
      expect(data.operator.score).to.equal(null)
      expect(data.operator.listings).to.deep.equal([])
      const asked = await world.ask(
        `{ operator(code: "${one}") { records(kind: PENALTY) { totalCount nodes { id } pageInfo { hasNextPage } } } }`,
        { token: world.token(role) },
      )
      expect(asked.data.operator.records).to.deep.equal({ totalCount: 0, nodes: [], pageInfo: { hasNextPage: false } })
    })
  }

  it('needs a token, without which the other fields of the request are still answered', async () => {
    const { status, data, errors } = await world.ask(
      `{ operator(code: "${one}") { name } standing(code: "${one}") { name } }`,
    )
    expect(status).to.equal(200)
    expect(data).to.deep.equal({ operator: null, standing: { name: '虚构青禾电子商务有限公司' } })
    expect(errors?.[0]).to.deep.include({ path: ['operator'] })
    expect(errors?.[0]?.extensions['code']).to.equal('UNAUTHENTICATED')
  })

  it('is null for an unknown and for a forbidden operator alike', async () => {
    const unknown = await world.ask(file(uscc(99)), { token: world.token('officer') })
    const others = await world.ask(file(one), { token: world.token('party', two) })
    const malformed = await world.ask(file('nonsense'), { token: world.token('officer') })
    for (const { status, data, errors } of [unknown, others, malformed]) {
      expect({ status, data, errors }).to.deep.equal({ status: 200, data: { operator: null }, errors: undefined })
    }
    const own = await world.ask(file(one), { token: world.token('party', one) })
    expect(own.data.operator.records.totalCount).to.equal(7)
  })

  it('answers a past day with the state of that day, and a past instant with what was known then', async () => {
    const token = world.token('officer')
    const name = async (args: string) => {
      const { data } = await world.ask(
        `{ operator(code: "${one}" ${args}) { name score { value } records(kind: REGISTRATION) { nodes { body } } } }`,
        { token },
      )
      return [data.operator.records.nodes[0]?.body.name, data.operator.score?.value ?? null, data.operator.name]
    }
    expect(await name('')).to.deep.equal(['虚构青禾电子商务有限公司', 430, '虚构青禾电子商务有限公司'])
    expect(await name('asOf: "2026-01-31"')).to.deep.equal(['虚构青禾有限公司', null, '虚构青禾有限公司'])
    expect(await name('knownAt: "2026-02-09T00:00:00Z"')).to.deep.equal(['虚构青禾有限公司', null, '虚构青禾有限公司'])
    expect(await name('asOf: "2019-12-31"')).to.deep.equal([undefined, null, '虚构青禾电子商务有限公司'])
  })

  it('a withdrawn record stays in past answers to an officer, and disappears from those to a marketplace', async () => {
    const { db } = world.database
    const id = await recordId(world, '90000002/30')
    await db('versions')
      .where({ id })
      .update({ known_to: new Date('2026-03-02T03:00:00Z'), closed_as: 'WRONG' })
    const numbers = async (role: 'officer' | 'marketplace') => {
      const { data } = await world.ask(
        `{ operator(code: "${one}", knownAt: "2026-03-02T02:30:00Z") { records(kind: TRADEMARK) { totalCount nodes { body } } } node(id: "${globalOf('Record', id)}") { id } }`,
        { token: world.token(role) },
      )
      return [data.operator.records.nodes.length, data.operator.records.totalCount, data.node !== null]
    }
    expect(await numbers('officer')).to.deep.equal([2, 2, true])
    expect(await numbers('marketplace')).to.deep.equal([1, 1, false])
    await db('versions').where({ id }).update({ known_to: null, closed_as: null })
  })

  it('pages through records without a gap or a repeat', async () => {
    const token = world.token('officer')
    const seen: string[] = []
    for (let after: string | null = null; ; ) {
      const { data } = await world.ask(
        `query($a: String) { operator(code: "${one}") { records(first: 3, after: $a) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`,
        { token, variables: { a: after } },
      )
      const { edges, pageInfo } = data.operator.records
      expect(pageInfo.hasPreviousPage).to.equal(after !== null)
      seen.push(...edges.map((edge: { node: { id: string } }) => edge.node.id))
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    expect(seen).to.have.length(7)
    expect(new Set(seen).size).to.equal(7)
  })

  it('the directory filters by name, region, kind and grade, and pages', async () => {
    const token = world.token('officer')
    const list = async (filter: string, page = 'first: 100') => {
      const { data } = await world.ask(
        `{ operators(filter: {${filter}}, ${page}) { totalCount nodes { uscc } pageInfo { hasNextPage endCursor } } }`,
        { token },
      )
      return data.operators
    }
    expect((await list('name: "连锁"')).totalCount).to.equal(30)
    expect((await list('name: "100%_"')).totalCount).to.equal(0)
    expect((await list('grade: D')).nodes).to.deep.equal([{ uscc: one }])
    expect((await list('region: "2201", kind: ENTERPRISE')).totalCount).to.equal(32)
    expect((await list('region: "2202"')).nodes).to.deep.equal([])
    expect((await list('kind: SHOP')).nodes).to.deep.equal([])
    const first = await list('name: "连锁"', 'first: 20')
    expect(first.pageInfo.hasNextPage).to.equal(true)
    const second = await list('name: "连锁"', `first: 20, after: "${first.pageInfo.endCursor}"`)
    expect([...first.nodes, ...second.nodes].map((each) => each.uscc)).to.have.members(many)
  })

  it('a party finds only itself in the directory', async () => {
    const { data } = await world.ask('{ operators { totalCount nodes { uscc } } }', {
      token: world.token('party', two),
    })
    expect(data.operators).to.deep.equal({ totalCount: 1, nodes: [{ uscc: two }] })
  })

  it('a page of operators costs the same number of statements, whatever its size', async () => {
    const query = (first: number) =>
      `{ operators(first: ${first}) { totalCount nodes { name regNo formerNames codes { code } standing { status listings { id } } records(first: 5) { totalCount nodes { id } } score { value reasons { records { id } } } listings { id state } } } }`
    const token = world.token('officer')
    const cost = async (first: number) => (await world.statements(() => world.ask(query(first), { token }))).length
    // The first query fills the cache of scorecards.
    await cost(2)
    expect(await cost(30)).to.equal(await cost(2))
    expect(await cost(30)).to.be.at.most(14)
  })

  it('the file of one operator costs one statement for each part', async () => {
    const query = `query($code: String!) { operator(code: $code) { name registrationStatus records(first: 10) { nodes { id body } }
      score { value reasons { points zh } } listings { id state } standing { status } } }`
    const token = world.token('officer')
    const ask = () => world.ask(query, { variables: { code: one }, token })
    await ask()
    const sql = await world.statements(ask)
    expect(sql.map((each) => /\/\* ([\w. ]+) \*\//.exec(each)?.[1]).sort()).to.deep.equal([
      'listings.ofOperators',
      'operators.byCodes',
      'scores.latest',
      'standings.ordinary',
      'versions.mirrored',
      'versions.ofOperators',
    ])
  })

  it('a page size outside 1–100 and an invalid cursor are refused with an error code', async () => {
    const token = world.token('officer')
    for (const args of [
      'first: 0',
      'first: 101',
      'first: -1',
      'after: "x"',
      `after: "${Buffer.from('after:1; drop table runs').toString('base64url')}"`,
    ]) {
      const { errors } = await world.ask(`{ operators(${args}) { totalCount } }`, { token })
      expect(errors?.[0]?.extensions['code'], args).to.equal('INPUT_INVALID')
    }
  })

  it('node finds operators and records by id, within the viewer’s access', async () => {
    const id = globalOf('Operator', await operatorId(world, one))
    const record = globalOf('Record', await recordId(world, `${number}/${one}`))
    const query = `{ a: node(id: "${id}") { id ... on Operator { uscc } } b: node(id: "${record}") { id ... on Record { kind } } c: node(id: "zzz") { id } d: node(id: "${globalOf('Operator', 99999)}") { id } }`
    const officer = await world.ask(query, { token: world.token('officer') })
    expect(officer.data).to.deep.equal({ a: { id, uscc: one }, b: { id: record, kind: 'PENALTY' }, c: null, d: null })
    const marketplace = await world.ask(query, { token: world.token('marketplace') })
    expect(marketplace.data.b).to.equal(null)
    const party = await world.ask(query, { token: world.token('party', two) })
    expect(party.data).to.deep.equal({ a: null, b: null, c: null, d: null })
  })

  it('shows since when each former name is known, newest first', async () => {
    await world.bring('registry', [registration(uscc(950), '旧名商贸有限公司')])
    await world.bring('registry', [registration(uscc(950), '新名商贸有限公司')])
    const asked = `{ operator(code: "${uscc(950)}") { name formerNames namesBefore { name knownFrom } } }`
    const { data } = await world.ask(asked, { token: world.token('officer') })
    expect(data.operator).to.deep.include({ name: '新名商贸有限公司', formerNames: ['旧名商贸有限公司'] })
    expect(data.operator.namesBefore.map(({ name }: { name: string }) => name)).to.deep.equal(['旧名商贸有限公司'])
    // Both registrations were merged within the same hour.
    const knownFrom = Date.parse(data.operator.namesBefore[0].knownFrom)
    expect(knownFrom - NOW.getTime()).to.be.within(0, 3_600_000)
  })
})
