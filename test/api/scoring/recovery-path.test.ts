import { expect } from 'chai'
import { feeds } from '../../../src/agencies/index.js'
import { findFamiliesOfFeeds } from '../../../src/domain/scoring/evidence.js'
import { contractCheck } from '../../../src/foundation/contracts.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { type Audited, differences } from '../../support/recompute.js'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, seenOutside, TODAY, type World } from '../world.js'

const STEP = 'on act fact rules count points value grade zh en basis confirmed answer { workdays basis confirmed }'
const ASKED = `query($code: String!, $asOf: Date, $from: Date) { operator(code: $code, asOf: $asOf) { score { value grade
  wayBack(from: $from) { ${STEP} records { kind body } }
  lasting { fact rules count zh en basis confirmed records { kind } } } } }`

/** The hub's clock in these tests, one minute after the records were merged. */
const LATE = new Date(NOW.getTime() + 60_000)

describe('recovery path over HTTP', () => {
  let world: World
  const [fined, revoked, clean, listed, unknown, gone] = [uscc(1), uscc(2), uscc(3), uscc(4), uscc(5), uscc(6)]
  const NUMBER = '虚市监处罚〔2026〕1号'
  const OTHER = '虚市监处罚〔2026〕2号'
  let entry: string
  const asked = async (code: string, token: string, variables: Record<string, unknown> = {}) =>
    world.ask(ASKED, { token, variables: { code, ...variables } })
  const scoreOf = async (code: string, token = world.token('officer'), variables: Record<string, unknown> = {}) =>
    (await asked(code, token, variables)).data.operator.score

  before(async () => {
    world = await makeWorld()
    const since = { established_on: '2010-01-01' }
    await world.bring('registry', [
      registration(fined, '虚构黑石商贸有限公司', since),
      registration(revoked, '虚构旧梦网络有限公司', { ...since, status: 'REVOKED' }),
      registration(clean, '虚构松云商贸有限公司', since),
      registration(listed, '虚构白桦网络有限公司', since),
      registration(unknown, '虚构青苔商贸有限公司', { ...since, status: 'UNKNOWN' }),
      registration(gone, '虚构落叶商贸有限公司', { ...since, status: 'DEREGISTERED' }),
    ])
    await world.bring('penalties', [penalty(fined, NUMBER), penalty(listed, OTHER)])
    await world.bring('dishonest', [mirrored(fined, 'old-1', '2023-05-15')])
    entry = await publishListing(world, listed, OTHER)
    world.setNow(LATE)
    await scoreOperators(world.database.db, {
      cause: 'command',
      rules: world.rules,
      families: findFamiliesOfFeeds(feeds.values()),
      now: () => LATE,
      all: true,
    })
  })
  after(() => world.close())

  it('lists each step with cause, day, act, records and the resulting score', async () => {
    const { wayBack, lasting, grade } = await scoreOf(fined)
    expect(grade).to.equal('D')
    // More than a year since the listing of 2023-05-15. The penalty of 2026-01-05 follows the rules before order 36.
    const [entry, fine] = wayBack
    expect(wayBack).to.have.length(2)
    expect(entry).to.include({ on: TODAY, act: 'REPAIR', fact: 'serious_list', count: 1, confirmed: false })
    expect(entry.rules).to.deep.equal(['serious-list'])
    expect(entry.records[0]).to.deep.include({ kind: 'LIST_ENTRY' })
    expect(entry.answer).to.include({ workdays: 15, confirmed: false })
    expect(fine).to.include({ on: '2027-01-06', act: 'REPAIR', fact: 'penalty_heavy', confirmed: false })
    expect(fine.records[0].body.document_number).to.equal(NUMBER)
    expect(fine.zh).to.contain('1 件')
    expect(fine.basis).not.to.equal('')
    expect(lasting).to.deep.equal([])
  })

  it('ends at the score of a firm without adverse records', async () => {
    const { wayBack } = await scoreOf(fined)
    const good = await scoreOf(clean)
    expect(wayBack.at(-1)).to.include({ value: good.value, grade: good.grade })
    expect(good).to.deep.include({ wayBack: [], lasting: [] })
  })

  it('starts from a later day where one is given, never before the day of the score', async () => {
    const later = await scoreOf(fined, undefined, { from: '2026-04-01' })
    expect(later.wayBack[0].on).to.equal('2026-04-01')
    const before = await scoreOf(fined, undefined, { from: '2020-01-01' })
    expect(before.wayBack[0].on).to.equal(TODAY)
  })

  it('lists a revoked licence as lasting, with the reason', async () => {
    const { wayBack, lasting } = await scoreOf(revoked)
    expect(wayBack).to.deep.equal([])
    expect(lasting).to.have.length(1)
    expect(lasting[0]).to.include({ fact: 'registration_revoked', confirmed: false })
    expect(lasting[0].en).to.contain('cannot be repaired')
    expect(lasting[0].records).to.deep.equal([{ kind: 'REGISTRATION' }])
  })

  it('is empty for a firm of unknown standing or that is deregistered', async () => {
    for (const code of [unknown, gone]) {
      const found = await scoreOf(code)
      expect(found.value).to.be.lessThan((await scoreOf(clean)).value)
      expect(found).to.deep.include({ wayBack: [], lasting: [] })
    }
  })

  it('says in its sentences that a repair must first be applied for and granted', async () => {
    const { wayBack } = await scoreOf(fined)
    for (const { zh, en } of wayBack) {
      expect(zh).to.contain('最早可以申请').and.contain('获准以后')
      expect(en).to.contain('may be applied for').and.contain('once it is granted')
    }
  })

  it('keeps the day of the decision out of the hash and the auditors’ JSON', async () => {
    const { db } = world.database
    const row = await db('scores')
      .where({ operator_id: await operatorId(world, listed) })
      .first('id')
    const headers = { authorization: `Bearer ${world.token('auditor')}` }
    const audited = (await (await fetch(`${world.url}/v1/scores/${row.id}`, { headers })).json()) as Audited
    expect(contractCheck('contracts/score-audit')(audited)).to.deep.equal([])
    expect(audited.facts.events.find(({ fact }) => fact === 'serious_list')).to.have.all.keys(
      'fact',
      'on',
      'until',
      'weight',
      'record',
    )
    expect(differences(audited)).to.deep.equal([])
  })

  it('names for an entry of this hub the first day of its removal as repaired', async () => {
    // Decided on 2026-02-04, published on 2026-02-06. One year from the decision, not counting its day.
    const step = (await scoreOf(listed)).wayBack.find(({ fact }: { fact: string }) => fact === 'serious_list')
    expect(step).to.include({ on: '2027-02-05', act: 'REPAIR', confirmed: false })
    const removed = async (on: string) => {
      world.setNow(new Date(`${on}T02:00:00Z`))
      const input = { id: entry, on, removal: 'REPAIRED', reason: '已履行义务', documentNumber: '虚市监移〔2027〕1号' }
      return world.ask('mutation($input: MoveInput!) { removeListing(input: $input) { listing { state } } }', {
        token: world.token('officer', 'officer-1'),
        variables: { input },
      })
    }
    const early = await removed('2027-02-03')
    const first = await removed(step.on)
    world.setNow(LATE)
    expect(JSON.stringify(early.errors)).to.contain('REPAIR_TOO_EARLY')
    expect(first.errors).to.equal(undefined)
    expect(first.data.removeListing.listing.state).to.equal('REMOVED')
  })

  it('is shown to roles that see reasons, and to the party itself', async () => {
    for (const role of ['agency', 'officer', 'reviewer', 'administrator', 'auditor'] as const) {
      expect((await scoreOf(fined, world.token(role))).wayBack).to.have.length(2)
    }
    expect((await scoreOf(fined, world.token('party', fined))).wayBack).to.have.length(2)
    await seenOutside(world, [fined, revoked])
    for (const role of ['marketplace', 'credit_service'] as const) {
      const { wayBack } = await scoreOf(fined, world.token(role))
      expect(wayBack).to.deep.equal([])
      expect((await scoreOf(revoked, world.token(role))).lasting).to.deep.equal([])
    }
    expect((await asked(fined, world.token('party', clean))).data.operator).to.equal(null)
  })

  it('reads the facts of one score once for all its fields', async () => {
    const statements = await world.statements(() => scoreOf(fined))
    expect(statements.filter((sql) => sql.includes('evidence.ownEntries'))).to.have.length(1)
  })

  it('I-B8: is answered for an operator with so many facts that a cost of ten per fact would exceed the limit', async () => {
    const busy = uscc(70)
    await world.bring('registry', [registration(busy, '虚构繁忙快递有限公司', { established_on: '2010-01-01' })])
    const many = Array.from({ length: 1_200 }, (_, n) => penalty(busy, `虚市监处罚〔2025〕${n + 1}号`, '2025-03-03'))
    await world.bring('penalties', many)
    await scoreOperators(world.database.db, {
      cause: 'command',
      rules: world.rules,
      families: findFamiliesOfFeeds(feeds.values()),
      now: () => LATE,
    })
    const { data, errors } = await asked(busy, world.token('officer'))
    expect(errors).to.equal(undefined)
    expect(data.operator.score.wayBack).to.not.be.empty
    expect(data.operator.score.lasting).to.be.an('array')
  })
})
