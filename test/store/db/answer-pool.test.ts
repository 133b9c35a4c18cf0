import { expect } from 'chai'
import { type AnswerPool, openAnswerPool } from '../../../src/store/db/answer-pool.js'
import { copyIntoTable } from '../../../src/store/db/copy.js'
import { connect, type Db, isConnectionLost, type JobDb, type ReadHandle, type Tx } from '../../../src/store/db/db.js'
import { withConnection, withOwnConnection } from '../../../src/store/db/own-connection.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { rowsOf } from '../../support/world.js'

const POOL = 4
const LONG = 'select pg_sleep(?::int) /* answers.test */'

const nameOfError = (waits: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(waits).then(
    () => 'answered',
    (error: Error) => error.name,
  )

describe('connections of answers', () => {
  let database: TestDatabase
  let watcher: JobDb
  let pool: AnswerPool
  before(async () => {
    database = await freshDatabase({ empty: true })
    watcher = connect(database.url)
    pool = openAnswerPool(database.url, { what: 'answers', max: POOL })
  })
  after(async () => {
    await pool.close()
    await watcher.destroy()
    await database.drop()
  })

  const under = (over: AbortSignal): Db => pool.forRequest({ name: 'test', over })
  const running = async (): Promise<number> =>
    (
      await rowsOf(
        watcher,
        "select pid from pg_stat_activity where state = 'active' and query like '%/* answers.test%' and pid <> pg_backend_pid()",
      )
    ).length
  const until = async (n: number): Promise<void> => {
    while ((await running()) !== n);
  }

  it('P-A7: where all callers abort at once, their statements end and the next query does not wait for them', async () => {
    for (let round = 0; round < 5; round += 1) {
      const leaving = new AbortController()
      const left = Array.from({ length: POOL }, () => nameOfError(under(leaving.signal).raw(LONG, [600])))
      await until(POOL)
      leaving.abort()
      expect(await Promise.all(left)).to.deep.equal(Array(POOL).fill('AbortError'))
      const next = under(new AbortController().signal)
      expect((await next.raw('select ?::int as one', [1])).rows).to.deep.equal([{ one: 1 }])
      await until(0)
    }
  })

  it('P-A7: a query aborted before a connection is free starts no statement', async () => {
    const leaving = new AbortController()
    const busy = new AbortController()
    const held = Array.from({ length: POOL }, () => nameOfError(under(busy.signal).raw(LONG, [600])))
    await until(POOL)
    const waits = nameOfError(under(leaving.signal).raw('select 1 /* never begun */'))
    leaving.abort()
    busy.abort()
    await Promise.all(held)
    expect(await waits).to.equal('AbortError')
  })

  it('P-B11: a snapshot does not show later changes, and an error leaves the connection usable', async () => {
    await watcher.raw('create table told (n int); insert into told values (1)')
    const { signal } = new AbortController()
    const read = async (db: ReadHandle) =>
      (await db.raw('select n from told order by ?::int, n', [1])).rows.map(({ n }: { n: number }) => n)
    const seen = await pool.atOneInstant(signal, async (db) => {
      const first = await read(db)
      await watcher.raw('update told set n = 2')
      return [first, await read(db)]
    })
    expect(seen).to.deep.equal([[1], [1]])
    for (let n = 0; n < POOL * 2; n += 1)
      expect(await nameOfError(pool.atOneInstant(signal, async (db) => db.raw('select 1 / ?::int', [0])))).to.equal(
        'error',
      )
    expect(await pool.atOneInstant(signal, read)).to.deep.equal([2])
    const leaving = new AbortController()
    const left = nameOfError(pool.atOneInstant(leaving.signal, async (db) => db.raw(LONG, [600])))
    await until(1)
    leaving.abort()
    expect(await left).to.equal('AbortError')
    await until(0)
  })

  it('take values by place and by name, and several statements without values', async () => {
    const { rows } = await pool.raw('select :a::int + :b::int as sum, :a::text as text', { a: 1, b: 2, c: 3 })
    expect(rows).to.deep.equal([{ sum: 3, text: '1' }])
    expect((await pool.raw('select ?::int[] as list', [[1, 2]])).rows).to.deep.equal([{ list: [1, 2] }])
    expect((await pool.raw("select '10:30'::time::text as at, :n::int as n", { n: 1 })).rows).to.deep.equal([
      { at: '10:30:00', n: 1 },
    ])
    const both = await pool.raw('select 1 as n; select 2 as n')
    expect(both.map(({ rows: some }: { rows: unknown }) => some)).to.deep.equal([[{ n: 1 }], [{ n: 2 }]])
  })

  it('read days and large numbers as jobs do', async () => {
    const asked = `select date '2026-03-01' as day, 9007199254740991::bigint as large`
    expect((await pool.raw(asked)).rows).to.deep.equal((await watcher.raw(asked)).rows)
  })

  it('begin a transaction anew on another connection where that may be, and only there', async () => {
    const patient = pool.beside({ what: 'answers', waitMs: 5_000 })
    let begun = 0
    const act = async (tx: Tx) => {
      begun += 1
      if (begun === 1) await tx.raw('select pg_terminate_backend(pg_backend_pid())')
      return (await tx.raw('select 1 as one')).rows
    }
    expect(await patient.transaction(act, { mayRepeat: true })).to.deep.equal([{ one: 1 }])
    expect(begun).to.equal(2)
    begun = 0
    expect(isConnectionLost(await patient.transaction(act).catch((error) => error))).to.equal(true)
    await patient.close()
  })

  it('roll a nested transaction back alone, and copy rows', async () => {
    await watcher.raw('create table copied (n int)')
    await pool.transaction(async (tx) => {
      await copyIntoTable(tx, 'copied', ['1\n', '2\n'])
      const inner = tx.transaction(async (within) => {
        await within.raw('insert into copied values (3)')
        throw new Error('undone')
      })
      await inner.catch(() => undefined)
      expect(
        await withConnection(tx, async (connection) => (await connection.query('select n from copied')).rows),
      ).to.have.length(2)
    })
    await nameOfError(
      pool.transaction(async (tx) => {
        await tx.raw('delete from copied')
        throw new Error('undone')
      }),
    )
    expect(await rowsOf(watcher, 'select n from copied order by n')).to.deep.equal([{ n: 1 }, { n: 2 }])
    const pid = 'select pg_backend_pid() as pid'
    const own = await withOwnConnection(pool, async (connection) => (await connection.query(pid)).rows[0].pid)
    expect(await rowsOf(watcher, `select 1 from pg_stat_activity where pid = ${own}`)).to.deep.equal([])
  })

  describe('that are prepared', () => {
    let prepared: AnswerPool
    before(() => {
      prepared = pool.beside({ what: 'answers, shared', prepared: 'ONE_PLAN' })
    })

    it('prepare each statement once per connection, with one plan for all values', async () => {
      // Sequential queries use the same connection.
      for (const n of [1, 2, 3]) {
        const { rows } = await prepared.raw('select ?::int + 1 as n /* one */', [n])
        expect(rows).to.deep.equal([{ n: n + 1 }])
      }
      const { rows } = await prepared.raw(
        `select statement, generic_plans::int as generic, custom_plans::int as custom from pg_prepared_statements
         where statement like '%/* one *' || '/'`,
      )
      expect(rows).to.deep.equal([{ statement: 'select $1::int + 1 as n /* one */', generic: 3, custom: 0 }])
    })

    it('have the statement timeout of the pool beside which they were opened', async () => {
      const answers = openAnswerPool(database.url, { what: 'answers', statementMs: 50 })
      const { rows } = await answers
        .beside({ what: 'answers, shared', prepared: 'ONE_PLAN' })
        .raw('show statement_timeout')
      await answers.close()
      expect(rows).to.deep.equal([{ statement_timeout: '50ms' }])
    })

    it('report their statements to listeners of that pool', async () => {
      const heard: string[] = []
      const end = pool.onStatement((sql) => heard.push(sql))
      await prepared.raw('select 1 /* heard */')
      end()
      await prepared.raw('select 2')
      expect(heard).to.deep.equal(['select 1 /* heard */'])
    })

    it('work again after their connections were terminated', async () => {
      await prepared.raw('select 1')
      await watcher.raw(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      )
      // The first tries may still get a terminated connection.
      for (let tried = 0; tried < POOL; tried += 1) await nameOfError(prepared.raw('select 1'))
      expect((await prepared.raw('select 2 as n')).rows).to.deep.equal([{ n: 2 }])
    })
  })
})
