import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import type { RecordDraft } from '../../../src/domain/records/records.js'
import { globalOf } from '../global-ids.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, type World } from '../world.js'

const QUEUE = `query($feed: ID, $state: UnmatchedState, $first: Int, $after: String) { unmatched(feed: $feed, state: $state, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor }
  nodes { id feed kind key subject { uscc name } reason state body validFrom source { row file }
    proposal { operator { uscc } evidence { field said held } } noProposal decision { id verdict } } } }`
const DECIDE = `mutation($input: DecideSubjectInput!) { decideSubject(input: $input) {
  records decision { id verdict feed operator { uscc records(first: 5) { totalCount } } subject { name } evidence { field } reason decidedBy decidedAt undoneAt } } }`
const UNDO = `mutation($input: UndoDecisionInput!) { undoDecision(input: $input) { records decision { id undoneBy undoneReason operator { records { totalCount } } } } }`
const MERGE = `mutation($input: MergeOperatorsInput!) { mergeOperators(input: $input) {
  records decision { id verdict cause feed operator { uscc mergedFrom { uscc name registrationStatus } } merged { uscc } } } }`

describe('identity decisions over HTTP', () => {
  let world: World
  const [one, two, three] = [uscc(1), uscc(2), uscc(3)]
  const NAME = '虚构青禾有限公司'
  const officer = () => world.token('officer', 'officer-1')
  const nameless = (draft: RecordDraft, name: string | null): RecordDraft => ({
    ...draft,
    subject: { uscc: null, orgCode: null, regNo: null, shop: null, name },
    body: { ...draft.body, representative: '松某' },
  })
  const waits = (number: string, name: string | null = NAME) => nameless(penalty(one, number), name)
  const agencyToken = (agency: string) =>
    world.keys.sign({ sub: `${agency}-client`, role: 'agency', agency, region: null }, NOW.getTime()).token
  const queue = async (variables: Record<string, unknown> = {}, token = officer()) =>
    (await world.ask(QUEUE, { token, variables })).data?.unmatched
  const decide = async (input: Record<string, unknown>, token = officer()) =>
    world.ask(DECIDE, {
      token,
      variables: { input: { verdict: 'ATTACH', operator: one, reason: '核对执照', ...input } },
    })
  const code = (answer: { errors: { extensions: Record<string, unknown> }[] | undefined }) =>
    answer.errors?.[0]?.extensions['code']

  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  beforeEach(async () => {
    await world.bring('registry', [
      registration(one, NAME, { representative: '松某' }),
      registration(two, '虚构白露有限公司', { status: 'DEREGISTERED' }),
      registration(three, '虚构霜降有限公司'),
    ])
    await world.bring('penalties', [
      waits('虚市监处罚〔2026〕1号'),
      waits('虚市监处罚〔2026〕2号'),
      waits('虚市监处罚〔2026〕3号', null),
    ])
    await world.bring(
      'dishonest',
      [nameless(waits('失信1'), '虚构无人有限公司')].map((d) => ({ ...d, kind: 'list_entry' as const, key: 'E1' })),
    )
  })
  afterEach(async () => {
    const { db } = world.database
    await db.raw(
      `begin; set local session_replication_role = replica;
       truncate unmatched, identity_decisions, versions, operator_names, operator_codes, operators, scores, listings cascade; commit`,
    )
  })

  it('the queue shows each unmatched record’s content, reason, proposal with evidence, and source', async () => {
    const found = await queue()
    expect(found.totalCount).to.equal(4)
    expect(found.nodes[0]).to.deep.include({
      feed: 'penalties',
      kind: 'PENALTY',
      subject: { uscc: null, name: NAME },
      reason: 'NAME_ONLY',
      state: 'OPEN',
      validFrom: '2026-01-05',
      proposal: {
        operator: { uscc: one },
        evidence: [
          { field: 'NAME', said: NAME, held: NAME },
          { field: 'REPRESENTATIVE', said: '松某', held: '松某' },
        ],
      },
      noProposal: null,
      decision: null,
    })
    expect(found.nodes[0].source.row).to.be.greaterThan(0)
    expect(found.nodes[2]).to.include({ reason: 'SUBJECT_NONE', proposal: null, noProposal: 'UNKNOWN_NAME' })
  })

  it('the queue is read by page, feed and state', async () => {
    const first = await queue({ first: 3 })
    expect([first.nodes.length, first.pageInfo.hasNextPage]).to.deep.equal([3, true])
    const rest = await queue({ first: 3, after: first.pageInfo.endCursor })
    expect([rest.nodes.length, rest.pageInfo.hasNextPage]).to.deep.equal([1, false])
    expect((await queue({ feed: 'dishonest' })).totalCount).to.equal(1)
    expect((await queue({ state: 'NOT_OURS' })).totalCount).to.equal(0)
    expect((await queue({ feed: 'nothing' })).totalCount).to.equal(0)
  })

  it('a decision creates an unknown operator under a new code, and undoing the decision removes it', async () => {
    const code = uscc(77)
    const [waiting] = (await queue()).nodes
    const standing = async () =>
      (await world.ask(`query($code: String!) { standing(code: $code) { status name } }`, { variables: { code } })).data
        .standing
    expect(await standing()).to.deep.equal({ status: 'UNKNOWN', name: null })
    const refused = await decide({ id: waiting.id, verdict: 'NEW_OPERATOR', operator: one })
    expect(refused.errors?.[0]?.extensions['code']).to.equal('OPERATOR_KNOWN')
    const made = await world.ask(
      `mutation($input: DecideSubjectInput!) { decideSubject(input: $input) {
        records decision { id verdict madeOperator operator { uscc name kind region } } } }`,
      {
        token: officer(),
        variables: { input: { id: waiting.id, verdict: 'NEW_OPERATOR', operator: code, reason: '决定书载明' } },
      },
    )
    const { records, decision } = made.data.decideSubject
    expect([records, decision.verdict, decision.madeOperator]).to.deep.equal([2, 'ATTACH', true])
    expect(decision.operator).to.deep.equal({ uscc: code, name: NAME, kind: 'ENTERPRISE', region: code.slice(2, 8) })
    expect(await standing()).to.deep.equal({ status: 'KNOWN', name: NAME })
    await world.ask(UNDO, { token: officer(), variables: { input: { id: decision.id, reason: '代码有误' } } })
    expect(await standing()).to.deep.equal({ status: 'UNKNOWN', name: null })
  })

  it('an agency sees only unmatched records that it sent', async () => {
    const credit = agencyToken('credit-office')
    expect((await queue({}, credit)).totalCount).to.equal(3)
    expect((await queue({ feed: 'dishonest' }, credit)).totalCount).to.equal(0)
    const [foreign] = (await queue({ feed: 'dishonest' })).nodes
    const answer = await world.ask(`query($id: ID!) { node(id: $id) { id } }`, {
      token: credit,
      variables: { id: foreign.id },
    })
    expect(answer.data.node).to.equal(null)
    expect((await queue({}, world.token('agency'))).totalCount).to.equal(0)
  })

  it('an unmatched record and a decision are found by their ids', async () => {
    const [waiting] = (await queue()).nodes
    const made = await decide({ id: waiting.id })
    const ask = (id: string, token = officer()) =>
      world.ask(`query($id: ID!) { node(id: $id) { __typename id } }`, { token, variables: { id } })
    for (const id of [waiting.id, made.data.decideSubject.decision.id]) {
      expect((await ask(id)).data.node.id).to.equal(id)
      expect((await ask(id, world.token('marketplace'))).data.node).to.equal(null)
    }
  })

  it('a decision attaches all records of the same subject, and undoing the decision releases them', async () => {
    const [waiting] = (await queue()).nodes
    const { data } = await decide({ id: waiting.id })
    const { decision, records } = data.decideSubject
    expect(records).to.equal(2)
    expect(decision).to.deep.include({
      verdict: 'ATTACH',
      feed: 'penalties',
      operator: { uscc: one, records: { totalCount: 3 } },
      subject: { name: NAME },
      evidence: [{ field: 'NAME' }, { field: 'REPRESENTATIVE' }],
      reason: '核对执照',
      decidedBy: 'officer-1',
      undoneAt: null,
    })
    expect((await queue({ state: 'MATCHED' })).nodes[0].decision).to.deep.equal({ id: decision.id, verdict: 'ATTACH' })
    const undone = await world.ask(UNDO, {
      token: world.token('administrator', 'admin-1'),
      variables: { input: { id: decision.id, reason: '认定有误' } },
    })
    expect(undone.data.undoDecision).to.deep.equal({
      records: 2,
      decision: {
        id: decision.id,
        undoneBy: 'admin-1',
        undoneReason: '认定有误',
        operator: { records: { totalCount: 1 } },
      },
    })
    expect((await queue()).totalCount).to.equal(4)
    const kept = await world.ask(`{ operator(code: "${one}") { decisions { id undoneReason } } }`, { token: officer() })
    expect(kept.data.operator.decisions).to.deep.equal([{ id: decision.id, undoneReason: '认定有误' }])
    const party = await world.ask(`{ operator(code: "${one}") { decisions { id } } }`, {
      token: world.token('party', one),
    })
    expect(party.data.operator.decisions).to.deep.equal([])
  })

  it('a merged operator is found by both codes with the survivor’s state, and the past stays as it was', async () => {
    const before = new Date()
    const answer = await world.ask(MERGE, {
      token: officer(),
      variables: { input: { from: two, into: three, cause: 'MOVED', reason: '迁出后重新登记' } },
    })
    expect(answer.data.mergeOperators).to.deep.include({ records: 1 })
    expect(answer.data.mergeOperators.decision).to.deep.include({
      verdict: 'MERGE',
      cause: 'MOVED',
      feed: null,
      operator: {
        uscc: three,
        mergedFrom: [{ uscc: two, name: '虚构白露有限公司', registrationStatus: 'DEREGISTERED' }],
      },
      merged: { uscc: two },
    })
    const file = async (code: string, args = '') =>
      (
        await world.ask(
          `{ operator(code: "${code}" ${args}) { uscc name registrationStatus codes { code } } standing(code: "${code}") { uscc status } }`,
          { token: officer() },
        )
      ).data
    const now = await file(two)
    expect(now.operator).to.deep.include({ uscc: three, name: '虚构霜降有限公司', registrationStatus: 'ACTIVE' })
    expect(now.operator.codes.map(({ code }: { code: string }) => code)).to.include.members([two, three])
    expect(now.standing).to.deep.equal({ uscc: three, status: 'KNOWN' })
    const tomorrow = await file(two, 'asOf: "2026-03-01"')
    expect(tomorrow.operator).to.deep.include({ uscc: three, registrationStatus: 'ACTIVE' })
    const [{ at }] = (
      await world.database.db.raw(`select decided_at - interval '1 millisecond' as at from identity_decisions`)
    ).rows
    const then = await file(two, `knownAt: "${at.toISOString()}"`)
    expect(then.operator).to.deep.include({ uscc: two, registrationStatus: 'DEREGISTERED' })
    expect(before).to.be.instanceOf(Date)
  })

  const denied: Role[] = ['marketplace', 'credit_service', 'agency', 'auditor', 'party']
  for (const role of denied)
    it(`${role} cannot decide`, async () => {
      const [waiting] = (await queue()).nodes
      const token = world.token(role, role === 'party' ? one : role)
      expect(code(await decide({ id: waiting.id }, token))).to.equal('FORBIDDEN')
      const undone = await world.ask(UNDO, {
        token,
        variables: { input: { id: globalOf('IdentityDecision', 1), reason: '因' } },
      })
      expect(code(undone)).to.equal('FORBIDDEN')
      const merged = await world.ask(MERGE, {
        token,
        variables: { input: { from: two, into: three, cause: 'MOVED', reason: '因' } },
      })
      expect(code(merged)).to.equal('FORBIDDEN')
    })

  it('the queue is closed to the public, firms and the party', async () => {
    expect(code(await world.ask(QUEUE))).to.equal('UNAUTHENTICATED')
    for (const role of ['marketplace', 'credit_service', 'party'] as const)
      expect(code(await world.ask(QUEUE, { token: world.token(role) }))).to.equal('FORBIDDEN')
  })

  const refused: [string, Record<string, unknown>, string][] = [
    ['an id of another type', { id: globalOf('Run', 1) }, 'UNMATCHED_UNKNOWN'],
    ['an invalid id', { id: 'x' }, 'UNMATCHED_UNKNOWN'],
    ['an unknown operator', { operator: uscc(99) }, 'OPERATOR_UNKNOWN'],
    ['a reason with a NUL', { reason: '因\u0000' }, 'INPUT_INVALID'],
    ['no reason', { reason: ' ' }, 'INPUT_INVALID'],
  ]
  for (const [title, input, expected] of refused)
    it(`a decision with ${title} is refused: ${expected}`, async () => {
      const [waiting] = (await queue()).nodes
      expect(code(await decide({ id: waiting.id, ...input }))).to.equal(expected)
    })

  it('section 2: a divided operator leads to its successors from that day on, with the document and who recorded it', async () => {
    const divide =
      'mutation($input: DivideOperatorInput!) { divideOperator(input: $input) { leads decisions { verdict on documentNumber decidedBy operator { uscc } successor { uscc } } } }'
    const on = '2026-01-05'
    const input = { from: one, into: [two, three], on, documentNumber: '虚市监登〔2026〕1号', reason: '准予分立登记' }
    const refused = await world.ask(divide, { token: world.token('auditor'), variables: { input } })
    expect(code(refused)).to.equal('FORBIDDEN')
    const { data } = await world.ask(divide, { token: officer(), variables: { input } })
    expect(data.divideOperator).to.deep.equal({
      leads: 0,
      decisions: [two, three].map((uscc) => ({
        verdict: 'DIVIDE',
        on,
        documentNumber: '虚市监登〔2026〕1号',
        decidedBy: 'officer-1',
        operator: { uscc: one },
        successor: { uscc },
      })),
    })
    const asked =
      'query($code: String!, $asOf: Date) { operator(code: $code, asOf: $asOf) { dividedInto { uscc } dividedFrom { uscc } } }'
    const of = async (of: string, asOf: string) =>
      (await world.ask(asked, { token: officer(), variables: { code: of, asOf } })).data.operator
    expect(await of(one, on)).to.deep.equal({ dividedInto: [{ uscc: two }, { uscc: three }], dividedFrom: [] })
    expect(await of(two, on)).to.deep.equal({ dividedInto: [], dividedFrom: [{ uscc: one }] })
    expect((await of(one, '2026-01-04')).dividedInto).to.deep.equal([])
  })
})
