/**
 * Claims: a file is ours once it was renamed into a folder of our own below `.taken`; renaming succeeds for one only. The
 * claim's name says who holds it, and its time is renewed while it is held: a hub that died leaves a claim which the next
 * one renames in turn. All times are the folder's own, read from what is made in it: no two clocks are compared.
 */
import { randomUUID } from 'node:crypto'
import { lstat, mkdir, open, readdir, rename, rm, rmdir, stat, unlink, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, sep } from 'node:path'
import { type ClaimedFile, refuseUnopened } from './ends.js'
import { READY, textOf } from './names.js'

const TAKEN = '.taken'
const RENEW_EVERY = 20_000 // ms
/** Names of what is still being written, and of the marks beside it. */
const NOT_YET = /^\.|\.(?:part|filepart|tmp)$/i

export interface Waits {
  settleMs: number
  abandonedMs: number
}

export interface Claim extends ClaimedFile {
  /** Its folder goes once the file has gone; a file that is still there is taken up again later. */
  release: () => Promise<void>
  /** For a file that could not be removed: it stays where it is, and comes again behind all others. */
  leave: () => void
}

export interface Claimed {
  claim: Claim | null
  /** Another file could be taken at once. */
  more: boolean
}

const held = new Set<string>()
/** Claims of this process whose file could not be removed after it had been judged. */
const unremovable = new Set<string>()

export const claimNext = async (path: string, { settleMs, abandonedMs }: Waits): Promise<Claimed> => {
  const now = await timeIn(path)
  const left = await abandoned(path, now, abandonedMs)
  const ready = await readyIn(path, now, settleMs)
  const again = (id: string) => () => takenUp(path, id)
  const next = [
    ...left.filter((id) => !unremovable.has(id)).map(again),
    ...ready.map((file) => () => taken(path, file)),
    ...left.filter((id) => unremovable.has(id)).map(again),
  ]
  for (const [at, take] of next.entries()) {
    const claim = await take()
    if (claim) return { claim, more: at + 1 < next.length }
  }
  return { claim: null, more: false }
}

/** What time it is where the files are. Also the proof that the folder can be written. */
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

interface Ready {
  name: string
  at: Buffer
  written: number
}

/** Files that can be taken, oldest first. What never can be is put aside with its reason. */
const readyIn = async (path: string, now: number, settleMs: number): Promise<Ready[]> => {
  const entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' })
  const names = new Set(entries.map((entry) => textOf(entry.name)))
  const ready: Ready[] = []
  for (const entry of entries) {
    const name = textOf(entry.name)
    if (NOT_YET.test(name) || name.endsWith(READY) || entry.isDirectory()) continue
    const at = Buffer.concat([Buffer.from(path + sep), entry.name])
    const found = await lstat(at).catch(gone)
    // The time of change, which unlike that of writing nobody can set.
    if (!found || !(names.has(name + READY) || now - found.ctimeMs >= settleMs)) continue
    if (found.isFile()) ready.push({ name, at, written: found.mtimeMs })
    else await refuseUnopened(path, name, at)
  }
  return ready.sort((one, other) => one.written - other.written || (one.name < other.name ? -1 : 1))
}

const gone = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null
  throw error
}

/** Null: another hub was faster. */
const taken = async (path: string, { name, at }: Ready): Promise<Claim | null> => {
  const id = ownId()
  const own = join(path, TAKEN, id)
  // Before it is there: whoever of this process finds it must know it for held.
  held.add(id)
  try {
    await mkdir(own, { recursive: true })
    await rename(at, join(own, name))
  } catch (error) {
    await rmdir(own).catch(() => {})
    held.delete(id)
    return gone(error as NodeJS.ErrnoException)
  }
  // The next file of this name needs a mark of its own; the longest names have no room for one.
  await rm(join(path, name + READY), { force: true }).catch(() => {})
  return holding(own, id, name)
}

const takenUp = async (path: string, left: string): Promise<Claim | null> => {
  const id = ownId()
  const own = join(path, TAKEN, id)
  held.add(id)
  try {
    await rename(join(path, TAKEN, left), own)
    unremovable.delete(left)
    const [name] = await readdir(own)
    if (name !== undefined) return holding(own, id, name)
    // It died after its file had gone its way.
    await rmdir(own)
  } catch (error) {
    gone(error as NodeJS.ErrnoException)
  }
  held.delete(id)
  return null
}

const ownId = (): string => `${hostname().replace(/[^\w-]/g, '_')}.${process.pid}.${randomUUID()}`

const holding = (own: string, id: string, name: string): Claim => {
  const renewing = setInterval(() => {
    // What time we say does not matter: that it is said changes the folder's own.
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

/** Claims whose holder is no more, oldest first: known at once of this machine, after a while of others. */
const abandoned = async (path: string, now: number, abandonedMs: number): Promise<string[]> => {
  const ids = await readdir(join(path, TAKEN)).catch(gone)
  const left: { id: string; since: number }[] = []
  for (const id of ids ?? []) {
    const found = await stat(join(path, TAKEN, id)).catch(gone)
    if (!found?.isDirectory() || held.has(id)) continue
    if (isDead(id) || now - found.ctimeMs >= abandonedMs) left.push({ id, since: found.birthtimeMs })
  }
  return left.sort((one, other) => one.since - other.since).map(({ id }) => id)
}

const isDead = (id: string): boolean => {
  const [host, pid] = id.split('.')
  if (host !== ownId().split('.')[0]) return false
  // Our own number and not held by us: from before a restart that got the same number again.
  return Number(pid) === process.pid || !isRunning(Number(pid))
}

const isRunning = (pid: number): boolean => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
