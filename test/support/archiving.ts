/**
 * Moves old content of an audit log to files, in a process of its own that kills itself at a statement: node --import tsx
 * archiving.ts DATABASE_URL ARCHIVE_DIR INSTANT STATEMENT. At an even number the statement has left.
 */
import { connect } from '../../src/store/db/db.js'
import { tidyAuditLog } from '../../src/work/audit/tidy-audit-log.js'
import { log } from './world.js'

const [, , url = '', archiveDir = '', now = '', statement = ''] = process.argv
const db = connect(url)
let seen = 0
const die = () => process.kill(process.pid, 'SIGKILL')
db.on('query', () => {
  seen += 1
  if (seen !== Number(statement)) return
  if (seen % 2 === 0) setImmediate(die)
  else die()
})
await tidyAuditLog(db, { cause: 'timetable', now: () => new Date(now), log, archiveDir })
await db.destroy()
