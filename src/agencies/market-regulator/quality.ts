/** Results of product quality inspections: one workbook, a title and a note above its header. */
import { parseDate } from '../../domain/dates.js'
import { documentNumber } from '../../domain/values.js'
import type { Examination } from '../examine.js'
import { type Form, makeFeed } from '../feed.js'
import { file } from '../transports/http.js'

const RESULT: Record<string, string> = { 合格: 'PASS', 不合格: 'FAIL' }
const BETWEEN_FAILURES = /[;；、\r\n]+/
/** A day written out inside "生产日期/批号", whatever stands around it. */
const DAY_INSIDE = /(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日|\d{8})(?!\d)/
const AROUND_BATCH = /^[\s/／,，;；:：]+|[\s/／,，;；:：]+$/g

const table: Form = {
  names: [
    '序号',
    '产品种类',
    '受检单位',
    '受检单位统一社会信用代码',
    '标称生产单位',
    '标称生产单位所在地',
    '产品名称',
    '规格型号',
    '商标',
    '生产日期/批号',
    '抽查结果',
    '主要不合格项目',
    '承检机构',
    '电商平台',
    '通报文号',
    '通报日期',
    '备注',
  ],
  drafts: (row, { today }) => {
    const codes = row.codes([{ field: '受检单位统一社会信用代码', scheme: 'uscc' }])
    const party = row.requiredName('受检单位')
    const notice = documentNumber(row.required('通报文号'))
    const announced = row.requiredDate('通报日期', today)
    const result = row.choice('抽查结果', RESULT)
    const failures = failuresOf(row)
    if ((result === 'FAIL') !== failures.length > 0) {
      row.finding('主要不合格项目', 'value', '抽查结果与不合格项目不相符。The result and the failures do not agree.')
    }
    return [
      {
        kind: 'inspection',
        key: `${notice}/${row.required('序号')}`,
        subject: { ...codes, shop: null, name: party },
        body: {
          notice_number: notice,
          announced_on: announced,
          product: row.requiredName('产品名称'),
          brand: row.text('商标'),
          model: row.text('规格型号'),
          ...production(row, '生产日期/批号'),
          // "标称" is what the label says; who is inspected is the seller, and only the seller is proven.
          party_role: 'SELLER',
          party_name: party,
          labelled_producer: row.name('标称生产单位'),
          result,
          failures,
          laboratory: row.name('承检机构'),
          marketplace: row.name('电商平台'),
          note: row.text('备注'),
        },
        validFrom: announced,
        validTo: null,
      },
    ]
  },
}

const failuresOf = (row: Examination): string[] =>
  (row.text('主要不合格项目') ?? '')
    .split(BETWEEN_FAILURES)
    .map((failure) => failure.trim())
    .filter((failure) => failure !== '')

/** One cell holds the day, the batch, or both. What looks like a day and is none stays with the batch, as sent. */
const production = (row: Examination, field: string): { produced_on: string | null; batch: string | null } => {
  const sent = row.text(field)
  if (sent === null) return { produced_on: null, batch: null }
  const day = parseDate(row.value(field))
  if (day !== null) return { produced_on: day, batch: null }
  const inside = DAY_INSIDE.exec(sent)?.[0]
  const dayInside = inside === undefined ? null : parseDate(inside)
  if (inside === undefined || dayInside === null) {
    // Eight digits may just be a batch number.
    if (inside !== undefined && !/^\d{8}$/.test(inside)) {
      row.finding(field, 'date', `${field}中的日期不存在：${inside}。${field} names a day that does not exist.`)
    }
    return { produced_on: null, batch: sent }
  }
  return { produced_on: dayInside, batch: sent.replace(inside, '').replace(AROUND_BATCH, '') || null }
}

export const quality = makeFeed({
  id: 'quality',
  agency: 'market-regulator',
  kind: 'inspection',
  title: { zh: '产品质量监督抽查', en: 'Product quality inspections' },
  whole: false,
  every: '40 3 * * *',
  forms: [table],
  fetch: (source, shapes, feed) => file(source, '/quality.xlsx', shapes, feed),
})
