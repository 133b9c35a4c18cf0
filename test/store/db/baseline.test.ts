/** The baseline, and databases of release 0.1.0: their migrations are replaced by it. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { up } from '../../../migrations/20261130-90-baseline.js'
import type { Refusal } from '../../../src/foundation/errors.js'
import { connect, databaseVersion, type JobDb, migrate } from '../../../src/store/db/db.js'
import { migrationFilesIn } from '../../../src/store/db/migrations.js'
import { BASELINE, REPLACED_BY_BASELINE } from '../../../src/store/db/replaced-migrations.js'
import { readCatalog } from '../../support/catalog.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { becomeRelease010 } from '../../support/release-010.js'
import { refusal, rowsOf } from '../../support/world.js'

/** Digests of the catalog that the migrations of 0.1.0 made, on the embedded PostgreSQL 18. */
const OF_010: Record<string, { count: number; sha256: string }> = JSON.parse(
  readFileSync(new URL('schema-0.1.0.json', import.meta.url), 'utf8'),
)

const FROM_BASELINE_ON = migrationFilesIn('migrations').map(({ name }) => name)

const namesIn = async (db: JobDb): Promise<unknown[]> =>
  (await rowsOf(db, 'select name from migrations order by name')).map(({ name }) => name)

describe('the baseline', () => {
  let test: TestDatabase
  beforeEach(async () => {
    test = await freshDatabase({ empty: true })
  })
  afterEach(() => test.drop())

  it('makes exactly the tables, functions, triggers, comments and rows that the migrations of 0.1.0 made', async () => {
    await test.db.transaction((tx) => up(tx))
    for (const [part, lines] of Object.entries(await readCatalog(test.db)))
      expect(
        { count: lines.length, sha256: createHash('sha256').update(lines.join('\n')).digest('hex') },
        part,
      ).to.deep.equal(OF_010[part])
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
  beforeEach(async () => {
    test = await freshDatabase()
    await test.db.raw(`insert into runs (job, cause, started_at, outcome) values ('pull', 'command', now(), 'RUNNING')`)
    today = await readCatalog(test.db)
    await becomeRelease010(test.db)
    before = await readCatalog(test.db)
  })
  afterEach(() => test.drop())

  const isUntouched = async (added: readonly string[] = []): Promise<void> => {
    expect(await namesIn(test.db)).to.deep.equal([...REPLACED_BY_BASELINE, ...added])
    expect(await readCatalog(test.db)).to.deep.equal(added.length > 0 ? today : before)
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
