/** Each process that uses or runs a folder's PostgreSQL has a file there, named by pid and start time. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isAlive, readStartTime } from './processes.js'

const PREFIX = { member: 'pg.member.', supervisor: 'pg.claim.' } as const
type ClaimKind = keyof typeof PREFIX

let made = 0

export const makeClaim = (folder: string, kind: ClaimKind): string => {
  made += 1
  const file = path.join(folder, `${PREFIX[kind]}${process.pid}.${readStartTime(process.pid)}.${made}`)
  writeClaim(file)
  return file
}

export const writeClaim = (file: string, text = ''): void => writeFileSync(file, text, { mode: 0o600 })

export const releaseClaim = (file: string): void => rmSync(file, { force: true })

export const findLivingClaims = (folder: string, kind: ClaimKind): string[] => {
  const names = readdirSync(folder).filter((name) => name.startsWith(PREFIX[kind]))
  return names
    .map((name) => path.join(folder, name))
    .filter((file) => {
      const [pid, start] = path.basename(file).slice(PREFIX[kind].length).split('.')
      if (isAlive(Number(pid), start)) return true
      releaseClaim(file)
      return false
    })
}

export const postAddress = (file: string, url: string, members: readonly string[]): void =>
  writeClaim(file, [url, ...members.map((member) => path.basename(member)), ''].join('\n'))

/** Null unless the supervisor has seen the member. */
export const readAddressFor = (member: string, file: string): string | null => {
  try {
    const text = readFileSync(file, 'utf8')
    return text.includes(`\n${path.basename(member)}\n`) ? text.slice(0, text.indexOf('\n')) : null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
