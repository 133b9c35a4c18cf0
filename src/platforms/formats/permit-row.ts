import type { RecordNotice } from '../../domain/delivery/delivery.js'
import { type FormatFault, type NoticeBatch, SENDER } from '../platform.js'
import { hubColumns } from './hub-columns.js'
import type { ShownNames } from './reading.js'
import { isRecordOf, LONG_TERM, naturalPerson, partyWord, said } from './record-notices.js'
import { faultsIn, fitting } from './schema.js'

const CATEGORIES: Readonly<Record<string, string>> = {
  GENERAL: '普通',
  FRANCHISE: '特许',
  ACCREDITATION: '认可',
  APPROVAL: '核准',
  REGISTRATION: '登记',
  OTHER: '其他',
}
const VALID = '1'
const INVALID = '2'

export const PERMIT_SHOWN: ShownNames = { key: 'HUB_ID', sequence: 'HUB_SN', uscc: 'XK_XDR_SHXYM', name: 'XK_XDR_MC' }

export const permitBatch = (batch: NoticeBatch) => ({
  batchNo: batch.id,
  sender: SENDER,
  dataset: 'xzxk',
  rows: permitRows(batch),
})

export const permitRows = (batch: NoticeBatch) => batch.notices.filter(isRecordOf('permit')).map(permitRow)

export const permitRow = (notice: RecordNotice) =>
  fitting(notice, 'permit-row', {
    XK_XDR_MC: notice.operator.name,
    XK_XDR_LB: partyWord(notice),
    XK_XDR_SHXYM: notice.operator.uscc,
    XK_XDR_GSZC: notice.operator.regNo,
    XK_XDR_ZZJG: notice.operator.orgCode,
    XK_XDR_SWDJ: null,
    XK_XDR_SYDW: null,
    XK_XDR_SHZZ: null,
    XK_FRDB: said(notice, 'representative'),
    XK_FR_ZJLX: null,
    XK_FR_ZJHM: null,
    XK_XDR_ZJLX: null,
    XK_XDR_ZJHM: null,
    XK_XKWS: said(notice, 'document_name'),
    XK_WSH: said(notice, 'document_number'),
    XK_XKLB: permitCategory(notice),
    XK_XKZS: said(notice, 'certificate'),
    XK_XKBH: said(notice, 'permit_number'),
    XK_NR: said(notice, 'content'),
    XK_JDRQ: said(notice, 'decided_on'),
    XK_YXQZ: said(notice, 'valid_from'),
    XK_YXQZI: said(notice, 'valid_to') ?? LONG_TERM,
    XK_XKJG: said(notice, 'authority'),
    XK_XKJGDM: said(notice, 'authority_code'),
    XK_ZT: notice.action === 'REMOVE' || said(notice, 'status') === 'INVALID' ? INVALID : VALID,
    XK_LYDW: said(notice, 'source_unit'),
    XK_LYDWDM: said(notice, 'source_unit_code'),
    BZ: said(notice, 'note'),
    ...hubColumns(notice),
  })

export const permitCategory = (notice: RecordNotice): string | null =>
  CATEGORIES[said(notice, 'category') ?? ''] ?? null

export const checkPermitRow = (notice: RecordNotice): FormatFault[] => {
  const person = naturalPerson(notice, 'XK_XDR_LB')
  return person.length > 0 ? person : faultsIn('permit-row', permitRow(notice))
}
