/**
 * Which supervisor serves a folder. Each that wants to puts down a file named after its own process, then looks for
 * others: a living one means backing off, a dead one's file is removed. As no two processes ever share a name, removing
 * a dead holder's file cannot hit a living one, which is what goes wrong with a single lock file.
 */
import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startOf } from './processes.js'

const PREFIX = 'pg.claim.'
const ATTEMPTS = 50
const BACK_OFF_MS = { least: 10, most: 60 }

/** Where a supervisor listens for members, and the word they must say. */
export interface Door {
  port: number
  token: string
}

export interface Claim {
  file: string
  door: Door | null
}

/** The claims of living supervisors. */
export const living = (folder: string): Claim[] =>
  names(folder)
    .filter(isLiving)
    .map((name) => path.join(folder, name))
    .map((file) => ({ file, door: doorIn(file) }))

/** Becomes the folder's supervisor; null when another is. */
export const stake = async (folder: string): Promise<string | null> => {
  const own = `${PREFIX}${process.pid}.${startOf(process.pid)}`
  const file = path.join(folder, own)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    writeFileSync(file, '', { mode: 0o600 })
    const others = names(folder).filter((name) => name !== own)
    for (const name of others) if (!isLiving(name)) rmSync(path.join(folder, name), { force: true })
    const rivals = living(folder).filter((claim) => claim.file !== file)
    if (rivals.length === 0) return file
    rmSync(file, { force: true })
    if (rivals.some((claim) => claim.door)) return null
    // Two that came at the same moment both step back; chance lets one go first.
    await pause(randomInt(BACK_OFF_MS.least, BACK_OFF_MS.most))
  }
  return null
}

/** Tells members where to come; half of it would be no JSON, hence no door yet. */
export const post = (file: string, door: Door): void => writeFileSync(file, JSON.stringify(door))

/** Still the folder's supervisor, but one that takes no more members. */
export const close = (file: string): void => {
  try {
    truncateSync(file)
  } catch {
    // The whole folder may have been removed meanwhile.
  }
}

export const release = (file: string): void => rmSync(file, { force: true })

const names = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith(PREFIX))

const isLiving = (name: string): boolean => {
  const [pid, start] = name.slice(PREFIX.length).split('.')
  return startOf(Number(pid)) === start
}

const doorIn = (file: string): Door | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Door
  } catch (error) {
    // Not open yet, or just gone; but what may not be read must not look so.
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw error
    return null
  }
}
