import { parseJsonObject } from '../../foundation/text/json.js'
import { json, type StandInReply, type StandInRequest } from '../server.js'
import { samrList } from './forms/lists.js'
import { penaltyRow, permitRow } from './forms/records.js'
import { jsonRows, sameSecret } from './reading.js'
import type { RowForm } from './received-rows.js'
import type { Dialect, JudgedRow, PlatformEndpoint } from './stand-in.js'

const batchOf = (form: RowForm): PlatformEndpoint => ({
  read: ({ body }) => {
    const rows = jsonRows(body)
    return rows && { form, rows }
  },
  answer: receipts,
})

const receipts = (judged: readonly JudgedRow[], asked: StandInRequest, form: RowForm): StandInReply =>
  json(200, {
    batchNo: parseJsonObject(asked.body)?.['batchNo'] ?? null,
    accepted: judged.filter(({ verdict }) => verdict.accepted).length,
    rejected: judged.filter(({ verdict }) => !verdict.accepted).length,
    receipts: judged.map(({ row, verdict: { code, text, field, value, recordId } }, index) => ({
      rowNo: index + 1,
      [form.names.key ?? '']: row[form.names.key ?? ''] ?? null,
      code,
      text,
      field,
      value,
      recordId,
    })),
  })

export const national: Dialect = {
  id: 'national',
  name: { zh: '全国信用信息共享平台', en: 'National Credit Information Sharing Platform' },
  admits: ({ headers }, secret) => sameSecret(headers.authorization, `Bearer ${secret}`),
  doors: {
    '/api/lists/serious/batch': batchOf(samrList),
    '/api/sgs/penalties': batchOf(penaltyRow),
    '/api/sgs/permits': batchOf(permitRow),
  },
  displays: { key: 'ILLID', sequence: 'SN', uscc: 'UNISCID', name: 'ENTNAME' },
}
