/** Stand-in of 信用吉林网: one signed message at a time; what it refuses, it answers with 422. */
import { createHmac } from 'node:crypto'
import { json, objectIn } from '../server.js'
import { messageList } from './forms/lists.js'
import { messagePenalty, messagePermit } from './forms/records.js'
import { objectOf, sameSecret } from './reading.js'
import type { Dialect, Door } from './stand-in.js'
import type { Form, Row } from './told.js'

const messages: Door = {
  read: ({ headers, body }) => {
    const message = objectIn(body)
    if (!message) return null
    // The key of idempotency must be the message's own, or a repeat could not be known as one.
    if (headers['idempotency-key'] !== `${message['id']}/${message['sequence']}`) return null
    const form = FORMS.get(message['kind'] ?? 'listing')
    return form ? { form, rows: [flat(message, INNER[form.kind])] } : null
  },
  answer: ([judged]) => {
    const { accepted, code, text, recordId, field, value } = judged?.verdict ?? {}
    return json(accepted ? 200 : 422, { result: accepted, code, message: text, id: recordId, field, value })
  },
}

const FORMS: ReadonlyMap<unknown, Form> = new Map([
  ['listing', messageList],
  ['penalty', messagePenalty],
  ['permit', messagePermit],
])
/** Where a message holds the fields of its subject. */
const INNER = { listing: 'entry', penalty: 'penalty', permit: 'permit' } as const

/** The fields of the subject beside those of the message, those of what takes it back with that before their names. */
const flat = (whole: Record<string, unknown>, inner: string): Row => {
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
