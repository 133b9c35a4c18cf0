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

const entryMessage = (notice: EntryNotice) => {
  const { key: id, sequence, action, list, listName, contested } = notice
  const { reason, basis, authority, authorityCode, documentNumber, decidedOn, publishedOn, endsOn } = notice
  const { uscc, name, regNo } = notice.operator
  const grounds = { reason, basis, authority, authorityCode, documentNumber, decidedOn, publishedOn, endsOn }
  const entry = {
    list,
    listName,
    uscc,
    name,
    regNo,
    ...grounds,
    ...(contested !== undefined && { contested }),
    removal: removalOf(notice),
  }
  return { id, sequence, action, entry: fitToFormat(notice, 'signed-message', entry, 'entry') }
}

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

const partyOf = (notice: RecordNotice) => {
  const { uscc, name, regNo, orgCode } = notice.operator
  return { uscc, name, regNo, orgCode, partyKind: readBodyText(notice, 'party_kind') }
}

const sourcesOf = (notice: RecordNotice) => ({
  authority: readBodyText(notice, 'authority'),
  authorityCode: readBodyText(notice, 'authority_code'),
  sourceUnit: readBodyText(notice, 'source_unit'),
  sourceUnitCode: readBodyText(notice, 'source_unit_code'),
  status: readBodyText(notice, 'status'),
  note: readBodyText(notice, 'note'),
})

/** Copied field by field, so new fields are not sent by accident. */
const removalOf = ({ removal }: Notice) => {
  if (removal === null) return null
  const { reason, reasonText, documentNumber, removedOn } = removal
  return { reason, reasonText, documentNumber, removedOn }
}

export const noticeMessage = dispatchByKind<object>(entryMessage, penaltyMessage, permitMessage)

export const checkMessage = (notice: Notice): FormatFault[] => {
  if (isEntryNotice(notice)) return findFormatFaults('signed-message', noticeMessage(notice))
  return findRecordFaults(notice, `signed-${notice.kind}`, `${notice.kind}/partyKind`, noticeMessage(notice))
}

export const signMessage = (secret: string, timestamp: string, body: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
