/** A hub in its own process: log rotation, migrations of a newer release, and foreign or new keys. */
import type { ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { readConfig } from '../../src/config.js'
import { loadKeys } from '../../src/foundation/keys.js'
import { BASELINE } from '../../src/store/db/replaced-migrations.js'
import { begin, ended, hubHere, printed } from '../support/command.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'
import { becomeRelease010 } from '../support/release-010.js'

const WITHIN_MS = 150_000

describe('a hub that runs as a service', () => {
  let database: TestDatabase
  let folder: string
  let child: ChildProcess | null
  let url: string
  let said = ''

  beforeEach(async () => {
    database = await freshDatabase()
    folder = mkdtempSync(join(tmpdir(), 'hub-running-'))
    child = null
  })
  const start = async (): Promise<ChildProcess> => {
    child = begin(['start'], env())
    said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk
    })
    const text = await printed(child, /http:\/\/localhost:\d+/, WITHIN_MS)
    url = (/http:\/\/localhost:\d+/.exec(text)?.[0] ?? '').replace('localhost', '127.0.0.1')
    return child
  }
  afterEach(async () => {
    child?.kill('SIGKILL')
    if (child) await ended(child)
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })
  const log = () => join(folder, 'hub.log')
  const env = () => ({ DATABASE_URL: database.url, DATA_DIR: folder, PORT: '0', LOG_FILE: log() })

  it('section 7: keeps running after SIGHUP, writes to the new log file, and ends with status 0 on SIGTERM', async () => {
    const child = await start()
    renameSync(log(), `${log()}.1`)
    child.kill('SIGHUP')
    while (child.exitCode === null && !(existsSync(log()) && readFileSync(log(), 'utf8').includes('SIGHUP')))
      await turn()
    expect(child.exitCode).to.equal(null)
    expect((await fetch(`${url}/readyz`)).status).to.equal(200)
    child.kill('SIGTERM')
    expect(await ended(child)).to.equal(0)
  }).timeout(WITHIN_MS)

  it('R-7: keeps running while a newer release applies its expanding migrations, and stops after a contracting one', async () => {
    const child = await start()
    const applied = (name: string, rollOut: string) =>
      database.db.raw(
        `with m as (insert into migrations (name, batch, migration_time) values (?, 99, now()))
         insert into migrations_roll_out (name, roll_out) values (?, ?)`,
        [name, name, rollOut],
      )
    await applied('20991231-01-expand', 'before')
    expect((await fetch(`${url}/readyz`)).status).to.equal(200)
    expect((await hubHere(['status', '--json'], env())).status).to.equal(0)
    await applied('20991231-02-contract', 'after')
    expect(await ended(child)).to.equal(1)
    expect(said).to.include('DATABASE_NEWER').and.to.include('20991231-02-contract').and.not.to.include('-01-expand')
  }).timeout(WITHIN_MS * 2)

  it('R-7: serves a database of release 0.1.0, also while `hub migrate` replaces the names of its migrations', async () => {
    await becomeRelease010(database.db)
    const child = await start()
    expect((await fetch(`${url}/readyz`)).status).to.equal(200)
    expect(await database.db('migrations').where({ name: BASELINE })).to.deep.equal([])
    expect((await hubHere(['migrate', '--json'], env())).json).to.deep.equal({ migrated: true })
    expect(await database.db('migrations').orderBy('name').pluck('name')).to.include(BASELINE)
    expect((await fetch(`${url}/readyz`)).status).to.equal(200)
    expect(child.exitCode).to.equal(null)
  }).timeout(WITHIN_MS)

  it('R-6: refuses a second hub with other keys, until a person adopts its keys', async () => {
    expect((await hubHere(['status', '--json'], env())).status).to.equal(0)
    const other = { ...env(), KEYS_DIR: join(folder, 'other'), LOG_FILE: join(folder, 'other.log') }
    const refused = await hubHere(['status', '--json'], other)
    expect([refused.status, refused.json.error.code]).to.deep.equal([1, 'KEYS_FOREIGN'])
    expect((await hubHere(['keys', 'adopt', '--json'], other)).json).to.deep.equal({ adopted: true })
    expect((await hubHere(['status', '--json'], other)).status).to.equal(0)
    expect((await hubHere(['status', '--json'], env())).json.error.code).to.equal('KEYS_FOREIGN')
  }).timeout(WITHIN_MS * 2)

  it('R-6: refuses a second hub with another key of the audit log only, and names it', async () => {
    expect((await hubHere(['status', '--json'], env())).status).to.equal(0)
    const keysDir = join(folder, 'other')
    cpSync(join(folder, 'keys'), keysDir, { recursive: true })
    rmSync(join(keysDir, 'audit-1.key'))
    const refused = await hubHere(['status', '--json'], { ...env(), KEYS_DIR: keysDir })
    expect([refused.status, refused.json.error.code]).to.deep.equal([1, 'KEYS_FOREIGN'])
    expect(refused.json.error.details).to.deep.equal({ keys: 'audit' })
  }).timeout(WITHIN_MS * 2)

  it('R-6: seals the audit log with a new key by `hub keys rotate --audit`, and verifies rows of both keys', async () => {
    await start()
    const { keysDir, publicUrl } = readConfig(env())
    const keys = await loadKeys(keysDir, publicUrl)
    const ask = async () => {
      const { token } = keys.sign({ sub: '虚构商城', role: 'marketplace', agency: null, region: null }, Date.now())
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: '{ standing(code: "91220102MA0Y3X1HXM") { status } }' }),
      })
      expect(answer.status, await answer.text()).to.equal(200)
    }
    const sealing = async (): Promise<string[]> => {
      const answer = await database.db.raw(
        `select key_id as id from trail where kind = 'ANSWER' group by key_id order by min(number)`,
      )
      return answer.rows.map(({ id }: { id: string }) => id)
    }
    await ask()
    const rotated = await hubHere(['keys', 'rotate', '--audit', '--json'], env())
    expect([rotated.status, rotated.json]).to.deep.equal([0, { key: 'audit-2.key' }])
    // The running hub reads its key folder once a second.
    while ((await sealing()).length < 2) await ask()
    expect(await sealing()).to.have.length(2)
    const verified = await hubHere(['verify', 'audit', '--json'], env())
    expect([verified.status, verified.json.ok]).to.deep.equal([0, true])
    expect(verified.json.walked).to.be.at.least(4)

    rmSync(join(folder, 'keys', 'audit-1.key'))
    const without = await hubHere(['verify', 'audit', '--json'], env())
    expect([without.status, without.json.broken.fault]).to.deep.equal([1, 'KEY_UNKNOWN'])
  }).timeout(WITHIN_MS * 3)
})
