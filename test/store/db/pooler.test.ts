/** A hub whose answers come through PgBouncer in transaction mode. */
import { expect } from 'chai'
import { readConfig } from '../../../src/config.js'
import { isRefusal } from '../../../src/foundation/errors.js'
import { makeHub } from '../../../src/hub/hub.js'
import { openAnswerPool } from '../../../src/store/db/answer-pool.js'
import { checkServesAnswers, checkServesJobs, connect } from '../../../src/store/db/db.js'
import { withLock } from '../../../src/store/db/locks.js'
import { withConnection } from '../../../src/store/db/own-connection.js'
import { databaseIdentity, mayPublishList, vouchForServer } from '../../../src/store/db/restored.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { hasPooler, type Pooler, startPooler } from '../../support/pooler.js'

const SETTINGS = `select current_setting('statement_timeout') as timeout, current_setting('plan_cache_mode') as plans,
  current_setting('jit') as jit, ?::int as n`
const ANSWERS = { what: 'answers', statementMs: 30_000, prepared: 'ONE_PLAN' } as const
const AS_STATED = { timeout: '30s', plans: 'force_generic_plan', jit: 'off', n: 1 }

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'NONE',
    (error) => (isRefusal(error) ? error.code : String(error)),
  )

describe('a pooler before the database', () => {
  let direct: TestDatabase
  let pooler: Pooler
  before(async function () {
    // Debian's package pgbouncer; .ci/run installs it.
    if (!hasPooler()) this.skip()
    direct = await freshDatabase()
    pooler = await startPooler(direct.url)
  })
  after(async () => {
    await pooler?.close()
    await direct?.drop()
  })

  it('is recognised, and refused for jobs with the setting that mends it', async () => {
    const jobs = await checkServesJobs(direct.db)
    expect(jobs.pooled).to.equal(false)
    expect(await checkServesAnswers(pooler.url, jobs)).to.deep.equal({ ...jobs, pooled: true })
    const db = connect(pooler.url)
    expect(await codeOf(checkServesJobs(db))).to.equal('DATABASE_POOLED')
    await db.destroy()
    expect(await codeOf(makeHub(readConfig({ DATABASE_URL: pooler.url })))).to.equal('DATABASE_POOLED')
  })

  it('is refused where it leads to another database', async () => {
    const other = await freshDatabase({ empty: true })
    const env = { DATABASE_URL: pooler.url, DATABASE_URL_DIRECT: other.url }
    expect(await codeOf(makeHub(readConfig(env)))).to.equal('DATABASE_DIFFERS')
    await other.drop()
  })

  it('keeps limits and plans of each statement, and leaves none to others', async () => {
    const straight = openAnswerPool(direct.url, ANSWERS)
    const pooled = openAnswerPool(pooler.url, { ...ANSWERS, pooled: { directUrl: direct.url } })
    for (const pool of [straight, pooled]) {
      expect((await pool.raw(SETTINGS, [1])).rows).to.deep.equal([AS_STATED])
      const inside = await pool.transaction(async (tx) => (await tx.raw(SETTINGS, [1])).rows)
      expect(inside).to.deep.equal([AS_STATED])
      const lent = await withConnection(pool, (client) => client.query(SETTINGS.replace('?', '$1'), [1]))
      expect(lent.rows).to.deep.equal([AS_STATED])
    }
    const stranger = connect(pooler.url)
    const [left] = (await stranger.raw(SETTINGS, [1])).rows
    expect(left).to.deep.equal({ ...AS_STATED, timeout: '0', plans: 'auto', jit: left.jit })
    await stranger.destroy()
    await Promise.all([straight.close(), pooled.close()])
  })

  it('has a promoted server judged before a statement, although the client keeps its connection', async () => {
    await databaseIdentity(direct.db)
    await vouchForServer(direct.db, { only: 'ALWAYS' })
    let judged = 0
    const onServerChanged = async () => {
      judged += 1
      await vouchForServer(direct.db, { only: 'ALWAYS' })
    }
    const pooled = openAnswerPool(pooler.url, {
      ...ANSWERS,
      max: 1,
      onServerChanged,
      pooled: { directUrl: direct.url },
    })
    expect([await mayPublishList(pooled), judged]).to.deep.equal([true, 0])
    await direct.db.raw(`update database_identity set timeline = '00000000'`)
    expect([await mayPublishList(pooled), judged]).to.deep.equal([true, 1])
    await pooled.close()
  })

  it('forwards cancellation: what a caller gave up ends at the server', async () => {
    const pool = openAnswerPool(pooler.url, { ...ANSWERS, pooled: { directUrl: direct.url } })
    const running = async (): Promise<number> =>
      (
        await direct.db.raw(
          "select 1 from pg_stat_activity where state = 'active' and query like '%pooler.test sleeps%'",
        )
      ).rows.length - 1
    const leaving = new AbortController()
    const asked = pool
      .forRequest({ name: 'test', over: leaving.signal })
      .raw('select pg_sleep(?::int) /* pooler.test sleeps */', [600])
    const left = Promise.resolve(asked).catch((error: Error) => error.name)
    while ((await running()) !== 1);
    leaving.abort()
    expect(await left).to.equal('AbortError')
    while ((await running()) !== 0);
    await pool.close()
  })

  it('gives locks and temporary tables their own direct connection', async () => {
    const pool = openAnswerPool(pooler.url, { ...ANSWERS, pooled: { directUrl: direct.url } })
    const entered = await withLock(pool, 'pooler.test', 0, () => withLock(pool, 'pooler.test', 0, async () => 'both'))
    expect(entered).to.equal('held')
    await pool.close()
  })
})
