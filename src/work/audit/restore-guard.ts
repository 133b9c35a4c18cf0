/**
 * Notes outside the database of what has left it: the last snapshot, and the highest delivery. A database that was restored
 * from a backup finds itself behind them. Each is written beside, made durable and renamed, so that a reader never meets half.
 *
 *   makeNotes(folder): { published(), notePublished(said), sent(database), noteSent(database, said), heads(database),
 *     strangers(database) }
 *
 * `publication.json` has the last snapshot. `noted/<database>.<delivery>.<number>.json` has what was sent: the name says it all,
 * so that several processes never write over a higher note with a lower one; of two the higher stands, and the lower is removed.
 * `noted/<database>.heads` has the heads of the audit log (audit/head-notes.ts).
 */
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import { type HeadNotes, openHeadNotes } from './head-notes.js'

const PUBLICATION = 'publication.json'
const FOLDER = 'noted'
const SENT = /^([0-9a-f-]{36})\.(\d{1,15})\.(\d{1,9})\.json$/

export interface Publication {
  sequence: number
  hash: string
  publishedAt: string
  /** Identity of the database; absent in notes of before it had one. */
  database?: string
}

export interface Sent {
  deliveryId: number
  /** The largest number of a message to any platform. */
  number: number
  /** Subject of that delivery, and when it was owed (ISO): its id may be given again. Absent in notes of before. */
  key?: string
  at?: string
}

export type Notes = ReturnType<typeof makeNotes>

export const makeNotes = (folder: string) => {
  const place = join(folder, FOLDER)
  /** By database: what is noted at least, so that most batches need no look at the disk. */
  const noted = new Map<string, Sent>()

  const published = (): Publication | null => {
    const text = textOf(join(folder, PUBLICATION))
    return text === null ? null : publicationIn(text)
  }
  const allSent = (): { database: string; sent: Sent; name: string }[] =>
    namesIn(place).flatMap((name) => {
      const [, database = '', deliveryId, number] = SENT.exec(name) ?? []
      return database === ''
        ? []
        : [
            {
              database,
              sent: { deliveryId: Number(deliveryId), number: Number(number), ...whoseIn(join(place, name)) },
              name,
            },
          ]
    })
  const sent = (database: string): Sent | null => {
    const own = allSent().filter((one) => one.database === database)
    return own.length === 0 ? null : own.map((one) => one.sent).reduce(higher)
  }

  return {
    published,
    /** Heads of the audit log of this database; until a release ago one was noted, in a file of its own. */
    heads: (database: string): HeadNotes => openHeadNotes(place, database, { old: `${database}.trail.json` }),
    /** A lower sequence of the same database is none that was published last: the higher one stands. */
    notePublished: (said: Publication): void => {
      const before = published()
      const same = before !== null && (before.database === undefined || before.database === said.database)
      if (same && before.sequence > said.sequence) return
      write(folder, PUBLICATION, said)
    },
    sent,
    /** Before a batch leaves. Refusal FOLDER_UNWRITABLE: what is not noted does not leave. */
    noteSent: (database: string, said: Sent): void => {
      const known = noted.get(database)
      if (known !== undefined && known.deliveryId >= said.deliveryId && known.number >= said.number) return
      const before = sent(database)
      const now = before === null ? said : higher(before, said)
      const name = `${database}.${now.deliveryId}.${now.number}.json`
      if (before === null || now.deliveryId > before.deliveryId || now.number > before.number) {
        write(place, name, { database, ...now })
        for (const one of allSent())
          if (one.database === database && one.name !== name && isAtMost(one.sent, now))
            rmSync(join(place, one.name), { force: true })
      }
      noted.set(database, now)
    },
    /** Identities of other databases of which something is noted here. */
    strangers: (database: string): string[] => {
      const last = published()?.database
      const all = [...allSent().map((one) => one.database), ...(last === undefined ? [] : [last])]
      return [...new Set(all)].filter((one) => one !== database)
    },
  }
}

const higher = (one: Sent, other: Sent): Sent => ({
  ...(other.deliveryId > one.deliveryId ? other : one),
  number: Math.max(one.number, other.number),
})

/** What a note says of its delivery beside the numbers in its name; nothing where it was removed meanwhile. */
const whoseIn = (path: string): Pick<Sent, 'key' | 'at'> => {
  try {
    const { key, at } = (JSON.parse(textOf(path) ?? 'null') ?? {}) as Partial<Sent>
    return typeof key === 'string' && typeof at === 'string' ? { key, at } : {}
  } catch {
    // The numbers in its name stand whatever is in it.
    return {}
  }
}

const isAtMost = (one: Sent, other: Sent): boolean => one.deliveryId <= other.deliveryId && one.number <= other.number

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unreadable(folder, error)
  }
}

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw unreadable(path, error)
  }
}

/** A note that cannot be read is no reason to begin at one again: somebody has to look at it. */
const publicationIn = (text: string): Publication => {
  try {
    const said = JSON.parse(text)
    if (Number.isSafeInteger(said?.sequence)) return said
  } catch {
    // Told below.
  }
  throw unreadable(PUBLICATION, new Error('不是公示记录 not a note of publication'))
}

const unreadable = (path: string, error: unknown): Refusal =>
  new Refusal('FILE_UNREADABLE', { path, reason: reasonOf(error) })

const write = (folder: string, name: string, said: object): void => {
  const path = join(folder, name)
  // Not by the process id: processes in containers that share a folder may have the same.
  const beside = `${path}.${randomUUID()}.new`
  try {
    mkdirSync(folder, { recursive: true })
    const file = openSync(beside, 'w')
    try {
      writeSync(file, `${JSON.stringify(said)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, path)
    const place = openSync(folder, 'r')
    try {
      fsyncSync(place)
    } finally {
      closeSync(place)
    }
  } catch (error) {
    try {
      // On a full disk the half of it must not stay and keep the disk full.
      rmSync(beside, { force: true })
    } catch {
      // Told below why it could not be written.
    }
    throw new Refusal('FOLDER_UNWRITABLE', { path: folder, reason: reasonOf(error) })
  }
}
