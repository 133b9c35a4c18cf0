/** Stand-in of 信用吉林网: one signed message at a time; refusals are 422. */
import { createHmac } from 'node:crypto'
import { parseJsonObject } from '../../foundation/text/json.js'
import { json } from '../server.js'
import { messageList } from './forms/lists.js'
import { messagePenalty, messagePermit } from './forms/records.js'
import { objectOf, sameSecret } from './reading.js'
import type { ReceivedRow, RowForm } from './received-rows.js'
import type { Dialect, PlatformEndpoint } from './stand-in.js'

const messages: PlatformEndpoint = {
  read: ({ headers, body }) => {
    const message = parseJsonObject(body)
    if (!message) return null
    // A repeat is recognised only when the idempotency key matches the message.
    if (headers['idempotency-key'] !== `${message['id']}/${message['sequence']}`) return null
    const form = FORMS.get(message['kind'] ?? 'listing')
    return form ? { form, rows: [flat(message, INNER[form.kind])] } : null
  },
  answer: ([judged]) => {
    const { accepted, code, text, recordId, field, value } = judged?.verdict ?? {}
    return json(accepted ? 200 : 422, { result: accepted, code, message: text, id: recordId, field, value })
  },
}

const FORMS: ReadonlyMap<unknown, RowForm> = new Map([
  ['listing', messageList],
  ['penalty', messagePenalty],
  ['permit', messagePermit],
])
const INNER = { listing: 'entry', penalty: 'penalty', permit: 'permit' } as const

/** The subject's fields join the message's own; removal fields get the prefix `removal.`. */
const flat = (whole: Record<string, unknown>, inner: string): ReceivedRow => {
  const { [inner]: subject, ...message } = whole
  const { removal, ...fields } = { ...message, ...objectOf(subject) }
  const removed = Object.entries(objectOf(removal)).map(([name, value]) => [`removal.${name}`, value])
  return { ...fields, ...Object.fromEntries(removed) }
}

export const creditjilin: Dialect = {
  id: 'creditjilin',
  name: { zh: '信用吉林网', en: 'Credit Jilin' },
  admits: ({ headers, body }, secret) => {
    const hmac = createHmac('sha256', secret).update(`${headers['x-timestamp']}.`).update(body).digest('hex')
    return headers['x-timestamp'] !== undefined && sameSecret(headers['x-signature'], `sha256=${hmac}`)
  },
  doors: { '/api/messages': messages },
  displays: { key: 'id', sequence: 'sequence', uscc: 'uscc', name: 'name' },
}
