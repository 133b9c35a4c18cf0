/**
 * The stage of a running pull: what it has read so far, in a temporary table on a connection of its own. COPY writes it
 * while the feed is read, one transaction merges it, and it goes with the pull's end, or with its connection: one that dies
 * leaves nothing.
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Draft } from '../../domain/records/records.js'
import type { Db, Tx } from '../db/db.js'
import { keepSpare, takeSpare } from '../db/reserved-connection.js'

export interface Staged {
  item: number
  part: number
  page: number | null
  row: number
  draft: Draft
  /** Its body as canonical JSON. */
  body: string
  digest: string
  /**
   * An operator to be made by this draft's code if there is none, and how it stands; `kind` null, or all of it: none is made
   * on its word.
   */
  makes: { kind: string | null; region: string | null; status: string } | null
  nameKey: string | null
  /** By which a person's decision on such a subject is found again. */
  subjectKey: string | null
  /** Names that its subject bore before, with the keys by which they are compared. */
  former: { name: string; key: string }[]
  /** Sent after the day by which the agency had to; null: no duty. */
  late: boolean | null
}

/** Whether any draft says such a thing; what none says need not be looked for. */
export interface Says {
  shops: boolean
  codes: boolean
  former: boolean
  late: boolean
}

export interface Stage {
  readonly says: Says
  /** Keeps one more draft; true once there is enough to be written. */
  put: (row: Staged) => boolean
  /** Writes what was put, while more is put: settles when it is written. One at a time. */
  flush: () => Promise<void>
  /** Lines as `line` makes them. */
  copy: (lines: Iterable<Buffer> | AsyncIterable<Buffer>) => Promise<void>
  /** All is there: the planner may know how much. */
  ready: () => Promise<void>
  /** Of these keys only what was put last stays. Returns how many items are gone. */
  keepLast: (keys: readonly string[]) => Promise<number>
  /** A transaction that sees the stage. */
  transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>
}

/** A sort or a hash of a million keys stays in memory. Of this connection only. */
const WORK_MEM = '192MB'
const TEMP_BUFFERS = '64MB'
/** Enough to tell how many and how different; a stage lives for minutes. */
const STATISTICS_TARGET = 10

const TABLE = `create temporary table staged_drafts (
  item integer not null, part smallint not null, page integer, row_number integer not null,
  kind text collate "C" not null, record_key text collate "C" not null, uscc text collate "C", org_code text collate "C",
  reg_no text collate "C", shop text collate "C", name text, name_key text collate "C", subject_key text collate "C",
  makes_kind text, makes_region text, makes_status text, fact text collate "C", late boolean,
  digest text collate "C" not null, body jsonb not null, findings jsonb not null, valid_from date, valid_to date, former jsonb)`

/** Two passes over the stage, however many keys there are ($1). */
export const KEEP_LAST = `delete from staged_drafts s using (select record_key, max(item) as last from staged_drafts
  where record_key = any($1) group by record_key) m where s.record_key = m.record_key and s.item < m.last`

/** Written at once. */
const CHUNK_BYTES = 1024 * 1024
/** Room for the line that fills the chunk; a longer one is written beside it. */
const SPARE_BYTES = 64 * 1024
/** At most, of UTF-8 for one unit of UTF-16. */
const BYTES_PER_UNIT = 3

const COLUMNS = [
  'item',
  'part',
  'page',
  'row_number',
  'kind',
  'record_key',
  'uscc',
  'org_code',
  'reg_no',
  'shop',
  'name',
  'name_key',
  'subject_key',
  'makes_kind',
  'makes_region',
  'makes_status',
  'fact',
  'late',
  'digest',
  'body',
  'findings',
  'valid_from',
  'valid_to',
  'former',
]

/** Runs `work` with an empty stage. */
export const withStage = async <T>(db: Db, work: (stage: Stage) => Promise<T>): Promise<T> => {
  const connection = await withTable(db)
  let isClean = false
  try {
    const says: Says = { shops: false, codes: false, former: false, late: false }
    const lines = pending()
    const done = await work({
      says,
      put: (row) => {
        note(says, row)
        return lines.put(line(row))
      },
      flush: async () => {
        const taken = lines.take()
        if (taken.length > 0) await copy(connection, taken)
      },
      copy: (lines) => {
        Object.assign(says, { shops: true, codes: true, former: true, late: true })
        return copy(connection, lines)
      },
      ready: async () => {
        await connection.query(`set default_statistics_target = ${STATISTICS_TARGET}`)
        await connection.query('analyze staged_drafts')
        await connection.query('reset default_statistics_target')
      },
      keepLast: async (keys) => {
        if (keys.length === 0) return 0
        const answer = await connection.query(KEEP_LAST, [[...keys]])
        return answer.rowCount ?? 0
      },
      transaction: (act) => db.transaction(act, { connection }),
    })
    isClean = await connection.query('drop table staged_drafts').then(
      () => true,
      () => false,
    )
    return done
  } finally {
    // Of one on which something failed nobody knows how it stands: the stage goes with it.
    if (isClean) await keepSpare(db, connection)
    else await db.client.destroyRawConnection(connection).catch(() => {})
  }
}

