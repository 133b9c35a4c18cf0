import { readSoapCall, type SoapOperation, writeSoapAnswer } from '../../platforms/formats/rowdata-2015.js'
import { isSameSecret, makeJsonAnswer, type StandInRequest } from '../server.js'
import { samrListForm } from './forms/lists.js'
import { penalty2015Form, permit2015Form } from './forms/records.js'
import { parseJsonRows, type RowForm, readXmlRow } from './received-rows.js'
import type { PlatformDialect, PlatformEndpoint } from './stand-in.js'

const blacklist: PlatformEndpoint = {
  read: ({ body }) => {
    const rows = parseJsonRows(body)
    return rows && { form: samrListForm, rows }
  },
  answer: (judged) =>
    makeJsonAnswer(200, {
      code: '00',
      line: judged.map(({ row, verdict: { code, text, field, value, recordId } }) => ({
        ILLID: row['ILLID'] ?? null,
        errcode: code,
        errmsg: text,
        errfield: field,
        errvalue: value,
        recid: recordId,
      })),
    }),
}

const service = (operation: SoapOperation, form: RowForm): PlatformEndpoint => ({
  read: (asked) => {
    const call = callIn(asked)
    return call?.operation === operation ? { form, rows: call.rows.map(readXmlRow) } : null
  },
  answer: (judged) => ({
    status: 200,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: writeSoapAnswer(
      operation,
      judged.map(({ place, verdict: { code, text, field, value, recordId } }) => ({
        line: place,
        code,
        text,
        field,
        value,
        receiverId: recordId,
      })),
    ),
  }),
})

const callIn = ({ body }: StandInRequest) => {
  try {
    return readSoapCall(body)
  } catch {
    return null
  }
}

const SERVICES = '/service/P'

export const creditchinaDialect: PlatformDialect = {
  id: 'creditchina',
  name: { zh: '信用中国', en: 'Credit China' },
  admits: (asked, secret) => {
    const token = asked.path.startsWith(SERVICES) ? callIn(asked)?.token : asked.headers['token']
    return isSameSecret(token, secret)
  },
  doors: {
    '/service/blacklist': blacklist,
    '/service/PenaltyWebService': service('importPenalyXml', penalty2015Form),
    '/service/PermissionWebService': service('importPermissionXml', permit2015Form),
  },
  displays: { key: 'ILLID', sequence: 'SN', uscc: 'UNISCID', name: 'ENTNAME' },
}
