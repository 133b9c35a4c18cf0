/**
 * Elects a folder's supervisor. Each candidate creates a file named after its process, deletes the files of dead
 * processes and yields to living ones.
 */
import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startTimeOf } from './processes.js'

const PREFIX = 'pg.claim.'
const ATTEMPTS = 50
const BACK_OFF_MS = { least: 10, most: 60 }

export interface SupervisorAddress {
  port: number
  token: string
}

export interface SupervisorClaim {
  file: string
  door: SupervisorAddress | null
}

export const livingClaims = (folder: string): SupervisorClaim[] =>
  names(folder)
    .filter(isLiving)
    .map((name) => path.join(folder, name))
    .map((file) => ({ file, door: doorIn(file) }))

export const stakeClaim = async (folder: string): Promise<string | null> => {
  const claimName = `${PREFIX}${process.pid}.${startTimeOf(process.pid)}`
  const file = path.join(folder, claimName)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    writeFileSync(file, '', { mode: 0o600 })
    const others = names(folder).filter((name) => name !== claimName)
    for (const name of others) if (!isLiving(name)) rmSync(path.join(folder, name), { force: true })
    const rivals = livingClaims(folder).filter((claim) => claim.file !== file)
    if (rivals.length === 0) return file
    rmSync(file, { force: true })
    if (rivals.some((claim) => claim.door)) return null
    // Simultaneous candidates all step back; random delays let one win.
    await pause(randomInt(BACK_OFF_MS.least, BACK_OFF_MS.most))
  }
  return null
}

/** A partly written file is invalid JSON, which readers ignore. */
export const postAddress = (file: string, address: SupervisorAddress): void =>
  writeFileSync(file, JSON.stringify(address))

export const clearAddress = (file: string): void => {
  try {
    truncateSync(file)
  } catch {}
}

export const releaseClaim = (file: string): void => rmSync(file, { force: true })

const names = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith(PREFIX))

const isLiving = (name: string): boolean => {
  const [pid, start] = name.slice(PREFIX.length).split('.')
  return startTimeOf(Number(pid)) === start
}

const doorIn = (file: string): SupervisorAddress | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SupervisorAddress
  } catch (error) {
    // The file may be empty or gone, but missing read permission is an error.
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw error
    return null
  }
}
