import type { PathLike } from 'node:fs'
import { link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { DeliveryOutcome, OpenOptions } from '../../delivery.js'
import { DONE_FOLDER, REFUSED_FOLDER, shortenFileName } from './names.js'

export interface ClaimedFile {
  name: string
  path: string
}

const REASON = '.reason.txt'
const ANSWER = '.answer.ndjson'
const MAX_LINES = 10_000 // reject lines in a reason file
const MAX_TWINS = 10_000 // files of the same name

export const archiveFile = async ({ name, path }: ClaimedFile, archive: OpenOptions['archive']): Promise<void> => {
  await archive?.(path, name)
  await unlink(path)
}

export const putFileBack = async (path: string, { name, path: at }: ClaimedFile): Promise<void> => {
  for (const target of numberedNames(name)) if (await moveFile(at, join(path, target))) return
  throw new Error('no free name to put a file back under')
}

export const moveToRefused = async (
  path: string,
  { name, path: at }: ClaimedFile,
  settled: DeliveryOutcome,
): Promise<void> => {
  await moveAside(path, name, at, async (write) => {
    await write(settled.error?.message ?? '内容被拒收。The content was refused.')
    await write(`代码 code: ${settled.error?.code ?? ''}　批次 run: ${settled.run}`)
    let lines = 0
    for await (const { page, row, field, heading, rule, message } of settled.rejects) {
      lines += 1
      if (lines > MAX_LINES) return write('……')
      const place = page === null ? `${row}` : `${page}/${row}`
      await write(
        `第 ${place} 行 row ${place}${field === null ? '' : `，${heading === null ? field : `${heading}（${field}）`}`} [${rule}] ${message}`,
      )
    }
  })
}

/** The answer is whole before the file stands in `done/`: a process that dies between leaves the file claimed. */
export const moveToDone = async (path: string, { name, path: at }: ClaimedFile, answer: string): Promise<void> => {
  const done = join(path, DONE_FOLDER)
  await mkdir(done, { recursive: true })
  for (const target of numberedNames(shortenFileName(name))) {
    const beside = join(done, target + ANSWER)
    const file = await createFile(beside)
    if (!file) continue
    try {
      await file.writeFile(answer)
      await file.sync()
    } finally {
      await file.close()
    }
    if (await moveFile(at, join(done, target))) return
    await unlink(beside)
  }
  throw new Error('no free name to put a file under')
}

export const moveUnopenedToRefused = async (path: string, name: string, at: Buffer): Promise<void> => {
  try {
    await moveAside(path, name, at, (write) =>
      write('不是普通文件（链接、管道等），未读取。Not a regular file (a link, a pipe): it was not opened.'),
    )
  } catch (error) {
    // Another hub has already moved the file.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

type LineWriter = (line: string) => Promise<void>

/** Creating the reason file reserves the name. A full disk may lose the reason, never the file. */
const moveAside = async (
  path: string,
  name: string,
  at: PathLike,
  tell: (write: LineWriter) => Promise<void>,
): Promise<void> => {
  await mkdir(join(path, REFUSED_FOLDER), { recursive: true })
  for (const target of numberedNames(shortenFileName(name))) {
    const own = join(path, REFUSED_FOLDER, target)
    const reason = await createFile(own + REASON)
    if (!reason) continue
    try {
      if (!(await moveFile(at, own))) continue
      await tell(async (line) => {
        await reason.write(`${line}\n`)
      })
      return
    } finally {
      await reason.close()
    }
  }
  throw new Error('no free name to put a file aside under')
}

const createFile = (path: string) =>
  open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return null
    throw error
  })

function* numberedNames(name: string): Iterable<string> {
  yield name
  const ending = extname(name)
  const stem = name.slice(0, name.length - ending.length)
  for (let n = 2; n <= MAX_TWINS; n += 1) yield `${shortenFileName(stem)}.${n}${ending}`
}

/** False when the target exists. Unlike rename, a hard link does not overwrite it. */
const moveFile = async (from: PathLike, to: string): Promise<boolean> => {
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code === 'ENOENT') throw error
    if (await lstat(to).catch(() => null)) return false
    await rename(from, to)
    return true
  }
  await unlink(from)
  return true
}
