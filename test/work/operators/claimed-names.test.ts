import { expect } from 'chai'
import * as operators from '../../../src/store/operators/operators.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { row } from '../../support/rows.js'
import { at, codeOf, database, later, NOW, pullItems, rowsOf, rules } from '../../support/world.js'

describe('names from sources other than the register', () => {
  const db = database()
  const hour = (n: number) => at(later(3_600 * n, NOW))

  const listed = (name: string, now = hour(0), more: Record<string, unknown> = {}) =>
    pullItems(db(), [row(1, { name, ...more })], { id: 'dishonest', now })
  const registered = (name: string, now = hour(1), former: string[] = []) =>
    pullItems(db(), [row(1, { name })], {
      id: 'registry',
      kind: 'registration',
      now,
      body: () => ({ former_names: former }),
    })
  const firm = async () => {
    const asked = { scheme: 'uscc', code: codeOf(1) }
    const found = (await operators.operatorsByCode(db(), [asked])).get(`uscc:${codeOf(1)}`)
    const formerly = await operators.formerNames(db(), found ? [found.id] : [])
    const written = await rowsOf(db(), 'select key from names where former order by 1')
    return { name: found?.name, formerly: formerly.map(({ name }) => name), sought: written.map(({ key }) => key) }
  }

  it('F-6: a wrong name corrected by the register is not a former name and is not found in search', async () => {
    await listed('虚构误读商贸有限公司')
    expect(await firm()).to.include({ name: '虚构误读商贸有限公司' })
    await registered('虚构正读商贸有限公司')
    expect(await firm()).to.deep.equal({ name: '虚构正读商贸有限公司', formerly: [], sought: [] })
  })

  it('F-6: an earlier name of the register itself is a former name', async () => {
    await listed('虚构旧名商贸有限公司')
    await registered('虚构旧名商贸有限公司')
    await registered('虚构新名商贸有限公司', hour(2))
    expect((await firm()).formerly).to.deep.equal(['虚构旧名商贸有限公司'])
  })

  it('F-6: a claimed name becomes a former one once the register reports it as such', async () => {
    await listed('虚构旧名商贸有限公司')
    await registered('虚构新名商贸有限公司')
    expect((await firm()).formerly).to.deep.equal([])
    await registered('虚构新名商贸有限公司', hour(2), ['虚构旧名商贸有限公司'])
    expect((await firm()).formerly).to.deep.equal(['虚构旧名商贸有限公司'])
  })

  it('F-6: a firm has the claimed name again after a rollback of its registration', async () => {
    await listed('虚构误读商贸有限公司')
    const { run } = await registered('虚构正读商贸有限公司')
    await rollBack(db(), { run, reason: '误报', by: 'reviewer-1', rules, now: hour(2) })
    expect(await firm()).to.deep.equal({ name: '虚构误读商贸有限公司', formerly: [], sought: [] })
  })
})
