/**
 * The trail as it is written: no answer leaves before its row is durable. Rows of answers that are ready at the same time are
 * chained and written together by one writer; while one group is being written the next one gathers. All processes write one
 * chain: its numbers are without a gap, so that two who take the same number find it out, and the later one chains anew.
 */
import { randomBytes } from 'node:crypto'
import {
  CHUNK_CODES_MOST,
  type Content,
  chained,
  contentHash,
  cutSaid,
  type Head,
  NO_HEAD,
  SALT_BYTES,
  type TrailKind,
} from '../domain/trail.js'
import { Refusal } from '../errors.js'
import type { Log } from '../log.js'
import type { Metrics } from '../metrics.js'
import { connect, type Db, poolOf, type Tx } from '../store/db.js'
import { naming } from '../store/hot.js'
import * as store from '../store/trail.js'
import type { Notes } from './notes.js'
import { packed } from './trail-codes.js'

/** Rows that may wait for being written, and their bytes; whoever comes then is refused. */
const QUEUE_ROWS = 5_000
const QUEUE_BYTES = 64 * 1024 * 1024
/** Rows written together, and their bytes. */
const GROUP_ROWS = 500
const GROUP_BYTES = 8 * 1024 * 1024
/** How long a group may take, milliseconds: then those who wait for it are refused. */
const WRITE_MS = 5_000
/** How often a group is chained anew because another process was faster. */
const TRIES = 20
/** After meeting another process so many groups are written under the lock of all writers. */
const LOCKED_GROUPS = 50
const SALTS_DRAWN = 1_024
const UNSTORABLE = /\0|\p{Cs}/gu
/** Between two notes of the head outside the database, milliseconds. */
const NOTE_MS = 5_000

export interface Entry {
  kind: TrailKind
  /** Instant of the request. */
  at: Date
  client: string
  role: string
  agency: string | null
  purpose: string | null
  request: string
  asked: string
  outcome: string | null
  /** Codes of the operators shown. */
  shown: Iterable<string>
  digest: string | null
}

export interface Trail {
  /** Returns once the row is durable. Refusal TRAIL_UNAVAILABLE: it cannot be kept, and what it is about must not leave. */
  row(entry: Entry): Promise<void>
  /** A piece of a streamed answer, of at most CHUNK_CODES_MOST codes; to be awaited before the piece leaves. */
  chunk(entry: Omit<Entry, 'kind'>): Promise<void>
  /** Writes what waits, and notes the head. */
  close(): Promise<void>
}

/** Where the head is kept outside the database; a trail that is behind it says so in a row. */
export interface HeadNotes {
  noted: () => Head | null
  note: (head: Head) => void
}

interface Waiting {
  link: { at: Date; kind: TrailKind; count: number; content: Content; contentHash: string }
  bytes: number
  resolve: () => void
  reject: (reason: unknown) => void
}

