/** 严重违法失信 list as JSON. NAME, CERTYPE, CERNO (legal representative, ID) are never sent. */
import { type EntryNotice, isEntryNotice } from '../../domain/delivery/delivery.js'
import { type FormatFault, type NoticeBatch, SENDER_NAME } from '../platform.js'
import type { KeyFields } from './reading.js'
import { findFormatFaults, fitToFormat } from './schema.js'

const LIST = 'serious'
const OPTYPE = { ADD: '1', CHANGE: '2', REMOVE: '3' } as const satisfies Record<EntryNotice['action'], string>

export const SAMR_KEY_FIELDS: KeyFields = { key: 'ILLID', sequence: 'SN', uscc: 'UNISCID', name: 'ENTNAME' }

export const samrBatch = (batch: NoticeBatch) => ({
  batchNo: batch.id,
  sender: SENDER_NAME,
  rows: batch.notices.filter(isEntryNotice).map(samrRow),
})

export const samrRow = (notice: EntryNotice) =>
  fitToFormat(notice, 'samr-list', {
    ILLID: notice.key,
    ENTNAME: notice.operator.name,
    UNISCID: notice.operator.uscc,
    REGNO: notice.operator.regNo,
    // The codes for this field are not published.
    SERILLREA: null,
    SERILLREA_CN: notice.reason,
    ABNTIME: notice.decidedOn,
    DECORG: notice.authorityCode,
    DECORG_CN: notice.authority,
    DEDOCNUM: notice.documentNumber,
    REMEXCPRES: notice.removal?.reason || null,
    REMEXCPRES_CN: notice.removal?.reasonText ?? null,
    REMDATE: notice.removal?.removedOn ?? null,
    // The authority that lists an entry also removes it.
    RECORG: notice.removal ? notice.authorityCode : null,
    RECORG_CN: notice.removal ? notice.authority : null,
    REDOCNUM: notice.removal?.documentNumber ?? null,
    OPTYPE: OPTYPE[notice.action],
    SN: notice.sequence,
  })

export const checkSamrRow = (notice: EntryNotice): FormatFault[] => {
  const faults = findFormatFaults('samr-list', samrRow(notice))
  if (notice.list === LIST) return faults
  const message = `此格式只推送严重违法失信名单。This format carries the list ${LIST} only.`
  return [{ field: 'list', rule: 'const', message }, ...faults]
}
