/** PgBouncer before the test server, with the file that a province would run it with. */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../src/store/db/db.js'
import { fillIn } from './deploy-files.js'
import { freePort } from './ports.js'

const PGBOUNCER = '/usr/sbin/pgbouncer'
/** PgBouncer refuses to run as root. */
const ACCOUNT = process.geteuid?.() === 0 ? ['-u', 'nobody'] : []
const FOLDER_MODE = 0o755

export const hasPooler = (): boolean => existsSync(PGBOUNCER)

export interface Pooler {
  url: string
  close(): Promise<void>
}

/** `added` goes to the end of the file. */
export const startPooler = async (database: string, added = ''): Promise<Pooler> => {
  const { hostname, port, username, password } = new URL(database)
  const folder = mkdtempSync(join(tmpdir(), 'hub-pooler-'))
  const listen = await freePort()
  const [ini, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')]
  writeFileSync(users, `"${username}" "${decodeURIComponent(password)}"\n`)
  const places = { LISTEN: hostname, PORT: String(listen), PRIMARY_PORT: port, USERS: users }
  writeFileSync(ini, `${fillIn('pgbouncer.ini', places)}${added}`)
  chmodSync(folder, FOLDER_MODE)
  const child = spawn(PGBOUNCER, [...ACCOUNT, '-q', ini], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const address = new URL(database)
  address.port = String(listen)
  await answered(address.href, () => child.exitCode !== null)
  return {
    url: address.href,
    close: async () => {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** `TEST_POOLER=yes` runs any test with its answers through PgBouncer. */
const isAsked = process.env['TEST_POOLER'] === 'yes'

export const startPoolerIfAsked = async (database: string): Promise<Pooler | null> =>
  isAsked ? startPooler(database) : null

/** Through a pooler, a transaction that carries the settings surrounds each statement of an answer. */
export const isOfAnswer = (sql: string): boolean => !isAsked || !/^(begin|commit|rollback)\b/.test(sql)

const answered = async (url: string, hasEnded: () => boolean): Promise<void> => {
  while (!hasEnded()) {
    const db = connect(url)
    const isUp = await db.raw('select 1').then(
      () => true,
      () => false,
    )
    await db.destroy()
    if (isUp) return
  }
  throw new Error('the pooler did not start')
}
