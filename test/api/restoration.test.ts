import { expect } from 'chai'
import { feeds } from '../../src/agencies/index.js'
import { familiesOf } from '../../src/domain/evidence.js'
import { score } from '../../src/work/score.js'
import { makeWorld, mirrored, NOW, penalty, registration, TODAY, uscc, type World } from './world.js'

const STEP = 'on act fact rules count points value grade zh en basis confirmed answer { workdays basis confirmed }'
const ASKED = `query($code: String!, $asOf: Date, $from: Date) { operator(code: $code, asOf: $asOf) { score { value grade
  wayBack(from: $from) { ${STEP} records { kind body } }
  lasting { fact rules count zh en basis confirmed records { kind } } } } }`

/** Knowledge is fixed a moment after what was brought. */
const LATE = new Date(NOW.getTime() + 60_000)

describe('the way back up over HTTP', () => {
  let world: World
  const [fined, revoked, clean] = [uscc(1), uscc(2), uscc(3)]
  const NUMBER = '虚市监处罚〔2026〕1号'
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
    ])
    await world.bring('penalties', [penalty(fined, NUMBER)])
    await world.bring('dishonest', [mirrored(fined, 'old-1', '2023-05-15')])
    world.setNow(LATE)
    await score(world.database.db, {
      cause: 'command',
      rules: world.rules,
      families: familiesOf(feeds.values()),
      now: () => LATE,
      all: true,
    })
  })
  after(() => world.close())

  it('names each step with its cause, its day, its act, the records behind it and the score then reached', async () => {
    const { wayBack, lasting, grade } = await scoreOf(fined)
    expect(grade).to.equal('D')
    // Listed on 2023-05-15, a year has passed; a penalty of 2026-01-05 goes by the rules before order 36.
    const [entry, fine] = wayBack
    expect(wayBack).to.have.length(2)
    expect(entry).to.include({ on: TODAY, act: 'REPAIR', fact: 'serious_list', count: 1, confirmed: false })
    expect(entry.rules).to.deep.equal(['serious-list'])
    expect(entry.records[0]).to.deep.include({ kind: 'LIST_ENTRY' })
    expect(entry.answer).to.include({ workdays: 15, confirmed: false })
    expect(fine).to.include({ on: '2027-01-05', act: 'REPAIR', fact: 'penalty_heavy', confirmed: false })
    expect(fine.records[0].body.document_number).to.equal(NUMBER)
    expect(fine.zh).to.contain('1 件')
    expect(fine.basis).not.to.equal('')
    expect(lasting).to.deep.equal([])
  })

  it('reaches with the last step what a firm without anything adverse has', async () => {
    const { wayBack } = await scoreOf(fined)
    const good = await scoreOf(clean)
    expect(wayBack.at(-1)).to.include({ value: good.value, grade: good.grade })
    expect(good).to.deep.include({ wayBack: [], lasting: [] })
  })

  it('starts from a later day where one is named, never from before the day of the score', async () => {
    const later = await scoreOf(fined, undefined, { from: '2026-04-01' })
    expect(later.wayBack[0].on).to.equal('2026-04-01')
    const before = await scoreOf(fined, undefined, { from: '2020-01-01' })
    expect(before.wayBack[0].on).to.equal(TODAY)
  })

  it('says of a revoked licence that it lasts, and why', async () => {
    const { wayBack, lasting } = await scoreOf(revoked)
    expect(wayBack).to.deep.equal([])
    expect(lasting).to.have.length(1)
    expect(lasting[0]).to.include({ fact: 'registration_revoked', confirmed: false })
    expect(lasting[0].en).to.contain('cannot be repaired')
    expect(lasting[0].records).to.deep.equal([{ kind: 'REGISTRATION' }])
  })

  it('is for those who may see reasons, and for the party itself', async () => {
    for (const role of ['agency', 'officer', 'reviewer', 'administrator', 'auditor'] as const) {
      expect((await scoreOf(fined, world.token(role))).wayBack).to.have.length(2)
    }
    expect((await scoreOf(fined, world.token('party', fined))).wayBack).to.have.length(2)
    for (const role of ['marketplace', 'credit_service'] as const) {
      const { wayBack } = await scoreOf(fined, world.token(role))
      expect(wayBack).to.deep.equal([])
      expect((await scoreOf(revoked, world.token(role))).lasting).to.deep.equal([])
    }
    expect((await asked(fined, world.token('party', clean))).data.operator).to.equal(null)
  })

  it('reads the facts behind one score once, for all that is asked of it', async () => {
    const statements = await world.statements(() => scoreOf(fined))
    expect(statements.filter((sql) => sql.includes('evidence.ownEntries'))).to.have.length(1)
  })
})
