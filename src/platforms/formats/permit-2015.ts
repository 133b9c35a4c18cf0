import type { RecordNotice } from '../../domain/delivery/delivery.js'
import type { FormatFault, NoticeBatch } from '../platform.js'
import { authorityDivisionOf } from './penalty-2015.js'
import { permitCategory } from './permit-row.js'
import { ENDLESS_DATE, findRecordFaults, hubColumns, readBodyText } from './record-notices.js'
import { STATE_CODES, slashedDate, writeRowdata, writeSoapCall } from './rowdata-2015.js'
import { fitToFormat } from './schema.js'

export const PERMIT_2015_PATH = '/service/PermissionWebService'
const DAYS = ['XK_JDRQ', 'XK_JZQ', 'SJC', 'HUB_CXRQ']

export const permit2015Message = (batch: NoticeBatch, token: string): string =>
  writeSoapCall('importPermissionXml', token, writePermit2015RowdataXml(batch))

export const writePermit2015RowdataXml = (batch: NoticeBatch): string => writeRowdata(batch, permit2015Row, DAYS)

export const permit2015Row = (notice: RecordNotice, sentOn: string) => {
  const { HUB_CXRQ, ...hub } = hubColumns(notice)
  return fitToFormat(notice, 'permit-2015', {
    XK_WSH: readBodyText(notice, 'document_number'),
    XK_XMMC: readBodyText(notice, 'document_name'),
    XK_SPLB: permitCategory(notice),
    XK_NR: readBodyText(notice, 'content'),
    XK_XDR: notice.operator.name,
    XK_XDR_SHXYM: notice.operator.uscc,
    XK_XDR_ZDM: notice.operator.orgCode,
    XK_XDR_GSDJ: notice.operator.regNo,
    XK_XDR_SWDJ: null,
    XK_XDR_SFZ: null,
    XK_FR: readBodyText(notice, 'representative'),
    XK_JDRQ: slashedDate(readBodyText(notice, 'decided_on')),
    XK_JZQ: slashedDate(readBodyText(notice, 'valid_to') ?? ENDLESS_DATE),
    XK_XZJG: readBodyText(notice, 'authority'),
    XK_ZT: stateOf(notice),
    DFBM: authorityDivisionOf(notice),
    SJC: slashedDate(sentOn),
    BZ: readBodyText(notice, 'note'),
    ...hub,
    HUB_CXRQ: slashedDate(HUB_CXRQ),
  })
}

/** The format lacks "expired", and 撤销 would claim a withdrawal, so 其他 is sent. */
const stateOf = (notice: RecordNotice): string => {
  if (notice.action === 'REMOVE') return STATE_CODES.withdrawn
  return readBodyText(notice, 'status') === 'INVALID' ? STATE_CODES.other : STATE_CODES.normal
}

export const checkPermit2015Row = (notice: RecordNotice): FormatFault[] =>
  findRecordFaults(notice, 'permit-2015', 'XK_XDR', permit2015Row(notice, ENDLESS_DATE))
