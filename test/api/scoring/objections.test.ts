import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { globalOf } from '../global-ids.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, operatorId, recordId, scored, seenOutside, type World } from '../world.js'

const OBJECTION = `id feed rule fact statement state openedBy decidedBy note referredTo consequence { zh en } record { id } operator { uscc }`
const OPEN = `mutation($input: OpenObjectionInput!) { openObjection(input: $input) { ${OBJECTION} } }`
const DECIDE = `mutation($input: DecideObjectionInput!) { decideObjection(input: $input) { ${OBJECTION} } }`
const WITHDRAW = `mutation($id: ID!) { withdrawObjection(id: $id) { ${OBJECTION} } }`
const FILE = `query($code: String!, $knownAt: DateTime) { operator(code: $code, knownAt: $knownAt) {
  standing { objected } score { objected reasons { rule objected } } objections { id state } } }`
const LIST = `query($state: ObjectionState, $first: Int, $after: String) { objections(state: $state, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { id } } }`

const ALL_ROLES: Role[] = [
  'marketplace',
  'credit_service',
  'agency',
  'officer',
  'reviewer',
  'administrator',
  'auditor',
  'party',
]

describe('objections over HTTP', () => {
  let world: World
  let record: string
  const [one, two] = [uscc(1), uscc(2)]
  const officer = () => world.token('officer', 'officer-1')
  const reviewer = () => world.token('reviewer', 'reviewer-1')
  const party = () => world.token('party', one)
  const open = (token = officer(), input: Record<string, unknown> = {}) =>
    world.ask(OPEN, { token, variables: { input: { operator: one, record, statement: '非我单位所为', ...input } } })
  const opened = async (): Promise<string> => (await open()).data.openObjection.id
  const decide = (id: string, input: Record<string, unknown> = {}, token = reviewer()) =>
    world.ask(DECIDE, { token, variables: { input: { id, verdict: 'UPHELD', note: '已核实', ...input } } })
  const withdraw = (id: string, token = officer()) => world.ask(WITHDRAW, { token, variables: { id } })
  const file = async (token = officer(), variables: Record<string, unknown> = {}) =>
    (await world.ask(FILE, { token, variables: { code: one, ...variables } })).data.operator
  const code = ({ errors }: { errors: { extensions: Record<string, unknown> }[] | undefined }) =>
    errors?.[0]?.extensions['code']

  before(async () => {
    world = await makeWorld()
    const numbers = ['虚市监处罚〔2026〕1号', '虚市监处罚〔2026〕2号']
    await world.bring('registry', [registration(one, '虚构青禾有限公司'), registration(two, '虚构白露有限公司')])
    await world.bring('penalties', [penalty(one, numbers[0] ?? ''), penalty(two, numbers[1] ?? '')])
    const version = await recordId(world, `${numbers[0]}/${one}`)
    record = globalOf('Record', version)
    await scored(world, await operatorId(world, one), 500, 'C', [version])
    await scored(world, await operatorId(world, two), 700, 'B', [await recordId(world, `${numbers[1]}/${two}`)])
    await seenOutside(world, [one, two])
  })
  after(() => world.close())
  afterEach(() => world.database.db.raw('delete from objections'))

  it('an open objection marks the standing, the score and its reason, and no other reason', async () => {
    expect(await file()).to.deep.equal({
      standing: { objected: false },
      score: {
        objected: false,
        reasons: [
          { rule: 'base', objected: false },
          { rule: 'penalties', objected: false },
        ],
      },
      objections: [],
    })
    const { data } = await open()
    const { id, ...rest } = data.openObjection
    expect(rest).to.deep.include({
      feed: 'penalties',
      rule: 'penalties',
      fact: 'penalty_heavy',
      statement: '非我单位所为',
      state: 'OPEN',
      openedBy: 'officer-1',
      referredTo: null,
      record: { id: record },
      operator: { uscc: one },
    })
    expect(await file()).to.deep.equal({
      standing: { objected: true },
      score: {
        objected: true,
        reasons: [
          { rule: 'base', objected: false },
          { rule: 'penalties', objected: true },
        ],
      },
      objections: [{ id, state: 'OPEN' }],
    })
    const other = await world.ask(FILE, { token: officer(), variables: { code: two } })
    expect(other.data.operator.score.objected).to.equal(false)
  })

  it('an upheld objection refers the record to its agency, and the mark stays until the correction', async () => {
    const id = await opened()
    const { decideObjection } = (await decide(id)).data
    expect(decideObjection).to.include({ state: 'UPHELD', referredTo: 'credit-office', note: '已核实' })
    expect(decideObjection.consequence.en).to.include('corrected by the agency')
    expect((await file()).score.objected).to.equal(true)
    expect((await file()).standing.objected).to.equal(true)
  })

  it('an objection is known from its opening to its decision', async () => {
    const before = (await world.database.db('knowledge').first('latest')).latest.toISOString()
    const id = await opened()
    const during = (await world.database.db('knowledge').first('latest')).latest.toISOString()
    await decide(id, { verdict: 'REJECTED' })
    for (const [knownAt, objected] of [
      [before, false],
      [during, true],
    ] as const)
      expect((await file(officer(), { knownAt })).score).to.deep.include({ objected })
  })

  const may: [string, Role[]][] = [
    ['open', ['officer', 'party']],
    ['decide', ['reviewer']],
  ]
  for (const [act, roles] of may) {
    it(`only ${roles.join(' and ')} may ${act}`, async () => {
      for (const role of ALL_ROLES) {
        await world.database.db.raw('delete from objections')
        const token = world.token(role, role === 'party' ? one : `${role}-9`)
        const answer = act === 'open' ? await open(token) : await decide(await opened(), {}, token)
        expect([role, code(answer)]).to.deep.equal([role, roles.includes(role) ? undefined : 'FORBIDDEN'])
      }
    })
  }

  it('an operator objects only for itself, and withdraws what it opened', async () => {
    expect(code(await open(world.token('party', two)))).to.equal('OPERATOR_UNKNOWN')
    const { openObjection } = (await open(party())).data
    expect(openObjection).to.include({ state: 'OPEN', openedBy: one })
    const { id } = openObjection
    for (const token of [officer(), world.token('party', two)])
      expect(code(await withdraw(id, token))).to.equal('OBJECTION_UNKNOWN')
    const withdrawn = (await withdraw(id, party())).data.withdrawObjection
    expect(withdrawn).to.include({ state: 'WITHDRAWN', decidedBy: one })
  })

  it('an operator sees objections about itself without names of persons, and none about others', async () => {
    const id = await opened()
    const query = `query($id: ID!) { node(id: $id) { ... on Objection { statement openedBy } } }`
    const node = async (token: string) => (await world.ask(query, { token, variables: { id } })).data.node
    expect(await node(party())).to.deep.equal({ statement: '非我单位所为', openedBy: null })
    expect((await file(party())).objections).to.have.length(1)
    expect(await node(officer())).to.deep.equal({ statement: '非我单位所为', openedBy: 'officer-1' })
    for (const token of [world.token('party', two), world.token('marketplace')])
      expect(await node(token)).to.equal(null)
  })

  it('a marketplace sees that a score is contested, but not by whom or which reason', async () => {
    await opened()
    const seen = await file(world.token('marketplace'))
    expect(seen).to.deep.equal({
      standing: { objected: true },
      score: { objected: true, reasons: [] },
      objections: [],
    })
  })

  it('a score found by its id is marked as contested', async () => {
    await opened()
    const [row] = (await world.database.db.raw('select id from scores where value = 500')).rows
    const query = `query($id: ID!) { node(id: $id) { ... on Score { objected override { id } reasons { objected } } } }`
    for (const [token, reasons] of [
      [officer(), [{ objected: false }, { objected: true }]],
      [world.token('marketplace'), []],
    ] as const) {
      const { data } = await world.ask(query, { token, variables: { id: globalOf('Score', row.id) } })
      expect(data.node).to.deep.equal({ objected: true, override: null, reasons })
    }
  })

  it('are listed by state and page for authorities, and for an agency those about its own feeds', async () => {
    const id = await opened()
    const list = (token: string, variables: Record<string, unknown> = {}) => world.ask(LIST, { token, variables })
    const ids = async (token: string, variables: Record<string, unknown> = {}) =>
      (await list(token, variables)).data.objections.nodes.map((node: { id: string }) => node.id)
    const agency = (agency: string) => world.token('agency', `${agency}-client`, agency)
    for (const token of [officer(), world.token('auditor'), agency('credit-office')])
      expect(await ids(token)).to.deep.equal([id])
    expect(await ids(agency('ip-office'))).to.deep.equal([])
    expect(await ids(officer(), { state: 'UPHELD' })).to.deep.equal([])
    for (const token of [party(), world.token('marketplace')]) expect(code(await list(token))).to.equal('FORBIDDEN')
    const foreign = await world.ask(`query($id: ID!) { node(id: $id) { id } }`, {
      token: agency('ip-office'),
      variables: { id },
    })
    expect(foreign.data.node).to.equal(null)
  })

  it('an objection to an invalid record, or to one that no reason rests on, is refused with an error code', async () => {
    const registered = globalOf('Record', await recordId(world, one))
    for (const given of ['x', globalOf('Operator', 1), globalOf('Record', 999_999), registered])
      expect(code(await open(officer(), { record: given }))).to.equal('OBJECTION_NOT_ALLOWED')
    for (const id of ['x', globalOf('Objection', 999_999)]) {
      expect(code(await decide(id))).to.equal('OBJECTION_UNKNOWN')
      expect(code(await withdraw(id))).to.equal('OBJECTION_UNKNOWN')
    }
  })
})
