/** Codes claimed by several operators, and records that lose the code by which their operator was found. */
import { expect } from 'chai'
import { regNoOf } from '../../../seeds/world/codes.js'
import { extractOrgCode } from '../../../src/domain/operators/codes.js'
import * as unmatched from '../../../src/store/intake/unmatched.js'
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

describe('a secondary code of an operator', () => {
  const db = database()
  const reg = regNoOf('220102', false, 1)
  const register = (...rows: ReturnType<typeof row>[]) =>
    pullItems(db(), rows, { id: 'registry', kind: 'registration', whole: false })
  const lastRun = async (): Promise<number> =>
    Number((await rowsOf(db(), `select max(id) as id from runs where job = 'pull'`))[0]?.['id'])
  const back = (run: number) =>
    rollBack(db(), { run, reason: '登记有误', by: 'reviewer-1', rules, now: at(later(3_600)) })
  const owner = async (key: string): Promise<unknown> =>
    (await versions.findCurrentVersion(db(), 'test', key))?.operatorId ?? null
  const ended = async (key: string): Promise<unknown> =>
    (
      await rowsOf(
        db(),
        `select ended_on is not null as ended from versions where record_key = ? and known_to is null`,
        [key],
      )
    )[0]?.['ended']
  const reasons = async () => (await unmatched.listOpen(db(), 10)).map(({ key, reason }) => `${key} ${reason}`)

  it('leads to no operator where two claim it, and its records are unmatched', async () => {
    await register(row(1, { reg }), row(2, { reg }))
    expect((await pullItems(db(), [row(7, { code: '', reg })])).unmatched).to.equal(1)
    expect(await reasons()).to.deep.equal(['K7 code.ambiguous'])
    expect((await operators.operatorsByCode(db(), [{ scheme: 'reg_no', code: reg }])).size).to.equal(0)
  })

  it('is ignored where it is an organisation code that contradicts the one inside the USCC', async () => {
    await register(row(1), row(2, { org: extractOrgCode(codeOf(1)) }))
    await pullItems(db(), [row(7, { code: '', org: extractOrgCode(codeOf(1)) })])
    expect(await owner('K7')).to.equal(await operatorOf(db(), codeOf(1)))
  })

  it('releases a record attached by it once a second firm claims it and the record arrives again', async () => {
    await register(row(1, { reg }))
    await pullItems(db(), [row(7, { code: '', reg })])
    expect(await owner('K7')).to.equal(await operatorOf(db(), codeOf(1)))
    await register(row(2, { reg }))
    expect((await pullItems(db(), [row(7, { code: '', reg })])).unmatched).to.equal(1)
    expect(await owner('K7')).to.equal(null)
  })

  it('suffices for a registration to give its operator a new name', async () => {
    await register(row(1, { reg }))
    expect((await register(row(9, { code: '', reg, name: '虚构新名商行' }))).new).to.equal(1)
    const id = await operatorOf(db(), codeOf(1))
    expect((await operators.operatorsById(db(), [id])).get(id)).to.include({ name: '虚构新名商行', status: 'ACTIVE' })
  })

  it('rolled back, releases the records that other feeds attached by it, until it is registered again', async () => {
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

  it('of an operator that no longer exists releases the records attached by it', async () => {
    await register(row(1))
    const made = await lastRun()
    await pullItems(db(), [row(7, { code: '', org: extractOrgCode(codeOf(1)) })])
    await back(made)
    expect(await owner('K7')).to.equal(null)
    expect((await operators.operatorsByCode(db(), [{ scheme: 'uscc', code: codeOf(1) }])).size).to.equal(0)
    expect(await reasons()).to.deep.equal(['K7 code.unknown'])
    expect(await rowsOf(db(), 'select 1 from dirty_operators')).to.have.length(0)
  })

  it('whose registration is rolled back twice releases a record that ended before', async () => {
    const registered = async () => {
      await register(row(1))
      return lastRun()
    }
    const first = await registered()
    await pullItems(db(), [row(2), row(7, { code: '', org: extractOrgCode(codeOf(1)) })])
    expect((await pullItems(db(), [row(2)])).ended).to.equal(1)
    const lacking = await lastRun()
    await back(first)
    const again = await registered()
    expect(await ended('K7')).to.equal(true)
    await back(again)
    expect(await owner('K7')).to.equal(null)
    // The record is in force: only the rolled-back list had ended it.
    await back(lacking)
    await registered()
    expect(await ended('K7')).to.equal(false)
  })
})

describe('a record repeated in one delivery', () => {
  const db = database()
  const listRejects = async () =>
    (await rowsOf(db(), 'select rule, row_number as row, item from rejects order by id')) as object[]

  it('with other content is rejected as sent, also where no operator is known', async () => {
    const nameless = { code: '', name: '虚构无码商行' }
    const pulled = await pullItems(db(), [row(1, nameless), row(1, { ...nameless, value: '别的' })])
    expect(counts(pulled)).to.deep.equal(counted(2, { unmatched: 1, rejected: 1 }))
    expect(await listRejects()).to.have.length(1)
    expect((await listRejects())[0]).to.deep.include({ rule: 'repeat.conflict', row: 2 })
  })

  it('keeps its first content where that is unchanged and the second differs', async () => {
    await pullItems(db(), [row(1)])
    const pulled = await pullItems(db(), [row(1), row(1, { value: '别的' })])
    expect(counts(pulled)).to.deep.equal(counted(2, { unchanged: 1, rejected: 1 }))
    expect((await versions.findCurrentVersion(db(), 'test', 'K1'))?.body).to.include({ reason: '售假' })
  })

  it('takes its first content where that differs and the second is unchanged', async () => {
    await pullItems(db(), [row(1)])
    const pulled = await pullItems(db(), [row(1, { value: '别的' }), row(1)])
    expect(counts(pulled)).to.deep.equal(counted(2, { changed: 1, rejected: 1 }))
    expect((await versions.findCurrentVersion(db(), 'test', 'K1'))?.body).to.include({ reason: '别的' })
  })

  it('with other content rejects its whole row, and the other records of that row are stored when sent in another row', async () => {
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
