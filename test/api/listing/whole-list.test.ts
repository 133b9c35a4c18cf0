/** Queries over the whole public list: one limit for GraphQL and pages together, and an index for parts of names. */
import { expect } from 'chai'
import { connect, type JobDb } from '../../../src/store/db/db.js'
import * as listings from '../../../src/store/listing/listings.js'
import { manyShown, shown } from '../../support/public-list.js'
import { rowsOf } from '../../support/world.js'
import { makeWorld, TODAY, type World } from '../world.js'

/** Statements over the whole list that may run at once. */
const AT_ONCE = 3

describe('queries over the whole public list', () => {
  let world: World
  let watcher: JobDb
  before(async () => {
    world = await makeWorld()
    watcher = connect(world.database.url)
    for (const [n, name] of ['虚构百分%商行', '虚构下划_商行', '虚构反\\斜商行', '虚构百分之商行'].entries())
      await shown(world.database.db, n + 1, { name, publishedOn: '2026-02-01' })
    await manyShown(world.database.db, { first: 10_000, count: 3_000, publishedOn: '2026-02-01', endsOn: '2029-02-01' })
    await world.database.db.raw('vacuum analyze public_entries')
  })
  after(async () => {
    await watcher.destroy()
    await world.close()
  })

  it('P-A6: at most three run at once, from GraphQL and pages together', async () => {
    const waiting = async (): Promise<number> =>
      (
        await rowsOf(
          watcher,
          "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ 'listings.public(Entries|Count)|publicList.(page|count|authorities)'",
        )
      ).length
    let answers: Promise<number>[] = []
    await watcher.transaction(async (tx) => {
      await tx.raw('lock table public_entries in access exclusive mode')
      const fields = Array.from(
        { length: 5 },
        (_, n) => `f${n}: blacklist(filter: {name: "虚构${n}"}) { totalCount nodes { id } }`,
      )
      answers = [
        ...Array.from({ length: 2 }, () => world.ask(`{ ${fields.join(' ')} }`).then(({ status }) => status)),
        ...['a', 'b'].map((authority) =>
          fetch(`${world.url}/blacklist?authority=${authority}`).then(({ status }) => status),
        ),
      ]
      const counts: number[] = []
      while (counts.filter((n) => n === AT_ONCE).length < 50) counts.push(await waiting())
      expect(Math.max(...counts)).to.equal(AT_ONCE)
    })
    expect(await Promise.all(answers)).to.deep.equal([200, 200, 200, 200])
  })

  it('P-A6: a part of a name is matched literally, pattern characters included', async () => {
    const days = { asOf: TODAY, today: TODAY }
    const named = async (name: string) => {
      const found = await listings.listPublicEntries(world.database.db, { name, days }, { first: 10, after: null })
      expect(await listings.countPublicEntries(world.database.db, { name, days })).to.equal(found.length)
      return found.map((body) => body.name)
    }
    expect(await named('百分%')).to.deep.equal(['虚构百分%商行'])
    expect(await named('_商')).to.deep.equal(['虚构下划_商行'])
    expect(await named('反\\斜')).to.deep.equal(['虚构反\\斜商行'])
    expect((await named('百分')).sort()).to.deep.equal(['虚构百分%商行', '虚构百分之商行'])
    expect(await named('91220102MA00012345')).to.have.length(1)
    expect(await named('没有')).to.deep.equal([])
  })

  it('P-A6: a rare name reads only its own rows', async () => {
    const days = { asOf: TODAY, today: TODAY }
    const statements: { sql: string; bindings: unknown[] }[] = []
    const { db } = world.database
    const hear = (asked: { sql: string; bindings: unknown[] }) => statements.push(asked)
    db.on('query', hear)
    await listings.countPublicEntries(db, { name: '下划_商', days })
    db.off('query', hear)
    const { sql, bindings } = statements[0] as (typeof statements)[0]
    const { client } = watcher
    const connection = await client.acquireConnection()
    try {
      const { rows } = await connection.query(`explain (analyze, format json) ${sql}`, bindings)
      const plan = JSON.stringify(rows)
      expect(plan)
        .to.include('public_entries_name')
        .and.not.match(/"Seq Scan"[^{}]*"public_entries"/)
      const read = [...plan.matchAll(/"Actual Rows":\s*([\d.]+)/g)].map(([, n]) => Number(n))
      expect(Math.max(...read)).to.be.below(10)
    } finally {
      await client.releaseConnection(connection)
    }
  })
})
