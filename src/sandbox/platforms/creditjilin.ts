/** Stand-in of 信用吉林网: one signed message at a time; what it refuses, it answers with 422. */
import { createHmac } from 'node:crypto'
import { type Asked, json, objectIn } from '../server.js'
import type { Told, ToldField } from './board.js'
import { actionIn, objectOf, sameSecret, sequenceIn, textIn } from './reading.js'
import type { Dialect } from './stand-in.js'

const FIELDS: Record<ToldField, string> = {
  key: 'id',
  sequence: 'sequence',
  action: 'action',
  uscc: 'uscc',
  regNo: 'regNo',
  name: 'name',
  reason: 'reason',
  authority: 'authority',
  documentNumber: 'documentNumber',
  decidedOn: 'decidedOn',
  removedOn: 'removedOn',
}

export const creditjilin: Dialect = {
  id: 'creditjilin',
  name: { zh: '信用吉林网', en: 'Credit Jilin' },
  path: '/api/messages',
  admits: ({ headers, body }, secret) => {
    const hmac = createHmac('sha256', secret).update(`${headers['x-timestamp']}.`).update(body).digest('hex')
    return headers['x-timestamp'] !== undefined && sameSecret(headers['x-signature'], `sha256=${hmac}`)
  },
  read: (asked) => {
    const message = told(asked)
    // The key of idempotency must be the message's own, or a repeat could not be known as one.
    const key = message && `${message.key}/${message.sequence}`
    return message && asked.headers['idempotency-key'] === key ? [message] : null
  },
  fields: FIELDS,
  answer: (_rows, [verdict]) =>
    json(verdict?.accepted ? 200 : 422, {
      result: verdict?.accepted ?? false,
      code: verdict?.code,
      message: verdict?.text,
      id: verdict?.recordId ?? null,
      field: verdict?.field && FIELDS[verdict.field],
      value: verdict?.value ?? null,
    }),
}

const told = ({ body }: Asked): Told | null => {
  const message = objectIn(body)
  if (!message) return null
  const entry = objectOf(message.entry)
  return {
    key: textIn(message.id),
    sequence: sequenceIn(message.sequence),
    action: actionIn(message.action),
    uscc: textIn(entry.uscc),
    regNo: textIn(entry.regNo),
    name: textIn(entry.name),
    reason: textIn(entry.reason),
    authority: textIn(entry.authority),
    documentNumber: textIn(entry.documentNumber),
    decidedOn: textIn(entry.decidedOn),
    removedOn: textIn(objectOf(entry.removal).removedOn),
  }
}
