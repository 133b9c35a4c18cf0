import type { Server } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import type { Config } from '../config.js'
import { Refusal } from '../foundation/errors.js'

const DRAIN_MS = 10_000
/** A stopping server listens this long: a reused connection gets `Connection: close`, no reset. */
const LET_GO_MS = 250
const SWEEP_MS = 50

export const listenOn = (server: NetServer, { port, host }: Pick<Config, 'port' | 'host'>): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenRefusal(error, { port, host })))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })

const listenRefusal = (error: NodeJS.ErrnoException, { port, host }: Pick<Config, 'port' | 'host'>): Error => {
  if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return new Refusal('PORT_IN_USE', { port })
  return ['listen', 'getaddrinfo'].includes(error.syscall ?? '') ? new Refusal('HOST_UNUSABLE', { host }) : error
}

/**
 * Announces the stop (`/readyz`, `Connection: close`, streams end), accepts requests for `lingerMs`, then stops
 * listening. Cuts running answers off after DRAIN_MS.
 */
export const drainServer = async (server: Server, { lingerMs }: Pick<Config, 'lingerMs'>): Promise<void> => {
  announceStop(server)
  await after(Math.max(lingerMs, LET_GO_MS))
  await new Promise<void>((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
    server.close(() => {
      clearTimeout(late)
      clearInterval(sweep)
      resolve()
    })
  })
}

export const announceStop = (server: Server | null): void => void server?.emit('leaving')
