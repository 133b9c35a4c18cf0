/**
 * Elects a folder's supervisor. Each candidate creates a file named after its process, deletes the files of dead
 * processes and yields to living ones.
 */
import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startOf } from './processes.js'

const PREFIX = 'pg.claim.'
const ATTEMPTS = 50
const BACK_OFF_MS = { least: 10, most: 60 }

export interface SupervisorDoor {
  port: number
  token: string
}

export interface SupervisorClaim {
  file: string
  door: SupervisorDoor | null
}

export const living = (folder: string): SupervisorClaim[] =>
  names(folder)
    .filter(isLiving)
    .map((name) => path.join(folder, name))
    .map((file) => ({ file, door: doorIn(file) }))

export const stake = async (folder: string): Promise<string | null> => {
  const claimName = `${PREFIX}${process.pid}.${startOf(process.pid)}`
  const file = path.join(folder, claimName)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    writeFileSync(file, '', { mode: 0o600 })
    const others = names(folder).filter((name) => name !== claimName)
    for (const name of others) if (!isLiving(name)) rmSync(path.join(folder, name), { force: true })
    const rivals = living(folder).filter((claim) => claim.file !== file)
    if (rivals.length === 0) return file
    rmSync(file, { force: true })
    if (rivals.some((claim) => claim.door)) return null
    // Simultaneous candidates all step back; random delays let one win.
    await pause(randomInt(BACK_OFF_MS.least, BACK_OFF_MS.most))
  }
  return null
}

/** A partly written address is invalid JSON and is ignored. */
export const post = (file: string, address: SupervisorDoor): void => writeFileSync(file, JSON.stringify(address))

export const close = (file: string): void => {
  try {
    truncateSync(file)
  } catch {}
}

export const release = (file: string): void => rmSync(file, { force: true })

const names = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith(PREFIX))

const isLiving = (name: string): boolean => {
  const [pid, start] = name.slice(PREFIX.length).split('.')
  return startOf(Number(pid)) === start
}

const doorIn = (file: string): SupervisorDoor | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SupervisorDoor
  } catch (error) {
    // The file may be empty or gone, but missing read permission is an error.
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw error
    return null
  }
}
