/** Codes that lead to nobody for certain, and records that lose the code by which their operator was found. */
import { expect } from 'chai'
import { regNoOf } from '../../../seeds/world/codes.js'
import { orgCodeIn } from '../../../src/domain/operators/codes.js'
import * as rejects from '../../../src/store/intake/rejects.js'
import * as operators from '../../../src/store/operators/operators.js'
import * as versions from '../../../src/store/records/versions.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { row } from '../../support/rows.js'
import {
  at,
  codeOf,
  counted,
  counts,
  database,
  later,
  operatorOf,
  pullItems,
  rowsOf,
  rules,
} from '../../support/world.js'

describe('a code by which an operator is found', () => {
  const db = database()
  const reg = regNoOf('220102', false, 1)
  const register = (...rows: ReturnType<typeof row>[]) =>
    pullItems(db(), rows, { id: 'registry', kind: 'registration', whole: false })
  const lastRun = async (): Promise<number> =>
    Number((await rowsOf(db(), `select max(id) as id from runs where job = 'pull'`))[0]?.['id'])
  const back = (run: number) =>
    rollBack(db(), { run, reason: '登记有误', by: 'reviewer-1', rules, now: at(later(3_600)) })
  const owner = async (key: string): Promise<unknown> => (await versions.current(db(), 'test', key))?.operatorId ?? null
  const reasons = async () => (await rejects.openUnmatched(db(), 10)).map(({ key, reason }) => `${key} ${reason}`)

  it('leads to nobody where two claim it, and what comes by it waits', async () => {
    await register(row(1, { reg }), row(2, { reg }))
    expect((await pullItems(db(), [row(7, { code: '', reg })])).unmatched).to.equal(1)
    expect(await reasons()).to.deep.equal(['K7 code.ambiguous'])
    expect((await operators.byCodes(db(), [{ scheme: 'reg_no', code: reg }])).size).to.equal(0)
  })

  it('is no organisation code that contradicts the one inside the unified code', async () => {
    await register(row(1), row(2, { org: orgCodeIn(codeOf(1)) }))
    await pullItems(db(), [row(7, { code: '', org: orgCodeIn(codeOf(1)) })])
    expect(await owner('K7')).to.equal(await operatorOf(db(), codeOf(1)))
  })

  it('once claimed by a second firm lets go of what it brought, when that comes again', async () => {
    await register(row(1, { reg }))
    await pullItems(db(), [row(7, { code: '', reg })])
    expect(await owner('K7')).to.equal(await operatorOf(db(), codeOf(1)))
    await register(row(2, { reg }))
    expect((await pullItems(db(), [row(7, { code: '', reg })])).unmatched).to.equal(1)
    expect(await owner('K7')).to.equal(null)
  })

  it('alone is enough for a registration to rename its operator', async () => {
    await register(row(1, { reg }))
    expect((await register(row(9, { code: '', reg, name: '虚构新名商行' }))).new).to.equal(1)
    const id = await operatorOf(db(), codeOf(1))
    expect((await operators.byIds(db(), [id])).get(id)).to.include({ name: '虚构新名商行', status: 'ACTIVE' })
  })

  it('taken back gives back what other feeds attached by it, until it is told again', async () => {
    await register(row(1))
    await register(row(1, { reg }))
    const taught = await lastRun()
    await pullItems(db(), [row(7, { code: '', reg })])
    expect(await owner('K7')).to.equal(await operatorOf(db(), codeOf(1)))
    await back(taught)
    expect(await owner('K7')).to.equal(null)
    expect(await reasons()).to.deep.equal(['K7 code.unknown'])
    await register(row(1, { reg }))
    expect(await owner('K7')).to.equal(await operatorOf(db(), codeOf(1)))
  })

  it('of an operator that is known no longer gives back what was attached by it', async () => {
    await register(row(1))
    const made = await lastRun()
    await pullItems(db(), [row(7, { code: '', org: orgCodeIn(codeOf(1)) })])
    await back(made)
    expect(await owner('K7')).to.equal(null)
    expect((await operators.byCodes(db(), [{ scheme: 'uscc', code: codeOf(1) }])).size).to.equal(0)
    expect(await reasons()).to.deep.equal(['K7 code.unknown'])
  })
})

describe('a record sent twice in one delivery', () => {
  const db = database()
  const setAside = async () =>
    (await rowsOf(db(), 'select rule, row_number as row, item from rejects order by id')) as object[]

  it('with other contents is set aside as it came, also where nobody is known for it', async () => {
    const nameless = { code: '', name: '虚构无码商行' }
    const pulled = await pullItems(db(), [row(1, nameless), row(1, { ...nameless, value: '别的' })])
    expect(counts(pulled)).to.deep.equal(counted(2, { unmatched: 1, rejected: 1 }))
    expect(await setAside()).to.have.length(1)
    expect((await setAside())[0]).to.deep.include({ rule: 'repeat.conflict', row: 2 })
  })

  it('first as it stands and then otherwise, stays as it stands', async () => {
    await pullItems(db(), [row(1)])
    const pulled = await pullItems(db(), [row(1), row(1, { value: '别的' })])
    expect(counts(pulled)).to.deep.equal(counted(2, { unchanged: 1, rejected: 1 }))
    expect((await versions.current(db(), 'test', 'K1'))?.body).to.include({ reason: '售假' })
  })

  it('first otherwise and then as it stands, becomes what came first', async () => {
    await pullItems(db(), [row(1)])
    const pulled = await pullItems(db(), [row(1, { value: '别的' }), row(1)])
    expect(counts(pulled)).to.deep.equal(counted(2, { changed: 1, rejected: 1 }))
    expect((await versions.current(db(), 'test', 'K1'))?.body).to.include({ reason: '别的' })
  })

  it('in part is set aside whole, and what it said beside is taken when it comes again', async () => {
    const pulled = await pullItems(db(), [
      row(1, { value: '甲、乙' }),
      row(1, { value: '乙、丙', day: '2026-01-09' }),
      row(1, { value: '丙、丁', day: '2026-01-09' }),
    ])
    expect(counts(pulled)).to.deep.equal(counted(3, { new: 2, rejected: 1 }))
    const keys = await rowsOf(db(), 'select record_key as key from versions order by 1')
    expect(keys.map(({ key }) => key)).to.have.members(['K1/甲', 'K1/乙', 'K1/丙', 'K1/丁'])
  })
})
