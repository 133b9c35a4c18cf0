import { expect } from 'chai'
import * as objections from '../../../src/store/scoring/objections.js'
import { decideObjection, openObjection } from '../../../src/work/scoring/objection.js'
import { renewObjectionTerms } from '../../../src/work/scoring/objection-terms.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { at, codeOf, database, NOW, pullItems, rowsOf, rules } from '../../support/world.js'

describe('the term of an objection', () => {
  const db = database()

  it('is due after seven working days, counted anew when a holiday is announced', async () => {
    await pullItems(db(), [{ key: 'R1', code: codeOf(1), value: '某路1号', day: '2019-05-06' }], {
      id: 'registry',
      kind: 'registration',
    })
    await pullItems(db(), [{ key: 'P1', code: codeOf(1), value: '违法', day: '2026-10-10' }], {
      id: 'penalties',
      kind: 'penalty',
    })
    await scoreOperators(db(), { cause: 'command', rules, families: ['registration', 'penalties'], now: at(NOW) })
    const [version] = await rowsOf(db(), `select id from versions where kind = 'penalty'`)
    const { id } = await openObjection(db(), rules, {
      operator: codeOf(1),
      record: Number(version?.['id']),
      statement: '该处罚不是我单位的',
      mayFor: () => true,
      by: 'officer-1',
      now: NOW,
    })
    const due = async () => (await objections.byId(db(), id))?.dueOn
    // 2026-11-25 is a Wednesday.
    expect(await due()).to.equal('2026-12-04')
    expect(await renewObjectionTerms(db(), rules)).to.equal(0)
    const holiday = { ...rules.calendar, holidays: new Set([...rules.calendar.holidays, '2026-12-01']) }
    expect(await renewObjectionTerms(db(), { ...rules, calendar: holiday })).to.equal(1)
    expect(await due()).to.equal('2026-12-07')
    // An objection of the release before has no due day yet.
    await db().raw('update objections set due_on = null')
    expect(await renewObjectionTerms(db(), rules)).to.equal(1)
    const late = { feeds: null, state: 'OPEN' as const, region: null, name: null, sight: null }
    const page = { first: 5, after: null, order: 'OLDEST' as const }
    const found = async (lateOn: string) =>
      (await objections.list(db(), { ...late, lateOn, pending: false }, page)).map((one) => one.id)
    expect(await found('2026-12-04')).to.deep.equal([])
    expect(await found('2026-12-05')).to.deep.equal([id])
    const verdict = { verdict: 'REJECTED', note: '已核实', senderOf: () => null, by: 'reviewer-1', now: NOW } as const
    await decideObjection(db(), rules, { objection: id, ...verdict })
    expect(await renewObjectionTerms(db(), { ...rules, calendar: holiday })).to.equal(0)
  })
})
