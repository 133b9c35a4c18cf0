/** The baseline, and databases of release 0.1.0: their migrations are replaced by it. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { up } from '../../../migrations/20261130-90-baseline.js'
import type { Refusal } from '../../../src/foundation/errors.js'
import { connect, databaseVersion, type JobDb, migrate } from '../../../src/store/db/db.js'
import { migrationFilesIn } from '../../../src/store/db/migrations.js'
import {
  BASELINE,
  NOT_VALID_IN_RELEASE_BEFORE,
  RENAMED_IN_BASELINE,
  REPLACED_BY_BASELINE,
} from '../../../src/store/db/replaced-migrations.js'
import { readCatalog } from '../../support/catalog.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { becomeRelease010 } from '../../support/release-010.js'
import { refusal, rowsOf } from '../../support/world.js'

const FROM_BASELINE_ON = migrationFilesIn('migrations').map(({ name }) => name)

/** Constraints as in the baseline. */
const constraintsIn = (catalog: Record<string, string[]>): string[] | undefined =>
  catalog['constraints']
    ?.map((line) =>
      RENAMED_IN_BASELINE.reduce((made, { from, to }) => made.replace(from, to), line).replace(' NOT VALID', ''),
    )
    .sort()

const namesIn = async (db: JobDb): Promise<unknown[]> =>
  (await rowsOf(db, 'select name from migrations order by name')).map(({ name }) => name)

describe('the baseline', () => {
  let test: TestDatabase
  beforeEach(async () => {
    test = await freshDatabase({ empty: true })
  })
  afterEach(() => test.drop())

  it('makes exactly the tables, functions, triggers, comments and rows of 0.1.0, but four checks valid and two constraints renamed', async () => {
    await test.db.transaction((tx) => up(tx))
    const made = await readCatalog(test.db)
    await becomeRelease010(test.db)
    const of010 = await readCatalog(test.db)
    const notValid = of010['constraints']?.filter((line) => line.includes(' NOT VALID'))
    expect(notValid?.map((line) => JSON.parse(line).conname)).to.have.members([...NOT_VALID_IN_RELEASE_BEFORE])
    for (const { from } of RENAMED_IN_BASELINE) expect(JSON.stringify(of010)).to.include(from)
    expect({ ...of010, constraints: constraintsIn(of010) }).to.deep.equal({
      ...made,
      constraints: constraintsIn(made),
    })
  })

  it('is the first migration of an empty database, and none of those that it replaced is applied', async () => {
    expect((await migrate(test.db))[0]).to.equal(BASELINE)
    expect(await namesIn(test.db)).to.not.include.members([REPLACED_BY_BASELINE[0]])
    expect(await databaseVersion(test.db)).to.deep.equal({ state: 'CURRENT', missing: [] })
  })
})

