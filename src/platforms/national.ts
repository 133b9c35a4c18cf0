import { isEntryNotice, SUBJECT_KINDS, type SubjectKind, subjectKindOf } from '../domain/delivery/delivery.js'
import { BUSY, TAKEN, WRONG } from './codes.js'
import { checkPenaltyRow, PENALTY_SHOWN, penaltyBatch } from './formats/penalty-row.js'
import { checkPermitRow, PERMIT_SHOWN, permitBatch } from './formats/permit-row.js'
import { checkSamrRow, SAMR_SHOWN, samrBatch } from './formats/samr-list.js'
import { type NoticeBatch, notCarried, type Platform } from './platform.js'
import { deliver } from './transports/deliver.js'
import { askDisplayed, readDisplay } from './transports/display.js'
import { JSON_HEADERS, type ReceiptNames, receiptsInJson } from './transports/json-receipts.js'

const receiptsBy = (key: string): ReceiptNames => ({
  rows: 'receipts',
  key,
  code: 'code',
  text: 'text',
  field: 'field',
  value: 'value',
  receiverId: 'recordId',
})

const CODES = { ...TAKEN, ...WRONG, ...BUSY }

const credentials = (secret: string) => ({ authorization: `Bearer ${secret}` })

export const national: Platform = {
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
    return deliver(to, batch.notices, {
      path,
      headers: { ...JSON_HEADERS, ...credentials(to.secret) },
      body: JSON.stringify(content(batch)),
      read: (body) => receiptsInJson(body, receiptsBy(key), CODES),
    })
  },
  shown: (from) => readDisplay(from, () => credentials(from.secret), SAMR_SHOWN),
  ask: (notices, to) => askDisplayed(notices, to, () => credentials(to.secret), SAMR_SHOWN),
}

const FORMS: Record<
  SubjectKind,
  { path: string; key: string; check: Platform['check']; content: (batch: NoticeBatch) => unknown }
> = {
  listing: {
    path: '/api/lists/serious/batch',
    key: SAMR_SHOWN.key,
    check: (notice) => (isEntryNotice(notice) ? checkSamrRow(notice) : [notCarried(notice)]),
    content: samrBatch,
  },
  penalty: {
    path: '/api/sgs/penalties',
    key: PENALTY_SHOWN.key,
    check: (notice) => (isEntryNotice(notice) ? [notCarried(notice)] : checkPenaltyRow(notice)),
    content: penaltyBatch,
  },
  permit: {
    path: '/api/sgs/permits',
    key: PERMIT_SHOWN.key,
    check: (notice) => (isEntryNotice(notice) ? [notCarried(notice)] : checkPermitRow(notice)),
    content: permitBatch,
  },
}
