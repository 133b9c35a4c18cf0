/**
 * An answer leaves only after its row is durable and the chain's head is noted outside the database. All processes
 * extend one chain; a group whose numbers were taken is renumbered.
 */
import { randomBytes } from 'node:crypto'
import {
  AUDIT_ROW_CODES_MOST,
  type AuditContent,
  type AuditHead,
  type AuditLogKind,
  type ChainLink,
  chainRows,
  EMPTY_LOG_HEAD,
  SALT_BYTES,
  serializeContent,
  sha256Hex,
} from '../../domain/audit/audit-log.js'
import {
  isFailover,
  isSameServer,
  type NotedHead,
  type ServerIdentity,
  serializeAuditLoss,
} from '../../domain/audit/loss.js'
import type { AuditPartition } from '../../domain/audit/partitions.js'
import { Refusal } from '../../foundation/errors.js'
import type { AuditSeal } from '../../foundation/keys/audit.js'
import type { Log } from '../../foundation/log.js'
import type { Metrics, PoolUsage } from '../../foundation/metrics.js'
import * as store from '../../store/audit/audit-log.js'
import { readHashes } from '../../store/audit/heads.js'
import { listPartitions } from '../../store/audit/partitions.js'
import { openAnswerPool } from '../../store/db/answer-pool.js'
import { answerInTime, CommitUnanswered } from '../../store/db/commit-wait.js'
import { type Db, isConnectionLost, PRIMARY_WAIT_MS, reportIfDiskFull, type Tx } from '../../store/db/db.js'
import { makeWait, repeatUntilServed } from '../../store/db/primary.js'
import { isCancelled } from '../../store/db/sqlstate.js'
import { makeRoom } from './archive-audit-log.js'
import { type HeadNotes, makeHeadNotesInMemory } from './head-notes.js'
import { findUnreportedLoss } from './losses.js'
import { packCodes } from './operator-codes.js'
import type { RestoreNotes } from './restore-guard.js'

/** Beyond it, or QUEUE_BYTES, rows are refused. */
const QUEUE_ROWS = 5_000
const QUEUE_BYTES = 64 * 1024 * 1024
const ROW_BYTES = 500 // without its body
const BYTES_PER_CHARACTER = 2
const GROUP_ROWS = 500
const GROUP_BYTES = 8 * 1024 * 1024
const TRIES = 20
/** After a collision of numbers, this many groups are written under the global lock. */
const LOCKED_GROUPS = 50
const SALTS_DRAWN = 1_024
const UNSTORABLE = /\0|\p{Cs}/gu
/** Fsync interval of the file of chain heads: a power cut may lose this much. */
const SYNC_MS = 1_000

export interface AuditEntry extends Omit<AuditContent, 'salt' | 'shown'> {
  kind: AuditLogKind
  at: Date
  shown: Iterable<string>
}

export interface AuditLog {
  /** Once refused (TRAIL_UNAVAILABLE, STORAGE_FULL), the answer must not be sent. */
  row(entry: AuditEntry): Promise<void>
  chunk(entry: Omit<AuditEntry, 'kind'>): Promise<void>
  close(): Promise<void>
}

interface QueuedEntry {
  link: ChainLink
  bytes: number
  resolve: () => void
  reject: (reason: unknown) => void
}

export interface AuditLogParts {
  log: Log
  now: () => Date
  seal: () => AuditSeal
  notes?: HeadNotes
  metrics?: Metrics
  usage?: () => PoolUsage
  /** A group not written in this time fails, and its rows are refused. */
  waitMs?: number
}

interface WrittenGroup {
  head: AuditHead
  server: ServerIdentity
}

type WriteAttempt = WrittenGroup | Extract<store.AppendResult, string>

