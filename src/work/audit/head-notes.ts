/**
 * Heads of the audit chain, outside the database: appended before their answers leave, fsynced each second. All
 * processes share `noted/<database>.heads`, one line a head: `1 <stretch> <number> <timeline> <system> <instant>
 * <hash>`. A stretch is one process's unbroken series; its last head covers the others.
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
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type AuditHead, parseHead } from '../../domain/audit/audit-log.js'
import type { NotedHead, ServerIdentity } from '../../domain/audit/loss.js'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import { parseJsonOr } from '../../foundation/text/json.js'
import { listFileNames, makeUnreadableRefusal, openAndSync, readFileText } from './note-files.js'

const FILE_BYTES = 1024 * 1024
/** For this time, other processes may still append to a rotated file. */
const LEAVE_MS = 60_000
const STRETCH_BYTES = 4
const LINE = /^1 ([0-9a-f]+) (\d+) (\d+) (\d+) (\S+) ([0-9a-f]{64})$/

type ServerHead = AuditHead & { server: ServerIdentity; at: Date }

export interface HeadNotes {
  /** The last noted head of each unbroken series of rows. Refusal FILE_UNREADABLE. */
  heads(): NotedHead[]
  begin(): void
  /** On refusal FOLDER_UNWRITABLE the answer must not be sent. */
  note(head: ServerHead): void
  sync(): Promise<void>
  close(): void
}

export const openHeadNotes = (folder: string, database: string): HeadNotes => {
  const path = join(folder, `${database}.heads`)
  let stretch = newStretch()
  let file: number | null = null
  let isSynced = true

  const open = (): number => {
    mkdirSync(folder, { recursive: true })
    const opened = openSync(path, 'a')
    for (const place of [folder, dirname(folder)]) openAndSync(place, 'r')
    return opened
  }
  const close = (): void => {
    if (file !== null) closeSync(file)
    file = null
  }
  const write = (line: string): void => {
    try {
      file ??= open()
      // The newline separates the head from a line cut by a power failure.
      writeSync(file, `\n${line}\n`)
      isSynced = false
    } catch (error) {
      throw new Refusal('FOLDER_UNWRITABLE', { path: folder, reason: reasonOf(error) })
    }
  }

  return {
    heads: () => {
      const last = new Map<string, ServerHead>()
      for (const name of headFilesIn(folder, database)) addLastHeads(join(folder, name), last)
      const before = readEarlierHead(join(folder, `${database}.trail.json`))
      return before === null ? [...last.values()] : [before, ...last.values()]
    },
    begin: () => {
      stretch = newStretch()
    },
    note: (head) => write(lineOf(stretch, head)),
    sync: async () => {
      if (file === null || isSynced) return
      isSynced = true
      try {
        await synced(file)
        // Another process has rotated the file.
        if (statSync(path, { throwIfNoEntry: false })?.ino !== fstatSync(file).ino) close()
        else if (fstatSync(file).size > FILE_BYTES) {
          renameSync(path, `${path}.${newStretch()}`)
          close()
        }
        thin(folder, database)
      } catch (error) {
        // fsync failed. The next note reopens the file; its head covers all earlier ones.
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

const headFilesIn = (folder: string, database: string): string[] => {
  const headsName = `${database}.heads`
  return listFileNames(folder).filter((name) => name === headsName || name.startsWith(`${headsName}.`))
}

const lineOf = (stretch: string, { number, hash, server: { timeline, system }, at }: ServerHead): string =>
  `1 ${stretch} ${number} ${timeline} ${system} ${at.toISOString()} ${hash}`

const addLastHeads = (path: string, heads: Map<string, ServerHead>): void => {
  for (const line of (readFileText(path) ?? '').split('\n')) {
    const [, stretch = '', number, timeline, system = '', at = '', hash = ''] = LINE.exec(line) ?? []
    const head = { number: Number(number), hash, server: { timeline: Number(timeline), system }, at: new Date(at) }
    if (stretch !== '' && head.number >= (heads.get(stretch)?.number ?? 0)) heads.set(stretch, head)
  }
}

const readEarlierHead = (path: string): NotedHead | null => {
  const text = readFileText(path) ?? ''
  if (text === '') return null
  const head = parseHead(parseJsonOr(text, null))
  if (head !== null) return { ...head, server: null, at: null }
  throw makeUnreadableRefusal(path, new Error('不是审计日志的记录 not a note of the audit log'))
}

/** Moves the last heads of rotated files to `.heads.kept`. An interruption only leaves duplicates. */
const thin = (folder: string, database: string): void => {
  const base = `${database}.heads`
  for (const name of headFilesIn(folder, database)) {
    const path = join(folder, name)
    if (name === base || name === `${base}.kept` || writtenAt(join(folder, base)) - writtenAt(path) < LEAVE_MS) continue
    const last = new Map<string, ServerHead>()
    addLastHeads(path, last)
    const lines = [...last].map(([stretch, head]) => `${lineOf(stretch, head)}\n`)
    openAndSync(join(folder, `${base}.kept`), 'a', (kept) => appendFileSync(kept, `\n${lines.join('')}`))
    rmSync(path, { force: true })
  }
}

const writtenAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

export const makeHeadNotesInMemory = (): HeadNotes => {
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
