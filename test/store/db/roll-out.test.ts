import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { databaseVersion } from '../../../src/store/db/db.js'
import { BASELINE } from '../../../src/store/db/replaced-migrations.js'
import { database, refusal, rowsOf } from '../../support/world.js'

describe('R-7: roll-out mark of migrations (before or after the new hub starts)', () => {
  const db = database()
  const applied = async (name: string, rollOut: 'before' | 'after' | null) => {
    await db().raw(`insert into migrations (name, batch, migration_time) values (?, 99, now())`, [name])
    if (rollOut) await db().raw('insert into migrations_roll_out (name, roll_out) values (?, ?)', [name, rollOut])
  }
  afterEach(async () => {
    await db().raw(`delete from migrations where name like '2099%'`)
    await db().raw(`delete from migrations_roll_out where name like '2099%'`)
  })

  it('migrations_roll_out has a row for each migration', async () => {
    const rows = await rowsOf(
      db(),
      `select m.name from migrations m left join migrations_roll_out r using (name) where r.name is null`,
    )
    expect(rows).to.deep.equal([])
  })

  it('an older hub works with an unknown migration marked `before`, and refuses one marked `after`', async () => {
    await applied('20991231-01-expand', 'before')
    expect(await databaseVersion(db())).to.deep.equal({ state: 'CURRENT', missing: [] })
    await applied('20991231-02-contract', 'after')
    expect((await refusal(databaseVersion(db()))).code).to.equal('DATABASE_NEWER')
  })

  it('an older hub refuses an unknown migration without a mark', async () => {
    await applied('20991231-03-silent', null)
    expect((await refusal(databaseVersion(db()))).code).to.equal('DATABASE_NEWER')
  })

  it('each migration file sorts after the baseline, because an empty database applies them in the order of their names', () => {
    const folder = new URL('../../../migrations/', import.meta.url)
    const names = readdirSync(folder).filter((name) => name.endsWith('.ts'))
    expect(names.sort()[0]).to.equal(`${BASELINE}.ts`)
  })

  it('each migration file exports its mark', async () => {
    const folder = new URL('../../../migrations/', import.meta.url)
    const names = readdirSync(folder).filter((name) => name.endsWith('.ts'))
    for (const name of names) {
      const { rollOut } = (await import(new URL(name, folder).href)) as { rollOut?: string }
      expect(rollOut, name).to.be.oneOf(['before', 'after'])
    }
  })
})
