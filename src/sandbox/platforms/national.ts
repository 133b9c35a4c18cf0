import { parseJsonObject } from '../../foundation/text/json.js'
import { isSameSecret, makeJsonAnswer, type StandInReply, type StandInRequest } from '../server.js'
import { samrListForm } from './forms/lists.js'
import { penaltyForm, permitForm } from './forms/records.js'
import { parseJsonRows, type RowForm } from './received-rows.js'
import type { JudgedRow, PlatformDialect, PlatformEndpoint } from './stand-in.js'

const batchOf = (form: RowForm): PlatformEndpoint => ({
  read: ({ body }) => {
    const rows = parseJsonRows(body)
    return rows && { form, rows }
  },
  answer: receipts,
})

const receipts = (judged: readonly JudgedRow[], asked: StandInRequest, form: RowForm): StandInReply =>
  makeJsonAnswer(200, {
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

export const nationalDialect: PlatformDialect = {
  id: 'national',
  name: { zh: '全国信用信息共享平台', en: 'National Credit Information Sharing Platform' },
  admits: ({ headers }, secret) => isSameSecret(headers.authorization, `Bearer ${secret}`),
  doors: {
    '/api/lists/serious/batch': batchOf(samrListForm),
    '/api/sgs/penalties': batchOf(penaltyForm),
    '/api/sgs/permits': batchOf(permitForm),
  },
  displays: { key: 'ILLID', sequence: 'SN', uscc: 'UNISCID', name: 'ENTNAME' },
}
