/** Creates the hub's database if absent, and checks that it finds trigrams in Chinese text. */
import type { ClientConfig } from 'pg'
import { Refusal } from '../../foundation/errors.js'
import { DATABASE_NAME } from './cluster.js'

const CONNECT_BOUND_MS = 10_000
const QUERY_BOUND_MS = 60_000

export const createAndProveDatabase = async (port: number, password: string): Promise<void> => {
  const ask = asker({ port, password })
  const [there] = await ask('postgres', `select from pg_database where datname = '${DATABASE_NAME}'`)
  if (!there) await ask('postgres', `create database ${DATABASE_NAME}`)
  const [trigrams] = await ask(
    DATABASE_NAME,
    'create extension if not exists pg_trgm',
    `select show_trgm('长春') <> '{}' as seen`,
  )
  if (trigrams?.seen !== true) {
    const reason = '三元组检索不识别中文 trigrams of Chinese are empty: the locale of the cluster is not a UTF-8 one'
    throw new Refusal('DATABASE_EMBEDDED', { reason })
  }
}

const asker =
  (where: Pick<ClientConfig, 'port' | 'password'>) =>
  async (database: string, ...steps: string[]) => {
    const { default: pg } = await import('pg')
    const bounds = { connectionTimeoutMillis: CONNECT_BOUND_MS, query_timeout: QUERY_BOUND_MS }
    const client = new pg.Client({ ...where, ...bounds, host: '127.0.0.1', user: DATABASE_NAME, database, ssl: false })
    // An unhandled `error` event would end the process. The query fails anyway.
    client.on('error', () => {})
    await client.connect()
    try {
      let rows: { seen?: boolean }[] = []
      for (const sql of steps) rows = (await client.query(sql)).rows
      return rows
    } finally {
      await client.end()
    }
  }
