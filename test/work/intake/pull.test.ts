import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { certificateOf, regNoOf } from '../../../seeds/world/codes.js'
import { feeds } from '../../../src/agencies/index.js'
import * as versions from '../../../src/store/records/versions.js'
import { fileOf } from '../../agencies/samples.js'
import { current, row, rows, standing } from '../../support/rows.js'
import {
  at,
  beliefsOf,
  codeOf,
  counted,
  counts,
  csvOf,
  database,
  dumpOf,
  feed,
  later,
  pseudonymOf,
  pullFeed,
  pullItems,
  type Row,
  refusal,
  rowsOf,
} from '../../support/world.js'

describe('pull counts items as sent', () => {
  const db = database()

  it('the counts of new, changed, unchanged, rejected and unmatched items add up to the received ones', async () => {
    await pullItems(db(), rows(4))
    const again = await pullItems(db(), [
      row(1),
      row(2, { value: '虚假宣传' }),
      row(3),
      row(3),
      row(4, { day: '2026-02-30' }),
      row(5),
      row(6, { code: '', reg: regNoOf('220102', false, 6) }),
      row(1, { value: '另一说法' }),
    ])
    expect(counts(again)).to.deep.equal(counted(8, { new: 1, changed: 1, unchanged: 3, rejected: 2, unmatched: 1 }))
  })

  it('a second identical pull changes nothing', async () => {
    await pullItems(db(), rows(12))
    const before = await beliefsOf(db())
    const again = await pullItems(db(), rows(12), { now: at(later(60)) })
    expect(counts(again)).to.deep.equal(counted(12, { unchanged: 12 }))
    expect(await beliefsOf(db())).to.equal(before)
  })

  it('a row with two records counts as one item', async () => {
    expect(counts(await pullItems(db(), [row(1, { value: '售假、刷单' })]))).to.deep.equal(counted(1, { new: 1 }))
    expect(await standing(db())).to.deep.equal(['K1/刷单', 'K1/售假'])
    const again = await pullItems(db(), [row(1, { value: '售假、刷单' })])
    expect(counts(again)).to.deep.equal(counted(1, { unchanged: 1 }))
  })

  it('a feed of rows with three records each does not count as shrunk', async () => {
    const many = rows(12).map((one) => ({ ...one, value: '售假、刷单、虚假宣传' }))
    await pullItems(db(), many)
    expect(counts(await pullItems(db(), many))).to.deep.equal(counted(12, { unchanged: 12 }))
  })

  it('an identical repeat is unchanged, and a contradicting one is rejected with row and reason', async () => {
    const pulled = await pullItems(db(), [row(1), row(1), row(1, { value: '别的' })])
    expect(counts(pulled)).to.deep.equal(counted(3, { new: 1, unchanged: 1, rejected: 1 }))
    const [reject] = await rowsOf(db(), 'select page, row_number as row, rule, message, item from rejects')
    expect(reject).to.include({ page: 1, row: 3, rule: 'repeat.conflict' })
    expect(reject?.['message']).to.contain('K1')
    expect(reject?.['item']).to.include({ value: '别的' })
    expect(await current(db())).to.deep.include({ key: 'K1', ended: null, reason: '售假', partial: false })
  })

  it('the run stores the counts', async () => {
    await pullItems(db(), rows(3))
    const [run] = await rowsOf(db(), `select outcome, whole, counts from runs where job = 'pull'`)
    expect(run).to.deep.equal({
      outcome: 'DONE',
      whole: true,
      counts: {
        received: 3,
        records: 3,
        new: 3,
        changed: 0,
        unchanged: 0,
        rejected: 0,
        unmatched: 0,
        ended: 0,
        late: 0,
        timely: 0,
      },
    })
  })

  it('counts more items than one chunk holds', async () => {
    const many = Array.from({ length: 2_345 }, (_, i) => row(i % 50, { key: `M${i}` }))
    expect(counts(await pullItems(db(), many))).to.deep.equal(counted(2_345, { new: 2_345 }))
    expect(counts(await pullItems(db(), many))).to.deep.equal(counted(2_345, { unchanged: 2_345 }))
  })
})

