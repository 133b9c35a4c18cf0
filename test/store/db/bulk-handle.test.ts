import { expect } from 'chai'
import { type BulkHandle, makeBulkHandle } from '../../../src/store/db/bulk-handle.js'
import { connect, type Db, type ReadHandle } from '../../../src/store/db/db.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { rowsOf } from '../../support/world.js'

/** Connections of the pool under test. */
const POOL = 4
const LONG = 'select pg_sleep(?::int) /* bulk.test */'

describe('connections for bulk queries', () => {
  let database: TestDatabase
  let watcher: Db
  let bulk: BulkHandle
  before(async () => {
    database = await freshDatabase({ empty: true })
    watcher = connect(database.url)
    bulk = makeBulkHandle(watcher)
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

  it('P-A7: where all callers abort at once, their statements end and the next query does not wait for them', async () => {
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

  it('P-A7: a query aborted before a connection is free starts no statement', async () => {
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

  it('P-B11: a snapshot does not show later changes, and an error leaves the connection usable', async () => {
    await watcher.raw('create table told (n int); insert into told values (1)')
    const { signal } = new AbortController()
    const read = async (db: ReadHandle) =>
      (await db.raw('select n from told order by ?::int, n', [1])).rows.map(({ n }) => n)
    const seen = await bulk.atOneInstant(signal, async (db) => {
      const first = await read(db)
      await watcher.raw('update told set n = 2')
      return [first, await read(db)]
    })
    expect(seen).to.deep.equal([[1], [1]])
    for (let n = 0; n < POOL * 2; n += 1) {
      const failed = bulk.atOneInstant(signal, (db) => Promise.resolve(db.raw('select 1 / ?::int', [0])))
      expect(
        await failed.then(
          () => null,
          ({ message }: Error) => message,
        ),
      ).to.equal('division by zero')
    }
    expect(await bulk.atOneInstant(signal, read)).to.deep.equal([2])
    const leaving = new AbortController()
    const left = bulk.atOneInstant(leaving.signal, (db) => Promise.resolve(db.raw(LONG, [600])))
    await until(1)
    leaving.abort()
    expect(
      await left.then(
        () => null,
        ({ name }: Error) => name,
      ),
    ).to.equal('AbortError')
    await until(0)
  })
})
