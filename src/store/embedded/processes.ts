/** A process is identified by pid and start time, because pids are reused. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const POLL_MS = 20
const PS = { encoding: 'utf8', timeout: 2_000, env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' } } as const
const STATE_FIELD = 0
const START_FIELD = 19

const linux = process.platform === 'linux'

/** Null: a zombie or no process. Throws when that cannot be found out. */
export const readStartTime = (pid: number): string | null => (linux ? startFromProc(pid) : startFromPs(pid))

export const isAlive = (pid: number, start?: string): boolean => {
  try {
    const found = readStartTime(pid)
    return found !== null && (start === undefined || found === start)
  } catch {
    return true
  }
}

/** A stale postmaster.pid may name another process. */
export const isPostmasterOf = (pid: number, cluster: string): boolean => {
  if (!isAlive(pid)) return false
  const command =
    (linux ? attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) : attempt(() => ps(pid, 'args='))) ?? ''
  if (!/(^|\/)postgres[\0 ]/.test(command)) return false
  return command.includes(cluster) || (linux && attempt(() => readlinkSync(`/proc/${pid}/cwd`)) === cluster)
}

export const waitUntilGone = async (pid: number, boundMs: number): Promise<boolean> => {
  for (const end = Date.now() + boundMs; isAlive(pid); await pause(POLL_MS)) if (Date.now() > end) return false
  return true
}

const startFromProc = (pid: number): string | null => {
  const stat = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  // The program name in parentheses may contain parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, ticks] = [fields?.[STATE_FIELD], fields?.[START_FIELD]]
  return !state || !ticks || 'ZX'.includes(state) ? null : `${ticks}-${boot}`
}

const startFromPs = (pid: number): string | null => {
  const [state, ...started] = ps(pid, 'stat=,lstart=')?.trim().split(/\s+/) ?? []
  return !state || state.startsWith('Z') ? null : String(Date.parse(`${started.join(' ')} UTC`))
}

const ps = (pid: number, columns: string): string | null =>
  unlessGone(() => execFileSync('ps', ['-o', columns, '-p', String(pid)], PS))

const unlessGone = <T>(read: () => T): T | null => {
  try {
    return read()
  } catch (error) {
    const { code, status } = error as { code?: string; status?: number }
    if (code === 'ENOENT' || code === 'ESRCH' || status === 1) return null
    throw error
  }
}

const attempt = <T>(read: () => T): T | null => {
  try {
    return read()
  } catch {
    return null
  }
}

/** Start times count from boot, so the boot id is needed. */
const boot = linux ? (attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))?.slice(0, 8) ?? '') : ''
