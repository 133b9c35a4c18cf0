/** Hubs of one database share their folders: each looks there for the file of every other hub. */
import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.js'
import { Refusal, reasonOf } from '../foundation/errors.js'
import { announceHub } from '../store/db/presence.js'

const IDS = 2 ** 31 - 1

const fileOf = (folder: string, hub: number): string => join(folder, `.hub-${hub}`)

/** Throws FOLDER_NOT_SHARED. */
export const joinHubs = async (
  url: string,
  { dataDir, archiveDir, mattersFolder }: Pick<Config, 'dataDir' | 'archiveDir' | 'mattersFolder'>,
): Promise<() => Promise<void>> => {
  const hub = randomInt(1, IDS)
  const folders = Object.entries({ DATA_DIR: dataDir, ARCHIVE_DIR: archiveDir, MATTERS_FOLDER: mattersFolder }).filter(
    (one): one is [string, string] => one[1] !== null,
  )
  for (const [, path] of folders) writeMark(path, hub)
  const presence = await announceHub(url, hub)
  const leave = async (): Promise<void> => {
    for (const [, path] of folders) rmSync(fileOf(path, hub), { force: true })
    await presence.close()
  }
  const others = await presence.others()
  for (const [setting, path] of folders)
    if (others.some((other) => !existsSync(fileOf(path, other)))) {
      await leave()
      throw new Refusal('FOLDER_NOT_SHARED', { setting, path })
    }
  return leave
}

const writeMark = (path: string, hub: number): void => {
  try {
    mkdirSync(path, { recursive: true })
    writeFileSync(fileOf(path, hub), '')
  } catch (error) {
    throw new Refusal('FOLDER_UNWRITABLE', { path, reason: reasonOf(error) })
  }
}
