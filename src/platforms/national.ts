import { batchKindOf, dispatchByKind, SUBJECT_KINDS, type SubjectKind } from '../domain/delivery/delivery.js'
import { RECEIPT_CODES } from './codes.js'
import { checkPenaltyRow, penaltyBatch } from './formats/penalty-row.js'
import { checkPermitRow, permitBatch } from './formats/permit-row.js'
import { RECORD_KEY } from './formats/record-notices.js'
import { checkSamrRow, SAMR_KEY_FIELDS, samrBatch } from './formats/samr-list.js'
import type { NoticeBatch, Platform } from './platform.js'
import { deliverMessage } from './transports/deliver.js'
import { makeHttpDisplay } from './transports/display.js'
import { JSON_HEADERS, parseJsonReceipts, type ReceiptNames } from './transports/json-receipts.js'

const receiptsBy = (key: string): ReceiptNames => ({
  rows: 'receipts',
  key,
  code: 'code',
  text: 'text',
  field: 'field',
  value: 'value',
  receiverId: 'recordId',
})

const credentials = (secret: string) => ({ authorization: `Bearer ${secret}` })

export const nationalPlatform: Platform = {
  id: 'national',
  name: { zh: '全国信用信息共享平台', en: 'National Credit Information Sharing Platform' },
  kinds: SUBJECT_KINDS,
  hears: ['listing'],
  lists: ['serious'],
  ways: ['http:', 'https:'],
  batchSize: 200,
  callsPerSecond: null,
  hours: null,
  codes: RECEIPT_CODES,
  check: dispatchByKind(checkSamrRow, checkPenaltyRow, checkPermitRow),
  send: (batch, to) => {
    const { path, key, content } = FORMS[batchKindOf(batch.notices)]
    return deliverMessage(to, batch.notices, {
      path,
      headers: { ...JSON_HEADERS, ...credentials(to.secret) },
      body: JSON.stringify(content(batch)),
      read: (body) => parseJsonReceipts(body, receiptsBy(key)),
    })
  },
  ...makeHttpDisplay(credentials, SAMR_KEY_FIELDS),
}

const FORMS: Record<SubjectKind, { path: string; key: string; content: (batch: NoticeBatch) => unknown }> = {
  listing: { path: '/api/lists/serious/batch', key: SAMR_KEY_FIELDS.key, content: samrBatch },
  penalty: { path: '/api/sgs/penalties', key: RECORD_KEY, content: penaltyBatch },
  permit: { path: '/api/sgs/permits', key: RECORD_KEY, content: permitBatch },
}
