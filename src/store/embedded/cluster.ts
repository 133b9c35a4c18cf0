import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { makeTimeoutSignal } from '../../foundation/abort.js'
import { Refusal } from '../../foundation/errors.js'
import { chooseAccount, handOverFolder, LOCALE, type PostgresAccount, prepareCommandAs } from './account.js'
import { findBinaries, type PostgresBinaries } from './binaries.js'
import type { PostgresLog } from './log.js'

const INITDB_BOUND_MS = 120_000
const PRIVATE = 0o700
const SECRET = 0o600
const PASSWORD_BYTES = 24
const DRAFT = 'pg.new.'

export const DATABASE_NAME = 'hub'

export interface PostgresCluster {
  data: string
  binaries: PostgresBinaries
  account: PostgresAccount
  durable: boolean
  password: string
}

export const openCluster = async (
  folder: string,
  durable: boolean,
  log: PostgresLog,
  signal: AbortSignal,
): Promise<PostgresCluster> => {
  const binaries = findBinaries()
  const data = path.join(folder, 'pg')
  refuseForeign(data)
  const account = await chooseAccount(folder, binaries)
  if (isAbsent(data)) await make(folder, data, { binaries, account, durable }, log, signal)
  refuseUnfit(data, account)
  handOverFolder(data, account)
  chmodSync(data, PRIVATE)
  return { data, binaries, account, durable, password: passwordOf(data) }
}

type ClusterPlan = Pick<PostgresCluster, 'binaries' | 'account' | 'durable'>

/** A draft folder: an interrupted initdb leaves no half cluster. */
const make = async (
  folder: string,
  data: string,
  plan: ClusterPlan,
  log: PostgresLog,
  signal: AbortSignal,
): Promise<void> => {
  for (const name of readdirSync(folder)) if (name.startsWith(DRAFT)) remove(path.join(folder, name))
  // A unique name: an initdb may outlive its supervisor and still write.
  const draft = mkdtempSync(path.join(folder, DRAFT))
  const [fresh, secret] = [path.join(draft, 'pg'), path.join(draft, 'password')]
  mkdirSync(fresh, { mode: PRIVATE })
  writeFileSync(secret, randomBytes(PASSWORD_BYTES).toString('hex'), { mode: SECRET })
  handOverFolder(draft, plan.account)
  await initdb(fresh, secret, plan, log, signal)
  renameSync(secret, passwordFile(fresh))
  renameSync(fresh, data)
  remove(draft)
}

const remove = (draft: string): void => rmSync(draft, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })

const initdb = (
  fresh: string,
  secret: string,
  plan: ClusterPlan,
  log: PostgresLog,
  signal: AbortSignal,
): Promise<void> => {
  const place = [`--pgdata=${fresh}`, `--username=${DATABASE_NAME}`, `--pwfile=${secret}`, '--auth=scram-sha-256']
  // PostgreSQL finds trigrams in Chinese text only with this provider and locale.
  const text = ['--encoding=UTF8', '--locale-provider=libc', `--locale=${LOCALE}`]
  const haste = ['--no-instructions', ...(plan.durable ? [] : ['--no-sync'])]
  const { file, args, options } = prepareCommandAs(plan.account, plan.binaries.initdb, [...place, ...text, ...haste])
  const from = log.size()
  return new Promise((resolve, reject) => {
    const bound = AbortSignal.any([signal, makeTimeoutSignal(INITDB_BOUND_MS)])
    const child = spawn(file, args, {
      ...options,
      stdio: ['ignore', log.fd, log.fd],
      signal: bound,
      killSignal: 'SIGINT',
    })
    // An abort also emits `error`. If the child had started, its exit code decides.
    child.once('error', (error) => child.pid === undefined && reject(error))
    child.once('exit', (code) => (code === 0 ? resolve() : reject(refusal(`initdb: ${log.complaintSince(from)}`))))
  })
}

const isAbsent = (data: string): boolean => !existsSync(data) || readdirSync(data).length === 0

const refuseForeign = (data: string): void => {
  const uid = process.geteuid?.()
  if (uid === 0 || !existsSync(data) || statSync(data).uid === uid) return
  throw refusal(
    `${data} 属于其他用户，请以该用户或 root 运行 it belongs to another user (uid ${statSync(data).uid}); run as that user or root`,
  )
}

const refuseUnfit = (data: string, account: PostgresAccount): void => {
  const file = path.join(data, 'PG_VERSION')
  const major = existsSync(file) ? readFileSync(file, 'utf8').trim() : null
  if (major === null) throw refusal(`${data} 不是数据库文件夹，请移走 it is no database folder; move it away`)
  if (major !== account.major)
    throw refusal(
      `${data} 由 PostgreSQL ${major} 建立，现有程序为 ${account.major} made by ${major}, the programs here are ${account.major}`,
    )
}

const passwordFile = (data: string): string => path.join(data, 'hub.password')

const passwordOf = (data: string): string => {
  const file = passwordFile(data)
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  throw refusal(
    `缺少密码文件 ${file}，请恢复它，或移走 ${data} 重新开始 the password file is missing: restore it, or move the folder away`,
  )
}

const refusal = (reason: string): Refusal => new Refusal('DATABASE_EMBEDDED', { reason })
