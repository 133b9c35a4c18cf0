import type { RecordNotice } from '../../domain/delivery/delivery.js'
import { regionIn } from '../../domain/operators/codes.js'
import { dateIn } from '../../foundation/time/dates.js'
import type { FormatFault, NoticeBatch } from '../platform.js'
import { hubColumns } from './hub-columns.js'
import { isRecordOf, LONG_TERM, naturalPerson, said, saidAll } from './record-notices.js'
import { rowdata, slashed, soapCall, ZT } from './rowdata-2015.js'
import { faultsIn, fitting } from './schema.js'

export const PENALTY_2015_PATH = '/service/PenaltyWebService'
const DAYS = ['CF_JDRQ', 'CF_JZRQ', 'SJC', 'HUB_CXRQ']
const STATES: Readonly<Record<string, string>> = {
  IN_FORCE: ZT.normal,
  REVOKED: ZT.withdrawn,
  DISPUTED: ZT.disputed,
  CHANGED: ZT.other,
}
const PROVINCE = '220000'

export const penalty2015Message = (batch: NoticeBatch, token: string): string =>
  soapCall('importPenalyXml', token, penalty2015Rowdata(batch))

export const penalty2015Rowdata = (batch: NoticeBatch): string => {
  const sentOn = dateIn(new Date(batch.sentAt))
  return rowdata(
    batch.notices.filter(isRecordOf('penalty')).map((notice) => penalty2015Row(notice, sentOn)),
    DAYS,
  )
}

/** Field SJC is the date of sending, so it differs at each sending. */
export const penalty2015Row = (notice: RecordNotice, sentOn: string) => {
  const [type, ...others] = saidAll(notice, 'types')
  const { HUB_CXRQ, ...hub } = hubColumns(notice)
  return fitting(notice, 'penalty-2015', {
    CF_WSH: said(notice, 'document_number'),
    CF_CFMC: said(notice, 'violation'),
    CF_CFLB1: type ?? null,
    CF_CFLB2: others.join(';') || null,
    CF_SY: said(notice, 'facts'),
    CF_YJ: said(notice, 'basis'),
    CF_XDR_MC: notice.operator.name,
    CF_XDR_SHXYM: notice.operator.uscc,
    CF_XDR_ZDM: notice.operator.orgCode,
    CF_XDR_GSDJ: notice.operator.regNo,
    CF_XDR_SWDJ: null,
    CF_XDR_SFZ: null,
    CF_FR: said(notice, 'representative'),
    CF_JG: said(notice, 'content'),
    CF_JDRQ: slashed(said(notice, 'decided_on')),
    CF_JZRQ: slashed(said(notice, 'effective_until') ?? LONG_TERM),
    CF_XZJG: said(notice, 'authority'),
    CF_ZT: notice.action === 'REMOVE' ? ZT.withdrawn : (STATES[said(notice, 'status') ?? ''] ?? ZT.normal),
    DFBM: placeOf(notice),
    SJC: slashed(sentOn),
    BZ: said(notice, 'note'),
    ...hub,
    HUB_CXRQ: slashed(HUB_CXRQ),
  })
}

export const placeOf = (notice: RecordNotice): string => {
  const code = said(notice, 'authority_code')
  return code === null ? PROVINCE : regionIn(code)
}

export const checkPenalty2015Row = (notice: RecordNotice): FormatFault[] => {
  const person = naturalPerson(notice, 'CF_XDR_MC')
  return person.length > 0 ? person : faultsIn('penalty-2015', penalty2015Row(notice, LONG_TERM))
}
