import type { RecordNotice } from '../../domain/delivery/delivery.js'
import { yuanToWan } from '../../domain/records/money.js'
import { type FormatFault, type NoticeBatch, SENDER } from '../platform.js'
import { hubColumns } from './hub-columns.js'
import type { ShownNames } from './reading.js'
import { isRecordOf, LONG_TERM, naturalPerson, partyWord, said, saidAll } from './record-notices.js'
import { faultsIn, fitting } from './schema.js'

const BETWEEN_TYPES = ';'

export const PENALTY_SHOWN: ShownNames = { key: 'HUB_ID', sequence: 'HUB_SN', uscc: 'CF_XDR_SHXYM', name: 'CF_XDR_MC' }

export const penaltyBatch = (batch: NoticeBatch) => ({
  batchNo: batch.id,
  sender: SENDER,
  dataset: 'xzcf',
  rows: penaltyRows(batch),
})

export const penaltyRows = (batch: NoticeBatch) => batch.notices.filter(isRecordOf('penalty')).map(penaltyRow)

export const penaltyRow = (notice: RecordNotice) =>
  fitting(notice, 'penalty-row', {
    CF_XDR_MC: notice.operator.name,
    CF_XDR_LB: partyWord(notice),
    CF_XDR_SHXYM: notice.operator.uscc,
    CF_XDR_GSZC: notice.operator.regNo,
    CF_XDR_ZZJG: notice.operator.orgCode,
    CF_XDR_SWDJ: null,
    CF_XDR_SYDW: null,
    CF_XDR_SHZZ: null,
    CF_FRDB: said(notice, 'representative'),
    CF_FR_ZJLX: null,
    CF_FR_ZJHM: null,
    CF_XDR_ZJLX: null,
    CF_XDR_ZJHM: null,
    CF_WSH: said(notice, 'document_number'),
    CF_WFXW: said(notice, 'violation'),
    CF_SY: said(notice, 'facts'),
    CF_YJ: said(notice, 'basis'),
    CF_CFLB: saidAll(notice, 'types').join(BETWEEN_TYPES) || null,
    CF_NR: said(notice, 'content'),
    CF_NR_FK: wan(said(notice, 'fine_yuan')),
    CF_NR_WFFF: wan(said(notice, 'confiscated_yuan')),
    CF_NR_ZKDX: said(notice, 'licence'),
    CF_JDRQ: said(notice, 'decided_on'),
    CF_YXQ: said(notice, 'effective_until') ?? LONG_TERM,
    CF_GSJZQ: said(notice, 'publish_until'),
    CF_CFJG: said(notice, 'authority'),
    CF_CFJGDM: said(notice, 'authority_code'),
    CF_SJLY: said(notice, 'source_unit'),
    CF_SJLYDM: said(notice, 'source_unit_code'),
    BZ: said(notice, 'note'),
    ...hubColumns(notice),
  })

const AMOUNT = /^\d+(?:\.\d+)?$/

/** Text in 万元 with six decimals, which a number would lose. */
const wan = (yuan: string | null): string | null => (yuan !== null && AMOUNT.test(yuan) ? yuanToWan(yuan) : yuan)

export const checkPenaltyRow = (notice: RecordNotice): FormatFault[] => {
  const person = naturalPerson(notice, 'CF_XDR_LB')
  return person.length > 0 ? person : faultsIn('penalty-row', penaltyRow(notice))
}