/** `db` needs its own pool: answers waiting for a connection must not block their own rows. */
export const makeAuditLog = (
  db: Db,
  { log, now, seal, notes = makeHeadNotesInMemory(), metrics, usage, waitMs = PRIMARY_WAIT_MS }: AuditLogParts,
): AuditLog => {
  let queue: QueuedEntry[] = []
  let bytesWaiting = 0
  /** If null, the next write first looks for noted rows that the table lacks. */
  let lastWritten: WrittenGroup | null = null
  /** Holds the last row. A prepared lookup in the whole table would lock every partition. */
  let partition: AuditPartition | null = null
  let lockedGroups = 0
  let writing: Promise<void> | null = null
  metrics?.waiting('trail', () => queue.length)
  if (usage) metrics?.pool('trail', usage)

  const row = (entry: AuditEntry): Promise<void> => {
    const link = linkOf(entry)
    const bytes = sizeOf(link.body)
    if (queue.length >= QUEUE_ROWS || bytesWaiting + bytes > QUEUE_BYTES)
      return Promise.reject(new Refusal('TRAIL_UNAVAILABLE'))
    return new Promise((resolve, reject) => {
      queue.push({ link, bytes, resolve, reject })
      bytesWaiting += bytes
      // Writing is deferred by one event-loop turn, so simultaneous answers share one write.
      writing ??= new Promise((done) => setImmediate(() => void writeAll().then(done)))
    })
  }

  let wait = makeWait(waitMs)
  const writeAll = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = take()
      const began = performance.now()
      let isGivenUp = false
      const tell = (written: boolean): void =>
        metrics?.group({ rows: group.length, seconds: (performance.now() - began) / 1_000, written })
      try {
        const links = group.map(({ link }) => link)
        const sent: AuditHead[] = []
        const act = () =>
          answerInTime(
            writeGroup(links, sent, () => isGivenUp),
            waitMs,
          )
        note(await repeatUntilServed(act, isLost, { wait }))
        wait = makeWait(waitMs)
        tell(true)
        for (const { resolve } of group) resolve()
      } catch (error) {
        isGivenUp = true
        lastWritten = null
        tell(false)
        // Entries queued meanwhile would wait for the same server again.
        if (isConnectionLost(error) || isCancelled(error)) group.push(...takeAll())
        log.error({ err: error, rows: group.length }, 'the audit log cannot be written; its answers are refused')
        const code = reportIfDiskFull(error) ? 'STORAGE_FULL' : 'TRAIL_UNAVAILABLE'
        for (const { reject } of group) reject(new Refusal(code))
      }
    }
    writing = null
  }

  /** The next connection may lead to another server, which may lack recent groups. */
  const isLost = (error: unknown): boolean => {
    if (error instanceof CommitUnanswered || !isConnectionLost(error)) return false
    lastWritten = null
    return true
  }

  const take = (): QueuedEntry[] => {
    let bytes = 0
    let rows = 0
    for (const { bytes: size } of queue) {
      if (rows > 0 && (rows === GROUP_ROWS || bytes + size > GROUP_BYTES)) break
      bytes += size
      rows += 1
    }
    const group = queue.slice(0, rows)
    queue = queue.slice(rows)
    bytesWaiting -= bytes
    return group
  }

  const takeAll = (): QueuedEntry[] => {
    bytesWaiting = 0
    return queue.splice(0)
  }

  const note = (group: WrittenGroup): void => {
    if (lastWritten === null || !isSameServer(lastWritten.server, group.server)) notes.begin()
    const { number, hash } = group.head
    notes.note({ number, hash, server: group.server, at: now() })
    lastWritten = group
  }

  /** A row of a group that was given up may be in the table later, without its answer, but never twice. */
  const writeGroup = async (
    links: readonly ChainLink[],
    sent: AuditHead[],
    isGivenUp: () => boolean,
  ): Promise<WrittenGroup> => {
    let known = lastWritten
    for (let tried = 0; tried < TRIES && !isGivenUp(); tried += 1) {
      const attempt = await tryOnce(known, links, sent)
      if (typeof attempt !== 'string') return attempt
      if (attempt === 'GONE') known = partition = null
      if (attempt === 'FULL') await makeRoom(db, now())
      lockedGroups = LOCKED_GROUPS
    }
    throw new Error('other processes were always faster')
  }

  /** `sent` are heads of attempts at this group; one may be in the table. */
  const tryOnce = async (
    known: WrittenGroup | null,
    links: readonly ChainLink[],
    sent: AuditHead[],
  ): Promise<WriteAttempt> => {
    const tryAt = async (
      handle: Db,
      from: AuditHead,
      links: readonly ChainLink[],
      partition?: string,
    ): Promise<WriteAttempt> => {
      const rows = chainRows(from, links, seal())
      const head = rows.at(-1) ?? from
      sent.push(head)
      const added = await store.appendRows(handle, rows, partition)
      return typeof added === 'string' ? added : { head, server: added.server }
    }
    if (known !== null && lockedGroups === 0) return tryAt(db, known.head, links, await partitionOf(known.head.number))
    lockedGroups = Math.max(0, lockedGroups - 1)
    // They are read before the rows: a head noted in between would look lost.
    const heads = known === null ? notes.heads() : []
    return db.transaction(async (tx) => {
      const from = (await store.lockAndReadHead(tx)) ?? EMPTY_LOG_HEAD
      const committed = known === null ? await findCommitted(tx, sent) : null
      if (committed !== null) return committed
      if (known === null) return tryAt(tx, from, [...(await cutOf(tx, heads, from.number)), ...links])
      const there = await readHashes(tx, [known.head.number])
      return there.get(known.head.number) === known.head.hash ? tryAt(tx, from, links) : 'GONE'
    })
  }

  const partitionOf = async (number: number): Promise<string | undefined> => {
    if (partition === null || number < partition.first || number > partition.last)
      partition = (await listPartitions(db)).find(({ first, last }) => number >= first && number <= last) ?? null
    return partition?.name
  }

  const findCommitted = async (tx: Tx, sent: readonly AuditHead[]): Promise<WrittenGroup | null> => {
    const there = await readHashes(
      tx,
      sent.map(({ number }) => number),
    )
    const head = sent.find(({ number, hash }) => there.get(number) === hash)
    const server = head && (await store.readServerIdentity(tx))
    return server ? { head, server } : null
  }

  const cutOf = async (tx: Tx, heads: readonly NotedHead[], last: number): Promise<ChainLink[]> => {
    const loss = await findUnreportedLoss(tx, heads, last)
    if (loss === null) return []
    const { heads: _, ...range } = loss
    log.error(
      { ...range, failover: isFailover(loss) },
      'rows of the audit log that were noted outside the database are not in it',
    )
    const hubCaller = { client: 'hub', role: 'hub', agency: null, purpose: null, request: '', outcome: 'DONE' }
    return [linkOf({ ...hubCaller, kind: 'CUT', at: now(), asked: serializeAuditLoss(loss), shown: [], digest: null })]
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
      const codes = [...entry.shown]
      if (codes.length > AUDIT_ROW_CODES_MOST) throw new Error(`a piece shows at most ${AUDIT_ROW_CODES_MOST} codes`)
      return row({ ...entry, shown: codes, kind: 'CHUNK' })
    },
    close: async () => {
      clearInterval(noting)
      await writing
      await syncing
      notes.close()
    },
  }
}

export const openAuditLog = (
  url: string,
  { notes, database, ...parts }: Omit<AuditLogParts, 'notes'> & { notes: RestoreNotes; database: string },
): AuditLog => {
  const db = openAnswerPool(url, { what: 'trail', prepared: 'ONE_PLAN_BY_INDEX', statementMs: PRIMARY_WAIT_MS })
  const auditLog = makeAuditLog(db, { ...parts, notes: notes.heads(database), usage: db.usage })
  const close = async () => {
    await auditLog.close()
    await db.close()
  }
  return { ...auditLog, close }
}

const linkOf = ({ at, kind, shown, ...entry }: AuditEntry): ChainLink => {
  const codes = new Set(shown)
  const content = {
    ...entry,
    salt: newSalt(),
    client: storable(entry.client),
    purpose: entry.purpose && storable(entry.purpose),
    asked: storable(entry.asked),
    shown: packCodes(codes),
  }
  const body = serializeContent(content)
  return { at, kind, count: codes.size, content, body, contentHash: sha256Hex(body) }
}

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

const storable = (text: string): string => text.replace(UNSTORABLE, '\uFFFD')

const sizeOf = (body: string): number => ROW_BYTES + BYTES_PER_CHARACTER * body.length
