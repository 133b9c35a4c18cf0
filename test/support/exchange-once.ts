/** Runs the exchange of matters once: node … URL FOLDER KEYS. Each row or file that begins prints a line. */
import { claimNext } from '../../src/agencies/transports/folder/claims.js'
import { moveToDone, moveToRefused } from '../../src/agencies/transports/folder/file-outcomes.js'
import { loadKeys } from '../../src/foundation/keys.js'
import { putFile } from '../../src/platforms/transports/folder/files.js'
import { connect } from '../../src/store/db/db.js'
import { exchangeMatters } from '../../src/work/matters/exchange.js'
import { rules } from './rules.js'

const [url = '', folder = '', keysFolder = ''] = process.argv.slice(2)
const db = connect(url)
const now = () => {
  process.stdout.write('.\n')
  return new Date('2026-09-22T02:00:00Z')
}
await exchangeMatters(db, {
  ...{ cause: 'command', folder, rules, now, keys: await loadKeys(keysFolder, 'http://hub.test') },
  auditLog: { row: async () => {} },
  transport: {
    claim: (path) => claimNext(path, { settleMs: 0, abandonedMs: 600_000 }),
    moveToDone,
    moveToRefused,
    putFile,
  },
})
await db.destroy()
