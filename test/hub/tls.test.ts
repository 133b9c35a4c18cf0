/** TLS between a hub, PgBouncer and PostgreSQL, with the files of `src/hub/deploy/tls`. */
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, connect as dial, type Server } from 'node:net'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../src/config.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { openAnswerPool } from '../../src/store/db/answer-pool.js'
import { connect } from '../../src/store/db/db.js'
import { DEPLOY_FOLDER, fillIn } from '../support/deploy-files.js'
import { hasPooler, startPooler } from '../support/pooler.js'
import { type Cluster, makePrimary, newFolder, stop } from '../support/postgres-servers.js'
import { rowsOf } from '../support/world.js'

const HOST = '127.0.0.1'
const PASSWORD = 'secret'
const FOLDER_MODE = 0o755
/** Code of SSLRequest, which begins a connection with TLS. */
const SSL_REQUEST = 80877103

/** Forwards as HAProxy does, and notes the code of the first message of each connection. */
const startTap = async (port: number): Promise<{ port: number; codes: number[]; server: Server }> => {
  const codes: number[] = []
  const server = createServer((near) => {
    const far = dial(port, HOST)
    for (const one of [near, far]) one.on('error', () => one.destroy())
    near.once('data', (first: Buffer) => codes.push(first.readInt32BE(4)))
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((ready) => server.listen(0, HOST, ready))
  return { port: (server.address() as AddressInfo).port, codes, server }
}

describe('TLS between machines', () => {
  let folder = ''
  let primary: Cluster
  let tap: Awaited<ReturnType<typeof startTap>>
  const [own, foreign] = ['own', 'foreign'] as const
  before(async () => {
    folder = newFolder()
    chmodSync(folder, FOLDER_MODE)
    for (const authority of [own, foreign]) {
      mkdirSync(join(folder, authority), { mode: FOLDER_MODE })
      for (const name of ['db1', 'hub1'])
        execFileSync(resolve(DEPLOY_FOLDER, 'tls/certificates.sh'), [join(folder, authority), name, `IP:${HOST}`])
    }
    primary = await makePrimary(join(folder, 'pg'))
    await encrypt(primary)
    tap = await startTap(primary.port)
  })
  after(async () => {
    tap?.server.close()
    if (primary) await stop(primary, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  /** Takes the settings and the rules of access of Patroni's file, with the files of one machine. */
  const encrypt = async ({ data, port }: Cluster): Promise<void> => {
    const { uid, gid } = statSync(data)
    chownSync(join(folder, own, 'db1.key'), uid, gid)
    const text = fillIn('tls/patroni.yml', { CERTIFICATES: join(folder, own), NAME: 'db1', NETWORK: `${HOST}/32` })
    const db = connect(`postgres://hub@${HOST}:${port}/postgres`)
    await db.raw(`alter role hub password '${PASSWORD}'`)
    for (const [, name = '', value = ''] of text.matchAll(/^ {4}(ssl\w*): "?([^"\n]*)/gm))
      await db.raw(`alter system set ${name} = '${value}'`)
    const rules = [...text.matchAll(/^ {4}- ((?:local|host).*)$/gm)].map(([, rule]) => rule)
    writeFileSync(join(data, 'pg_hba.conf'), `${rules.join('\n')}\n`)
    await db.raw('select pg_reload_conf()')
    await db.destroy()
  }
  const addressOf = (port: number, authority: string = own, host = HOST): string =>
    `postgres://hub:${PASSWORD}@${host}:${port}/postgres?sslmode=verify-full&sslrootcert=${join(folder, authority, 'ca.crt')}`
  const open = (env: Record<string, string>) => {
    const config = readConfig({ PORT: '0', DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent', ...env })
    return makeHub(config, { log: makeLog(config.log) })
  }
  const refusalOf = async (url: string): Promise<string> => {
    const refused = await open({ DATABASE_URL: url }).catch((error) => error)
    return isRefusal(refused) ? `${refused.code} ${refused.details['reason']}` : String(refused)
  }
  /** Starts a hub, has it serve, and counts the connections of the server that are not encrypted. */
  const serves = async (env: Record<string, string>): Promise<[status: number, plain: unknown]> => {
    const hub = await open(env)
    const web = await hub.serve()
    const { status } = await fetch(`${web}/readyz`)
    const [plain] = await rowsOf(
      hub.db,
      `select count(*)::int as n from pg_stat_ssl join pg_stat_activity using (pid) where client_addr is not null and not ssl`,
    )
    await hub.close()
    return [status, plain?.['n']]
  }
  /** Gives a statement up and waits until the server runs it no more. */
  const cancels = async (url: string, directUrl: string | null): Promise<void> => {
    const pool = openAnswerPool(url, {
      what: 'answers',
      statementMs: 600_000,
      pooled: directUrl ? { directUrl } : null,
    })
    const looking = connect(addressOf(primary.port))
    const sql = `select 1 from pg_stat_activity where state = 'active' and query like '%tls.test sleeps%' and pid <> pg_backend_pid()`
    const running = async () => (await rowsOf(looking, sql)).length
    const leaving = new AbortController()
    const asked = pool
      .forRequest({ name: 'test', over: leaving.signal })
      .raw('select pg_sleep(600) /* tls.test sleeps */')
    const left = Promise.resolve(asked).catch((error: Error) => error.name)
    while ((await running()) !== 1);
    leaving.abort()
    expect(await left).to.equal('AbortError')
    while ((await running()) !== 0);
    await Promise.all([pool.close(), looking.destroy()])
  }

  it('refuses a server whose certificate another authority signed, or that bears another name', async () => {
    const other = await refusalOf(addressOf(primary.port, foreign))
    expect(other).to.match(/^DATABASE_UNREACHABLE .*certificate/)
    const unnamed = await refusalOf(addressOf(primary.port, own, 'localhost'))
    expect(unnamed).to.match(/^DATABASE_UNREACHABLE .*(altnames|does not match)/)
    expect(`${other} ${unnamed}`).to.not.include(PASSWORD)
  })

  it('is required by the server', async () => {
    const plain = `postgres://hub:${PASSWORD}@${HOST}:${primary.port}/postgres`
    expect(await refusalOf(plain)).to.match(/^DATABASE_UNREACHABLE .*no encryption/)
  })

  it('encrypts every connection of a hub that serves, and its cancellations', async () => {
    expect(await serves({ DATABASE_URL: addressOf(tap.port) })).to.deep.equal([200, 0])
    await cancels(addressOf(tap.port), null)
    expect(new Set(tap.codes)).to.deep.equal(new Set([SSL_REQUEST]))
  })

  it('encrypts both sides of PgBouncer, and cancellations through it', async function () {
    if (!hasPooler()) this.skip()
    const keys = join(folder, own)
    if (process.geteuid?.() === 0) chownSync(join(keys, 'hub1.key'), Number(execFileSync('id', ['-u', 'nobody'])), 0)
    const tls = fillIn('tls/pgbouncer.ini', { CERTIFICATES: keys, NAME: 'hub1' })
    const pooler = await startPooler(addressOf(primary.port), tls)
    const pooled = await startTap(Number(new URL(pooler.url).port))
    const direct = addressOf(primary.port)
    expect(await serves({ DATABASE_URL: addressOf(pooled.port), DATABASE_URL_DIRECT: direct })).to.deep.equal([200, 0])
    await cancels(addressOf(pooled.port), direct)
    expect(new Set(pooled.codes)).to.deep.equal(new Set([SSL_REQUEST]))
    pooled.server.close()
    await pooler.close()
  })
})