describe('rejected items of a pull', () => {
  const db = database()

  it('a reject keeps row, field, rule and item', async () => {
    await pullItems(db(), [row(1), row(2, { day: '2026-13-01' })])
    const [run] = await rowsOf(db(), 'select max(id) as id from runs')
    const [reject, ...others] = await rowsOf(
      db(),
      `select page, row_number as row, field, rule, message, problems, item from rejects where run_id = ${run?.['id']} order by id`,
    )
    expect(others).to.have.length(0)
    expect(reject).to.include({ page: 1, row: 2, field: 'day', rule: 'date' })
    expect(reject?.item).to.deep.include({ key: 'K2', day: '2026-13-01' })
    expect(reject?.problems).to.have.length(1)
  })

  it('a body that breaks its contract is rejected with its field', async () => {
    const pulled = await pullItems(db(), [row(1)], { body: () => ({ list: 'no-such-list' }) })
    expect(counts(pulled)).to.deep.equal(counted(1, { rejected: 1 }))
    const [reject] = await rowsOf(db(), 'select field, rule from rejects')
    expect(reject?.['field']).to.match(/list/)
  })

  it('an ID number is stored nowhere in the database, wherever it was sent', async () => {
    const id = certificateOf('220102', '0105', 27)
    const old = `${id.slice(0, 6)}${id.slice(8, 17)}`
    await pullItems(db(), [
      row(1, { value: `${id}之案`, note: id }),
      row(2, { name: `王${id}`, day: '2026-02-31' }),
      row(3, { value: `甲 ${id}` }),
      row(3, { value: `乙 ${id}` }),
      row(4, { code: '', reg: regNoOf('220102', false, 4), value: `丙 ${old} 旧号` }),
      row(5, { key: `K${id}` }),
      row(6, { code: id }),
    ])
    await pullFeed(db(), feed(), { file: { path: csvOf([row(7, { note: id })]) } })
    const broken = fileOf(`[{"key": "K8", "code": ${id} ]`)
    expect((await refusal(pullFeed(db(), feed(), { file: { path: broken, reader: 'json' } }))).code).to.not.equal(
      'none',
    )
    const headless = fileOf(`${id},x\n1,2\n`)
    expect((await refusal(pullFeed(db(), feed(), { file: { path: headless } }))).code).to.not.equal('none')
    const dump = await dumpOf(db())
    expect(dump).to.contain(`[居民身份证 ${pseudonymOf(id)}]`)
    expect(dump).to.not.contain(id)
    expect(dump).to.not.contain(id.slice(0, 17))
    expect(dump).to.not.contain(old)
  })

  it('a row that gives no record is rejected', async () => {
    const dishonest = feeds.get('dishonest')
    if (dishonest === undefined) throw new Error('no dishonest')
    const path = fileOf(
      `企业名称,工商注册号,组织机构代码,统一信用代码,失信领域\n虚构商行,,,${codeOf(1)},、\n虚构商行,,,${codeOf(2)},售假`,
    )
    expect(counts(await pullFeed(db(), dishonest, { file: { path } }))).to.deep.equal(
      counted(2, { new: 1, rejected: 1 }),
    )
    expect(await rowsOf(db(), 'select row_number as row, rule from rejects')).to.deep.equal([
      { row: 2, rule: 'record.none' },
    ])
  })

  it('an ID number in a file name is not stored', async () => {
    const id = certificateOf('220102', '0106', 31)
    const folder = mkdtempSync(join(tmpdir(), 'hub-pull-'))
    try {
      const path = join(folder, `${id}.csv`)
      writeFileSync(path, readFileSync(csvOf([row(1)])))
      await pullFeed(db(), feed(), { file: { path } })
      expect(await dumpOf(db())).to.not.contain(id)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('pull of a file', () => {
  const db = database()
  const file = (given: readonly Row[], full = false) => ({ file: { path: csvOf(given), full } })

  it('a partial file adds and changes records and ends none', async () => {
    await pullItems(db(), rows(20))
    const pulled = await pullFeed(db(), feed(), file([row(1, { value: '改了' }), row(21)]))
    expect(counts(pulled)).to.deep.equal(counted(2, { new: 1, changed: 1 }))
    expect(pulled.full).to.equal(false)
    expect(await standing(db())).to.have.length(21)
  })

  it('a partial file is not checked against bounds on count or shrinkage', async () => {
    const bounded = feed({ bounds: { fewest: 5, most: 6 } })
    expect((await pullFeed(db(), bounded, file(rows(1)))).new).to.equal(1)
    expect((await pullFeed(db(), bounded, file(rows(30)))).new).to.equal(29)
    expect((await pullFeed(db(), bounded, file([]))).received).to.equal(0)
  })

  it('records from partial files alone neither end by a full pull nor count as shrinkage', async () => {
    await pullFeed(db(), feed(), file(rows(40, 101)))
    expect(await versions.countInForce(db(), 'test')).to.equal(0)
    await pullItems(db(), rows(10))
    expect(await standing(db())).to.have.length(50)
    await pullItems(db(), rows(9))
    expect(await standing(db())).to.have.length(49)
  })

  it('a record from a partial file and a full pull ends when a full pull lacks it', async () => {
    await pullFeed(db(), feed(), file(rows(2)))
    await pullItems(db(), rows(12))
    await pullItems(db(), rows(10, 3))
    expect(await standing(db())).to.deep.equal(
      rows(10, 3)
        .map((one) => one.key)
        .sort(),
    )
  })

  it('a full file ends the records that it lacks', async () => {
    await pullItems(db(), rows(12))
    const pulled = await pullFeed(db(), feed(), { ...file(rows(11), true), now: at(later(86_400)) })
    expect(pulled.full).to.equal(true)
    expect(await current(db())).to.deep.include({ key: 'K12', ended: '2026-11-26', reason: '售假', partial: false })
  })

  it('a record keeps its file and row', async () => {
    await pullFeed(db(), feed(), file([row(1), row(2)]))
    const version = await versions.findCurrentVersion(db(), 'test', 'K2')
    expect(version).to.include({ row: 3, page: null })
    expect(version?.file).to.match(/\.dat$/)
  })

  it('a missing file is refused before a run begins', async () => {
    expect((await refusal(pullFeed(db(), feed(), { file: { path: '/nowhere/at/all.csv' } }))).code).to.equal(
      'FILE_UNREADABLE',
    )
    expect(await rowsOf(db(), 'select 1 from runs')).to.have.length(0)
  })
})
