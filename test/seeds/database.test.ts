import { expect } from 'chai'
import { world } from '../../seeds/world.js'
import { runSeeds } from '../../src/store/db/db.js'
import * as operators from '../../src/store/operators/operators.js'
import * as runs from '../../src/store/timetable/runs.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'

describe('the seeds', () => {
  let test: TestDatabase
  beforeEach(async () => {
    test = await freshDatabase()
  })
  afterEach(() => test.drop())

  const kinds = async () => {
    const answer = await test.db.raw('select kind, count(*)::int as n from operators group by kind order by kind')
    return Object.fromEntries(answer.rows.map((row: { kind: string; n: number }) => [row.kind, row.n]))
  }

  it('load the synthetic world as of a month ago: every kind of operator, in the nine prefectures', async () => {
    await runSeeds(test.db)
    const now = world()
    const newcomers = 15
    expect(await kinds()).to.deep.equal({
      COOPERATIVE: 5,
      ENTERPRISE: now.operators.filter((one) => one.kind === 'enterprise').length - newcomers,
      INDIVIDUAL: 70,
      SHOP: 45,
    })
    const answer = await test.db.raw(
      `select count(distinct left(region, 4))::int as n from operators where uscc is not null`,
    )
    expect(answer.rows[0].n).to.equal(9)
  })

  it('add nothing when they are run again', async () => {
    await runSeeds(test.db)
    const before = await test.db('versions').count('* as n')
    await runSeeds(test.db)
    expect(await test.db('versions').count('* as n')).to.deep.equal(before)
  })

  it('continue where they were killed', async () => {
    await runSeeds(test.db)
    const whole = await kinds()
    // As if the process had died before the shops were brought.
    await test.db('versions').where({ feed: 'shops' }).delete()
    await test.db('operators').whereNotNull('shop').delete()
    await test.db('runs').where({ subject: 'shops' }).delete()
    await runSeeds(test.db)
    expect(await kinds()).to.deep.equal(whole)
  })

  it('leave a database unchanged that already has other operators', async () => {
    const now = new Date()
    const run = (await runs.startRun(test.db, { job: 'pull', subject: 'registry', cause: 'command', now })) ?? 0
    await test.db.raw(
      `insert into operators (uscc, kind, name, region, first_run, created_at) values ('91220102MA0Y3X1HXM', 'ENTERPRISE', '某测试商行', '220102', ?, ?)`,
      [run, now],
    )
    await runSeeds(test.db)
    expect(await operators.countOperators(test.db)).to.equal(1)
  })
})
