import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config, OfficeConfig } from '../config.js'
import type { HostCondition } from '../work/office/live-office.js'

const OTHERS_MAY_READ = 0o044

export const readHostCondition = async (
  { publicUrl, proxies, keysDir, dataDir, databaseUrl }: Config,
  {
    config,
    unreadable,
    sendsMail,
  }: { config: Pick<OfficeConfig, 'backupArrangement'>; unreadable: string[]; sendsMail: boolean },
): Promise<HostCondition> => {
  const left = await statfs(dataDir).catch(() => null)
  return {
    publicUrl,
    proxies,
    openKeyFiles: await countOpenFiles(keysDir),
    freeBytes: left === null ? null : left.bavail * left.bsize,
    backupArranged: config.backupArrangement !== null,
    sendsMail,
    unreadableSettings: unreadable,
    embedded: databaseUrl === null,
  }
}

const countOpenFiles = async (folder: string): Promise<number> => {
  const modes = await Promise.all(
    (await readdir(folder)).map(async (name) => (await stat(join(folder, name)).catch(() => null))?.mode ?? 0),
  )
  return modes.filter((mode) => (mode & OTHERS_MAY_READ) !== 0).length
}
