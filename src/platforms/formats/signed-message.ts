import { createHmac } from 'node:crypto'
import {
  dispatchByKind,
  type EntryNotice,
  isEntryNotice,
  type Notice,
  type RecordNotice,
} from '../../domain/delivery/delivery.js'
import type { FormatFault } from '../platform.js'
import type { KeyFields } from './reading.js'
import { findRecordFaults, readBodyText, readBodyTextList } from './record-notices.js'
import { findFormatFaults, fitToFormat } from './schema.js'

export const MESSAGE_KEY_FIELDS: KeyFields = { key: 'id', sequence: 'sequence', uscc: 'uscc', name: 'name' }

export const idempotencyKey = ({ key, sequence }: Notice): string => `${key}/${sequence}`

const entryMessage = (notice: EntryNotice) => ({
  id: notice.key,
  sequence: notice.sequence,
  action: notice.action,
  entry: fitToFormat(
    notice,
    'signed-message',
    {
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
      removal: removalOf(notice),
    },
    'entry',
  ),
})

const penaltyMessage = (notice: RecordNotice) => ({
  ...recordHead(notice),
  penalty: fitToFormat(
    notice,
    'signed-penalty',
    {
      ...partyOf(notice),
      documentNumber: readBodyText(notice, 'document_number'),
      violation: readBodyText(notice, 'violation'),
      facts: readBodyText(notice, 'facts'),
      basis: readBodyText(notice, 'basis'),
      types: readBodyTextList(notice, 'types'),
      content: readBodyText(notice, 'content'),
      fineYuan: readBodyText(notice, 'fine_yuan'),
      confiscatedYuan: readBodyText(notice, 'confiscated_yuan'),
      licence: readBodyText(notice, 'licence'),
      decidedOn: readBodyText(notice, 'decided_on'),
      effectiveUntil: readBodyText(notice, 'effective_until'),
      publishUntil: readBodyText(notice, 'publish_until'),
      ...sourcesOf(notice),
    },
    'penalty',
  ),
  removal: removalOf(notice),
})

const permitMessage = (notice: RecordNotice) => ({
  ...recordHead(notice),
  permit: fitToFormat(
    notice,
    'signed-permit',
    {
      ...partyOf(notice),
      documentName: readBodyText(notice, 'document_name'),
      documentNumber: readBodyText(notice, 'document_number'),
      category: readBodyText(notice, 'category'),
      certificate: readBodyText(notice, 'certificate'),
      permitNumber: readBodyText(notice, 'permit_number'),
      content: readBodyText(notice, 'content'),
      decidedOn: readBodyText(notice, 'decided_on'),
      validFrom: readBodyText(notice, 'valid_from'),
      validTo: readBodyText(notice, 'valid_to'),
      ...sourcesOf(notice),
    },
    'permit',
  ),
  removal: removalOf(notice),
})

const recordHead = ({ key, sequence, action, kind }: RecordNotice) => ({ id: key, sequence, action, kind })

const partyOf = (notice: RecordNotice) => ({
  uscc: notice.operator.uscc,
  name: notice.operator.name,
  regNo: notice.operator.regNo,
  orgCode: notice.operator.orgCode,
  partyKind: readBodyText(notice, 'party_kind'),
})

const sourcesOf = (notice: RecordNotice) => ({
  authority: readBodyText(notice, 'authority'),
  authorityCode: readBodyText(notice, 'authority_code'),
  sourceUnit: readBodyText(notice, 'source_unit'),
  sourceUnitCode: readBodyText(notice, 'source_unit_code'),
  status: readBodyText(notice, 'status'),
  note: readBodyText(notice, 'note'),
})

/** Copied field by field, so that new fields are not sent by accident. */
const removalOf = ({ removal }: Notice) =>
  removal && {
    reason: removal.reason,
    reasonText: removal.reasonText,
    documentNumber: removal.documentNumber,
    removedOn: removal.removedOn,
  }

export const noticeMessage = dispatchByKind<object>(entryMessage, penaltyMessage, permitMessage)

export const checkMessage = (notice: Notice): FormatFault[] => {
  if (isEntryNotice(notice)) return findFormatFaults('signed-message', noticeMessage(notice))
  return findRecordFaults(notice, `signed-${notice.kind}`, `${notice.kind}/partyKind`, noticeMessage(notice))
}

export const signMessage = (secret: string, timestamp: string, body: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
