/** Ports of this machine where nothing listens. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Ports that the system gives to outgoing connections begin above. */
const PORTS = { from: 20_000, to: 32_000 }

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const port = randomInt(PORTS.from, PORTS.to)
    const probe = createServer()
    probe.once('error', () => resolve(freePort()))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)))
  })

/** Every connection to it is refused. */
export const closedUrl = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`
