import { isEntryNotice, SUBJECT_KINDS, type SubjectKind, subjectKindOf } from '../domain/delivery/delivery.js'
import { ACCEPTED_CODES, BUSY_CODES, REJECTED_CODES } from './codes.js'
import { checkPenaltyRow, PENALTY_KEY_FIELDS, penaltyBatch } from './formats/penalty-row.js'
import { checkPermitRow, PERMIT_KEY_FIELDS, permitBatch } from './formats/permit-row.js'
import { checkSamrRow, SAMR_KEY_FIELDS, samrBatch } from './formats/samr-list.js'
import { type NoticeBatch, notCarriedFault, type Platform } from './platform.js'
import { deliverMessage } from './transports/deliver.js'
import { readDisplay, receiptsFromDisplay } from './transports/display.js'
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

const CODES = { ...ACCEPTED_CODES, ...REJECTED_CODES, ...BUSY_CODES }

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
  codes: CODES,
  check: (notice) => FORMS[subjectKindOf(notice)].check(notice),
  send: (batch, to) => {
    const [first] = batch.notices
    if (first === undefined) return Promise.resolve([])
    const { path, key, content } = FORMS[subjectKindOf(first)]
    return deliverMessage(to, batch.notices, {
      path,
      headers: { ...JSON_HEADERS, ...credentials(to.secret) },
      body: JSON.stringify(content(batch)),
      read: (body) => parseJsonReceipts(body, receiptsBy(key), CODES),
    })
  },
  shown: (from) => readDisplay(from, () => credentials(from.secret), SAMR_KEY_FIELDS),
  ask: (notices, to) => receiptsFromDisplay(notices, to, () => credentials(to.secret), SAMR_KEY_FIELDS),
}

const FORMS: Record<
  SubjectKind,
  { path: string; key: string; check: Platform['check']; content: (batch: NoticeBatch) => unknown }
> = {
  listing: {
    path: '/api/lists/serious/batch',
    key: SAMR_KEY_FIELDS.key,
    check: (notice) => (isEntryNotice(notice) ? checkSamrRow(notice) : [notCarriedFault(notice)]),
    content: samrBatch,
  },
  penalty: {
    path: '/api/sgs/penalties',
    key: PENALTY_KEY_FIELDS.key,
    check: (notice) => (isEntryNotice(notice) ? [notCarriedFault(notice)] : checkPenaltyRow(notice)),
    content: penaltyBatch,
  },
  permit: {
    path: '/api/sgs/permits',
    key: PERMIT_KEY_FIELDS.key,
    check: (notice) => (isEntryNotice(notice) ? [notCarriedFault(notice)] : checkPermitRow(notice)),
    content: permitBatch,
  },
}