/** `db`: connections of its own, so that answers that wait for one cannot keep their own rows from being written. */
export const makeTrail = (
  db: Db,
  { log, notes, now, metrics }: { log: Log; now: () => Date; notes?: HeadNotes; metrics?: Metrics },
): Trail => {
  let queue: Waiting[] = []
  let bytesWaiting = 0
  let head: Head | null = null
  let lastNoted: Head | null = null
  let lockedGroups = 0
  let writing: Promise<void> | null = null
  let opened = false
  metrics?.waiting('trail', () => queue.length)
  metrics?.pool('trail', () => poolOf(db))

  const row = (entry: Entry): Promise<void> => {
    const link = linkOf(entry)
    const bytes = sizeOf(link.content)
    if (queue.length >= QUEUE_ROWS || bytesWaiting + bytes > QUEUE_BYTES)
      return Promise.reject(new Refusal('TRAIL_UNAVAILABLE'))
    return new Promise((resolve, reject) => {
      queue.push({ link, bytes, resolve, reject })
      bytesWaiting += bytes
      // After this turn of the loop: answers that are ready together are written together.
      writing ??= new Promise((done) => setImmediate(() => void writeAll().then(done)))
    })
  }

  const writeAll = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = take()
      const began = performance.now()
      const tell = (written: boolean): void =>
        metrics?.group({ rows: group.length, seconds: (performance.now() - began) / 1_000, written })
      try {
        await inTime(written(group.map(({ link }) => link)))
        tell(true)
        for (const { resolve } of group) resolve()
      } catch (error) {
        // Whether these rows are there is not known: the head is read again.
        head = null
        tell(false)
        log.error({ err: error, rows: group.length }, 'the trail cannot be written; its answers are refused')
        for (const { reject } of group) reject(new Refusal('TRAIL_UNAVAILABLE'))
      }
    }
    writing = null
  }

  const take = (): Waiting[] => {
    let bytes = 0
    let rows = 0
    for (const { bytes: own } of queue) {
      if (rows > 0 && (rows === GROUP_ROWS || bytes + own > GROUP_BYTES)) break
      bytes += own
      rows += 1
    }
    const group = queue.slice(0, rows)
    queue = queue.slice(rows)
    bytesWaiting -= bytes
    return group
  }

  const written = async (links: readonly Waiting['link'][]): Promise<void> => {
    for (let tried = 0; tried < TRIES; tried += 1) {
      const last =
        lockedGroups > 0
          ? await db.transaction(async (tx) => tryAt(tx, await store.lockedHead(tx), links))
          : await tryAt(db, head ?? (await store.head(db)), links)
      if (last !== null) {
        head = last
        opened = true
        lockedGroups = Math.max(0, lockedGroups - 1)
        return
      }
      head = null
      lockedGroups = LOCKED_GROUPS
    }
    throw new Error('other processes were always faster')
  }

  /** The head after them; null: another process was faster. */
  const tryAt = async (handle: Db | Tx, at: Head | null, links: readonly Waiting['link'][]): Promise<Head | null> => {
    const from = at ?? NO_HEAD
    const cut = opened ? [] : await cutAt(handle, from)
    const rows = chained(from, [...cut, ...links])
    const last = rows.at(-1)
    return last !== undefined && (await store.add(handle, rows)) ? last : null
  }

  /** What was noted and is not there, as after a restoration from a backup, is said in a row of its own. */
  const cutAt = async (handle: Db | Tx, from: Head): Promise<Waiting['link'][]> => {
    const noted = notes?.noted() ?? null
    if (noted === null) return []
    const [there] = noted.number > from.number ? [] : await store.after(handle, noted.number - 1, 1)
    if (there?.hash === noted.hash) return []
    log.warn({ noted: noted.number, head: from.number }, 'the trail is behind its note')
    const said = { client: 'hub', role: 'hub', agency: null, purpose: null, request: '', outcome: 'DONE' }
    return [linkOf({ ...said, kind: 'CUT', at: now(), asked: cutSaid(noted), shown: [], digest: null })]
  }

  const noteHead = (): void => {
    if (notes === undefined || head === null || head.number === lastNoted?.number) return
    try {
      notes.note(head)
      lastNoted = head
    } catch (error) {
      log.warn({ err: error }, 'the head of the trail could not be noted')
    }
  }
  const noting = setInterval(noteHead, NOTE_MS)
  noting.unref()

  return {
    row,
    chunk: (entry) => {
      const shown = [...entry.shown]
      if (shown.length > CHUNK_CODES_MOST) throw new Error(`a piece shows at most ${CHUNK_CODES_MOST} codes`)
      return row({ ...entry, shown, kind: 'CHUNK' })
    },
    close: async () => {
      clearInterval(noting)
      await writing
      noteHead()
    },
  }
}

/** With connections of its own, and the head noted for this database. */
export const openTrail = (
  url: string,
  { notes, database, ...parts }: { log: Log; now: () => Date; notes: Notes; database: string; metrics?: Metrics },
): Trail => {
  // One statement, written all day: read and planned once.
  const db = naming(connect(url, { what: 'trail' }))
  const kept = { noted: () => notes.trail(database), note: (head: Head) => notes.noteTrail(database, head) }
  const trail = makeTrail(db, { ...parts, notes: kept })
  const close = async () => {
    await trail.close()
    await db.destroy()
  }
  return { ...trail, close }
}

/** Written out, member by member: it is done for every answer. */
const linkOf = (entry: Entry): Waiting['link'] => {
  const codes = new Set(entry.shown)
  const content = {
    salt: newSalt(),
    client: kept(entry.client),
    role: entry.role,
    agency: entry.agency,
    purpose: entry.purpose && kept(entry.purpose),
    request: entry.request,
    asked: kept(entry.asked),
    outcome: entry.outcome,
    shown: packed(codes),
    digest: entry.digest,
  }
  return { at: entry.at, kind: entry.kind, count: codes.size, content, contentHash: contentHash(content) }
}

/** Drawn many at a time: asking for each one costs more than all else of a row. */
let salts = Buffer.alloc(0)
let drawn = 0
const newSalt = (): string => {
  if (drawn === salts.length) {
    salts = randomBytes(SALT_BYTES * SALTS_DRAWN)
    drawn = 0
  }
  drawn += SALT_BYTES
  return salts.toString('base64', drawn - SALT_BYTES, drawn)
}

/** As the database gives it back: it holds no NUL and no half characters. */
const kept = (text: string): string => text.replace(UNSTORABLE, '\uFFFD')

/** About, for bounds. */
const sizeOf = ({ asked, shown, purpose }: Content): number =>
  500 + 2 * asked.length + 2 * (purpose?.length ?? 0) + (shown?.length ?? 0)

const inTime = async (work: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not written within ${WRITE_MS} ms`)), WRITE_MS)
  })
  // What comes of it after it was given up is nobody's any more.
  work.catch(() => undefined)
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
