import { expect } from 'chai'
import * as store from '../../../src/store/audit/audit-log.js'
import { unpackCodes } from '../../../src/work/audit/operator-codes.js'
import { dumpOf, wrongDigit } from '../../support/world.js'
import { globalOf } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, operatorId, scored, type World } from '../world.js'

const HEADER = '企业名称,工商注册号,组织机构代码,统一信用代码,失信领域'
const line = (n: number, field = '售假', name = `虚构第${n}商行`) => `${name},,,${uscc(n)},${field}`
const csv = (...lines: string[]): string => [HEADER, ...lines].join('\n')

const PREVIEW = `query($id: ID!) { rollbackPreview(id: $id) { wrong restored operators gone recordCount listingCount deliveries weighed
  records { kind key operator { uscc } before after } listings { listing { id } before after asks }
  goneOperators { uscc } scores { operator { uscc } before gradeBefore after gradeAfter } } }`
const TAKE_BACK = 'mutation($id: ID!) { rollBackRun(id: $id, reason: "整批误报") { outcome } }'

describe('previews', () => {
  let world: World
  const [one, two] = [uscc(1), uscc(2)]
  const refused = (answer: { errors: { extensions: Record<string, unknown> }[] | undefined }) =>
    answer.errors?.[0]?.extensions['code']

  beforeEach(async () => {
    world = await makeWorld()
  })
  afterEach(() => world.close())

  /** The whole database without the audit log, which records every preview. */
  const held = () => dumpOf(world.database.db, ['trail', 'trail_operators', 'trail_progress'])
  const preview = (run: number, role: 'reviewer' | 'officer' = 'reviewer') =>
    world.ask(PREVIEW, { token: world.token(role, `${role}-1`), variables: { id: globalOf('Run', run) } })

  describe('of a rollback', () => {
    it('count the records, operators and scores that the rollback then changes, and leave nothing behind', async () => {
      await world.bring('registry', [registration(one, '虚构甲有限公司')])
      await world.bring('penalties', [penalty(one, '虚〔2026〕1号')], new Date('2026-03-01T02:00:00Z'))
      const changed = penalty(one, '虚〔2026〕1号')
      const run = await world.bring('penalties', [
        { ...changed, body: { ...changed.body, fine_yuan: '90000' } },
        penalty(one, '虚〔2026〕2号'),
        penalty(two, '虚〔2026〕3号'),
      ])
      await scored(world, await operatorId(world, one), 300, 'D', [])
      const before = await held()
      const { data, errors } = await preview(run)
      expect(errors).to.equal(undefined)
      const told = data.rollbackPreview
      expect(told).to.deep.include({ wrong: 3, restored: 1, operators: 1, gone: 1, recordCount: 3, weighed: 1 })
      expect(told.goneOperators).to.deep.equal([{ uscc: two }])
      expect(told.records.map(({ after }: { after: object | null }) => after === null)).to.deep.equal([
        false,
        true,
        true,
      ])
      expect(told.records[0].before.fine_yuan).to.equal('90000')
      expect(told.records[0].after.fine_yuan).not.to.equal('90000')
      expect(told.scores).to.have.length(1)
      expect(told.scores[0]).to.deep.include({ operator: { uscc: one }, before: 300, gradeBefore: 'D' })
      expect((await held()) === before, 'something was left behind').to.equal(true)

      const token = world.token('reviewer', 'reviewer-1')
      const done = await world.ask(TAKE_BACK, { token, variables: { id: globalOf('Run', run) } })
      expect(done.data.rollBackRun.outcome).to.equal('DONE')
      const after = await world.ask(`{ operators { totalCount nodes { uscc records { totalCount } } } }`, { token })
      expect(after.data.operators.nodes).to.deep.equal([{ uscc: one, records: { totalCount: 2 } }])
      expect(refused(await preview(run))).to.equal('RUN_NOT_TAKEN_BACK')
    })

    it('show which listings would move and how many deliveries would be owed', async () => {
      await world.bring('registry', [registration(one, '虚构甲有限公司')])
      const run = await world.bring('penalties', [penalty(one, '虚〔2026〕1号')])
      const id = await publishListing(world, one, '虚〔2026〕1号')
      // What no platform has received need not be withdrawn, so all deliveries count as confirmed.
      await world.database
        .db('deliveries')
        .update({ state: 'CONFIRMED', confirmed_at: world.parts.now(), sent_at: world.parts.now() })
      const { data, errors } = await preview(run)
      expect(errors).to.equal(undefined)
      const told = data.rollbackPreview
      expect(told.listings).to.deep.equal([{ listing: { id }, before: 'PUBLISHED', after: 'REMOVED', asks: [] }])
      expect(told.deliveries).to.be.above(0)
      const { data: now } = await world.ask(`{ listing(id: "${id}") { state } }`)
      expect(now.listing.state).to.equal('PUBLISHED')
    })

    it('are open to the roles of the act, and refuse an unknown run as the act does', async () => {
      const run = await world.bring('dishonest', [mirrored(two, 'X', '2025-01-01')])
      expect(refused(await preview(run, 'officer'))).to.equal('FORBIDDEN')
      expect(refused(await preview(999_999))).to.equal('RUN_UNKNOWN')
      expect((await preview(run)).data.rollbackPreview).to.include({ gone: 1, restored: 0 })
    })
  })

  it('runs are filtered by job and feed', async () => {
    await world.bring('registry', [registration(one, '虚构甲有限公司')])
    await world.bring('penalties', [penalty(one, '虚〔2026〕1号')])
    const token = world.token('officer')
    const of = async (args: string) =>
      (await world.ask(`{ runs(${args}) { nodes { job subject } } }`, { token })).data.runs.nodes
    expect(await of('subject: "penalties"')).to.deep.equal([{ job: 'PULL', subject: 'penalties' }])
    expect(await of('job: PULL')).to.have.length(2)
    expect(await of('job: SCORE')).to.deep.equal([])
    expect(await of('job: PULL, subject: "nothing"')).to.deep.equal([])
  })

  describe('of an upload', () => {
    const send = async (
      path: string,
      body: string,
      token = world.token('agency', 'regulator-1', 'market-regulator'),
    ) => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${world.url}/v1/feeds/${path}`, { method: 'POST', headers, body })
      // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
      return { status: answer.status, body: (await answer.json()) as any }
    }

    it('count as the upload then counts, show rows and faults, and leave nothing behind', async () => {
      await send('dishonest?full=true', csv(line(1), line(2)))
      const file = csv(
        line(1),
        line(2, '虚假宣传'),
        line(3),
        `虚构坏行,,,${uscc(4)},`,
        `虚构笔误商行,,,${wrongDigit(uscc(5))},售假`,
      )
      const before = await held()
      const { status, body } = await send('dishonest?preview=true', file)
      expect(status, JSON.stringify(body)).to.equal(200)
      expect(body).to.deep.include({
        feed: 'dishonest',
        received: 5,
        rejected: 1,
        unmatched: 1,
        full: false,
        refused: null,
      })
      expect(body.faults).to.have.length(1)
      expect(body.faults[0]).to.deep.include({ row: 5 })
      expect(body.faults[0].item['企业名称']).to.equal('虚构坏行')
      expect(body.rules).to.deep.equal([{ rule: body.faults[0].problems[0].rule, count: 1 }])
      expect(
        body.records.some(
          ({ effect, reason }: Record<string, unknown>) => effect === 'UNMATCHED' && reason === 'code.digit',
        ),
      ).to.equal(true)
      expect(
        body.records
          .filter(({ effect }: { effect: string }) => effect === 'NEW')
          .map(({ name }: { name: string }) => name),
      ).to.include('虚构第3商行')
      expect((await held()) === before, 'something was left behind').to.equal(true)

      const { body: taken } = await send('dishonest', file)
      for (const name of ['received', 'new', 'changed', 'unchanged', 'rejected', 'unmatched'])
        expect(taken[name], name).to.equal(body[name])
    })

    it('show why a file would be refused as a whole', async () => {
      await send('dishonest?full=true', csv(...Array.from({ length: 40 }, (_, i) => line(i + 1))))
      const { body } = await send('dishonest?full=true&preview=true', csv(line(1)))
      expect(body.refused).to.be.a('string')
      expect(body.ended).to.equal(39)
      const older = await send('dishonest?full=true&dated=2018-05-15&preview=true', csv(line(1)))
      expect(older.body.refused).to.match(/^数据日期 2018-05-15 早于/)
      expect((await send('dishonest?full=true', csv(line(1)))).body.error.code).to.equal('FEED_OUT_OF_BOUNDS')
      expect((await send('dishonest?preview=perhaps', csv(line(1)))).body.error.code).to.equal('INPUT_INVALID')
      const stranger = world.token('agency', 'office-1', 'ip-office')
      expect((await send('dishonest?preview=true', csv(line(1)), stranger)).body.error.code).to.equal('FEED_UNKNOWN')
    })

    it('show no ID number, and write an audit row of the codes shown', async () => {
      const id = '220102199001011239'
      const token = world.token('agency', 'regulator-1', 'market-regulator')
      const { body } = await send(
        'dishonest?preview=true',
        csv(line(1, '售假', `虚构${id}商行`), `虚构坏行${id},,,${uscc(4)},`),
        token,
      )
      expect(JSON.stringify(body)).not.to.include(id)
      const [row] = (await store.listRowsAfter(world.database.db, 0, 1_000)).slice(-1)
      expect(row).to.include({ kind: 'ANSWER' })
      expect(row?.content?.asked).to.include('"preview":true')
      expect(unpackCodes(row?.content?.shown ?? null)).to.deep.equal([uscc(1)])
    })
  })
})
