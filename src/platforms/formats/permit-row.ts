import type { RecordNotice } from '../../domain/delivery/delivery.js'
import type { FormatFault, NoticeBatch } from '../platform.js'
import {
  ENDLESS_DATE,
  findRecordFaults,
  hubColumns,
  isRecordOfKind,
  partyKindWord,
  readBodyText,
  recordBatch,
} from './record-notices.js'
import { fitToFormat } from './schema.js'

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

export const permitBatch = (batch: NoticeBatch) => recordBatch(batch, 'xzxk', permitRows(batch))

export const permitRows = (batch: NoticeBatch) => batch.notices.filter(isRecordOfKind('permit')).map(permitRow)

export const permitRow = (notice: RecordNotice) =>
  fitToFormat(notice, 'permit-row', {
    XK_XDR_MC: notice.operator.name,
    XK_XDR_LB: partyKindWord(notice),
    XK_XDR_SHXYM: notice.operator.uscc,
    XK_XDR_GSZC: notice.operator.regNo,
    XK_XDR_ZZJG: notice.operator.orgCode,
    XK_XDR_SWDJ: null,
    XK_XDR_SYDW: null,
    XK_XDR_SHZZ: null,
    XK_FRDB: readBodyText(notice, 'representative'),
    XK_FR_ZJLX: null,
    XK_FR_ZJHM: null,
    XK_XDR_ZJLX: null,
    XK_XDR_ZJHM: null,
    XK_XKWS: readBodyText(notice, 'document_name'),
    XK_WSH: readBodyText(notice, 'document_number'),
    XK_XKLB: permitCategory(notice),
    XK_XKZS: readBodyText(notice, 'certificate'),
    XK_XKBH: readBodyText(notice, 'permit_number'),
    XK_NR: readBodyText(notice, 'content'),
    XK_JDRQ: readBodyText(notice, 'decided_on'),
    XK_YXQZ: readBodyText(notice, 'valid_from'),
    XK_YXQZI: readBodyText(notice, 'valid_to') ?? ENDLESS_DATE,
    XK_XKJG: readBodyText(notice, 'authority'),
    XK_XKJGDM: readBodyText(notice, 'authority_code'),
    XK_ZT: notice.action === 'REMOVE' || readBodyText(notice, 'status') === 'INVALID' ? INVALID : VALID,
    XK_LYDW: readBodyText(notice, 'source_unit'),
    XK_LYDWDM: readBodyText(notice, 'source_unit_code'),
    BZ: readBodyText(notice, 'note'),
    ...hubColumns(notice),
  })

export const permitCategory = (notice: RecordNotice): string | null =>
  CATEGORIES[readBodyText(notice, 'category') ?? ''] ?? null

export const checkPermitRow = (notice: RecordNotice): FormatFault[] =>
  findRecordFaults(notice, 'permit-row', 'XK_XDR_LB', permitRow(notice))
