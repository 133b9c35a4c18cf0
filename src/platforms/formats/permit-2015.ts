/** Permits (行政许可) in the first 双公示 format, which has no start of validity. */

import type { RecordNotice } from '../../domain/delivery/delivery.js'
import { dateIn } from '../../foundation/time/dates.js'
import type { FormatFault, NoticeBatch } from '../platform.js'
import { hubColumns } from './hub-columns.js'
import { placeOf } from './penalty-2015.js'
import { permitCategory } from './permit-row.js'
import { isRecordOf, LONG_TERM, naturalPerson, said } from './record-notices.js'
import { rowdata, slashed, soapCall, ZT } from './rowdata-2015.js'
import { faultsIn, fitting } from './schema.js'

export const PERMIT_2015_PATH = '/service/PermissionWebService'
const DAYS = ['XK_JDRQ', 'XK_JZQ', 'SJC', 'HUB_CXRQ']

export const permit2015Message = (batch: NoticeBatch, token: string): string =>
  soapCall('importPermissionXml', token, permit2015Rowdata(batch))

export const permit2015Rowdata = (batch: NoticeBatch): string => {
  const sentOn = dateIn(new Date(batch.sentAt))
  return rowdata(
    batch.notices.filter(isRecordOf('permit')).map((notice) => permit2015Row(notice, sentOn)),
    DAYS,
  )
}

export const permit2015Row = (notice: RecordNotice, sentOn: string) => {
  const { HUB_CXRQ, ...hub } = hubColumns(notice)
  return fitting(notice, 'permit-2015', {
    XK_WSH: said(notice, 'document_number'),
    XK_XMMC: said(notice, 'document_name'),
    XK_SPLB: permitCategory(notice),
    XK_NR: said(notice, 'content'),
    XK_XDR: notice.operator.name,
    XK_XDR_SHXYM: notice.operator.uscc,
    XK_XDR_ZDM: notice.operator.orgCode,
    XK_XDR_GSDJ: notice.operator.regNo,
    XK_XDR_SWDJ: null,
    XK_XDR_SFZ: null,
    XK_FR: said(notice, 'representative'),
    XK_JDRQ: slashed(said(notice, 'decided_on')),
    XK_JZQ: slashed(said(notice, 'valid_to') ?? LONG_TERM),
    XK_XZJG: said(notice, 'authority'),
    XK_ZT: stateOf(notice),
    DFBM: placeOf(notice),
    SJC: slashed(sentOn),
    BZ: said(notice, 'note'),
    ...hub,
    HUB_CXRQ: slashed(HUB_CXRQ),
  })
}

/** The format has no state "expired", and 撤销 would claim a withdrawal, so 其他 is sent. */
const stateOf = (notice: RecordNotice): string => {
  if (notice.action === 'REMOVE') return ZT.withdrawn
  return said(notice, 'status') === 'INVALID' ? ZT.other : ZT.normal
}

export const checkPermit2015Row = (notice: RecordNotice): FormatFault[] => {
  const person = naturalPerson(notice, 'XK_XDR')
  return person.length > 0 ? person : faultsIn('permit-2015', permit2015Row(notice, LONG_TERM))
}
