/**
 * The audit log as it is written: no answer leaves before its row is durable and its head is noted outside the database. Rows of
 * answers that are ready at the same time are chained and written together by one writer; while one group is being written the
 * next one gathers. All processes write one chain: its numbers are without a gap, so that two who take the same number find it
 * out, and the later one chains anew.
 */
import { randomBytes } from 'node:crypto'
import {
  bodyOf,
  CHUNK_CODES_MOST,
  chained,
  type Head,
  hashOf,
  type Link,
  NO_HEAD,
  SALT_BYTES,
  type TrailKind,
} from '../../domain/audit/audit-log.js'
import { isFailover, lossSaid, type NotedHead, type Server, sameServer } from '../../domain/audit/loss.js'
import { Refusal } from '../../foundation/errors.js'
import type { Seal } from '../../foundation/keys/audit.js'
import type { Log } from '../../foundation/log.js'
import type { Metrics } from '../../foundation/metrics.js'
import * as store from '../../store/audit/audit-log.js'
import { hashesOf } from '../../store/audit/heads.js'
import { connect, type Db, poolOf, type Tx } from '../../store/db/db.js'
import { naming } from '../../store/db/shared-connections.js'
import { type HeadNotes, headsInMemory } from './head-notes.js'
import { unsaidLoss } from './losses.js'
import { packed } from './operator-codes.js'
import type { Notes } from './restore-guard.js'

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
/** Between two times at which noted heads are made durable, milliseconds: a power cut may cost what was noted since. */
const SYNC_MS = 1_000

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

interface Waiting {
  link: Link
  bytes: number
  resolve: () => void
  reject: (reason: unknown) => void
}

export interface TrailParts {
  log: Log
  now: () => Date
  /** What seals a row that is written now. */
  seal: () => Seal
  /** Absent: heads are noted in memory alone. */
  notes?: HeadNotes
  metrics?: Metrics
}

/** Rows that are durable, and where. */
interface Written {
  head: Head
  server: Server
}

/** `db`: connections of its own, so that answers that wait for one cannot keep their own rows from being written. */
export const makeTrail = (db: Db, { log, now, seal, notes = headsInMemory(), metrics }: TrailParts): Trail => {
  let queue: Waiting[] = []
  let bytesWaiting = 0
  /** The head as this process has written it last; null: it has not, or it must look whether what it wrote is there still. */
  let own: Written | null = null
  let lockedGroups = 0
  let writing: Promise<void> | null = null
  metrics?.waiting('trail', () => queue.length)
  metrics?.pool('trail', () => poolOf(db))

  const row = (entry: Entry): Promise<void> => {
    const link = linkOf(entry)
    const bytes = sizeOf(link.body)
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
        note(await inTime(written(group.map(({ link }) => link))))
        tell(true)
        for (const { resolve } of group) resolve()
      } catch (error) {
        // Whether these rows are there is not known, nor whether those before are: the connection may lead to another server.
        own = null
        tell(false)
        log.error({ err: error, rows: group.length }, 'the audit log cannot be written; its answers are refused')
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

  /** After the rows are durable and before any answer leaves: rows that are not noted stand for no answer that anyone has. */
  const note = (came: Written): void => {
    if (own === null || !sameServer(own.server, came.server)) notes.begin()
    const { number, hash } = came.head
    notes.note({ number, hash, server: came.server, at: now() })
    own = came
  }

  const written = async (links: readonly Link[]): Promise<Written> => {
    let known = own
    for (let tried = 0; tried < TRIES; tried += 1) {
      const came = await tryOnce(known, links)
      if (typeof came !== 'string') return came
      // The row of ours that they were to follow is not there: what was lost is to be found.
      if (came === 'GONE') known = null
      lockedGroups = LOCKED_GROUPS
    }
    throw new Error('other processes were always faster')
  }

  const tryOnce = async (known: Written | null, links: readonly Link[]): Promise<Written | 'TAKEN' | 'GONE'> => {
    if (known !== null && lockedGroups === 0) return tryAt(db, known.head, links)
    lockedGroups = Math.max(0, lockedGroups - 1)
    // Read before the rows: what is noted was there.
    const heads = known === null ? notes.heads() : []
    return db.transaction(async (tx) => {
      const from = (await store.lockedHead(tx)) ?? NO_HEAD
      if (known === null) return tryAt(tx, from, [...(await cutOf(tx, heads, from.number)), ...links])
      const there = await hashesOf(tx, [known.head.number])
      return there.get(known.head.number) === known.head.hash ? tryAt(tx, from, links) : 'GONE'
    })
  }

  const tryAt = async (handle: Db | Tx, from: Head, links: readonly Link[]): Promise<Written | 'TAKEN' | 'GONE'> => {
    const rows = chained(from, links, seal())
    const added = await store.add(handle, rows)
    return typeof added === 'string' ? added : { head: rows.at(-1) ?? from, server: added.server }
  }

  /** What was noted and is not there, as after a failover or a restoration, is said in a row of its own. */
  const cutOf = async (tx: Tx, heads: readonly NotedHead[], last: number): Promise<Link[]> => {
    const loss = await unsaidLoss(tx, heads, last)
    if (loss === null) return []
    const { heads: _, ...range } = loss
    log.error(
      { ...range, failover: isFailover(loss) },
      'rows of the audit log that were noted outside the database are not in it',
    )
    const said = { client: 'hub', role: 'hub', agency: null, purpose: null, request: '', outcome: 'DONE' }
    return [linkOf({ ...said, kind: 'CUT', at: now(), asked: lossSaid(loss), shown: [], digest: null })]
  }

  let syncing = Promise.resolve()
  const noting = setInterval(() => {
    syncing = syncing
      .then(() => notes.sync())
      .catch((error) =>
        log.error({ err: error }, 'heads of the audit log could not be made durable outside the database'),
      )
  }, SYNC_MS)
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
      await syncing
      notes.close()
    },
  }
}

/** With connections of its own, and its heads noted for this database. */
export const openTrail = (
  url: string,
  { notes, database, ...parts }: Omit<TrailParts, 'notes'> & { notes: Notes; database: string },
): Trail => {
  // One statement, written all day: read and planned once.
  const db = naming(connect(url, { what: 'trail' }))
  const trail = makeTrail(db, { ...parts, notes: notes.heads(database) })
  const close = async () => {
    await trail.close()
    await db.destroy()
  }
  return { ...trail, close }
}

/** Written out, member by member: it is done for every answer. */
const linkOf = (entry: Entry): Link => {
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
  const body = bodyOf(content)
  return { at: entry.at, kind: entry.kind, count: codes.size, content, body, contentHash: hashOf(body) }
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
const sizeOf = (body: string): number => 500 + 2 * body.length

const inTime = async <T>(work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not written within ${WRITE_MS} ms`)), WRITE_MS)
  })
  // What comes of it after it was given up is nobody's any more.
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
