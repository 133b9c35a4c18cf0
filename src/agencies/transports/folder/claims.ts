/**
 * A claim renames a file into its own folder below `.taken`: only one rename succeeds. The folder's name identifies the
 * holder, its ctime is the heartbeat.
 */
import { randomUUID } from 'node:crypto'
import { lstat, mkdir, open, readdir, rename, rm, rmdir, stat, unlink, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, sep } from 'node:path'
import { isProcessRunning } from '../../../foundation/processes.js'
import { type ClaimedFile, moveUnopenedToRefused } from './file-outcomes.js'
import { decodeFileName, READY_ENDING } from './names.js'

const TAKEN = '.taken'
const RENEW_EVERY = 20_000 // ms
const NOT_YET = /^\.|\.(?:part|filepart|tmp)$/i

export interface ClaimTimes {
  settleMs: number
  abandonedMs: number
}

export interface FileClaim extends ClaimedFile {
  release: () => Promise<void>
  /** Leaves the file in its folder. Later claims take all others first. */
  leave: () => void
}

const held = new Set<string>()
const unremovable = new Set<string>()

export const claimNext = async (path: string, { settleMs, abandonedMs }: ClaimTimes) => {
  const now = await timeIn(path)
  const left = await findAbandoned(path, now, abandonedMs)
  const ready = await findReady(path, now, settleMs)
  const again = (id: string) => () => takeOverClaim(path, id)
  const next = [
    ...left.filter((id) => !unremovable.has(id)).map(again),
    ...ready.map((file) => () => claimFile(path, file)),
    ...left.filter((id) => unremovable.has(id)).map(again),
  ]
  for (const [at, take] of next.entries()) {
    const claim = await take()
    if (claim) return { claim, more: at + 1 < next.length }
  }
  return { claim: null, more: false }
}

const timeIn = async (path: string): Promise<number> => {
  const probe = join(path, `.now-${randomUUID()}`)
  const file = await open(probe, 'wx')
  try {
    return (await file.stat()).ctimeMs
  } finally {
    await file.close()
    await unlink(probe)
  }
}

interface ReadyFile {
  name: string
  at: Buffer
  written: number
}

const findReady = async (path: string, now: number, settleMs: number): Promise<ReadyFile[]> => {
  const entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' })
  const names = new Set(entries.map((entry) => decodeFileName(entry.name)))
  const ready: ReadyFile[] = []
  for (const entry of entries) {
    const name = decodeFileName(entry.name)
    if (NOT_YET.test(name) || name.endsWith(READY_ENDING) || entry.isDirectory()) continue
    const at = Buffer.concat([Buffer.from(path + sep), entry.name])
    const found = await lstat(at).catch(nullIfMissing)
    // Unlike mtime, ctime cannot be set.
    if (!found || !(names.has(name + READY_ENDING) || now - found.ctimeMs >= settleMs)) continue
    if (found.isFile()) ready.push({ name, at, written: found.mtimeMs })
    else await moveUnopenedToRefused(path, name, at)
  }
  return ready.sort((one, other) => one.written - other.written || (one.name < other.name ? -1 : 1))
}

const nullIfMissing = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null
  throw error
}

const claimFile = (path: string, { name, at }: ReadyFile): Promise<FileClaim | null> =>
  makeClaim(path, async (own) => {
    await mkdir(own, { recursive: true })
    await rename(at, join(own, name))
    // The next file of this name needs its own `.ok`.
    await rm(join(path, name + READY_ENDING), { force: true }).catch(() => {})
    return name
  })

const takeOverClaim = (path: string, left: string): Promise<FileClaim | null> =>
  makeClaim(path, async (own) => {
    await rename(join(path, TAKEN, left), own)
    unremovable.delete(left)
    // The folder is empty if the process died after archiving or moving the file.
    const [name = null] = await readdir(own)
    return name
  })

const makeClaim = async (path: string, take: (own: string) => Promise<string | null>): Promise<FileClaim | null> => {
  const id = ownId()
  const own = join(path, TAKEN, id)
  const discard = async () => {
    await rmdir(own).catch(() => {})
    held.delete(id)
  }
  // Registered before mkdir, or this process would judge its own claim abandoned.
  held.add(id)
  const name = await take(own).catch(async (error: NodeJS.ErrnoException) => {
    await discard()
    return nullIfMissing(error)
  })
  if (name !== null) return holdClaim(own, id, name)
  await discard()
  return null
}

const ownId = (): string => `${hostname().replace(/[^\w-]/g, '_')}.${process.pid}.${randomUUID()}`

const holdClaim = (own: string, id: string, name: string): FileClaim => {
  const renewing = setInterval(() => {
    void utimes(own, 0, 0).catch(() => {})
  }, RENEW_EVERY)
  renewing.unref()
  return {
    name,
    path: join(own, name),
    release: async () => {
      clearInterval(renewing)
      held.delete(id)
      await rmdir(own).catch(() => {})
    },
    leave: () => {
      clearInterval(renewing)
      held.delete(id)
      unremovable.add(id)
    },
  }
}

/** Oldest first. A dead process is detected at once only on this machine. */
const findAbandoned = async (path: string, now: number, abandonedMs: number): Promise<string[]> => {
  const ids = await readdir(join(path, TAKEN)).catch(nullIfMissing)
  const left: { id: string; since: number }[] = []
  for (const id of ids ?? []) {
    const found = await stat(join(path, TAKEN, id)).catch(nullIfMissing)
    if (!found?.isDirectory() || held.has(id)) continue
    if (isDead(id) || now - found.ctimeMs >= abandonedMs) left.push({ id, since: found.birthtimeMs })
  }
  return left.sort((one, other) => one.since - other.since).map(({ id }) => id)
}

const isDead = (id: string): boolean => {
  const [host, pid] = id.split('.')
  if (host !== ownId().split('.')[0]) return false
  // Not in `held`: an earlier process with our id left the claim.
  return Number(pid) === process.pid || !isProcessRunning(Number(pid))
}
