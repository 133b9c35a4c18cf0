import { createHmac } from 'node:crypto'
import { type EntryNotice, isEntryNotice, type Notice, type RecordNotice } from '../../domain/delivery/delivery.js'
import type { FormatFault } from '../platform.js'
import type { ShownNames } from './reading.js'
import { naturalPerson, said, saidAll } from './record-notices.js'
import { faultsIn, fitting } from './schema.js'

export const MESSAGE_SHOWN: ShownNames = { key: 'id', sequence: 'sequence', uscc: 'uscc', name: 'name' }

export const idempotencyKey = ({ key, sequence }: Notice): string => `${key}/${sequence}`

export const message = (notice: Notice) => {
  if (isEntryNotice(notice)) return entryMessage(notice)
  return notice.kind === 'penalty' ? penaltyMessage(notice) : permitMessage(notice)
}

const entryMessage = (notice: EntryNotice) => ({
  id: notice.key,
  sequence: notice.sequence,
  action: notice.action,
  entry: fitting(
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
      // Copied field by field, so that new fields are not sent by accident.
      removal: notice.removal && {
        reason: notice.removal.reason,
        reasonText: notice.removal.reasonText,
        documentNumber: notice.removal.documentNumber,
        removedOn: notice.removal.removedOn,
      },
    },
    'entry',
  ),
})

const penaltyMessage = (notice: RecordNotice) => ({
  ...recordHead(notice),
  penalty: fitting(
    notice,
    'signed-penalty',
    {
      ...partyOf(notice),
      documentNumber: said(notice, 'document_number'),
      violation: said(notice, 'violation'),
      facts: said(notice, 'facts'),
      basis: said(notice, 'basis'),
      types: saidAll(notice, 'types'),
      content: said(notice, 'content'),
      fineYuan: said(notice, 'fine_yuan'),
      confiscatedYuan: said(notice, 'confiscated_yuan'),
      licence: said(notice, 'licence'),
      decidedOn: said(notice, 'decided_on'),
      effectiveUntil: said(notice, 'effective_until'),
      publishUntil: said(notice, 'publish_until'),
      ...sourcesOf(notice),
    },
    'penalty',
  ),
  removal: removalOf(notice),
})

const permitMessage = (notice: RecordNotice) => ({
  ...recordHead(notice),
  permit: fitting(
    notice,
    'signed-permit',
    {
      ...partyOf(notice),
      documentName: said(notice, 'document_name'),
      documentNumber: said(notice, 'document_number'),
      category: said(notice, 'category'),
      certificate: said(notice, 'certificate'),
      permitNumber: said(notice, 'permit_number'),
      content: said(notice, 'content'),
      decidedOn: said(notice, 'decided_on'),
      validFrom: said(notice, 'valid_from'),
      validTo: said(notice, 'valid_to'),
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
  partyKind: said(notice, 'party_kind'),
})

const sourcesOf = (notice: RecordNotice) => ({
  authority: said(notice, 'authority'),
  authorityCode: said(notice, 'authority_code'),
  sourceUnit: said(notice, 'source_unit'),
  sourceUnitCode: said(notice, 'source_unit_code'),
  status: said(notice, 'status'),
  note: said(notice, 'note'),
})

const removalOf = ({ removal }: RecordNotice) =>
  removal && {
    reason: removal.reason,
    reasonText: removal.reasonText,
    documentNumber: removal.documentNumber,
    removedOn: removal.removedOn,
  }

export const checkMessage = (notice: Notice): FormatFault[] => {
  if (isEntryNotice(notice)) return faultsIn('signed-message', message(notice))
  const person = naturalPerson(notice, `${notice.kind}/partyKind`)
  return person.length > 0 ? person : faultsIn(`signed-${notice.kind}`, message(notice))
}

export const signature = (secret: string, timestamp: string, body: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
