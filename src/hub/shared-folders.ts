/** Hubs of one database share their folders: each looks there for the file of every other hub. */
import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.js'
import { Refusal, reasonOf } from '../foundation/errors.js'
import { announceHub } from '../store/db/presence.js'

const IDS = 2 ** 31 - 1
const HUB_FILE = /^\.hub-(\d+)$/
const REFRESHED_MS = 3_600_000
const KEPT_MS = 24 * REFRESHED_MS

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
  for (const [, path] of folders) writeHubFile(path, hub)
  const presence = await announceHub(url, hub)
  const refreshing = setInterval(() => refreshHubFiles(folders, hub), REFRESHED_MS).unref()
  const leave = async (): Promise<void> => {
    clearInterval(refreshing)
    for (const [, path] of folders) rmSync(fileOf(path, hub), { force: true })
    await presence.close()
  }
  const others = await presence.others()
  for (const [setting, path] of folders)
    if (others.some((other) => !existsSync(fileOf(path, other)))) {
      await leave()
      throw new Refusal('FOLDER_NOT_SHARED', { setting, path })
    }
  for (const [, path] of folders) sweepHubFiles(path, hub, others)
  return leave
}

const refreshHubFiles = (folders: readonly (readonly [string, string])[], hub: number): void => {
  try {
    for (const [, path] of folders) writeHubFile(path, hub)
  } catch {}
}

/** Deletes those of hubs that were killed. A living hub's is fresh, also while its lock is lost with a connection. */
const sweepHubFiles = (path: string, hub: number, others: readonly number[]): void => {
  const own = statSync(fileOf(path, hub))
  for (const name of readdirSync(path)) {
    const other = Number(HUB_FILE.exec(name)?.[1] ?? hub)
    if (other === hub || others.includes(other)) continue
    // Both instants are of the folder's own clock.
    const { uid, mtimeMs } = statSync(fileOf(path, other), { throwIfNoEntry: false }) ?? own
    if (uid === own.uid && own.mtimeMs - mtimeMs > KEPT_MS) rmSync(fileOf(path, other), { force: true })
  }
}

const writeHubFile = (path: string, hub: number): void => {
  try {
    mkdirSync(path, { recursive: true })
    writeFileSync(fileOf(path, hub), '')
  } catch (error) {
    throw new Refusal('FOLDER_UNWRITABLE', { path, reason: reasonOf(error) })
  }
}
