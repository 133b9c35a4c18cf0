/** Records that lose the code of their operator in a later delivery. */
import { expect } from 'chai'
import type { RecordKind } from '../../../src/domain/records/records.js'
import * as mergers from '../../../src/store/operators/mergers.js'
import * as versions from '../../../src/store/records/versions.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { decideSubject } from '../../../src/work/operators/identity.js'
import { row } from '../../support/rows.js'
import {
  at,
  codeOf,
  database,
  type Invented,
  later,
  pullItems,
  type Row,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

const ALL = new Date('9999-12-31T00:00:00Z')

describe('a record whose code its agency removes', () => {
  const db = database()
  const lastPull = async (): Promise<number> =>
    Number((await rowsOf(db(), `select max(id) as id from runs where job = 'pull'`))[0]?.['id'])
  const send = async (given: Partial<Row>, seconds: number, kind: Invented = 'penalty'): Promise<number> => {
    const options = { id: kind, kind, whole: false, rules, now: at(later(seconds)) }
    await pullItems(db(), [row(1, given)], options)
    return lastPull()
  }
  const back = (run: number, seconds: number) =>
    rollBack(db(), { run, reason: '误报', by: 'reviewer-1', rules, now: at(later(seconds)) })
  /** Number of records believed of the n-th operator for a day. */
  const believed = async (n: number, asOf = TODAY, knownAt = ALL, kind: RecordKind = 'penalty'): Promise<number> => {
    const own = await mergers.idOfBearer(db(), { scheme: 'uscc', code: codeOf(n) }, ALL)
    const sight = { kinds: [kind], removed: true, first: 10, after: null }
    return (await versions.ofOperators(db(), [own ?? 0], { asOf, knownAt }, sight)).length
  }
  const state = async () => (await rowsOf(db(), 'select state from unmatched')).map((one) => one['state'])
  const NAMELESS = { code: '' }

  it('becomes unmatched, the past stays as it was, and its former operator is queued for scoring', async () => {
    await send({}, 0)
    await db()('dirty_operators').delete()
    await send(NAMELESS, 60)
    expect([await believed(1), await believed(1, TODAY, later(30)), await state()]).to.deep.equal([0, 1, ['OPEN']])
    expect(await rowsOf(db(), 'select 1 from dirty_operators')).to.have.length(1)
  })

  it('belongs to nobody on earlier days either, where its kind is a state', async () => {
    await send({ shop: 'shop:guguji:1', value: '旧店', day: '2021-01-01' }, 0, 'shop')
    await send({ shop: 'shop:guguji:1', value: '新店', day: '2024-01-01' }, 10, 'shop')
    const days = async (knownAt = ALL) => [
      await believed(1, '2022-06-01', knownAt, 'shop'),
      await believed(1, TODAY, knownAt, 'shop'),
    ]
    expect(await days()).to.deep.equal([1, 1])
    const run = await send({ ...NAMELESS, value: '新店', day: '2024-01-01' }, 60, 'shop')
    expect([await days(), await days(later(30))]).to.deep.equal([
      [0, 0],
      [1, 1],
    ])
    await back(run, 120)
    expect(await days()).to.deep.equal([1, 1])
  })

  it('belongs to its operator again when that run is rolled back, and is no longer unmatched', async () => {
    await send({}, 0)
    await back(await send(NAMELESS, 60), 120)
    expect([await believed(1), await state()]).to.deep.equal([1, ['TAKEN_BACK']])
  })

  it('belongs to its operator again also where it had been unmatched before', async () => {
    await send(NAMELESS, 0)
    await send({}, 10)
    await back(await send({ ...NAMELESS, value: '别的' }, 60), 120)
    expect([await believed(1), await state()]).to.deep.equal([1, ['MATCHED']])
  })

  it('belongs to its operator again when two such runs are rolled back, the earlier first', async () => {
    await send({}, 0)
    const first = await send({ ...NAMELESS, value: '别的' }, 60)
    const second = await send({ ...NAMELESS, value: '又一' }, 90)
    await back(first, 120)
    expect([await believed(1), await state()]).to.deep.equal([0, ['OPEN']])
    await back(second, 150)
    expect([await believed(1), await state()]).to.deep.equal([1, ['TAKEN_BACK']])
  })

  it('stays unmatched when an earlier run that changed it is rolled back', async () => {
    await send({}, 0)
    const changed = await send({ value: '别的' }, 10)
    await send(NAMELESS, 60)
    await back(changed, 120)
    expect([await believed(1), await state()]).to.deep.equal([0, ['OPEN']])
  })

  it('belongs to its operator again when the code returns', async () => {
    await send({}, 0)
    await send(NAMELESS, 60)
    await send({}, 120)
    expect([await believed(1), await state()]).to.deep.equal([1, ['MATCHED']])
  })

  it('belongs to nobody where a person decided that its subject is not an operator here', async () => {
    const reg = { code: '', reg: '220102000000017' }
    await pullItems(db(), [row(2, { ...reg, name: '虚构商行1' })], { id: 'penalty', kind: 'penalty', whole: false })
    const [waits] = await rowsOf(db(), 'select id from unmatched')
    const made = { unmatched: Number(waits?.['id']), verdict: 'NOT_OURS' as const, reason: '外省', by: 'officer-1' }
    await decideSubject(db(), rules, { ...made, now: later(10) })
    await send({}, 20)
    expect(await believed(1)).to.equal(1)
    const run = await send(reg, 60)
    expect([await believed(1), await state()]).to.deep.equal([0, ['NOT_OURS', 'NOT_OURS']])
    await back(run, 120)
    expect(await believed(1)).to.equal(1)
  })

  it('with a now ambiguous code belongs to its former operator after a rollback, until it arrives again', async () => {
    const reg = '220102000000017'
    const register = (n: number, seconds: number) =>
      pullItems(db(), [row(n, { reg })], {
        id: 'registry',
        kind: 'registration',
        whole: false,
        rules,
        now: at(later(seconds)),
      })
    await register(1, 0)
    await send({ code: '', reg }, 10)
    expect(await believed(1)).to.equal(1)
    await register(2, 20)
    await back(await send({ code: '', reg }, 60), 120)
    expect([await believed(1), await state()]).to.deep.equal([1, ['TAKEN_BACK']])
    await send({ code: '', reg }, 180)
    expect([await believed(1), await state()]).to.deep.equal([0, ['OPEN']])
  })
})
