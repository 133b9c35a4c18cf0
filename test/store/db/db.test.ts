import { expect } from 'chai'
import { Refusal } from '../../../src/foundation/errors.js'
import { checkServesJobs, connect, databaseVersion, migrate } from '../../../src/store/db/db.js'
import * as locks from '../../../src/store/db/locks.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'

const refusalOf = async (work: Promise<unknown>): Promise<Refusal> => {
  try {
    await work
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('opening the database', () => {
  let test: TestDatabase
  before(async () => {
    test = await freshDatabase({ empty: true })
  })
  after(() => test.drop())

  it('migrates an empty database once, also when two processes start at the same time', async () => {
    expect((await databaseVersion(test.db)).state).to.equal('EMPTY')
    const [one, two] = await Promise.all([migrate(test.db), migrate(test.db)])
    expect([one.length, two.length].sort()).to.deep.equal([0, one.length + two.length])
    expect((await databaseVersion(test.db)).state).to.equal('CURRENT')
  })

  it('records migrations without their file extension', async () => {
    const names = await test.db('migrations').pluck('name')
    for (const name of names) expect(name).to.match(/^\d{8}-\d\d-[a-z-]+$/)
  })

  it('continues after a migration lock left by a killed process', async () => {
    await test.db('migrations_lock').update({ is_locked: 1 })
    expect(await migrate(test.db)).to.deep.equal([])
  })

  it('refuses a database of a newer version with its own error code', async () => {
    await test.db('migrations').insert({ name: '29990101-01-future', batch: 2, migration_time: new Date() })
    const refusal = await refusalOf(migrate(test.db))
    expect(refusal.code).to.equal('DATABASE_NEWER')
    expect(refusal.message).to.include('29990101-01-future')
    await test.db('migrations').where({ name: '29990101-01-future' }).delete()
  })

  it('refuses an unreachable database without repeating its password', async () => {
    const db = connect('postgres://someone:hidden-word@127.0.0.1:1/nothing')
    const refusal = await refusalOf(checkServesJobs(db))
    await db.destroy()
    expect(refusal.code).to.equal('DATABASE_UNREACHABLE')
    expect(refusal.message).to.not.include('hidden-word')
  })

  it('gives a lock to one holder at a time, and a second one gives up after its wait', async () => {
    const answers = await locks.withLock(test.db, 'one', 0, async () => [
      await locks.withLock(test.db, 'one', 0, async () => 'in'),
      'done',
    ])
    expect(answers).to.deep.equal(['held', 'done'])
    expect(await locks.withLock(test.db, 'one', 0, async () => 'free again')).to.equal('free again')
  })

  it('returns dates as text and bigints as numbers', async () => {
    const answer = await test.db.raw(`select date '2024-02-29' as day, 9007199254740991::bigint as n`)
    expect(answer.rows[0]).to.deep.equal({ day: '2024-02-29', n: Number.MAX_SAFE_INTEGER })
  })
})
