import type { RecordNotice } from '../../domain/delivery/delivery.js'
import { yuanToWan } from '../../domain/records/money.js'
import type { FormatFault, NoticeBatch } from '../platform.js'
import {
  ENDLESS_DATE,
  findRecordFaults,
  hubColumns,
  isRecordOfKind,
  partyKindWord,
  readBodyText,
  readBodyTextList,
  recordBatch,
} from './record-notices.js'
import { fitToFormat } from './schema.js'

const BETWEEN_TYPES = ';'

export const penaltyBatch = (batch: NoticeBatch) => recordBatch(batch, 'xzcf', penaltyRows(batch))

export const penaltyRows = (batch: NoticeBatch) => batch.notices.filter(isRecordOfKind('penalty')).map(penaltyRow)

export const penaltyRow = (notice: RecordNotice) =>
  fitToFormat(notice, 'penalty-row', {
    CF_XDR_MC: notice.operator.name,
    CF_XDR_LB: partyKindWord(notice),
    CF_XDR_SHXYM: notice.operator.uscc,
    CF_XDR_GSZC: notice.operator.regNo,
    CF_XDR_ZZJG: notice.operator.orgCode,
    CF_XDR_SWDJ: null,
    CF_XDR_SYDW: null,
    CF_XDR_SHZZ: null,
    CF_FRDB: readBodyText(notice, 'representative'),
    CF_FR_ZJLX: null,
    CF_FR_ZJHM: null,
    CF_XDR_ZJLX: null,
    CF_XDR_ZJHM: null,
    CF_WSH: readBodyText(notice, 'document_number'),
    CF_WFXW: readBodyText(notice, 'violation'),
    CF_SY: readBodyText(notice, 'facts'),
    CF_YJ: readBodyText(notice, 'basis'),
    CF_CFLB: readBodyTextList(notice, 'types').join(BETWEEN_TYPES) || null,
    CF_NR: readBodyText(notice, 'content'),
    CF_NR_FK: wan(readBodyText(notice, 'fine_yuan')),
    CF_NR_WFFF: wan(readBodyText(notice, 'confiscated_yuan')),
    CF_NR_ZKDX: readBodyText(notice, 'licence'),
    CF_JDRQ: readBodyText(notice, 'decided_on'),
    CF_YXQ: readBodyText(notice, 'effective_until') ?? ENDLESS_DATE,
    CF_GSJZQ: readBodyText(notice, 'publish_until'),
    CF_CFJG: readBodyText(notice, 'authority'),
    CF_CFJGDM: readBodyText(notice, 'authority_code'),
    CF_SJLY: readBodyText(notice, 'source_unit'),
    CF_SJLYDM: readBodyText(notice, 'source_unit_code'),
    BZ: readBodyText(notice, 'note'),
    ...hubColumns(notice),
  })

const AMOUNT = /^\d+(?:\.\d+)?$/

/** Text in 万元 with six decimals, which a number would lose. */
const wan = (yuan: string | null): string | null => (yuan !== null && AMOUNT.test(yuan) ? yuanToWan(yuan) : yuan)

export const checkPenaltyRow = (notice: RecordNotice): FormatFault[] =>
  findRecordFaults(notice, 'penalty-row', 'CF_XDR_LB', penaltyRow(notice))