describe('a database of release 0.1.0', () => {
  let test: TestDatabase
  let before: Record<string, string[]>
  /** With the migrations after the baseline. */
  let today: Record<string, string[]>
  const RUN = `insert into runs (job, cause, started_at, outcome) values ('pull', 'command', '2026-11-30T02:10:00Z', 'RUNNING')`
  beforeEach(async () => {
    test = await freshDatabase()
    await test.db.raw(RUN)
    today = await readCatalog(test.db)
    await becomeRelease010(test.db)
    await test.db.raw(RUN)
    before = await readCatalog(test.db)
  })
  afterEach(() => test.drop())

  const isUntouched = async (added: readonly string[] = []): Promise<void> => {
    expect(await namesIn(test.db)).to.deep.equal([...REPLACED_BY_BASELINE, ...added])
    const catalog = await readCatalog(test.db)
    expect(catalog).to.deep.equal(added.length > 0 ? today : { ...before, constraints: catalog['constraints'] })
    expect(constraintsIn(catalog)).to.deep.equal(constraintsIn(added.length > 0 ? today : before))
  }
  const isTakenOver = async (): Promise<void> => {
    const marks = await rowsOf(test.db, 'select name, roll_out from migrations_roll_out where name = ?', [BASELINE])
    expect(marks).to.deep.equal([{ name: BASELINE, roll_out: 'after' }])
    const names = await namesIn(test.db)
    expect(names[0]).to.equal(BASELINE)
    expect(names.filter((name) => REPLACED_BY_BASELINE.includes(String(name)))).to.deep.equal([])
    expect(await databaseVersion(test.db)).to.deep.equal({ state: 'CURRENT', missing: [] })
  }
  const applied = async (name: string, rollOut: 'before' | 'after' | null): Promise<void> => {
    await test.db.raw('insert into migrations (name, batch, migration_time) values (?, 99, now())', [name])
    if (rollOut) await test.db.raw('insert into migrations_roll_out (name, roll_out) values (?, ?)', [name, rollOut])
  }

  it('is served while hubs of both releases run: `hub start` replaces no name, also when another migration goes before the roll-out', async () => {
    const added = FROM_BASELINE_ON.filter((name) => name !== BASELINE)
    expect((await databaseVersion(test.db)).state).to.equal('BEHIND')
    expect(await migrate(test.db, 'before')).to.deep.equal(added)
    expect(await databaseVersion(test.db)).to.deep.equal({ state: 'CURRENT', missing: [BASELINE] })
    await isUntouched(added)
  })

  it('gets the name of the baseline instead of all others by `hub migrate`, and nothing else changes', async () => {
    expect(await migrate(test.db)).to.deep.equal(FROM_BASELINE_ON)
    await isTakenOver()
    expect(await readCatalog(test.db)).to.deep.equal(today)
    expect(await migrate(test.db)).to.deep.equal([])
  })

  const ROWS = `insert into trail (number, at, kind, count, content_hash, previous, hash, salt, form, key_id, body, erased_at)
    select n, now(), 'ANSWER', 1, sha256('c'), sha256('p'), sha256('h'), case when n = 1 then 's'::bytea end, (n > 1)::int,
      case when n > 1 then 'key' end, case when n = 2 then '[]' end, case when n = 3 then now() end from generate_series(1, 3) n`
  /** The bound of the first partition grows with the number of rows. */
  const withoutBounds = (catalog: Record<string, string[]>): string =>
    JSON.stringify({ ...catalog, rows: [] }).replace(/trail_\d{6}/g, 'trail_bound')

  for (const phases of [['after'], ['before', 'after']] as const)
    it(`keeps the rows of its audit log in a schema as from empty, by phase ${phases.join(' and then ')}`, async () => {
      await test.db.raw(ROWS)
      for (const phase of phases) await migrate(test.db, phase)
      await isTakenOver()
      expect(withoutBounds(await readCatalog(test.db))).to.equal(withoutBounds(today))
      expect(await test.db('trail').where({ archived: false }).orderBy('number').pluck('number')).to.deep.equal([
        1, 2, 3,
      ])
    })

  it('is mended by `hub migrate` where an earlier attempt stopped at the partitions of the audit log', async () => {
    const PARTITIONS = '20261202-04-audit-log-partitions'
    const earlier = FROM_BASELINE_ON.filter((name) => name < PARTITIONS)
    await test.db('migrations').delete()
    await test.db('migrations_roll_out').delete()
    await applied(BASELINE, 'after')
    for (const { name, path } of migrationFilesIn('migrations').filter(({ name }) => earlier.includes(name))) {
      if (name === BASELINE) continue
      const { up: apply } = (await import(path)) as typeof import('../../../migrations/20261130-90-baseline.js')
      await apply(test.db)
      await applied(name, 'before')
    }
    const partitions = await import('../../../migrations/20261202-04-audit-log-partitions.js')
    const stopped = await partitions.up(test.db).catch((error: Error) => error.message)
    expect(stopped).to.include('conflicts with NOT VALID constraint')
    expect(await migrate(test.db)).to.deep.equal(FROM_BASELINE_ON.filter((name) => name >= PARTITIONS))
    await isTakenOver()
    expect(await readCatalog(test.db)).to.deep.equal(today)
  })

  it('is taken over once by two processes at the same time', async () => {
    const other = connect(test.url)
    const both = await Promise.all([migrate(test.db), migrate(other)])
    await other.destroy()
    expect(both.flat().toSorted()).to.deep.equal(FROM_BASELINE_ON)
    await isTakenOver()
  })

  it('keeps its names when the process dies while it replaces them, and is taken over by the next', async () => {
    const killed = connect(test.url, 'hub that dies')
    const ending = await test.db.transaction(async (tx) => {
      await tx.raw('lock table migrations_roll_out in share mode')
      const ending = migrate(killed).then(
        () => 'done',
        () => 'died',
      )
      const WAITING = `select pid from pg_stat_activity where application_name = 'hub that dies' and wait_event_type = 'Lock'`
      let waiting: Record<string, unknown>[] = []
      while (waiting.length === 0) {
        waiting = await rowsOf(test.db, WAITING)
        await turn()
      }
      await tx.raw('select pg_terminate_backend(?::int)', [Number(waiting[0]?.['pid'])])
      return ending
    })
    await killed.destroy()
    expect(ending).to.equal('died')
    await isUntouched()
    await migrate(test.db)
    await isTakenOver()
  })

  for (const [title, gone] of [
    ['without its last migration', -1],
    ['without its first migration', 0],
  ] as const)
    it(`is refused ${title}: the refusal names it and the release to run first`, async () => {
      const missing = REPLACED_BY_BASELINE.at(gone) ?? ''
      await test.db.raw('delete from migrations where name = ?', [missing])
      for (const work of [databaseVersion, migrate, (db: JobDb) => migrate(db, 'before')]) {
        const refused = await work(test.db).then(
          () => null,
          (error: Refusal) => error,
        )
        expect(refused).to.include({ code: 'DATABASE_OLDER' })
        expect(refused?.details).to.deep.equal({ missing, release: '0.1.0' })
        expect(refused?.message).to.include(missing).and.to.include('hub migrate of release 0.1.0')
      }
      expect(await namesIn(test.db)).to.have.length(REPLACED_BY_BASELINE.length - 1)
    })

  it('is taken over beside an unknown migration that goes before a roll-out, whose name stays', async () => {
    await applied('20991231-01-expand', 'before')
    await migrate(test.db)
    await isTakenOver()
    expect(await namesIn(test.db)).to.include('20991231-01-expand')
  })

  for (const rollOut of ['after', null] as const)
    it(`is refused with an unknown migration ${rollOut === null ? 'without a mark' : 'that goes after a roll-out'}`, async () => {
      await applied('20991231-02-contract', rollOut)
      expect((await refusal(migrate(test.db))).code).to.equal('DATABASE_NEWER')
      expect(await namesIn(test.db)).to.include.members([...REPLACED_BY_BASELINE])
    })
})

