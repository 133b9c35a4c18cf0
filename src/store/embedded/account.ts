/** PostgreSQL refuses to run as root: it starts as the folder's owner, "nobody" or in a user namespace. */
import { execFile } from 'node:child_process'
import { lchownSync, lstatSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import type { PostgresBinaries } from './binaries.js'

const NOBODY = 65_534
const PROBE_BOUND_MS = 10_000

export const LOCALE = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'
/** The caller's PG… variables must have no effect. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: LOCALE }

interface FileOwner {
  uid: number
  gid: number
}

export interface PostgresAccount {
  through: string[]
  becomes: FileOwner | null
  owner: FileOwner
  major: string
}

/** Throws DATABASE_EMBEDDED when PostgreSQL can run under no account. */
export const chooseAccount = async (folder: string, binaries: PostgresBinaries): Promise<PostgresAccount> => {
  const failures: string[] = []
  for (const way of ways(folder)) {
    try {
      return { ...way, major: await probe(way, folder, binaries) }
    } catch (error) {
      failures.push(complaint(error))
    }
  }
  const advice =
    'PostgreSQL 在当前账户下无法运行，请改用普通用户，或把项目移到其他用户可进入的文件夹，或重新运行 npm ci ' +
    'PostgreSQL cannot run under this account: use an ordinary user, move the project out of closed folders, or run npm ci again'
  throw new Refusal('DATABASE_EMBEDDED', { reason: `${advice}（${[...new Set(failures)].join('; ')}）` })
}

/** The folder's owner changes last and so shows that the work is complete. */
export const handOverFolder = (file: string, account: PostgresAccount): void => {
  const { uid, gid } = account.owner
  if (process.geteuid?.() !== 0) return
  const stat = lstatSync(file)
  if (stat.uid === uid && stat.gid === gid) return
  if (stat.isDirectory()) {
    for (const name of readdirSync(file)) handOverFolder(path.join(file, name), account)
  }
  lchownSync(file, uid, gid)
}

export const prepareCommandAs = (way: Omit<PostgresAccount, 'major'>, program: string, args: string[]) => {
  const [file = program, ...rest] = [...way.through, program, ...args]
  return { file, args: rest, options: { env: ENVIRONMENT, cwd: '/', ...(way.becomes ?? {}) } }
}

const ways = (folder: string): Omit<PostgresAccount, 'major'>[] => {
  const ids = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }
  const named = ['unshare', '-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--']
  const renamed = { through: named, becomes: null, owner: ids }
  if (ids.uid !== 0) return [{ through: [], becomes: null, owner: ids }, renamed]
  const { uid, gid } = statSync(folder)
  const lent = [...(uid === 0 ? [] : [{ uid, gid }]), { uid: NOBODY, gid: NOBODY }]
  return [...lent.map((owner) => ({ through: [], becomes: owner, owner })), renamed]
}

const probe = async (
  way: Omit<PostgresAccount, 'major'>,
  folder: string,
  { postgres }: PostgresBinaries,
): Promise<string> => {
  const script = 'test -x "$1" || { echo "cannot enter $1" >&2; exit 1; }; id -un >/dev/null && exec "$2" --version'
  const { file, args, options } = prepareCommandAs(way, '/bin/sh', ['-c', script, 'sh', folder, postgres])
  const { stdout } = await promisify(execFile)(file, args, { ...options, timeout: PROBE_BOUND_MS })
  const major = /(\d+)(?:\.|\D*$)/.exec(stdout)?.[1]
  if (!major) throw new Error(`${postgres} --version: ${stdout}`)
  return major
}

const complaint = (error: unknown): string => {
  const stderr = (error as { stderr?: string }).stderr?.trim()
  return stderr || reasonOf(error).split('\n')[0] || 'unknown'
}
