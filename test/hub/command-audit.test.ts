import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Refusal } from '../../src/foundation/errors.js'
import { type CommandRecorder, makeCommandRecorder } from '../../src/hub/command-audit.js'
import { makeLog } from '../../src/hub/log.js'
import * as store from '../../src/store/audit/audit-log.js'
import { makeRestoreNotes } from '../../src/work/audit/restore-guard.js'
import { auditKeys } from '../support/audit.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'

describe('audit rows of a command', () => {
  let fresh: TestDatabase
  let folder: string
  let recorded: CommandRecorder
  before(async () => {
    fresh = await freshDatabase()
    folder = mkdtempSync(join(tmpdir(), 'hub-acting-'))
    recorded = makeCommandRecorder({
      databaseUrl: fresh.url,
      identity: '00000000-0000-4000-8000-000000000001',
      notes: makeRestoreNotes(folder),
      keys: { pseudonymOf: () => 'marked', audit: auditKeys() },
      log: makeLog({ level: 'silent', file: null }),
      now: () => new Date(),
    })
  })
  after(async () => {
    await fresh.drop()
    rmSync(folder, { recursive: true, force: true })
  })
  const rows = async () =>
    (await store.listRowsAfter(fresh.db, 0, 100)).map(({ kind, content }) => [kind, content?.asked, content?.outcome])

  it('one row precedes the command and one keeps its outcome, also a refusal, both without ID numbers', async () => {
    expect(await recorded('hub client add one 11010519491231002X', async () => 'done')).to.equal('done')
    const refused = recorded('hub client end two', async () => {
      throw new Refusal('CLIENT_UNKNOWN', { name: 'two' })
    })
    expect((await refused.catch((error) => error)).code).to.equal('CLIENT_UNKNOWN')
    expect(await rows()).to.deep.equal([
      ['ACT', 'hub client add one [居民身份证 marked]', null],
      ['OUTCOME', 'hub client add one [居民身份证 marked]', 'DONE'],
      ['ACT', 'hub client end two', null],
      ['OUTCOME', 'hub client end two', 'CLIENT_UNKNOWN'],
    ])
  })

  it('a command does not run without its first row, and returns its answer even where the second fails', async () => {
    await fresh.db.raw('alter table trail rename to trail_away')
    let isDone = false
    const act = async () => {
      isDone = true
    }
    expect((await recorded('hub client add three', act).catch((error) => error)).code).to.equal('TRAIL_UNAVAILABLE')
    expect(isDone).to.equal(false)
    await fresh.db.raw('alter table trail_away rename to trail')
    const away = () => fresh.db.raw('alter table trail rename to trail_away')
    expect(await recorded('hub client add three', () => away().then(() => 'its secret'))).to.equal('its secret')
    await fresh.db.raw('alter table trail_away rename to trail')
    const broken = recorded('hub client add four', () =>
      away().then(() => {
        throw new Error('the true reason')
      }),
    )
    expect((await broken.catch((error) => error)).message).to.equal('the true reason')
  })
})
