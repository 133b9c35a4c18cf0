/**
 * A hub in its own process, for tests that kill it: node --import tsx serving.ts DATABASE_URL DATA_DIR. Prints its
 * address.
 */
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
    PROXIES: process.env['PROXIES'] ?? '0',
    ...(process.env['KEYS_DIR'] && { KEYS_DIR: process.env['KEYS_DIR'] }),
    ...(process.env['QUOTA_PER_MINUTE'] && { QUOTA_PER_MINUTE: process.env['QUOTA_PER_MINUTE'] }),
  }),
)
// Lets a test collect garbage before it measures memory (needs --expose-gc).
process.on('SIGUSR2', () => void globalThis.gc?.())
process.stdout.write(`${await hub.serve()}\n`)
