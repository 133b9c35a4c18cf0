/** Where the hub listens, why it cannot, whether it is ready, and how it lets go. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from './config.js'
import { Refusal, reasonOf } from './errors.js'
import * as database from './store/db.js'

/** How long a closing server waits for answers under way, milliseconds. */
const DRAIN_MS = 10_000

export const listen = (server: Server, { port, host }: Pick<Config, 'port' | 'host'>): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenRefusal(error, { port, host })))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })

/** Why nobody can listen there: the port is another's, or the address is none of this machine's. */
export const listenRefusal = (error: NodeJS.ErrnoException, { port, host }: Pick<Config, 'port' | 'host'>): Error => {
  if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return new Refusal('PORT_IN_USE', { port })
  return ['listen', 'getaddrinfo'].includes(error.syscall ?? '') ? new Refusal('HOST_UNUSABLE', { host }) : error
}

export const drain = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    server.close(() => {
      clearTimeout(late)
      resolve()
    })
    server.closeIdleConnections()
  })

/** Whether the database can be reached and is up to date, and what is the matter if not. */
export const readiness = async (db: database.Db): Promise<{ ok: boolean; checks: Record<string, string> }> => {
  try {
    const { state } = await database.version(db)
    return { ok: state === 'CURRENT', checks: { database: 'reachable', migrations: state.toLowerCase() } }
  } catch (error) {
    return {
      ok: false,
      checks: { database: error instanceof Refusal ? error.code : `unreachable: ${reasonOf(error).slice(0, 80)}` },
    }
  }
}
