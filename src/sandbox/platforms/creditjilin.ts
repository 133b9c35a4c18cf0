/** Stand-in of 信用吉林网: one signed message at a time; refusals are 422. */
import { createHmac } from 'node:crypto'
import { parseJsonObject } from '../../foundation/text/json.js'
import { isSameSecret, makeJsonAnswer } from '../server.js'
import { messageListForm } from './forms/lists.js'
import { messagePenaltyForm, messagePermitForm } from './forms/records.js'
import { asObject, type ReceivedRow, type RowForm } from './received-rows.js'
import type { PlatformDialect, PlatformEndpoint } from './stand-in.js'

const messages: PlatformEndpoint = {
  read: ({ headers, body }) => {
    const message = parseJsonObject(body)
    if (!message) return null
    if (headers['idempotency-key'] !== `${message['id']}/${message['sequence']}`) return null
    const form = FORMS.get(message['kind'] ?? 'listing')
    return form ? { form, rows: [flat(message, INNER[form.kind])] } : null
  },
  answer: ([judged]) => {
    const { accepted, code, text, recordId, field, value } = judged?.verdict ?? {}
    return makeJsonAnswer(accepted ? 200 : 422, {
      result: accepted,
      code,
      message: text,
      id: recordId,
      field,
      value,
    })
  },
}

const FORMS: ReadonlyMap<unknown, RowForm> = new Map([
  ['listing', messageListForm],
  ['penalty', messagePenaltyForm],
  ['permit', messagePermitForm],
])
const INNER = { listing: 'entry', penalty: 'penalty', permit: 'permit' } as const

const flat = (whole: Record<string, unknown>, inner: string): ReceivedRow => {
  const { [inner]: subject, ...message } = whole
  const { removal, ...fields } = { ...message, ...asObject(subject) }
  const removed = Object.entries(asObject(removal)).map(([name, value]) => [`removal.${name}`, value])
  return { ...fields, ...Object.fromEntries(removed) }
}

export const creditjilinDialect: PlatformDialect = {
  id: 'creditjilin',
  name: { zh: '信用吉林网', en: 'Credit Jilin' },
  admits: ({ headers, body }, secret) => {
    const hmac = createHmac('sha256', secret).update(`${headers['x-timestamp']}.`).update(body).digest('hex')
    return headers['x-timestamp'] !== undefined && isSameSecret(headers['x-signature'], `sha256=${hmac}`)
  },
  doors: { '/api/messages': messages },
  displays: { key: 'id', sequence: 'sequence', uscc: 'uscc', name: 'name' },
}
