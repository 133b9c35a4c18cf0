import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { MadeOperator } from '../../domain/intake/matching.js'
import type { SealedBody } from '../../domain/records/digest.js'
import type { RecordDraft, SourceItem } from '../../domain/records/records.js'
import type { Db } from '../db/db.js'
import { type OpenTransaction, withReservedConnection } from '../db/reserved-connection.js'

export interface StagedDraft extends SealedBody, Pick<SourceItem, 'page' | 'row'> {
  item: number
  part: number
  draft: RecordDraft
  makes: MadeOperator | null
  nameKey: string | null
  subjectKey: string | null
  former: { name: string; key: string }[]
  late: boolean | null
}

export interface StageContents {
  shops: boolean
  codes: boolean
  former: boolean
  late: boolean
}

export type DraftStage = ReturnType<typeof stageOn>

/** Enough to sort or hash a million keys. */
const WORK_MEM = '192MB'
const TEMP_BUFFERS = '64MB'
const STATISTICS_TARGET = 10

const TABLE = `create temporary table staged_drafts (
  item integer not null, part smallint not null, page integer, row_number integer not null,
  kind text collate "C" not null, record_key text collate "C" not null, uscc text collate "C", org_code text collate "C",
  reg_no text collate "C", shop text collate "C", name text, name_key text collate "C", subject_key text collate "C",
  makes_kind text, makes_region text, makes_status text, fact text collate "C", late boolean,
  digest text collate "C" not null, body jsonb not null, findings jsonb not null, valid_from date, valid_to date, former jsonb)`

export const DELETE_REPEATED_DRAFTS_SQL = `delete from staged_drafts s using (select record_key, max(item) as last from staged_drafts
  where record_key = any($1) group by record_key) m where s.record_key = m.record_key and s.item < m.last`

const CHUNK_BYTES = 1024 * 1024
const SPARE_BYTES = 64 * 1024
const BYTES_PER_UNIT = 3

export const withStage = <T>(db: Db, work: (stage: DraftStage) => Promise<T>): Promise<T> =>
  withReservedConnection(db, {
    prepare: async (connection, isNew) => {
      if (isNew) await connection.query(`set temp_buffers = '${TEMP_BUFFERS}'; set work_mem = '${WORK_MEM}'`)
      await connection.query(TABLE)
    },
    act: (connection, transaction) => work(stageOn(connection, transaction)),
    clean: (connection) =>
      connection.query('drop table staged_drafts').then(
        () => true,
        () => false,
      ),
  })

const stageOn = (connection: ClientBase, transaction: OpenTransaction) => {
  const contents: StageContents = { shops: false, codes: false, former: false, late: false }
  const lines = pending()
  return {
    contents,
    put: (row: StagedDraft): boolean => {
      note(contents, row)
      return lines.put(copyLine(row))
    },
    flush: async (): Promise<void> => {
      const taken = lines.take()
      if (taken.length > 0) await copy(connection, taken)
    },
    copy: (lines: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> => {
      Object.assign(contents, { shops: true, codes: true, former: true, late: true })
      return copy(connection, lines)
    },
    ready: async (): Promise<void> => {
      await connection.query(`set default_statistics_target = ${STATISTICS_TARGET}`)
      await connection.query('analyze staged_drafts')
      await connection.query('reset default_statistics_target')
    },
    keepLast: async (keys: readonly string[]): Promise<number> => {
      if (keys.length === 0) return 0
      const answer = await connection.query(DELETE_REPEATED_DRAFTS_SQL, [[...keys]])
      return answer.rowCount ?? 0
    },
    transaction,
  }
}

const pending = () => {
  let filling = Buffer.allocUnsafe(CHUNK_BYTES + SPARE_BYTES)
  let resting = Buffer.allocUnsafe(CHUNK_BYTES + SPARE_BYTES)
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

const note = (contents: StageContents, { draft: { subject }, former, late }: StagedDraft): void => {
  if (subject.shop !== null) contents.shops = true
  if (subject.regNo !== null || subject.orgCode !== null) contents.codes = true
  if (former.length > 0) contents.former = true
  if (late !== null) contents.late = true
}

const copy = (connection: ClientBase, lines: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> =>
  pipeline(Readable.from(lines), connection.query(copyFrom('copy staged_drafts from stdin')))

export const copyLine = (staged: StagedDraft): string => {
  const { item, part, page, row, draft, body, digest, makes, nameKey, subjectKey, former, late } = staged
  const { subject } = draft
  const place = `${item}\t${part}\t${page ?? '\\N'}\t${row}\t${draft.kind}\t${text(draft.key)}\t`
  const codes = `${plain(subject.uscc)}\t${plain(subject.orgCode)}\t${plain(subject.regNo)}\t${text(subject.shop)}\t`
  const name = `${text(subject.name)}\t${text(nameKey)}\t${plain(subjectKey)}\t`
  const made = makes ? `${plain(makes.kind)}\t${plain(makes.region)}\t${makes.status}\t` : '\\N\t\\N\t\\N\t'
  const told = `${text(draft.fact)}\t${late === null ? '\\N' : late ? 't' : 'f'}\t${digest}\t${text(body)}\t`
  const beside = draft.remarks.length === 0 ? '[]' : text(JSON.stringify(draft.remarks))
  const rest = `${plain(draft.validFrom)}\t${plain(draft.validTo)}\t${former.length === 0 ? '\\N' : text(JSON.stringify(former))}\n`
  return `${place}${codes}${name}${made}${told}${beside}\t${rest}`
}

/** Codes, digests and days need no escaping. */
const plain = (value: string | null): string => value ?? '\\N'

const SPECIAL = /[\\\t\n\r]/
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

const text = (value: string | null | undefined): string => {
  if (value === null || value === undefined) return '\\N'
  return SPECIAL.test(value) ? value.replace(/[\\\t\n\r]/g, (sign) => ESCAPES[sign] ?? sign) : value
}
