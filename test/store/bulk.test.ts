import { expect } from 'chai'
import { type Bulk, makeBulk } from '../../src/store/bulk.js'
import { connect, type Db } from '../../src/store/db.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'
import { rowsOf } from '../support/world.js'

/** Connections of the pool under test. */
const POOL = 4
const LONG = 'select pg_sleep(?::int) /* bulk.test */'

describe('connections for questions about many codes', () => {
  let database: TestDatabase
  let watcher: Db
  let bulk: Bulk
  before(async () => {
    database = await freshDatabase({ empty: true })
    watcher = connect(database.url)
    bulk = makeBulk(watcher)
  })
  after(async () => {
    await bulk.close()
    await watcher.destroy()
    await database.drop()
  })

  const running = async (): Promise<number> =>
    (
      await rowsOf(
        watcher,
        "select pid from pg_stat_activity where state = 'active' and query like '%/* bulk.test%' and pid <> pg_backend_pid()",
      )
    ).length
  const until = async (n: number): Promise<void> => {
    while ((await running()) !== n);
  }

  it('P-A7: all of them can leave at once: their statements end, and the next question waits for none of them', async () => {
    for (let round = 0; round < 5; round += 1) {
      const leaving = new AbortController()
      const left = Array.from({ length: POOL }, () =>
        bulk
          .under(leaving.signal)
          .raw(LONG, [600])
          .then(
            () => 'answered',
            (error: Error) => error.name,
          ),
      )
      await until(POOL)
      leaving.abort()
      expect(await Promise.all(left)).to.deep.equal(Array(POOL).fill('AbortError'))
      const next = bulk.under(new AbortController().signal)
      expect((await next.raw('select ?::int as one', [1])).rows).to.deep.equal([{ one: 1 }])
      await until(0)
    }
  })

  it('P-A7: a signal that is given before a connection is had begins no statement', async () => {
    const leaving = new AbortController()
    const busy = new AbortController()
    const held = Array.from({ length: POOL }, () => bulk.under(busy.signal).raw(LONG, [600]))
    const ended = Promise.allSettled(held)
    await until(POOL)
    const waits = bulk.under(leaving.signal).raw('select 1 /* never begun */')
    leaving.abort()
    busy.abort()
    await ended
    expect(
      await waits.then(
        () => null,
        ({ name }: Error) => name,
      ),
    ).to.equal('AbortError')
  })
})
