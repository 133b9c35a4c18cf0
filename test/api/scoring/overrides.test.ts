import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { addDays } from '../../../src/foundation/time/dates.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, scored, seenOutside, TODAY, type World } from '../world.js'

const OVERRULE = `id grade reason endsOn state proposedBy proposedAt decidedBy decidedAt note withdrawnBy withdrawnReason replacedAt operator { uscc }`
const PROPOSE = `mutation($input: ProposeOverrideInput!) { proposeOverride(input: $input) { ${OVERRULE} } }`
const DECIDE = `mutation($input: DecideOverrideInput!) { decideOverride(input: $input) { ${OVERRULE} } }`
const WITHDRAW = `mutation($input: WithdrawOverrideInput!) { withdrawOverride(input: $input) { ${OVERRULE} } }`
const FILE = `query($code: String!, $asOf: Date, $knownAt: DateTime) { operator(code: $code, asOf: $asOf, knownAt: $knownAt) {
  standing { grade score overridden } score { value grade override { id grade } } overrides { id state } } }`
const LIST = `query($state: OverrideState, $first: Int, $after: String) { overrides(state: $state, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { id state } } }`

const ENDS = '2026-09-01'
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

describe('overrides over HTTP', () => {
  let world: World
  const [one, two] = [uscc(1), uscc(2)]
  const number = '虚市监处罚〔2026〕1号'
  const officer = () => world.token('officer', 'officer-1')
  const reviewer = () => world.token('reviewer', 'reviewer-1')
  const ask = (query: string, input: Record<string, unknown>, token: string) =>
    world.ask(query, { token, variables: { input } })
  const propose = async (input: Record<string, unknown> = {}, token = officer()) =>
    ask(PROPOSE, { operator: one, grade: 'B', endsOn: ENDS, reason: '已整改', ...input }, token)
  const decide = (id: string, input: Record<string, unknown> = {}, token = reviewer()) =>
    ask(DECIDE, { id, verdict: 'CONFIRM', ...input }, token)
  const proposed = async (input: Record<string, unknown> = {}): Promise<string> =>
    (await propose(input)).data.proposeOverride.id
  const confirmed = async (input: Record<string, unknown> = {}) =>
    (await decide(await proposed(input))).data.decideOverride
  const file = async (variables: Record<string, unknown> = {}, token = officer()) =>
    (await world.ask(FILE, { token, variables: { code: one, ...variables } })).data.operator
  const code = ({ errors }: { errors: { extensions: Record<string, unknown> }[] | undefined }) =>
    errors?.[0]?.extensions['code']

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(one, '虚构青禾有限公司'), registration(two, '虚构白露有限公司')])
    await world.bring('penalties', [penalty(one, number)])
    await scored(
      world,
      await operatorId(world, one),
      500,
      'C',
      [await recordId(world, `${number}/${one}`)],
      '2026-02-01',
    )
    await scored(world, await operatorId(world, two), 900, 'A', [])
    await seenOutside(world, [one, two])
  })
  after(() => world.close())
  afterEach(async () => {
    world.setNow(NOW)
    await world.database.db.raw('delete from overrules')
  })

  it('an officer proposes, a reviewer confirms, and standing shows the grade beside the computed score', async () => {
    const { data } = await propose()
    expect(data.proposeOverride).to.deep.include({
      grade: 'B',
      reason: '已整改',
      endsOn: ENDS,
      state: 'PROPOSED',
      proposedBy: 'officer-1',
      decidedBy: null,
      decidedAt: null,
      operator: { uscc: one },
    })
    const { id } = data.proposeOverride
    expect((await file()).standing).to.deep.equal({ grade: 'C', score: 500, overridden: false })
    const decided = (await decide(id, { note: '同意' })).data.decideOverride
    expect(decided).to.deep.include({ id, state: 'IN_FORCE', decidedBy: 'reviewer-1', note: '同意' })
    expect(await file()).to.deep.equal({
      standing: { grade: 'B', score: 500, overridden: true },
      score: { value: 500, grade: 'C', override: { id, grade: 'B' } },
      overrides: [{ id, state: 'IN_FORCE' }],
    })
  })

  const may: [string, Role[]][] = [
    ['propose', ['officer', 'reviewer']],
    ['decide', ['reviewer']],
    ['withdraw', ['officer', 'reviewer']],
  ]
  for (const [act, roles] of may) {
    it(`only ${roles.join(' and ')} may ${act}`, async () => {
      for (const role of ALL_ROLES) {
        await world.database.db.raw('delete from overrules')
        const id = act === 'propose' ? '' : await proposed()
        const token = world.token(role, role === 'party' ? one : `${role}-9`)
        const answer =
          act === 'propose'
            ? await propose({}, token)
            : act === 'decide'
              ? await decide(id, {}, token)
              : await ask(WITHDRAW, { id, reason: '依据不足' }, token)
        expect([role, code(answer)]).to.deep.equal([role, roles.includes(role) ? undefined : 'FORBIDDEN'])
      }
    })
  }

  it('are hidden from the public, and all their acts are refused to it', async () => {
    await confirmed()
    const { data } = await world.ask(`{ standing(code: "${one}") { grade score overridden objected } }`)
    expect(data.standing).to.deep.equal({ grade: null, score: null, overridden: false, objected: false })
    const refused = await world.ask(PROPOSE, {
      variables: { input: { operator: one, grade: 'B', endsOn: ENDS, reason: '已整改' } },
    })
    expect(code(refused)).to.equal('UNAUTHENTICATED')
    const unknown = await world.ask(`{ standing(code: "${uscc(99)}") { overridden objected } }`, { token: officer() })
    expect(unknown.data.standing).to.deep.equal({ overridden: false, objected: false })
  })

  it('a marketplace sees that a grade was overridden, but not the computed grade or the reason', async () => {
    await confirmed()
    const seen = await file({}, world.token('marketplace'))
    expect(seen).to.deep.equal({
      standing: { grade: 'B', score: 500, overridden: true },
      score: { value: 500, grade: 'C', override: null },
      overrides: [],
    })
  })

  it('an operator sees its own overrides without names of persons, and nobody else’s', async () => {
    const { id } = await confirmed()
    const query = `query($id: ID!) { node(id: $id) { ... on Override { reason proposedBy decidedBy } } }`
    const own = await world.ask(query, { token: world.token('party', one), variables: { id } })
    expect(own.data.node).to.deep.equal({ reason: '已整改', proposedBy: null, decidedBy: null })
    for (const token of [world.token('party', two), world.token('marketplace')])
      expect((await world.ask(query, { token, variables: { id } })).data.node).to.equal(null)
    const agency = await world.ask(query, { token: world.token('agency'), variables: { id } })
    expect(agency.data.node.proposedBy).to.equal('officer-1')
  })

  it('no override is shown for a day before its confirmation, for a day after its end, or by earlier knowledge', async () => {
    const { id, decidedAt } = await confirmed()
    const overrideOn = async (variables: Record<string, unknown>) => (await file(variables)).score.override?.id ?? null
    expect(await overrideOn({ asOf: TODAY })).to.equal(id)
    expect(await overrideOn({ asOf: addDays(TODAY, -1) })).to.equal(null)
    expect(await overrideOn({ asOf: ENDS })).to.equal(id)
    expect(await overrideOn({ asOf: addDays(ENDS, 1) })).to.equal(null)
    expect(await overrideOn({ knownAt: decidedAt })).to.equal(id)
    const before = new Date(Date.parse(decidedAt) - 1).toISOString()
    const then = await file({ knownAt: before })
    expect(then).to.deep.include({ overrides: [{ id, state: 'PROPOSED' }] })
    expect(then.score.override).to.equal(null)
    await ask(WITHDRAW, { id, reason: '依据不足' }, officer())
    expect(await overrideOn({ asOf: TODAY })).to.equal(null)
    expect(await overrideOn({ knownAt: decidedAt })).to.equal(id)
  })

  it('standing and the score of a day agree on an override that a veto prevents', async () => {
    const db = world.database.db
    await confirmed()
    await db.raw(
      `update scores set grade = 'D', reasons = jsonb_set(reasons::jsonb, '{1,why}', '"VETO"') where value = 500`,
    )
    await db.raw(
      `update scores set reasons = jsonb_set(jsonb_set(reasons::jsonb, '{1,rule}', '"serious-list"'), '{1,fact}', '"serious_list"') where value = 500`,
    )
    const seen = await file()
    await db.raw(
      `update scores set grade = 'C', reasons = jsonb_set(jsonb_set(jsonb_set(reasons::jsonb, '{1,why}', '"UNIT"'), '{1,rule}', '"penalties"'), '{1,fact}', '"penalty_heavy"') where value = 500`,
    )
    expect(seen.standing).to.deep.equal({ grade: 'D', score: 500, overridden: false })
    expect(seen.score).to.deep.equal({ value: 500, grade: 'D', override: null })
  })

  it('proposals are listed by state and page for those who see moves', async () => {
    const first = await proposed()
    await propose({ operator: two, grade: 'B' })
    const list = async (variables: Record<string, unknown> = {}, token = officer()) =>
      world.ask(LIST, { token, variables })
    const page = (await list({ first: 1 })).data.overrides
    expect(page).to.deep.include({ totalCount: 2, nodes: [{ id: first, state: 'PROPOSED' }] })
    const rest = (await list({ first: 1, after: page.pageInfo.endCursor })).data.overrides
    expect([rest.nodes.length, rest.pageInfo.hasNextPage]).to.deep.equal([1, false])
    await decide(first)
    expect((await list({ state: 'IN_FORCE' })).data.overrides.nodes).to.deep.equal([{ id: first, state: 'IN_FORCE' }])
    expect((await list({ state: 'ENDED' })).data.overrides.totalCount).to.equal(0)
    expect(code(await list({}, world.token('agency')))).to.equal('FORBIDDEN')
  })

  it('an unknown override and an invalid day are refused with an error code', async () => {
    expect(code(await decide('x'))).to.equal('OVERRULE_UNKNOWN')
    expect(code(await ask(WITHDRAW, { id: 'x', reason: 'x' }, officer()))).to.equal('OVERRULE_UNKNOWN')
    expect((await propose({ endsOn: '2026-02-30' })).errors).to.have.length(1)
    expect(code(await propose({ reason: 'a\u0000b' }))).to.equal('INPUT_INVALID')
  })

  it('the histories of many operators cost a fixed number of statements', async () => {
    await confirmed()
    const query =
      '{ operators(first: 50) { nodes { score { objected override { id } } overrides { id } objections { id } } } }'
    const sql = await world.statements(() => world.ask(query, { token: officer() }))
    expect(sql.length).to.be.at.most(6)
  })
})
