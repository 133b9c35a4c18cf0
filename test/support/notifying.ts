/** A process that tells what is due, for tests that kill it. Arguments: database, folder of keys, port of the mail server, instant. */
import { agencies } from '../../src/agencies/index.js'
import { loadKeys } from '../../src/foundation/keys.js'
import { makeLog } from '../../src/hub/log.js'
import { platforms } from '../../src/platforms/index.js'
import { connect } from '../../src/store/db/db.js'
import { makeMailSender } from '../../src/work/notifications/mail.js'
import { runNotifications } from '../../src/work/notifications/notify.js'
import { rules } from './rules.js'

const [url = '', folder = '', port = '', instant = ''] = process.argv.slice(2)
const db = connect(url)
const now = () => new Date(instant)
const mail = makeMailSender({
  ...{ host: '127.0.0.1', port: Number(port), secure: false, user: null, password: null, sender: 'hub@hub.test' },
})
const log = makeLog({ level: 'silent', file: null })
const keys = await loadKeys(folder, 'http://hub.test')
await runNotifications(db, {
  ...{ cause: 'timetable', plannedFor: now(), now, log, publicUrl: 'http://hub.test' },
  sources: { rules, agencies, platforms, configured: new Set(['credit-office']) },
  sending: { keys, mail, allow: [], auditLog: { chunk: async () => {} }, random: () => 0.5, log },
})
await db.destroy()
