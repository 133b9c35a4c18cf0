/** Opens and drains the HTTP server. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import type { Config } from '../config.js'
import { Refusal } from '../foundation/errors.js'

/** Longest wait for running answers, milliseconds. */
const DRAIN_MS = 10_000
/**
 * Shortest time for which a draining server still listens, milliseconds. A client that reuses its connection then gets an answer with
 * `Connection: close` instead of a reset.
 */
const LET_GO_MS = 250
/** Interval for closing idle connections, milliseconds. */
const SWEEP_MS = 50

export const listen = (server: Server, { port, host }: Pick<Config, 'port' | 'host'>): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenRefusal(error, { port, host })))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })

/** Explains why listening failed: port taken or address not of this machine. */
export const listenRefusal = (error: NodeJS.ErrnoException, { port, host }: Pick<Config, 'port' | 'host'>): Error => {
  if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return new Refusal('PORT_IN_USE', { port })
  return ['listen', 'getaddrinfo'].includes(error.syscall ?? '') ? new Refusal('HOST_UNUSABLE', { host }) : error
}

/**
 * Drains a server: announces it (`/readyz`, `Connection: close`, streams end), accepts requests for `lingerMs`, then stops listening.
 * Running answers end within DRAIN_MS.
 */
export const drain = async (server: Server, { lingerMs }: Pick<Config, 'lingerMs'>): Promise<void> => {
  leave(server)
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

/** Announces the drain. */
export const leave = (server: Server | null): void => void server?.emit('leaving')
