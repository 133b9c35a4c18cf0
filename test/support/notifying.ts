/**
 * A process that tells what is due, and kills itself at one place: before or after a statement, or before or after a mail.
 * Arguments: database, folder of keys, port of the mail server, instant, place such as `after notifications.claim`.
 */
import { agencies } from '../../src/agencies/index.js'
import { loadKeys } from '../../src/foundation/keys.js'
import { makeLog } from '../../src/hub/log.js'
import { platforms } from '../../src/platforms/index.js'
import { connect } from '../../src/store/db/db.js'
import { type MailSender, makeMailSender } from '../../src/work/notifications/mail.js'
import { runNotifications } from '../../src/work/notifications/notify.js'
import { rules } from './rules.js'

const [url = '', folder = '', port = '', instant = '', place = ''] = process.argv.slice(2)
const [when = '', what = ''] = [place.slice(0, place.indexOf(' ')), place.slice(place.indexOf(' ') + 1)]
const dieAt = (moment: 'before' | 'after', of: string): void => {
  if (moment === when && of.includes(what)) process.kill(process.pid, 'SIGKILL')
}
const db = connect(url)
const events = db as unknown as { on: (event: string, hear: (...given: { sql: string }[]) => void) => void }
events.on('query', (query) => dieAt('before', query?.sql ?? ''))
events.on('query-response', (_, query) => dieAt('after', query?.sql ?? ''))
const now = () => new Date(instant)
const sender = makeMailSender({
  ...{ host: '127.0.0.1', port: Number(port), secure: false, user: null, password: null, sender: 'hub@hub.test' },
})
const mail: MailSender = async (message) => {
  dieAt('before', 'the mail')
  await sender(message)
  dieAt('after', 'the mail')
}
const log = makeLog({ level: 'silent', file: null })
const keys = await loadKeys(folder, 'http://hub.test')
await runNotifications(db, {
  ...{ cause: 'timetable', plannedFor: now(), now, log, publicUrl: 'http://hub.test' },
  sources: { rules, agencies, platforms, configured: new Set(['credit-office']) },
  sending: { keys, mail, allow: ['127.0.0.0/8'], auditLog: { chunk: async () => {} }, random: () => 0.5, log },
})
await db.destroy()
