/** A hub in a process of its own, for tests that kill it: node --import tsx serving.ts DATABASE_URL DATA_DIR. Prints where it serves. */
import { readConfig } from '../../src/config.js'
import { makeHub } from '../../src/hub/hub.js'

const [, , url, folder] = process.argv
const hub = await makeHub(
  readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: url,
    DATA_DIR: folder,
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
  }),
)
// For whoever measures what is held, and started it with --expose-gc.
process.on('SIGUSR2', () => void globalThis.gc?.())
process.stdout.write(`${await hub.serve()}\n`)
