/** Stand-in of 全国信用信息共享平台. */
import { json, objectIn } from '../server.js'
import { sameSecret } from './reading.js'
import { SAMR_FIELDS, samrRows } from './samr-rows.js'
import type { Dialect } from './stand-in.js'

export const national: Dialect = {
  id: 'national',
  name: { zh: '全国信用信息共享平台', en: 'National Credit Information Sharing Platform' },
  path: '/api/lists/serious/batch',
  admits: ({ headers }, secret) => sameSecret(headers.authorization, `Bearer ${secret}`),
  read: samrRows,
  fields: SAMR_FIELDS,
  answer: (rows, verdicts, asked) =>
    json(200, {
      batchNo: objectIn(asked.body)?.batchNo ?? null,
      accepted: verdicts.filter(({ accepted }) => accepted).length,
      rejected: verdicts.filter(({ accepted }) => !accepted).length,
      receipts: verdicts.map(({ code, text, field, value, recordId }, index) => ({
        rowNo: index + 1,
        ILLID: rows[index]?.key ?? null,
        code,
        text,
        field: field && SAMR_FIELDS[field],
        value,
        recordId,
      })),
    }),
}
