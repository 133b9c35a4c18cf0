/** Stand-in of 信用中国. */
import { json } from '../server.js'
import { sameSecret } from './reading.js'
import { SAMR_FIELDS, samrRows } from './samr-rows.js'
import type { Dialect } from './stand-in.js'

export const creditchina: Dialect = {
  id: 'creditchina',
  name: { zh: '信用中国', en: 'Credit China' },
  path: '/service/blacklist',
  admits: ({ headers }, secret) => sameSecret(headers.token, secret),
  read: samrRows,
  fields: SAMR_FIELDS,
  answer: (rows, verdicts) =>
    json(200, {
      code: '00',
      line: verdicts.map(({ code, text, field, value, recordId }, index) => ({
        ILLID: rows[index]?.key ?? null,
        errcode: code,
        errmsg: text,
        errfield: field && SAMR_FIELDS[field],
        errvalue: value,
        recid: recordId,
      })),
    }),
}
