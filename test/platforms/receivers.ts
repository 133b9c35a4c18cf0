/** Test receivers for each transport: they accept, judge and display. */
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import iconv from 'iconv-lite'
import knexModule, { type Knex } from 'knex'
import { SUBJECT_KINDS, WAITING_CODE } from '../../src/domain/delivery/delivery.js'
import { TABLE_OF_KIND } from '../../src/platforms/formats/exchange-table.js'
import { parseLines } from '../../src/platforms/formats/separated-lines.js'
import type { NoticeBatch, Platform, PlatformAddress } from '../../src/platforms/platform.js'
import { type PlatformStandIn, startPlatformStandIns } from '../../src/sandbox/platforms/index.js'
import { freshDatabase } from '../support/database.js'
import { tableSql } from '../support/exchange-table-sql.js'

export interface Receiver {
  to: PlatformAddress
  /** How many messages arrived, repeats and rejected rows included. */
  told(): number
  /** Lets the receiver answer what is waiting. Does nothing where answers come with the sending. */
  judge(): Promise<void>
  refuse(codeOrName: string): void
  close(): Promise<void>
}

export interface Way {
  name: 'http' | 'folder' | 'table'
  open: () => Promise<Receiver>
}

/** Sends a batch, lets the receiver judge it, and asks for receipts that come later. */
export const settled = async (platform: Platform, receiver: Receiver, batch: NoticeBatch) => {
  const receipts = await platform.send(batch, receiver.to)
  if (!receipts.some(({ code }) => code === WAITING_CODE)) return receipts
  await receiver.judge()
  if (!platform.ask) throw new Error('answers come later and cannot be asked for')
  return platform.ask(batch.notices, receiver.to)
}

/** Test receivers for each of a platform's transports. Only the provincial exchange has a folder and a table. */
export const waysTo = ({ id, ways }: Pick<Platform, 'id' | 'ways'>): Way[] =>
  ways.flatMap((way): Way[] => {
    if (way === 'http:') return [{ name: 'http', open: () => overHttp(id) }]
    if (way === 'file:') return [{ name: 'folder', open: inFolder }]
    return way === 'postgres:' ? [{ name: 'table', open: inTable }] : []
  })

export const standInOf = async (id: Platform['id']): Promise<PlatformStandIn> => {
  const all = await startPlatformStandIns()
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

interface Row {
  key: string
  sequence: number
  action: string
  uscc: string | null
  name: string | null
}

const register = () => {
  const held = new Map<string, Row & { recordNo: string }>()
  let told = 0
  let refused: string | null = null
  const taken = (ruleCode: string, recordNo: string) => ({
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
    take: (row: Row) => {
      told += 1
      if (refused !== null && [row.uscc, row.name].includes(refused)) {
        const ruleText = '未查询到主体或查询到的主体信息不匹配'
        return { state: '0', ruleCode: '1001', ruleText, field: 'A000002', value: refused, recordNo: null }
      }
      const before = held.get(row.key)
      const recordNo = before?.recordNo ?? `JL-${held.size + 1}`
      if (before && row.sequence < before.sequence) return taken('02', recordNo)
      held.set(row.key, { ...row, recordNo })
      return taken('00', recordNo)
    },
    shown: () => [...held.values()].filter(({ action }) => action !== 'REMOVE'),
  }
}

const rowIn = (told: Told): Row => {
  const first = (...names: string[]) => names.map((name) => told[name]).find((value) => value) ?? null
  return {
    key: first('ENTRY_ID', 'HUB_ID', 'subject_key') ?? '',
    sequence: Number(first('ENTRY_SN', 'HUB_SN', 'sequence')),
    action: first('OPERATION', 'HUB_OP', 'operation') ?? '',
    uscc: first('A000002', 'CF_XDR_SHXYM', 'XK_XDR_SHXYM', 'a000002', 'cf_xdr_shxym', 'xk_xdr_shxym'),
    name: first('A000001', 'CF_XDR_MC', 'XK_XDR_MC', 'a000001', 'cf_xdr_mc', 'xk_xdr_mc'),
  }
}

const kindOf = (key: string): string =>
  key.startsWith('pen') ? 'penalty' : key.startsWith('per') ? 'permit' : 'listing'

const lines = (columns: readonly string[], rows: readonly Told[]): Buffer => {
  const cells = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))]
  const text = cells.map((line) => `${line.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`).join('')
  return iconv.encode(text, 'gb18030')
}

