/** PL/pgSQL keeps the plan of a function's first call: a call without rows must not make a later one quadratic. */
import { expect } from 'chai'
import pg from 'pg'
import { freshDatabase, type TestDatabase } from '../../support/database.js'

const OPERATORS = 2_000

describe('operators altered by one statement after one that altered none', () => {
  let test: TestDatabase
  let client: pg.Client
  const plans: string[] = []
  before(async () => {
    test = await freshDatabase()
    client = new pg.Client(test.url)
    client.on('notice', ({ message }) => plans.push(message ?? ''))
    await client.connect()
    await client.query(
      `insert into operators (uscc, kind, name, first_run, created_at)
       select '91220101MA' || lpad(n::text, 8, '0'), 'ENTERPRISE', '虚构' || n || '商行', 1, now() from generate_series(1, ${OPERATORS}) n`,
    )
    await client.query(`load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
      set auto_explain.log_analyze = on; set client_min_messages = log`)
  })
  after(async () => {
    await client.end()
    await test.drop()
  })

  it('are compared row by row once, and all are noted', async () => {
    await client.query('begin')
    await client.query('update operators set known_to = null where false')
    plans.length = 0
    await client.query(`update operators set status = 'DEREGISTERED'`)
    const noted = await client.query('select cardinality(operators) as n from standing_stale')
    await client.query('commit')
    expect(noted.rows).to.deep.equal([{ n: OPERATORS }])
    const compared = plans.filter((plan) => plan.includes('Named Tuplestore Scan'))
    expect(compared).to.have.length.greaterThan(0)
    for (const plan of compared) {
      expect(plan).not.to.contain('Nested Loop')
      const loops = [...plan.matchAll(/Named Tuplestore Scan.* loops=(\d+)/g)].map(([, times]) => Number(times))
      expect(Math.max(...loops), plan).to.equal(1)
    }
  })
})
