/** Stand-in of 信用中国. */
import { json } from '../server.js'
import { samrList } from './forms.js'
import { jsonRows, sameSecret } from './reading.js'
import type { Dialect, Door } from './stand-in.js'

const blacklist: Door = {
  read: ({ body }) => {
    const rows = jsonRows(body)
    return rows && { form: samrList, rows }
  },
  answer: (judged) =>
    json(200, {
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

export const creditchina: Dialect = {
  id: 'creditchina',
  name: { zh: '信用中国', en: 'Credit China' },
  admits: ({ headers }, secret) => sameSecret(headers['token'], secret),
  doors: { '/service/blacklist': blacklist },
  displays: { key: 'ILLID', sequence: 'SN', uscc: 'UNISCID', name: 'ENTNAME' },
}
