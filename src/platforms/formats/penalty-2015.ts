import type { RecordNotice } from '../../domain/delivery/delivery.js'
import { extractRegionOfUscc } from '../../domain/operators/codes.js'
import { PROVINCE_DIVISION } from '../../domain/operators/places.js'
import type { FormatFault, NoticeBatch } from '../platform.js'
import { ENDLESS_DATE, findRecordFaults, hubColumns, readBodyText, readBodyTextList } from './record-notices.js'
import { STATE_CODES, slashedDate, writeRowdata, writeSoapCall } from './rowdata-2015.js'
import { fitToFormat } from './schema.js'

export const PENALTY_2015_PATH = '/service/PenaltyWebService'
const DAYS = ['CF_JDRQ', 'CF_JZRQ', 'SJC', 'HUB_CXRQ']
const STATES: Readonly<Record<string, string>> = {
  IN_FORCE: STATE_CODES.normal,
  REVOKED: STATE_CODES.withdrawn,
  DISPUTED: STATE_CODES.disputed,
  CHANGED: STATE_CODES.other,
}

export const penalty2015Message = (batch: NoticeBatch, token: string): string =>
  writeSoapCall('importPenalyXml', token, writePenalty2015RowdataXml(batch))

export const writePenalty2015RowdataXml = (batch: NoticeBatch): string => writeRowdata(batch, penalty2015Row, DAYS)

/** SJC is the date of sending, so it differs each time. */
export const penalty2015Row = (notice: RecordNotice, sentOn: string) => {
  const [type, ...others] = readBodyTextList(notice, 'types')
  const { HUB_CXRQ, ...hub } = hubColumns(notice)
  return fitToFormat(notice, 'penalty-2015', {
    CF_WSH: readBodyText(notice, 'document_number'),
    CF_CFMC: readBodyText(notice, 'violation'),
    CF_CFLB1: type ?? null,
    CF_CFLB2: others.join(';') || null,
    CF_SY: readBodyText(notice, 'facts'),
    CF_YJ: readBodyText(notice, 'basis'),
    CF_XDR_MC: notice.operator.name,
    CF_XDR_SHXYM: notice.operator.uscc,
    CF_XDR_ZDM: notice.operator.orgCode,
    CF_XDR_GSDJ: notice.operator.regNo,
    CF_XDR_SWDJ: null,
    CF_XDR_SFZ: null,
    CF_FR: readBodyText(notice, 'representative'),
    CF_JG: readBodyText(notice, 'content'),
    CF_JDRQ: slashedDate(readBodyText(notice, 'decided_on')),
    CF_JZRQ: slashedDate(readBodyText(notice, 'effective_until') ?? ENDLESS_DATE),
    CF_XZJG: readBodyText(notice, 'authority'),
    CF_ZT:
      notice.action === 'REMOVE'
        ? STATE_CODES.withdrawn
        : (STATES[readBodyText(notice, 'status') ?? ''] ?? STATE_CODES.normal),
    DFBM: authorityDivisionOf(notice),
    SJC: slashedDate(sentOn),
    BZ: readBodyText(notice, 'note'),
    ...hub,
    HUB_CXRQ: slashedDate(HUB_CXRQ),
  })
}

export const authorityDivisionOf = (notice: RecordNotice): string => {
  const code = readBodyText(notice, 'authority_code')
  return code === null ? PROVINCE_DIVISION : extractRegionOfUscc(code)
}

export const checkPenalty2015Row = (notice: RecordNotice): FormatFault[] =>
  findRecordFaults(notice, 'penalty-2015', 'CF_XDR_MC', penalty2015Row(notice, ENDLESS_DATE))
