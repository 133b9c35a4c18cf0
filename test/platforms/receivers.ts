/** What stands at the other end of each way to a platform, in the tests of the doors out: it takes, judges and shows. */
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import iconv from 'iconv-lite'
import knexModule, { type Knex } from 'knex'
import { WAITING } from '../../src/domain/delivery.js'
import { linesIn, linesText } from '../../src/platforms/formats/lines.js'
import type { Batch, Platform, To } from '../../src/platforms/platform.js'
import { type PlatformStandIn, startPlatforms } from '../../src/sandbox/platforms/index.js'
import { freshDatabase } from '../support/database.js'

export interface Receiver {
  to: To
  /** Rows it was told of, repeats and refused ones too. */
  told(): number
  /** Takes and answers what lies there; nothing to do where answers come at once. */
  judge(): Promise<void>
  refuse(codeOrName: string): void
  close(): Promise<void>
}

export interface Way {
  name: 'http' | 'folder' | 'table'
  open: () => Promise<Receiver>
}

/** Sends, lets the receiver judge, and asks where the answer comes later. */
export const settled = async (platform: Platform, receiver: Receiver, batch: Batch) => {
  const receipts = await platform.send(batch, receiver.to)
  if (!receipts.some(({ code }) => code === WAITING)) return receipts
  await receiver.judge()
  if (!platform.ask) throw new Error('answers come later and cannot be asked for')
  return platform.ask(batch.notices, receiver.to)
}

export const waysTo = ({ id }: Pick<Platform, 'id'>): Way[] => {
  const http: Way = { name: 'http', open: () => overHttp(id) }
  return id === 'jilin' ? [http, { name: 'folder', open: inFolder }, { name: 'table', open: inTable }] : [http]
}

export const standInOf = async (id: Platform['id']): Promise<PlatformStandIn> => {
  const all = await startPlatforms()
  await Promise.all(all.filter((each) => each.id !== id).map((other) => other.close()))
  const own = all.find((each) => each.id === id)
  if (!own) throw new Error(`no stand-in of ${id}`)
  return own
}

const overHttp = async (id: Platform['id']): Promise<Receiver> => {
  const standIn = await standInOf(id)
  return {
    to: standIn,
    told: () => standIn.told,
    judge: async () => {},
    refuse: (codeOrName) => standIn.behave({ refuse: codeOrName }),
    close: standIn.close,
  }
}

type Told = Record<string, string | null>
const FIELDS = ['state', 'ruleCode', 'ruleText', 'field', 'value', 'recordNo']

/** The receiver's own register of what it was told, by the provincial names of the fields. */
const register = () => {
  const held = new Map<string, { sequence: number; removed: boolean; row: Told; recordNo: string }>()
  let told = 0
  let refused: string | null = null
  const taken = (ruleCode: string, recordNo: string): Told => ({
    state: '1',
    ruleCode,
    ruleText: '成功',
    field: null,
    value: null,
    recordNo,
  })
  return {
    told: () => told,
    refuse: (codeOrName: string) => {
      refused = codeOrName
    },
    take: (row: Told): Told => {
      told += 1
      const field = ['A000002', 'A000001'].find((name) => refused !== null && row[name] === refused)
      if (field) {
        const ruleText = '未查询到主体或查询到的主体信息不匹配'
        return { state: '0', ruleCode: '1001', ruleText, field, value: refused, recordNo: null }
      }
      const [key, sequence] = [row['ENTRY_ID'] ?? '', Number(row['ENTRY_SN'])]
      const before = held.get(key)
      const recordNo = before?.recordNo ?? `JL-${held.size + 1}`
      if (before && sequence < before.sequence) return taken('02', recordNo)
      held.set(key, { sequence, removed: row['OPERATION'] === 'REMOVE', row, recordNo })
      return taken('00', recordNo)
    },
    shown: (): Told[] => [...held.values()].filter(({ removed }) => !removed).map(({ row }) => row),
  }
}

