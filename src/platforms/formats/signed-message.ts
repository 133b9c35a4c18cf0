/** signed-message: one notice as one JSON message, signed over its time and its bytes. */
import { createHmac } from 'node:crypto'
import type { EntryNotice } from '../../domain/delivery.js'
import type { Fault } from '../platform.js'
import type { ShownNames } from './reading.js'
import { faultsIn } from './schema.js'

export const MESSAGE_SHOWN: ShownNames = { key: 'id', sequence: 'sequence', uscc: 'uscc', name: 'name' }

export const message = (notice: EntryNotice) => ({
  id: notice.key,
  sequence: notice.sequence,
  action: notice.action,
  entry: {
    list: notice.list,
    listName: notice.listName,
    uscc: notice.operator.uscc,
    name: notice.operator.name,
    regNo: notice.operator.regNo,
    reason: notice.reason,
    basis: notice.basis,
    authority: notice.authority,
    authorityCode: notice.authorityCode,
    documentNumber: notice.documentNumber,
    decidedOn: notice.decidedOn,
    publishedOn: notice.publishedOn,
    endsOn: notice.endsOn,
    ...(notice.contested !== undefined && { contested: notice.contested }),
    // Field by field, as all the rest: what a notice may come to hold later does not leave by itself.
    removal: notice.removal && {
      reason: notice.removal.reason,
      reasonText: notice.removal.reasonText,
      documentNumber: notice.removal.documentNumber,
      removedOn: notice.removal.removedOn,
    },
  },
})

export const checkMessage = (notice: EntryNotice): Fault[] => faultsIn('signed-message', message(notice))

/** HMAC-SHA-256 of `timestamp.body`, hex. */
export const signature = (secret: string, timestamp: string, body: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
