import { expect } from 'chai'
import type { RecordBody, RecordDraft } from '../../../src/domain/records/records.js'
import * as concerns from '../../../src/store/listing/concerns.js'
import { globalOf } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, operatorId, scored, type World } from '../world.js'

const TAKE_BACK =
  'mutation($id: ID!, $reason: String!) { rollBackRun(id: $id, reason: $reason) { id outcome rollback { at by reason } } }'
const SETTLE =
  'mutation($id: ID!, $note: String!) { settleConcern(id: $id, note: $note) { id settledBy settledAt note cause } }'
const OPEN =
  '{ concerns { totalCount nodes { id cause openedAt settledAt run record { kind } listing { id state } } } }'

describe('rollback and concerns over HTTP', () => {
  let world: World
  const [one, two] = [uscc(1), uscc(2)]
  const code = (answer: { errors: { extensions: Record<string, unknown> }[] | undefined }) =>
    answer.errors?.[0]?.extensions['code']

  beforeEach(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(one, '虚构甲有限公司')])
  })
  afterEach(() => world.close())

  const rollBack = (
    run: number,
    role: 'reviewer' | 'officer' | 'administrator' | 'agency' = 'reviewer',
    reason = '整批误报',
  ) => world.ask(TAKE_BACK, { token: world.token(role, `${role}-1`), variables: { id: globalOf('Run', run), reason } })

  it('a reviewer rolls a run back, and only queries about earlier knowledge show it afterwards', async () => {
    const run = await world.bring('penalties', [penalty(one, '虚〔2026〕1号'), penalty(two, '虚〔2026〕2号')])
    const entries = await world.bring('dishonest', [mirrored(two, 'X', '2025-01-01')])
    await scored(world, await operatorId(world, two), 300, 'D', [])
    const between = new Date('2026-03-02T02:30:00Z')
    world.setNow(new Date('2026-03-02T03:00:00Z'))
    const token = world.token('officer')
    const { data, errors } = await rollBack(run)
    expect(errors).to.equal(undefined)
    expect(data.rollBackRun).to.deep.include({ id: globalOf('Run', run), outcome: 'DONE' })
    expect(data.rollBackRun.rollback).to.include({ by: 'reviewer-1', reason: '整批误报' })
    await rollBack(entries, 'administrator')
    const ask = (query: string, variables: object = {}) => world.ask(query, { token, variables })
    const now = await ask(
      `{ a: operator(code: "${two}") { uscc } b: standing(code: "${two}") { status grade listed }
        c: operator(code: "${one}") { records { totalCount } } d: operators { totalCount } }`,
    )
    expect(now.data).to.deep.equal({
      a: null,
      b: { status: 'UNKNOWN', grade: null, listed: false },
      c: { records: { totalCount: 1 } },
      d: { totalCount: 1 },
    })
    const then = await ask(
      `query($at: DateTime!) { operator(code: "${two}", knownAt: $at) { uscc records { totalCount nodes { kind } } listings { kind } } }`,
      { at: between },
    )
    expect(then.data.operator).to.deep.equal({
      uscc: two,
      records: { totalCount: 2, nodes: [{ kind: 'LIST_ENTRY' }, { kind: 'PENALTY' }] },
      listings: [{ kind: 'ecommerce-2018' }],
    })
    const runs = await ask('{ runs { nodes { job subject cause rollback { by } } } }')
    expect(runs.data.runs.nodes.slice(0, 2)).to.deep.equal([
      { job: 'ROLLBACK', subject: 'dishonest', cause: 'PERSON', rollback: null },
      { job: 'ROLLBACK', subject: 'penalties', cause: 'PERSON', rollback: null },
    ])
  })

  it('other roles may not roll back, and a run that cannot be rolled back gets an error code', async () => {
    const run = await world.bring('penalties', [penalty(one, '虚〔2026〕1号')])
    expect(code(await rollBack(run, 'officer'))).to.equal('FORBIDDEN')
    expect(code(await rollBack(run, 'agency'))).to.equal('FORBIDDEN')
    expect(code(await world.ask(TAKE_BACK, { variables: { id: globalOf('Run', run), reason: '误报' } }))).to.equal(
      'UNAUTHENTICATED',
    )
    expect(code(await rollBack(999_999))).to.equal('RUN_UNKNOWN')
    expect(code(await rollBack(run, 'reviewer', ' '))).to.equal('INPUT_INVALID')
    expect(code(await rollBack(run, 'reviewer', 'a\u0000b'))).to.equal('INPUT_INVALID')
    expect((await rollBack(run)).errors).to.equal(undefined)
    expect(code(await rollBack(run))).to.equal('RUN_NOT_TAKEN_BACK')
  })

  const listed = async (): Promise<string> => {
    const opened = await world.ask(
      `mutation { openLead(input: { code: "${one}", list: "serious", reason: "群众举报", on: "2026-01-10" }) { listing { id } } }`,
      { token: world.token('officer', 'officer-1') },
    )
    return opened.data.openLead.listing.id
  }

  for (const [role, state, causes] of [
    ['administrator', 'HIDDEN', ['RESTORED']],
    ['reviewer', 'PUBLISHED', []],
  ] as const)
    it(`an entry that the run hid is ${state} after its rollback by role ${role}`, async () => {
      const heavy = penalty(one, '虚〔2026〕1号')
      await world.bring('penalties', [heavy])
      const id = await publishListing(world, one, '虚〔2026〕1号')
      const light = { ...heavy, body: { ...heavy.body, types: ['罚款'], content: '罚款100元', fine_yuan: '100' } }
      const run = await world.bring('penalties', [light], undefined, world.rules)
      const officer = world.token('officer', 'officer-1')
      const entry = async () => (await world.ask(`{ listing(id: "${id}") { state } }`, { token: officer })).data.listing
      expect(await entry()).to.deep.equal({ state: 'HIDDEN' })
      expect((await rollBack(run, role)).errors).to.equal(undefined)
      const { concerns } = (await world.ask(OPEN, { token: officer })).data
      expect([await entry(), concerns.nodes.map((one: { cause: string }) => one.cause)]).to.deep.equal([
        { state },
        causes,
      ])
    })

  it('concerns are visible to officers and reviewers only, and settled with a note', async () => {
    const id = await listed()
    const { db } = world.database
    const uuid = id
    await db.transaction((tx) =>
      concerns.open(tx, {
        listingId: uuid,
        cause: 'LIGHTER',
        record: null,
        run: null,
        at: new Date('2026-03-02T01:00:00Z'),
      }),
    )
    const officer = world.token('officer', 'officer-1')
    const { data } = await world.ask(OPEN, { token: officer })
    expect(data.concerns.totalCount).to.equal(1)
    const [open] = data.concerns.nodes
    expect(open).to.deep.include({
      cause: 'LIGHTER',
      settledAt: null,
      run: null,
      record: null,
      listing: { id, state: 'LEAD' },
    })
    for (const role of ['agency', 'marketplace'] as const)
      expect(code(await world.ask(OPEN, { token: world.token(role) })), role).to.equal('FORBIDDEN')
    const seen = `query($id: ID!) { node(id: $id) { id } }`
    const variables = { id: open.id }
    expect((await world.ask(seen, { token: officer, variables })).data.node).to.deep.equal({ id: open.id })
    expect((await world.ask(seen, { token: world.token('agency'), variables })).data.node).to.equal(null)
    const settle = (token: string, note = '经核实不影响', which = open.id) =>
      world.ask(SETTLE, { token, variables: { id: which, note } })
    expect(code(await settle(world.token('administrator')))).to.equal('FORBIDDEN')
    expect(code(await settle(officer, '核', 'zzz'))).to.equal('CONCERN_UNKNOWN')
    expect((await settle(officer)).data.settleConcern).to.include({
      settledBy: 'officer-1',
      note: '经核实不影响',
      cause: 'LIGHTER',
    })
    expect(code(await settle(officer))).to.equal('CONCERN_UNKNOWN')
    expect((await world.ask(OPEN, { token: officer })).data.concerns.totalCount).to.equal(0)
    const own = (token: string) => world.ask(`{ listing(id: "${id}") { concerns { cause settledBy } } }`, { token })
    expect((await own(officer)).data.listing.concerns).to.deep.equal([{ cause: 'LIGHTER', settledBy: 'officer-1' }])
    expect((await own(world.token('agency'))).data.listing).to.equal(null)
  })

  const told = (number: string, more: RecordBody = {}): RecordDraft => {
    const draft = penalty(one, number)
    return { ...draft, body: { ...draft.body, ...more }, fact: '虚〔2026〕1号/虚构市市场监督管理局' }
  }

  it('a decision sent by two agencies is one record with two sources, on every page', async () => {
    const first = await world.bring('penalties', [told('虚〔2026〕1号'), penalty(one, '虚〔2026〕2号')])
    const other = await world.bring('mirror', [told('虚〔2026〕01号')])
    const token = world.token('officer')
    const ask = (args: string) =>
      world.ask(
        `{ operator(code: "${one}") { records(kind: PENALTY, ${args}) { totalCount pageInfo { hasNextPage endCursor } nodes { body source { run } sources { run file row } } } } }`,
        { token },
      )
    const { data, errors } = await ask('first: 10')
    expect(errors).to.equal(undefined)
    const { records } = data.operator
    expect(records.totalCount).to.equal(2)
    expect(records.nodes).to.have.length(2)
    const both = records.nodes.find((node: { sources: unknown[] }) => node.sources.length === 2)
    expect(both.source.run).to.equal(globalOf('Run', first))
    expect(both.sources.map(({ run, file }: { run: string; file: string }) => [run, file])).to.deep.equal([
      [globalOf('Run', first), 'penalties.csv'],
      [globalOf('Run', other), 'mirror.csv'],
    ])
    const page = (await ask('first: 1')).data.operator.records
    const next = (await ask(`first: 1, after: "${page.pageInfo.endCursor}"`)).data.operator.records
    expect([page.pageInfo.hasNextPage, next.pageInfo.hasNextPage]).to.deep.equal([true, false])
    const numbers = [...page.nodes, ...next.nodes].map(({ body }: { body: RecordBody }) => body['document_number'])
    expect(numbers.sort()).to.deep.equal(['虚〔2026〕1号', '虚〔2026〕2号'])
  })
})
