import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isRefusal } from '../../../foundation/errors.js'
import { unreachableRefusal } from '../converse.js'

const FILE_BYTES_MAX = 16 * 1024 * 1024
const NAMES_MAX = 100_000

export const folderPathOf = (url: string): string => {
  try {
    return fileURLToPath(url)
  } catch {
    throw unreachableRefusal('文件夹地址无效 not the address of a folder of this machine')
  }
}

export const putFile = async (folder: string, name: string, content: string | Uint8Array): Promise<void> => {
  const beside = join(folder, `.${name}.part`)
  try {
    // A file created anew cannot be a planted link.
    await rm(beside, { force: true })
    const file = await open(beside, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, join(folder, name))
    await syncFolder(folder)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {})
    throw error
  }
}

/** Makes the rename durable, where supported. */
const syncFolder = async (folder: string): Promise<void> => {
  const file = await open(folder, constants.O_RDONLY)
  try {
    await file.sync().catch(() => {})
  } finally {
    await file.close()
  }
}

/** Does not create parents: a missing mount must not look like an empty folder. */
export const makeSubfolder = async (folder: string, name: string): Promise<string> => {
  await mkdir(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return subfolderPath(folder, name)
}

/** Refuses a link, because the receiver can write in this folder. */
export const subfolderPath = async (folder: string, name: string): Promise<string> => {
  const path = join(folder, name)
  if (!(await statOf(path))?.isDirectory())
    throw unreachableRefusal(`交换文件夹 exchange folder：${name} 不是文件夹 is no folder`)
  return path
}

export const fileNamesIn = async (folder: string): Promise<string[]> => {
  const names = await readdir(folder)
  if (names.length > NAMES_MAX) throw unreachableRefusal(`文件夹中文件过多 more than ${NAMES_MAX} files in the folder`)
  return names
}

/** Null: missing, not plain, or too large. */
export const readContentOf = async (path: string, bytesMax = FILE_BYTES_MAX): Promise<Buffer | null> => {
  const found = await statOf(path)
  if (!found?.isFile() || found.size > bytesMax) return null
  const size = Number(found.size)
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(nullIfMissing)
  if (file === null) return null
  try {
    const content = Buffer.alloc(size)
    // Network file systems may return fewer bytes than asked.
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(content, at, size - at, at)
      if (bytesRead === 0) return content.subarray(0, at)
      at += bytesRead
    }
    return content
  } finally {
    await file.close()
  }
}

export const fileExists = async (path: string): Promise<boolean> => (await statOf(path)) !== null

export const statOf = (path: string) => lstat(path, { bigint: true }).catch(nullIfMissing)

const nullIfMissing = (error: unknown): null => {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP')) return null
  throw error
}

const REASONS: Record<string, string> = {
  ENOENT: '不存在 it is not there',
  ENOTDIR: '不是文件夹 not a folder',
  EACCES: '没有权限 not permitted',
  EPERM: '没有权限 not permitted',
  EROFS: '只读 read only',
  ENOSPC: '磁盘已满 the disk is full',
  EDQUOT: '磁盘配额已满 the quota is used up',
  EFBIG: '超过文件大小上限 beyond the largest size of a file',
  EIO: '读写错误 the disk fails',
}

/** Throws PLATFORM_UNREACHABLE, without paths. */
export const withNamedFaults = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null
    if (isRefusal(error) || code === null) throw error
    throw unreachableRefusal(`交换文件夹 exchange folder：${REASONS[code] ?? code}`)
  }
}
