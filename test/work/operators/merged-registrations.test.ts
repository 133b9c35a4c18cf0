/** Names, statuses and registrations of merged operators. */
import { expect } from 'chai'
import { regNoOf, usccOf } from '../../../seeds/world/codes.js'
import { RECORD_KINDS } from '../../../src/domain/records/records.js'
import * as operators from '../../../src/store/operators/operators.js'
import * as versions from '../../../src/store/records/versions.js'
import * as evidence from '../../../src/store/scoring/evidence.js'
import * as objections from '../../../src/store/scoring/objections.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { A, ALWAYS, B, C, mergingWorld, penalty } from '../../support/merging.js'
import { codeOf, pullItems, rowsOf, rules, TODAY } from '../../support/world.js'

describe('registrations of merged operators', () => {
  const { db, next, register, penalties, merge, undo, own, believed, leadsTo, statusOf } = mergingWorld()

  it('the registration of a converted individual business is not the status of the enterprise', async () => {
    const shop = usccOf('92', '220102', 7_001)
    await register(shop, '虚构小店', { status: 'ACTIVE' })
    await merge(shop, B, 'CONVERTED')
    expect(await statusOf(B)).to.equal('ACTIVE')
    await register(shop, '虚构小店', { status: 'REVOKED' })
    expect([await leadsTo(shop), await statusOf(B)]).to.deep.equal([B, 'ACTIVE'])
    const [known] = await rowsOf(db(), 'select name from operators where uscc = ?', [B])
    expect(known).to.deep.equal({ name: '四平新址商贸有限公司' })
    const seen = await evidence.readEvidence(db(), [await own(B)], { asOf: TODAY, knownAt: ALWAYS })
    const registrations = seen.filter(({ kind }) => kind === 'registration').map(({ record }) => record)
    const said = await versions.byIds(db(), registrations)
    expect([...said.values()].map(({ body }) => body['uscc'])).to.deep.equal([B])
    expect(await believed(B, { kinds: RECORD_KINDS })).to.contain(shop)
  })

  it('the name of a merged operator proposes the operator into which it was merged', async () => {
    await merge(A, B)
    await penalties([{ key: 'W1', name: '长春旧名商贸有限公司', value: '虚假宣传', day: '2026-10-10' }])
    const [row] = await rowsOf(db(), 'select o.uscc from unmatched u join operators o on o.id = u.proposed_operator')
    expect(row).to.deep.equal({ uscc: B })
  })

  const namesOf = async () =>
    (await rowsOf(db(), 'select uscc, name from operators order by uscc')).map(({ uscc, name }) => [uscc, name])
  const sorted = (names: [string, string | null][]) => names.sort(([one], [other]) => (one < other ? -1 : 1))

  it('registrations rolled back during a merger leave each operator its own name, also after undoing', async () => {
    const [D, E] = [codeOf(4), codeOf(5)]
    await pullItems(
      db(),
      [
        { key: D, code: D, name: '并甲商贸', value: '某路1号', day: '2020-01-01' },
        { key: E, code: E, name: '并乙商贸', value: '某路1号', day: '2020-01-01' },
      ],
      { id: 'registry', kind: 'registration', whole: false, now: () => next() },
    )
    const [brought] = await rowsOf(db(), `select max(id) as id from runs where job = 'pull'`)
    await penalties([penalty('PD', D, { name: '并甲商贸' })])
    const { decision } = await merge(D, E)
    await penalties([penalty('PD2', D, { name: '并甲商贸' })])
    const run = Number(brought?.['id'])
    await rollBack(db(), { run, reason: '误报', by: 'reviewer-1', rules, now: () => next() })
    const after = sorted([
      [A, '长春旧名商贸有限公司'],
      [B, '四平新址商贸有限公司'],
      [C, '松原再迁商贸有限公司'],
      [D, '并甲商贸'],
      [E, null],
    ])
    expect(await namesOf()).to.deep.equal(after)
    await undo(decision.id)
    expect(await namesOf()).to.deep.equal(after)
  })

  it('undoing restores each operator’s own registration since, with its registration number', async () => {
    const { decision } = await merge(A, B)
    const reg = regNoOf('220102', false, 1)
    await pullItems(
      db(),
      [{ key: A, code: A, reg, name: '长春更名商贸有限公司', value: 'SUSPENDED', day: '2020-01-01' }],
      {
        id: 'registry',
        kind: 'registration',
        whole: false,
        body: ({ value }) => ({ status: value, reg_no: reg }),
        now: () => next(),
      },
    )
    await undo(decision.id)
    expect((await namesOf()).filter(([code]) => code === A || code === B)).to.deep.equal(
      sorted([
        [A, '长春更名商贸有限公司'],
        [B, '四平新址商贸有限公司'],
      ]),
    )
    expect([await statusOf(A), await statusOf(B)]).to.deep.equal(['SUSPENDED', 'ACTIVE'])
    const found = await operators.operatorsByCode(db(), [{ scheme: 'reg_no', code: reg }])
    expect([...found.values()].map(({ uscc }) => uscc)).to.deep.equal([A])
  })

  it('an objection is listed in the region of the operator into which its own was merged, until that is undone', async () => {
    const elsewhere = usccOf('91', '220202', 7_002)
    await register(elsewhere, '吉林他处商贸有限公司')
    await db().raw(`update operators set region = '220202' where uscc = ?`, [elsewhere])
    const about = { feed: 'penalties', recordKey: 'PA', rule: 'r', fact: 'penalty', statement: '有误', dueOn: null }
    const operatorId = await own(A)
    await db().transaction((tx) => objections.open(tx, { ...about, operatorId, by: 'officer-1', at: next() }))
    const regions = async () => {
      const filter = { feeds: null, state: 'OPEN' as const, lateOn: null, pending: false, region: null, name: null }
      const counts = ['2201', '2202'].map((sight) => objections.countOf(db(), { ...filter, sight }, null))
      return Promise.all(counts)
    }
    expect(await regions()).to.deep.equal([1, 0])
    const { decision } = await merge(A, elsewhere)
    expect(await regions()).to.deep.equal([0, 1])
    await undo(decision.id)
    expect(await regions()).to.deep.equal([1, 0])
  })
})
