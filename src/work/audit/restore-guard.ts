/**
 * `publication.json` holds the last snapshot. `noted/<database>.<delivery>.<number>.json` names a delivery sent. The
 * highest counts, so concurrent processes never lower it.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import { parseJsonOr } from '../../foundation/text/json.js'
import { type HeadNotes, openHeadNotes } from './head-notes.js'
import { listFileNames, makeUnreadableRefusal, openAndSync, readFileText } from './note-files.js'

const PUBLICATION = 'publication.json'
const FOLDER = 'noted'
const UNFINISHED = /\.json\.[0-9a-f-]+\.new$/
const UNFINISHED_KEPT_MS = 24 * 3_600_000
const SENT = /^([0-9a-f-]{36})\.(\d{1,15})\.(\d{1,9})\.json$/

export interface PublicationNote {
  sequence: number
  hash: string
  publishedAt: string
  database?: string
}

export interface SentNote {
  deliveryId: number
  number: number
  /** `key` and `at` identify the delivery, as a restored database may reuse ids. Early releases noted neither. */
  key?: string
  at?: string
}

export type RestoreNotes = ReturnType<typeof makeRestoreNotes>

export const makeRestoreNotes = (folder: string) => {
  const place = join(folder, FOLDER)
  const lastSent = new Map<string, SentNote>()

  const published = (): PublicationNote | null => {
    const text = readFileText(join(folder, PUBLICATION))
    if (text === null) return null
    const note = parseJsonOr(text, null) as PublicationNote | null
    if (Number.isSafeInteger(note?.sequence)) return note
    throw makeUnreadableRefusal(PUBLICATION, new Error('不是公示记录 not a note of publication'))
  }
  const allSent = (): { database: string; sent: SentNote; name: string }[] =>
    listFileNames(place).flatMap((name) => {
      const [, database, deliveryId, number] = SENT.exec(name) ?? []
      if (database === undefined) return []
      const sent = { deliveryId: Number(deliveryId), number: Number(number), ...whoseIn(join(place, name)) }
      return [{ database, sent, name }]
    })
  const sent = (database: string): SentNote | null => {
    const [first, ...others] = allSent().flatMap((one) => (one.database === database ? [one.sent] : []))
    return first === undefined ? null : others.reduce(higher, first)
  }

  return {
    published,
    heads: (database: string): HeadNotes => openHeadNotes(place, database),
    notePublished: (note: PublicationNote): void => {
      const before = published()
      const same = before !== null && (before.database === undefined || before.database === note.database)
      if (same && before.sequence > note.sequence) return
      write(folder, PUBLICATION, note)
    },
    sent,
    /** Call before a batch leaves. On refusal FOLDER_UNWRITABLE only its removals may leave. */
    noteSent: (database: string, note: SentNote): void => {
      const known = lastSent.get(database)
      if (known !== undefined && known.deliveryId >= note.deliveryId && known.number >= note.number) return
      const before = sent(database)
      const now = before === null ? note : higher(before, note)
      const name = `${database}.${now.deliveryId}.${now.number}.json`
      if (before === null || now.deliveryId > before.deliveryId || now.number > before.number) {
        write(place, name, { database, ...now })
        for (const one of allSent())
          if (one.database === database && one.name !== name && isAtMost(one.sent, now))
            rmSync(join(place, one.name), { force: true })
      }
      lastSent.set(database, now)
    },
    strangers: (database: string): string[] => {
      const last = published()?.database
      const all = [...allSent().map((one) => one.database), ...(last === undefined ? [] : [last])]
      return [...new Set(all)].filter((one) => one !== database)
    },
  }
}

const higher = (one: SentNote, other: SentNote): SentNote => ({
  ...(other.deliveryId > one.deliveryId ? other : one),
  number: Math.max(one.number, other.number),
})

const whoseIn = (path: string): Pick<SentNote, 'key' | 'at'> => {
  try {
    const { key, at } = (JSON.parse(readFileText(path) ?? 'null') ?? {}) as Partial<SentNote>
    return typeof key === 'string' && typeof at === 'string' ? { key, at } : {}
  } catch {
    return {}
  }
}

const isAtMost = (one: SentNote, other: SentNote): boolean =>
  one.deliveryId <= other.deliveryId && one.number <= other.number

/** `now` is of the folder's own clock, milliseconds since 1970. */
const sweepUnfinished = (folder: string, now: number): void => {
  for (const name of readdirSync(folder).filter((one) => UNFINISHED.test(one)))
    try {
      const path = join(folder, name)
      if (now - statSync(path).mtimeMs > UNFINISHED_KEPT_MS) rmSync(path)
    } catch {}
}

const write = (folder: string, name: string, content: object): void => {
  const path = join(folder, name)
  // Process ids may collide between containers that share a folder.
  const beside = `${path}.${randomUUID()}.new`
  try {
    mkdirSync(folder, { recursive: true })
    openAndSync(beside, 'w', (file) => writeSync(file, `${JSON.stringify(content)}\n`))
    const { mtimeMs } = statSync(beside)
    renameSync(beside, path)
    openAndSync(folder, 'r')
    sweepUnfinished(folder, mtimeMs)
  } catch (error) {
    try {
      rmSync(beside, { force: true })
    } catch {}
    throw new Refusal('FOLDER_UNWRITABLE', { path: folder, reason: reasonOf(error) })
  }
}
