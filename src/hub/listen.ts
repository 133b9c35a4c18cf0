/** Where the hub listens, why it cannot, and how it lets go. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import type { Config } from '../config.js'
import { Refusal } from '../foundation/errors.js'

/** How long a closing server waits for answers under way, milliseconds. */
const DRAIN_MS = 10_000
/**
 * How long a server that lets go still listens in any case, milliseconds: whoever has just had an answer, and asks again by the
 * same connection, is answered and told to close it, and finds none cut under its question.
 */
const LET_GO_MS = 250
/** How often connections are closed whose answer has ended meanwhile, milliseconds. */
const SWEEP_MS = 50

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

/**
 * Lets a server go: it says so (`/readyz`, `Connection: close` in every answer, streams end), takes what still comes for
 * `lingerMs`, then listens no more; answers under way end, at most DRAIN_MS later.
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

/** It is about to be let go; answers go on. */
export const leave = (server: Server | null): void => void server?.emit('leaving')