describe('a database with tables but without the names of its migrations', () => {
  let test: TestDatabase
  beforeEach(async () => {
    test = await freshDatabase()
  })
  afterEach(() => test.drop())

  const isRefused = async (table: string): Promise<void> => {
    const before = await readCatalog(test.db)
    for (const phase of ['before', 'after'] as const) {
      const refused = await migrate(test.db, phase).then(
        () => null,
        (error: Refusal) => error,
      )
      expect(refused).to.include({ code: 'DATABASE_UNKNOWN' })
      expect(refused?.message).to.include(`such as ${table}`).and.to.include('restore a whole backup')
    }
    expect(await readCatalog(test.db)).to.deep.equal(before)
  }

  it('is refused where the table `migrations` is empty, and keeps its tables', async () => {
    await test.db('migrations').delete()
    await isRefused('absences')
  })

  it('is refused where the table `migrations` is missing', async () => {
    await test.db.raw('drop table migrations')
    await isRefused('absences')
  })

  it('is refused where only later migrations are recorded', async () => {
    await test.db('migrations').where({ name: BASELINE }).delete()
    await isRefused('absences')
  })

  it('is refused where the tables belong to another program', async () => {
    await test.db.raw('drop schema public cascade; create schema public; create table invoices (id int)')
    await isRefused('invoices')
  })

  it('is migrated where it has only tables of extensions', async () => {
    await test.db.raw('drop schema public cascade; create schema public; create extension pg_buffercache')
    expect(await migrate(test.db)).to.deep.equal(FROM_BASELINE_ON)
  })
})