const inFolder = async (): Promise<Receiver> => {
  const path = await mkdtemp(join(tmpdir(), 'hub-exchange-'))
  const own = register()
  const show = () => {
    const columns = ['ENTRY_ID', 'ENTRY_SN', 'A000001', 'A000002']
    return writeFile(join(path, 'shown.csv'), iconv.encode(linesText(columns, own.shown()), 'gb18030'))
  }
  await show()
  return {
    to: { url: pathToFileURL(path).href, secret: 'the secret of the folder' },
    told: own.told,
    refuse: own.refuse,
    judge: async () => {
      for (const name of await readdir(path)) {
        if (!/^[^.].*(?<!receipt)\.csv$/.test(name) || name === 'shown.csv') continue
        const { rows } = linesIn(await readFile(join(path, name)))
        const answers = rows.map((row) => {
          const told = Object.fromEntries([...row].map(([field, value]) => [field, value === '' ? null : value]))
          return { ...pick(told, ['ENTRY_ID', 'ENTRY_SN']), ...own.take(told) }
        })
        const receipt = name.replace(/\.csv$/, '.receipt.csv')
        await writeFile(
          join(path, `.${receipt}`),
          iconv.encode(linesText(['ENTRY_ID', 'ENTRY_SN', ...FIELDS], answers), 'gb18030'),
        )
        await rename(join(path, `.${receipt}`), join(path, receipt))
        await rm(join(path, name))
      }
      await show()
    },
    close: () => rm(path, { recursive: true }),
  }
}

const pick = (row: Told, names: readonly string[]): Told =>
  Object.fromEntries(names.map((name) => [name, row[name] ?? null]))

const inTable = async (): Promise<Receiver> => {
  const database = await freshDatabase({ empty: true })
  const db = knexModule.default({ client: 'pg', connection: database.url, pool: { min: 0, max: 1 } })
  const own = register()
  await db.raw(EXCHANGE_TABLE)
  return {
    to: { url: `${database.url}?schema=exchange`, secret: 'the secret of the table' },
    told: own.told,
    refuse: own.refuse,
    judge: async () => {
      await judgeTable(db, own)
      await db.raw('truncate exchange.exchange_shown')
      const shown = own.shown().map((row) => lower(pick(row, ['ENTRY_ID', 'ENTRY_SN', 'A000001', 'A000002'])))
      if (shown.length > 0) await db('exchange.exchange_shown').insert(shown)
    },
    close: async () => {
      await db.destroy()
      await database.drop()
    },
  }
}

const lower = (row: Told): Told =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]))

const judgeTable = async (db: Knex, own: ReturnType<typeof register>): Promise<void> => {
  const rows = await db('exchange.exchange_listing').where({ state: 0 }).orderBy('id')
  for (const row of rows) {
    const told = Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name.toUpperCase(), value === null ? null : String(value)]),
    )
    const { state, ruleCode, ruleText, field, value, recordNo } = own.take(told)
    await db('exchange.exchange_listing')
      .where({ id: row.id })
      .update({
        state: state === '1' ? 2 : 3,
        check_state: Number(state),
        error_code: ruleCode,
        error_message: ruleText,
        error_field: field,
        error_value: value,
        record_no: recordNo,
        feedback_time: db.fn.now(),
      })
  }
}

const EXCHANGE_TABLE = `create schema exchange;
create table exchange.exchange_listing (
  id bigint generated always as identity primary key,
  entry_id text not null, entry_sn bigint not null, operation text not null, list_code text, data_category text,
  a000001 text, a000002 text, a000003 text, reason text, legal_basis text, execute_dept text, execute_dept_code text,
  execute_refrence_no text, register_date date, publish_date date, expiration_date date, contested text,
  remove_reason_code text, remove_reason text, remove_reference_no text, remove_date date,
  state smallint not null default 0 check (state between 0 and 3), check_state smallint, error_code text, error_message text,
  error_field text, error_value text, record_no text, feedback_time timestamptz, resub_time timestamptz,
  unique (entry_id, entry_sn));
create table exchange.exchange_shown (entry_id text primary key, entry_sn bigint, a000001 text, a000002 text)`
