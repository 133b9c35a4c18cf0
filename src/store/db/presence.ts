/** Each hub that serves holds an advisory lock, which ends with its connection. A living hub retakes it within 10 s. */
import pg from 'pg'

const CLASS = 0x68756273
const AGAIN_MS = 5_000
const LIMIT_MS = 5_000
const OTHERS = `select objid::bigint as id from pg_locks where locktype = 'advisory' and classid = $1 and objsubid = 2 and objid <> $2
  and database = (select oid from pg_database where datname = current_database()) /* presence.others */`

export const announceHub = async (url: string, id: number) => {
  let client = await lockOn(url, id)
  let looking: Promise<void> | null = null
  const look = async (): Promise<void> => {
    try {
      await client.query('select 1 /* presence.look */')
    } catch {
      void client.end().catch(() => undefined)
      client = await lockOn(url, id).catch(() => client)
    }
    looking = null
  }
  const timer = setInterval(() => {
    looking ??= look()
  }, AGAIN_MS).unref()
  return {
    others: async (): Promise<number[]> => (await client.query(OTHERS, [CLASS, id])).rows.map((row) => row.id),
    close: async (): Promise<void> => {
      clearInterval(timer)
      await looking
      await client.end().catch(() => undefined)
    },
  }
}

const lockOn = async (connectionString: string, id: number): Promise<pg.Client> => {
  const limits = { connectionTimeoutMillis: LIMIT_MS, query_timeout: LIMIT_MS }
  const client = new pg.Client({ connectionString, application_name: 'hub presence', ...limits })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('select pg_advisory_lock_shared($1::int, $2::int) /* presence.lock */', [CLASS, id])
  return client
}
