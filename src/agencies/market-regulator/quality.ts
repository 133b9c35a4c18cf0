import { normalizeDocumentNumber, toPlainNumber } from '../../foundation/text/values.js'
import { type Examination, NO_CODES } from '../examine.js'
import type { FeedDescription, FeedForm } from '../feed.js'
import { makeFileFetch } from '../transports/http/file.js'
import { mapWordsToValues, splitWords } from '../words.js'
import { joinLabelled, makeSampleKey, readProduction, splitOutsideBrackets, splitText } from './goods.js'
import { makeSpellings, makeSpeltForm } from './spelling.js'

const RESULT = mapWordsToValues({ PASS: '合格', FAIL: '不合格' })
const BETWEEN_FAILURES = /[;；、\r\n]+/
const BETWEEN_TESTS = ',，;；\r\n'

const FIELDS = makeSpellings({
  序号: '',
  受检单位: '受检单位名称 被抽查单位 被抽查单位名称 被抽样单位 被抽样单位名称 受检企业 受检企业名称',
  受检单位统一社会信用代码: '被抽查单位统一社会信用代码 被抽样单位统一社会信用代码 受检企业统一社会信用代码',
  标称生产单位: '标称生产企业 标称生产单位名称 标称生产企业名称 标称生产者 标称生产者名称',
  产品名称: '',
  规格型号: '型号规格 规格',
  商标: '标称商标',
  '生产日期/批号': '生产日期或批号 生产日期（批号） 生产批号/日期',
  抽查结果: '检验结果 检验结论 抽查结论',
  主要不合格项目: '不合格项目',
  承检机构: '检验机构 检测机构 承检单位',
  电商平台: '电商平台名称 网络交易平台',
  通报文号: '通告文号 公告文号',
  通报日期: '通告日期 公告日期',
  备注: '',
})
const LEFT_OUT = splitWords('产品种类 产品类别 标称生产单位所在地 标称生产企业所在地 标称生产单位地址 受检单位所在地')

const table = makeSpeltForm(
  FIELDS,
  (row, as, { today, dated }) => {
    const codes = row.codes({ field: as('受检单位统一社会信用代码'), scheme: 'uscc' })
    const party = row.requiredName(as('受检单位'))
    const product = row.requiredName(as('产品名称'))
    const made = readProduction(row, as('生产日期/批号'))
    const model = row.text(as('规格型号'))
    // A table without a column for the notice number is the annex of one notice.
    const numbered = row.has(as('通报文号'))
    const notice = numbered ? normalizeDocumentNumber(row.required(as('通报文号'))) : null
    const announced = row.has(as('通报日期')) || numbered ? row.requiredDate(as('通报日期'), today) : dated
    const failures = splitText(row.text(as('主要不合格项目')), BETWEEN_FAILURES)
    return [
      {
        key:
          notice === null
            ? makeSampleKey('quality', [party, product, model, made.produced_on, made.batch])
            : `${notice}/${toPlainNumber(row.required(as('序号')))}`,
        subject: { ...codes, name: party },
        body: {
          notice_number: notice,
          announced_on: announced,
          product,
          brand: row.text(as('商标')),
          model,
          ...made,
          // The inspected party is the seller; 标称 marks the label's claims.
          party_role: 'SELLER',
          party_name: party,
          labelled_producer: row.name(as('标称生产单位')),
          result: resultOf(row, as('抽查结果'), as('主要不合格项目'), failures),
          failures,
          laboratory: row.name(as('承检机构')),
          marketplace: row.name(as('电商平台')),
          note: row.text(as('备注')),
        },
        validFrom: announced,
      },
    ]
  },
  LEFT_OUT,
)

const resultOf = (row: Examination, field: string, failed: string, failures: readonly string[]): string | null => {
  if (!row.has(field) && failures.length > 0) return 'FAIL'
  const result = row.choice(field, RESULT)
  if ((result === 'FAIL') !== failures.length > 0)
    row.remark(failed, 'value', '抽查结果与不合格项目不相符。The result and the failures do not agree.')
  return result
}

/** Herbal slices (中药饮片), without notice number or date. */
const herbal: FeedForm = {
  names: splitWords('药品品名 标示生产企业或供货单位 生产批号 检品来源 检验依据 检验结果 不合格项目 检验机构 备注'),
  drafts: (row, { dated }) => {
    const product = row.requiredName('药品品名')
    const party = row.requiredName('标示生产企业或供货单位')
    const batch = row.text('生产批号')
    const source = row.name('检品来源')
    const failures = splitOutsideBrackets(row.text('不合格项目'), BETWEEN_TESTS)
    return [
      {
        key: makeSampleKey('herbal', [product, party, batch, source]),
        subject: { ...NO_CODES, name: party },
        body: {
          notice_number: null,
          announced_on: dated,
          product,
          brand: null,
          model: null,
          batch,
          produced_on: null,
          party_role: 'LABELLED_PRODUCER',
          party_name: party,
          labelled_producer: party,
          result: resultOf(row, '检验结果', '不合格项目', failures),
          failures,
          laboratory: row.name('检验机构'),
          marketplace: null,
          note: joinLabelled({ 检品来源: source, 检验依据: row.text('检验依据'), 备注: row.text('备注') }),
        },
        validFrom: dated,
      },
    ]
  },
}

export const qualityFeed: FeedDescription = {
  id: 'quality',
  kind: 'inspection',
  title: { zh: '产品质量监督抽查', en: 'Product quality inspections' },
  whole: false,
  provesAbsenceOf: ['inspections'],
  bounds: { most: 200_000, rejectShare: 0.3, staleAfterHours: 72 },
  marks: ['产品名称', '药品品名'],
  forms: [table, herbal],
  fetch: makeFileFetch('/quality.xlsx'),
}
