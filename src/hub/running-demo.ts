import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.js'
import { isProcessRunning } from '../foundation/processes.js'
import type { Addresses } from './addresses.js'

export const SANDBOX_FOLDER = 'sandbox'

export const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

const noteFile = (config: Config, pid: number): string => join(config.dataDir, SANDBOX_FOLDER, `running.${pid}.json`)

export const noteRunningDemo = (config: Config, addresses: Addresses): void => {
  mkdirSync(join(config.dataDir, SANDBOX_FOLDER), { recursive: true })
  writeFileSync(noteFile(config, process.pid), JSON.stringify(addresses), { mode: 0o600 })
}

export const forgetRunningDemo = (config: Config): void => rmSync(noteFile(config, process.pid), { force: true })

export const findRunningStandIns = (config: Config): Addresses => {
  const folder = join(config.dataDir, SANDBOX_FOLDER)
  const notes = existsSync(folder) ? readdirSync(folder) : []
  for (const name of notes) {
    const pid = Number(/^running\.(\d+)\.json$/.exec(name)?.[1])
    if (isProcessRunning(pid)) return (readJson(join(folder, name)) as Addresses | null) ?? NOWHERE
  }
  return NOWHERE
}

const NOWHERE: Addresses = { agencies: {}, platforms: {} }
