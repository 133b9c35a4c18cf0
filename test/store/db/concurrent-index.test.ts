/** A concurrent index build waits for every older snapshot, so a process that waits for its turn to migrate must hold none. */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { migrate } from '../../../src/store/db/db.js'
import { withLock } from '../../../src/store/db/locks.js'
import { begin, ended } from '../../support/command.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { makeNextRelease } from '../../support/next-release.js'
import { until } from '../../support/until.js'
import { refusal, rowsOf } from '../../support/world.js'

const NAME = '20991231-03-index'
const STATEMENTS = [
  'drop index concurrently if exists operators_planted',
  'create index concurrently if not exists operators_planted on operators (name)',
]
const BUILDERS = `select pid from pg_stat_progress_create_index where datname = current_database() and phase like 'waiting for writers%'`
const DROPPERS = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'drop index%'`
const WAITERS = `select pid from pg_stat_activity a where datname = current_database() and pid <> pg_backend_pid()
  and query like '%advisory_lock%' and not exists (select from pg_locks l where l.pid = a.pid and locktype = 'advisory' and granted)`

describe('a migration that builds an index concurrently', () => {
  const begun: ChildProcess[] = []
  let release: ReturnType<typeof makeNextRelease>
  let folder: string
  let test: TestDatabase
  before(() => {
    release = makeNextRelease({ [NAME]: { rollOut: 'before', statements: STATEMENTS, transaction: false } })
    folder = mkdtempSync(join(tmpdir(), 'hub-index-'))
  })
  beforeEach(async () => {
    test = await freshDatabase()
  })
  afterEach(async () => {
    for (const child of begun.splice(0)) child.kill('SIGKILL')
    await test.drop()
  })
  after(() => {
    release.remove()
    rmSync(folder, { recursive: true })
  })

  const beginMigrating = (): ChildProcess => {
    const env = { DATABASE_URL: test.url, DATA_DIR: folder, LOG_FILE: join(folder, 'migrate.log') }
    const child = begin(['migrate', '--phase', 'before'], env, release.folder)
    begun.push(child)
    return child
  }
  /** The build waits for a transaction that writes, which ends after `act`. */
  const duringBuild = <T>(act: (builder: ChildProcess) => Promise<T>): Promise<T> =>
    test.db.transaction(async (tx) => {
      await tx.raw('lock table operators in row exclusive mode')
      const builder = beginMigrating()
      await until('the build waits', async () => (await rowsOf(test.db, BUILDERS)).length > 0)
      return act(builder)
    })
  const validity = async (): Promise<unknown[]> =>
    (await rowsOf(test.db, `select indisvalid from pg_index where indexrelid = to_regclass('operators_planted')`)).map(
      ({ indisvalid }) => indisvalid,
    )
  it('ends with one valid index while a second process waits for its turn, which then finds nothing to do', async () => {
    const both = await duringBuild(async (builder) => {
      const second = beginMigrating()
      await until('the second waits', async () => (await rowsOf(test.db, WAITERS)).length > 0)
      return [builder, second]
    })
    expect(await Promise.all(both.map(ended))).to.deep.equal([0, 0])
    expect(await validity()).to.deep.equal([true])
    expect(await rowsOf(test.db, 'select name from migrations where name = ?', [NAME])).to.have.length(1)
  })

  it('replaces the invalid index that an interrupted build left, when it runs again', async () => {
    await duringBuild(async (builder) => {
      await test.db.raw(`select pg_terminate_backend(pid) from (${BUILDERS}) as building`)
      expect(await ended(builder)).to.not.equal(0)
    })
    expect(await validity()).to.deep.equal([false])
    expect(await ended(beginMigrating())).to.equal(0)
    expect(await validity()).to.deep.equal([true])
  })

  it('runs again while the database still builds for a process that was killed', async () => {
    const again = await duringBuild(async (builder) => {
      builder.kill('SIGKILL')
      const again = beginMigrating()
      await until('the next waits for that build', async () => (await rowsOf(test.db, DROPPERS)).length > 0)
      return again
    })
    expect(await ended(again)).to.equal(0)
    expect(await validity()).to.deep.equal([true])
  })

  it('is refused to a process that has waited long enough for another', async () => {
    const refused = await withLock(test.db, 'hub.migrate', 0, () => refusal(migrate(test.db, 'after', 0)))
    expect(refused).to.include({ code: 'MIGRATION_RUNNING' })
  })
})