/** A connection with an empty stage: one that had another before, or a new one. */
const withTable = async (db: Db): Promise<ClientBase> => {
  const spare: ClientBase | null = takeSpare(db)
  if (spare !== null) {
    try {
      await spare.query(TABLE)
      return spare
    } catch {
      // It was lost while nobody looked.
      await db.client.destroyRawConnection(spare).catch(() => {})
    }
  }
  const connection: ClientBase = await db.client.acquireRawConnection()
  try {
    await connection.query(`set temp_buffers = '${TEMP_BUFFERS}'`)
    await connection.query(`set work_mem = '${WORK_MEM}'`)
    await connection.query(TABLE)
    return connection
  } catch (error) {
    await db.client.destroyRawConnection(connection).catch(() => {})
    throw error
  }
}

/**
 * Lines as bytes: a string that lived until a chunk is full would be moved by the collector again and again. Two buffers,
 * so that one is filled while the other is written.
 */
const pending = () => {
  let [filling, resting] = [
    Buffer.allocUnsafe(CHUNK_BYTES + SPARE_BYTES),
    Buffer.allocUnsafe(CHUNK_BYTES + SPARE_BYTES),
  ]
  let end = 0
  let long: Buffer[] = []
  return {
    put: (text: string): boolean => {
      if (text.length * BYTES_PER_UNIT <= filling.length - end) end += filling.write(text, end)
      else long.push(Buffer.from(text))
      return end >= CHUNK_BYTES || long.length > 0
    },
    take: (): Buffer[] => {
      const taken = end > 0 ? [filling.subarray(0, end), ...long] : long
      ;[filling, resting] = [resting, filling]
      end = 0
      long = []
      return taken
    },
  }
}

const note = (says: Says, { draft: { subject }, former, late }: Staged): void => {
  if (subject.shop !== null) says.shops = true
  if (subject.regNo !== null || subject.orgCode !== null) says.codes = true
  if (former.length > 0) says.former = true
  if (late !== null) says.late = true
}

const copy = (connection: ClientBase, lines: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> =>
  pipeline(Readable.from(lines), connection.query(copyFrom(`copy staged_drafts (${COLUMNS.join(', ')}) from stdin`)))

/** One row in the text format of COPY. */
export const line = ({
  item,
  part,
  page,
  row,
  draft,
  body,
  digest,
  makes,
  nameKey,
  subjectKey,
  former,
  late,
}: Staged): string => {
  const { subject } = draft
  const place = `${item}\t${part}\t${page ?? '\\N'}\t${row}\t${draft.kind}\t${text(draft.key)}\t`
  const codes = `${plain(subject.uscc)}\t${plain(subject.orgCode)}\t${plain(subject.regNo)}\t${text(subject.shop)}\t`
  const name = `${text(subject.name)}\t${text(nameKey)}\t${plain(subjectKey)}\t`
  const made = makes ? `${plain(makes.kind)}\t${plain(makes.region)}\t${makes.status}\t` : '\\N\t\\N\t\\N\t'
  const told = `${text(draft.fact)}\t${late === null ? '\\N' : late ? 't' : 'f'}\t${digest}\t${text(body)}\t`
  const beside = draft.findings.length === 0 ? '[]' : text(JSON.stringify(draft.findings))
  const rest = `${plain(draft.validFrom)}\t${plain(draft.validTo)}\t${former.length === 0 ? '\\N' : text(JSON.stringify(former))}\n`
  return `${place}${codes}${name}${made}${told}${beside}\t${rest}`
}

/** A code, a digest, a day: their forms hold nothing that COPY reads otherwise. */
const plain = (value: string | null): string => value ?? '\\N'

const SPECIAL = /[\\\t\n\r]/
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

const text = (value: string | null | undefined): string => {
  if (value === null || value === undefined) return '\\N'
  return SPECIAL.test(value) ? value.replace(/[\\\t\n\r]/g, (sign) => ESCAPES[sign] ?? sign) : value
}
