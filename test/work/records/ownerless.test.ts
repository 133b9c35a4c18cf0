import { expect } from 'chai'
import * as ownerless from '../../../src/store/records/ownerless.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { row } from '../../support/rows.js'
import { at, codeOf, database, later, operatorOf, pseudonymOf, pullItems, rowsOf, rules } from '../../support/world.js'

const hour = (n: number) => ({ now: at(later(n * 3_600)) })
const REGISTRY = { id: 'registry', kind: 'registration' as const }
const MARKS = { id: 'trademarks', kind: 'trademark' as const, whole: false }
const regOf = (n: number) => `22010200000712${n}`
/** A trademark that names its owner by the registration number alone. */
const numbered = (n: number) => row(n, { code: '', reg: regOf(n) })
const registered = (n: number) => row(n, { reg: regOf(n) })

describe('a record of a kind that needs no operator', () => {
  const db = database()
  const owners = async () =>
    (
      await rowsOf(
        db(),
        `select record_key as key, operator_id as operator, found_by as by from versions where feed = 'trademarks' and known_to is null order by 1`,
      )
    ).map(({ key, operator, by }) => [key, operator, by])
  const takeBackLast = async (feed: string, n: number) => {
    const [last] = await rowsOf(db(), `select max(id)::int as id from runs where job = 'pull' and subject = '${feed}'`)
    const made = { run: Number(last?.['id']), by: 'officer-1', reason: '误报', rules, pseudonymOf, ...hour(n) }
    await rollBack(db(), made as never)
  }

  it('I-A12: a trademark with only a registration number is attached to its firm once the registry has the number', async () => {
    await pullItems(db(), [numbered(1), numbered(2)], MARKS)
    expect(await owners()).to.deep.equal([
      ['K1', null, null],
      ['K2', null, null],
    ])
    await pullItems(db(), [registered(1)], { ...REGISTRY, ...hour(1) })
    const firm = await operatorOf(db(), codeOf(1))
    expect(await owners()).to.deep.equal([
      ['K1', firm, `reg_no:${regOf(1)}`],
      ['K2', null, null],
    ])
    expect(await rowsOf(db(), 'select 1 from dirty_operators where operator_id = ?', [firm])).to.not.be.empty
    expect((await pullItems(db(), [numbered(1)], { ...MARKS, ...hour(2) })).unchanged).to.equal(1)
  })

  it('I-A12: a trademark with a wrong check digit in its USCC is attached to the firm registered under that code', async () => {
    const wrong = codeOf(1).slice(0, 17) + (codeOf(1).endsWith('0') ? '1' : '0')
    await pullItems(db(), [row(1, { code: wrong })], MARKS)
    await pullItems(db(), [row(1, { code: wrong })], { ...REGISTRY, ...hour(1) })
    expect(await owners()).to.deep.equal([['K1', await operatorOf(db(), wrong), null]])
  })

  it('I-A12: a registration number of several firms leads to none of them', async () => {
    await pullItems(db(), [numbered(1)], MARKS)
    const both = [row(1, { reg: regOf(1) }), row(2, { reg: regOf(1) })]
    await pullItems(db(), both, { ...REGISTRY, ...hour(1) })
    expect(await owners()).to.deep.equal([['K1', null, null]])
  })

  it('I-A12: only the latest registration number of a trademark counts', async () => {
    await pullItems(db(), [numbered(1)], MARKS)
    await pullItems(db(), [{ ...numbered(1), reg: regOf(2) }], { ...MARKS, ...hour(1) })
    await pullItems(db(), [registered(1)], { ...REGISTRY, ...hour(2) })
    expect(await owners()).to.deep.equal([['K1', null, null]])
  })

  it('I-A12: a rollback of the registry’s run detaches the trademark, and the next run attaches it again', async () => {
    await pullItems(db(), [numbered(1)], MARKS)
    await pullItems(db(), [registered(1)], { ...REGISTRY, ...hour(1) })
    await takeBackLast('registry', 2)
    expect(await owners()).to.deep.equal([['K1', null, null]])
    await pullItems(db(), [registered(1)], { ...REGISTRY, ...hour(3) })
    expect(await owners()).to.deep.equal([['K1', await operatorOf(db(), codeOf(1)), `reg_no:${regOf(1)}`]])
  })

  it('I-A12: a trademark attached by a withdrawn code stands without a firm until the code returns', async () => {
    await pullItems(db(), [row(1)], REGISTRY)
    await pullItems(db(), [registered(1)], { ...REGISTRY, ...hour(1) })
    await pullItems(db(), [numbered(1)], { ...MARKS, ...hour(2) })
    const firm = await operatorOf(db(), codeOf(1))
    expect(await owners()).to.deep.equal([['K1', firm, `reg_no:${regOf(1)}`]])
    await takeBackLast('registry', 3)
    expect(await owners()).to.deep.equal([['K1', null, null]])
    expect(await rowsOf(db(), 'select 1 from unmatched')).to.be.empty
    expect(await rowsOf(db(), 'select 1 from dirty_operators where operator_id = ?', [firm])).to.not.be.empty
    await pullItems(db(), [registered(1)], { ...REGISTRY, ...hour(4) })
    expect(await owners()).to.deep.equal([['K1', firm, `reg_no:${regOf(1)}`]])
  })

  it('I-A12: a record that ended before its firm was known stays without a firm', async () => {
    await pullItems(db(), [numbered(1), row(3)], { ...MARKS, whole: true })
    await pullItems(db(), [row(3)], { ...MARKS, whole: true, ...hour(1) })
    await pullItems(db(), [registered(1)], { ...REGISTRY, ...hour(2) })
    expect((await owners())[0]).to.deep.equal(['K1', null, null])
  })

  it('I-A12: among more ownerless records than are examined one by one, those with a code of the run are found', async () => {
    await pullItems(db(), [numbered(1)], MARKS)
    await db().raw(
      `insert into versions (feed, kind, record_key, digest, body, known_from, run_id, row_number, partial)
       select feed, kind, 'M' || n, digest || n, body, known_from, run_id, n, partial from versions, generate_series(1, ${ownerless.OWNERLESS_FEW}) n;
       insert into ownerless_codes select 'reg_no', 'R' || n, feed, 'M' || n, digest || n
         from ownerless_codes, generate_series(1, ${ownerless.OWNERLESS_FEW}) n`,
    )
    await pullItems(db(), [registered(1)], { ...REGISTRY, ...hour(1) })
    expect((await owners()).filter(([, operator]) => operator !== null)).to.have.length(1)
  })
})
