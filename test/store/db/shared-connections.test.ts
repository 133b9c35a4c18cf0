import { expect } from 'chai'
import { connect, type Db } from '../../../src/store/db/db.js'
import * as hotStore from '../../../src/store/db/shared-connections.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'

describe('shared connections for frequent queries', () => {
  let database: TestDatabase
  let hot: Db
  before(async () => {
    database = await freshDatabase({ empty: true })
    hot = hotStore.openSharedConnections(database.db)
  })
  after(async () => {
    await hot.destroy()
    await database.drop()
  })

  it('prepare each statement once per connection, with one plan for all values', async () => {
    // Sequential queries use the same connection.
    for (const n of [1, 2, 3]) {
      const { rows } = await hot.raw('select ?::int + 1 as n /* one */', [n])
      expect(rows).to.deep.equal([{ n: n + 1 }])
    }
    const { rows } = await hot.raw(
      `select statement, generic_plans::int as generic, custom_plans::int as custom from pg_prepared_statements
       where statement like '%/* one *' || '/'`,
    )
    expect(rows).to.deep.equal([{ statement: 'select $1::int + 1 as n /* one */', generic: 3, custom: 0 }])
  })

  it('read days and large numbers as other connections do', async () => {
    const asked = `select date '2026-03-01' as day, 9007199254740991::bigint as large`
    expect((await hot.raw(asked)).rows).to.deep.equal((await database.db.raw(asked)).rows)
  })

  it('have the statement timeout of the main handle', async () => {
    const answers = connect(String(database.db.client.config.connection.connectionString), { statementMs: 50 })
    const own = hotStore.openSharedConnections(answers)
    const { rows } = await own.raw('show statement_timeout')
    await own.destroy()
    await answers.destroy()
    expect(rows).to.deep.equal([{ statement_timeout: '50ms' }])
  })

  it('pass their queries to listeners of the main handle', async () => {
    const heard: string[] = []
    const listen = ({ sql }: { sql: string }) => heard.push(sql)
    database.db.on('query', listen)
    await hot.raw('select 1 /* heard */')
    database.db.off('query', listen)
    expect(heard).to.deep.equal(['select 1 /* heard */'])
  })

  it('work again after their connections were terminated', async () => {
    await hot.raw('select 1')
    await database.db.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    await expectSoon(async () => (await hot.raw('select 2 as n')).rows[0].n === 2)
  })
})

/** Retries, since the first tries may still get a terminated connection. */
const expectSoon = async (good: () => Promise<boolean>): Promise<void> => {
  const tries = await Promise.allSettled([good(), good(), good()])
  expect(tries.some((one) => one.status === 'fulfilled' && one.value) || (await good())).to.equal(true)
}
