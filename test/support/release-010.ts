import type { JobDb, JobTx } from '../../src/store/db/db.js'
import { migrationFilesIn } from '../../src/store/db/migrations.js'
import { REPLACED_BY_BASELINE } from '../../src/store/db/replaced-migrations.js'

/** The first migration whose mark 0.1.0 recorded. */
const FIRST_MARKED = '20261129-51-roll-out'

const BASELINE = '20261130-90-baseline'

/** Gives a database the schema and the migration names of release 0.1.0, whose schema was the baseline's. */
export const becomeRelease010 = async (db: JobDb): Promise<void> => {
  const later = migrationFilesIn('migrations').filter(({ name }) => name > BASELINE)
  for (const { path } of later.reverse()) {
    const { down } = (await import(path)) as { down: (tx: JobTx) => Promise<void> }
    await db.transaction((tx) => down(tx))
  }
  await db.raw('truncate migrations, migrations_roll_out')
  await db('migrations').insert(REPLACED_BY_BASELINE.map((name) => ({ name, batch: 1, migration_time: new Date() })))
  const marked = REPLACED_BY_BASELINE.filter((name) => name >= FIRST_MARKED)
  await db('migrations_roll_out').insert(marked.map((name) => ({ name, roll_out: 'before' })))
}
