/** Where the hub listens, why it cannot, and how it lets go. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from './config.js'
import { Refusal } from './errors.js'

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
    // Answers that go on for as long as somebody listens are ended by whoever makes them.
    server.emit('draining')
    server.closeIdleConnections()
  })
