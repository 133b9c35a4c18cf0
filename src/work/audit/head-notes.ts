/**
 * Notes of the audit chain's heads (last number and hash), kept outside the database. A head is appended before its
 * answers leave and fsynced each second. All processes share `noted/<database>.heads`, one head a line: `1 <stretch>
 * <number> <timeline> <system> <instant> <hash>`. A stretch is an unbroken series of groups written by one process; its
 * last head covers earlier ones. Rotation keeps only last heads, in `<database>.heads.kept`.
 */
import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  fstatSync,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { parseHead } from '../../domain/audit/audit-log.js'
import type { NotedHead, ServerIdentity } from '../../domain/audit/loss.js'
import { Refusal, reasonOf } from '../../foundation/errors.js'

const FILE_BYTES = 1024 * 1024
/** For this time, other processes may still append to a rotated file. */
const LEAVE_MS = 60_000
const STRETCH_BYTES = 4
const LINE = /^1 ([0-9a-f]+) (\d+) (\d+) (\d+) (\S+) ([0-9a-f]{64})$/

export interface HeadNotes {
  /** Returns the last noted head of each unbroken series of rows. Refusal FILE_UNREADABLE. */
  heads(): NotedHead[]
  begin(): void
  /** On refusal FOLDER_UNWRITABLE the answer must not be sent. */
  note(head: { number: number; hash: string; server: ServerIdentity; at: Date }): void
  sync(): Promise<void>
  close(): void
}

/** `old` is the single-head file of earlier releases. */
export const openHeadNotes = (folder: string, database: string, { old }: { old: string }): HeadNotes => {
  const path = join(folder, `${database}.heads`)
  let stretch = newStretch()
  let file: number | null = null
  let isSynced = true

  const open = (): number => {
    mkdirSync(folder, { recursive: true })
    const opened = openSync(path, 'a')
    syncFolder(folder)
    return opened
  }
  const close = (): void => {
    if (file !== null) closeSync(file)
    file = null
  }
  const write = (line: string): void => {
    try {
      file ??= open()
      // The leading newline separates the head from a line truncated by a power failure.
      writeSync(file, `\n${line}\n`)
      isSynced = false
    } catch (error) {
      throw new Refusal('FOLDER_UNWRITABLE', { path: folder, reason: reasonOf(error) })
    }
  }

  return {
    heads: () => {
      const last = new Map<string, NotedHead>()
      for (const name of namesIn(folder, database)) readIn(join(folder, name), last)
      const before = oldHead(join(folder, old))
      return before === null ? [...last.values()] : [before, ...last.values()]
    },
    begin: () => {
      stretch = newStretch()
    },
    note: ({ number, hash, server: { timeline, system }, at }) =>
      write(`1 ${stretch} ${number} ${timeline} ${system} ${at.toISOString()} ${hash}`),
    sync: async () => {
      if (file === null || isSynced) return
      isSynced = true
      try {
        await synced(file)
        if (isSetAside(file, path)) close()
        else if (fstatSync(file).size > FILE_BYTES) {
          renameSync(path, `${path}.${newStretch()}`)
          close()
        }
        thin(folder, database)
      } catch (error) {
        // The next note reopens the file; its head covers all earlier ones.
        isSynced = false
        close()
        throw new Refusal('FOLDER_UNWRITABLE', { path: folder, reason: reasonOf(error) })
      }
    },
    close: () => {
      if (file !== null && !isSynced) fsyncSync(file)
      close()
    },
  }
}

const synced = promisify(fsync)
const newStretch = (): string => randomBytes(STRETCH_BYTES).toString('hex')

const namesIn = (folder: string, database: string): string[] => {
  const headsName = `${database}.heads`
  return listed(folder).filter((name) => name === headsName || name.startsWith(`${headsName}.`))
}

const listed = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unreadable(folder, error)
  }
}

const readIn = (path: string, heads = new Map<string, NotedHead>()): Map<string, NotedHead> => {
  for (const line of textOf(path).split('\n')) {
    const [, stretch = '', number, timeline, system = '', at = '', hash = ''] = LINE.exec(line) ?? []
    if (stretch === '') continue
    const known = heads.get(stretch)
    if (known !== undefined && known.number > Number(number)) continue
    heads.set(stretch, {
      number: Number(number),
      hash,
      server: { timeline: Number(timeline), system },
      at: new Date(at),
    })
  }
  return heads
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw unreadable(path, error)
  }
}

const oldHead = (path: string): NotedHead | null => {
  const text = textOf(path)
  if (text === '') return null
  try {
    const head = parseHead(JSON.parse(text))
    if (head !== null) return { ...head, server: null, at: null }
  } catch {}
  throw unreadable(path, new Error('不是审计日志的记录 not a note of the audit log'))
}

const isSetAside = (file: number, path: string): boolean => {
  try {
    return statSync(path).ino !== fstatSync(file).ino
  } catch {
    return true
  }
}

/** Moves the last heads of rotated files to `.heads.kept`. An interruption only leaves duplicates. */
const thin = (folder: string, database: string): void => {
  const base = `${database}.heads`
  for (const name of namesIn(folder, database)) {
    const path = join(folder, name)
    if (name === base || name === `${base}.kept` || writtenAt(join(folder, base)) - writtenAt(path) < LEAVE_MS) continue
    const lines = [...readIn(path)].map(
      ([stretch, { number, hash, server, at }]) =>
        `1 ${stretch} ${number} ${server?.timeline} ${server?.system} ${at?.toISOString()} ${hash}\n`,
    )
    const thinned = openSync(join(folder, `${base}.kept`), 'a')
    try {
      appendFileSync(thinned, `\n${lines.join('')}`)
      fsyncSync(thinned)
    } finally {
      closeSync(thinned)
    }
    rmSync(path, { force: true })
  }
}

const writtenAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

const syncFolder = (folder: string): void => {
  for (const place of [folder, dirname(folder)]) {
    const opened = openSync(place, 'r')
    try {
      fsyncSync(opened)
    } finally {
      closeSync(opened)
    }
  }
}

const unreadable = (path: string, error: unknown): Refusal =>
  new Refusal('FILE_UNREADABLE', { path, reason: reasonOf(error) })

export const headNotesInMemory = (): HeadNotes => {
  let [stretch, last] = [0, new Map<number, NotedHead>()]
  return {
    heads: () => [...last.values()],
    begin: () => {
      stretch += 1
    },
    note: (head) => {
      last.set(stretch, head)
    },
    sync: async () => {},
    close: () => {
      last = new Map()
    },
  }
}
