/** The recipe of pgBackRest in `src/hub/README.md`: a restore to the second before a removal. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { readConfig } from '../../src/config.js'
import { makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { startPlatformStandIns } from '../../src/sandbox/platforms/index.js'
import { connect, migrate } from '../../src/store/db/db.js'
import { fillIn } from '../support/deploy-files.js'
import { freePort } from '../support/postgres-servers.js'
import { until } from '../support/until.js'
import { published, removed, rowsOf } from '../support/world.js'

const run = promisify(execFile)
const BINARIES = [17, 16, 15].map((version) => `/usr/lib/postgresql/${version}/bin`).find(existsSync)
const FOLDER_MODE = 0o755

describe('a restore by pgBackRest to the second before a removal', () => {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.reverse()) await close()
  })

  it('is noticed, sends nothing, and lists nobody whom the hub had removed', async function () {
    if (process.geteuid?.() !== 0 || BINARIES === undefined || !existsSync('/usr/bin/pgbackrest')) {
      process.stdout.write('    the restore is not tried here: it needs root, PostgreSQL of Debian and pgbackrest\n')
      this.skip()
    }
    const folder = mkdtempSync(join(tmpdir(), 'hub-backrest-'))
    chmodSync(folder, FOLDER_MODE)
    closers.push(() => rmSync(folder, { recursive: true }))
    const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'])))
    const own = (name: string): string => {
      mkdirSync(join(folder, name))
      chownSync(join(folder, name), uid, gid)
      return join(folder, name)
    }
    const [data, repository, log] = [own('pg'), own('repository'), own('log')]
    const as = ['--reuid=postgres', '--regid=postgres', '--clear-groups']
    const port = await freePort()
    const configuration = join(folder, 'pgbackrest.conf')
    writeFileSync(
      configuration,
      fillIn('pgbackrest.conf', { REPOSITORY: repository, DATA: data, PORT: String(port), SOCKETS: log, LOGS: log }),
    )
    const backrest = (...args: string[]) =>
      run('setpriv', [...as, 'pgbackrest', `--config=${configuration}`, '--stanza=hub', ...args], { cwd: folder })
    await run('setpriv', [
      ...as,
      join(BINARIES, 'initdb'),
      '-D',
      data,
      '-U',
      'postgres',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
    ])
    const archive = `pgbackrest --config=${configuration} --stanza=hub archive-push %p`
    const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${log}`]
    const archiving = ['archive_mode=on', `archive_command=${archive}`, 'timezone=Asia/Shanghai']
    const address = `postgres://postgres@127.0.0.1:${port}/postgres`
    const end = async (child: ChildProcess): Promise<void> => {
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      await ended
    }
    const start = async (): Promise<ChildProcess> => {
      const out = openSync(join(folder, 'postgres.log'), 'a')
      const options = [...settings, ...archiving].flatMap((each) => ['-c', each])
      const child = spawn('setpriv', [...as, join(BINARIES, 'postgres'), '-D', data, ...options], {
        stdio: ['ignore', out, out],
      })
      closers.push(() => child.exitCode ?? child.signalCode ?? end(child))
      await until('PostgreSQL', async () => {
        const db = connect(address)
        const [row] = await rowsOf(db, 'select pg_is_in_recovery() as standby').catch(() => [])
        await db.destroy()
        return row?.['standby'] === false
      })
      return child
    }
    let server = await start()
    const migrating = connect(address)
    await migrate(migrating)
    await migrating.destroy()
    const platforms = await startPlatformStandIns()
    closers.push(() => Promise.all(platforms.map((one) => one.close())))
    const addresses = {
      agencies: {},
      platforms: Object.fromEntries(platforms.map(({ id, url, secret }) => [id, { url, secret }])),
    }
    const env = { PORT: '0', DATABASE_URL: address, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' }
    const open = async () => {
      const config = readConfig(env)
      const hub = await makeHub(config, { log: makeLog(config.log), addresses, settleSeconds: 0 })
      closers.push(() => hub.close().catch(() => undefined))
      return { hub, web: await hub.serve() }
    }
    const before = await open()
    const [kept, gone] = [await published(before.hub.db, 1), await published(before.hub.db, 2)]
    await before.hub.push(null, { cause: 'command' })
    await before.hub.publish({ cause: 'command' })
    await backrest('stanza-create')
    await backrest('backup', '--type=full')
    // A backup's stop time counts whole seconds, and the target must be later.
    const [instant] = await rowsOf(before.hub.db, `select clock_timestamp()::text as at from pg_sleep(1)`)
    await rowsOf(before.hub.db, 'select pg_sleep(1)')
    await removed(before.hub.db, gone.id)
    await before.hub.push(null, { cause: 'command' })
    await before.hub.publish({ cause: 'command' })
    await rowsOf(before.hub.db, 'select pg_switch_wal()')
    await before.hub.close()
    await end(server)

    await backrest('restore', '--delta', '--type=time', `--target=${instant?.['at']}`, '--target-action=promote')
    server = await start()
    const told = platforms.map((one) => one.history().length)
    const { hub, web } = await open()
    const [row] = await rowsOf(hub.db, 'select state from listings where id = ?', [gone.id])
    expect(row?.['state'], 'in the restored database').to.equal('PUBLISHED')
    await hub.push(null, { cause: 'command' })
    expect(await rowsOf(hub.db, 'select 1 from database_restored where released_at is null')).to.have.length(1)
    for (const path of ['/blacklist', '/data/blacklist.json']) {
      const answer = await fetch(`${web}${path}`)
      expect([path, answer.status, (await answer.text()).includes(gone.id)]).to.deep.equal([path, 503, false])
    }
    const since = platforms.flatMap((one, n) => one.history().slice(told[n]))
    expect(since.filter(({ action }) => action !== 'REMOVE')).to.deep.equal([])
    await hub.reconcile(null, { cause: 'command' })
    const states = await rowsOf(hub.db, 'select id, state from listings order by id')
    expect(new Map(states.map(({ id, state }) => [id, state]))).to.deep.equal(
      new Map([
        [kept.id, 'PUBLISHED'],
        [gone.id, 'HIDDEN'],
      ]),
    )
  })
})
