import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import * as claims from './claims.js'
import { openLog } from './log.js'

const ENTER_BOUND_MS = 300_000
const LEAVE_BOUND_MS = 60_000
const POLL_MS = 15
const WATCH_MS = 500

export interface EmbeddedDatabase {
  /** postgres://hub:<password>@127.0.0.1:<port>/hub */
  url: string
  leave(): Promise<void>
}

/** The last process to `leave` stops the server. */
export const joinDatabase = async (folder: string, options: { durable?: boolean } = {}): Promise<EmbeddedDatabase> => {
  try {
    mkdirSync(folder, { recursive: true })
    return await join(realpathSync(folder), options.durable ?? true)
  } catch (error) {
    throw refusalOf(folder, error)
  }
}

const join = async (folder: string, durable: boolean): Promise<EmbeddedDatabase> => {
  const claim = claims.makeClaim(folder, 'member')
  const start = makeStarter(folder, durable)
  const url = await enter(folder, claim, start).catch((error: unknown) => {
    claims.releaseClaim(claim)
    throw error
  })
  const watchSupervisor = async () => {
    if (!existsSync(claim)) clearInterval(watch)
    else if (claims.findLivingClaims(folder, 'supervisor').length === 0) await start()
  }
  const watch = setInterval(() => void watchSupervisor().catch(() => {}), WATCH_MS).unref()
  let left: Promise<void> | null = null
  const leave = () => {
    clearInterval(watch)
    claims.releaseClaim(claim)
    return waitUntilStoppedOrJoined(folder)
  }
  return {
    url,
    leave: () => {
      left ??= leave()
      return left
    },
  }
}

const enter = async (folder: string, claim: string, start: SupervisorStarter): Promise<string> => {
  for (const end = Date.now() + ENTER_BOUND_MS; Date.now() < end; await pause(POLL_MS)) {
    claims.writeClaim(claim)
    const supervisors = claims.findLivingClaims(folder, 'supervisor')
    const url = supervisors.map((file) => claims.readAddressFor(claim, file)).find((address) => address !== null)
    if (url) return url
    if (supervisors.length === 0) await start()
  }
  throw new Refusal('DATABASE_EMBEDDED', { reason: `等待超过 ${ENTER_BOUND_MS / 1000} 秒 waited too long; see pg.log` })
}

const waitUntilStoppedOrJoined = async (folder: string): Promise<void> => {
  const isStopping = () =>
    claims.findLivingClaims(folder, 'supervisor').length > 0 && claims.findLivingClaims(folder, 'member').length === 0
  for (const end = Date.now() + LEAVE_BOUND_MS; isStopping(); await pause(POLL_MS))
    if (Date.now() > end) throw new Error('PostgreSQL does not stop; see pg.log')
}

type SupervisorStarter = () => Promise<void>

const makeStarter = (folder: string, durable: boolean): SupervisorStarter => {
  let child: ChildProcess | null = null
  let logged = 0
  return async () => {
    if (child !== null && child.exitCode === null && child.signalCode === null) return
    const log = openLog(folder)
    try {
      if (child?.exitCode) throw new Refusal('DATABASE_EMBEDDED', { reason: log.complaintSince(logged) })
      logged = log.size()
      const args = [...program(), folder, durable ? 'durable' : 'hasty']
      child = spawn(process.execPath, args, { cwd: '/', detached: true, stdio: ['ignore', log.fd, log.fd] })
      await once(child, 'spawn')
      child.unref()
    } finally {
      log.close()
    }
  }
}

const program = (): string[] => {
  const source = import.meta.url.endsWith('.ts')
  const file = fileURLToPath(new URL(source ? './supervisor.ts' : './supervisor.js', import.meta.url))
  if (!source) return [file]
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, file]
}

const refusalOf = (folder: string, error: unknown): unknown => {
  const denied = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
  const advice = `当前用户不能使用文件夹 ${folder}，请以其所有者运行 this user cannot use the folder; run as its owner`
  return denied ? new Refusal('DATABASE_EMBEDDED', { reason: `${advice}（${reasonOf(error)}）` }) : error
}