const inFolder = async (): Promise<Receiver> => {
  const path = await mkdtemp(join(tmpdir(), 'hub-exchange-'))
  const own = register()
  const show = async () => {
    const rows = own.shown().map(({ key, sequence, name, uscc }) => ({
      ENTRY_ID: key,
      ENTRY_SN: String(sequence),
      A000001: name,
      A000002: uscc,
      kind: kindOf(key),
    }))
    await writeFile(join(path, 'shown.csv'), lines(['ENTRY_ID', 'ENTRY_SN', 'A000001', 'A000002', 'kind'], rows))
  }
  await show()
  return {
    to: { url: pathToFileURL(path).href, secret: 'the secret of the folder' },
    told: own.told,
    refuse: own.refuse,
    judge: async () => {
      for (const name of await readdir(path)) {
        if (!/^[^.].*(?<!receipt)\.csv$/.test(name) || name === 'shown.csv') continue
        const told = (await parseLines(await readFile(join(path, name)))).rows
        const answers = told.map((row) => {
          const { key, sequence } = rowIn(row)
          const head = row['HUB_ID'] === undefined ? 'ENTRY' : 'HUB'
          return { [`${head}_ID`]: key, [`${head}_SN`]: String(sequence), ...own.take(rowIn(row)) }
        })
        const receipt = name.replace(/\.csv$/, '.receipt.csv')
        const head = told[0]?.['HUB_ID'] === undefined ? ['ENTRY_ID', 'ENTRY_SN'] : ['HUB_ID', 'HUB_SN']
        await writeFile(join(path, `.${receipt}`), lines([...head, ...FIELDS], answers))
        await rename(join(path, `.${receipt}`), join(path, receipt))
        await rm(join(path, name))
      }
      await show()
    },
    close: () => rm(path, { recursive: true }),
  }
}

/** One database per process, with a schema per receiver. It is dropped when the test run's server stops. */
let exchangeDatabase: Promise<string> | undefined
let schemas = 0

const inTable = async (): Promise<Receiver> => {
  exchangeDatabase ??= freshDatabase({ empty: true }).then(async ({ db, url }) => {
    await db.destroy()
    return url
  })
  const url = await exchangeDatabase
  const db = knexModule.default({ client: 'pg', connection: url, pool: { min: 0, max: 1 } })
  const own = register()
  schemas += 1
  const schema = `exchange_${schemas}`
  await db.raw(exchangeIn(schema))
  return {
    to: { url: `${url}?schema=${schema}`, secret: 'the secret of the table' },
    told: own.told,
    refuse: own.refuse,
    judge: async () => {
      for (const kind of SUBJECT_KINDS) await judgeTable(db, `${schema}.${TABLE_OF_KIND[kind]}`, own)
      await db.raw(`truncate ${schema}.hub_shown`)
      const shown = own.shown().map(({ key, sequence, uscc, name }) => {
        return { subject_key: key, sequence, kind: kindOf(key), uscc, name }
      })
      if (shown.length > 0) await db(`${schema}.hub_shown`).insert(shown)
    },
    close: async () => {
      await db.raw(`drop schema ${schema} cascade`)
      await db.destroy()
    },
  }
}

const judgeTable = async (db: Knex, table: string, own: ReturnType<typeof register>): Promise<void> => {
  for (const row of await db(table).where({ state: 0 }).orderBy('written_at')) {
    const { state, ruleCode, ruleText, field, value, recordNo } = own.take(rowIn(row))
    await db(table)
      .where({ subject_key: row.subject_key, sequence: row.sequence })
      .update({
        state: state === '1' ? 2 : 3,
        error_code: ruleCode,
        error_message: ruleText,
        error_field: field,
        error_value: value,
        receiver_id: recordNo,
        feedback_time: db.fn.now(),
      })
  }
}

const exchangeIn = (schema: string): string => `create schema ${schema};
${SUBJECT_KINDS.map((kind) => tableSql(kind, schema)).join('')}
create table ${schema}.hub_shown (subject_key text primary key, sequence bigint, kind text, uscc text, name text)`
