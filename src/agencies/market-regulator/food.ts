import { normalizeName } from '../../domain/operators/names.js'
import { normalizeDocumentNumber, toPlainNumber } from '../../foundation/text/values.js'
import type { Examination, FormDraft, SubjectCodes } from '../examine.js'
import type { FeedDescription } from '../feed.js'
import { makeFileFetch } from '../transports/http/file.js'
import { mapWordsToValues } from '../words.js'
import { joinLabelled, readProduction, splitText } from './goods.js'
import { makeSpellings, makeSpeltForm } from './spelling.js'

const RESULT = mapWordsToValues({ PASS: '合格 符合', FAIL: '不合格 不符合' })
const BETWEEN_LINES = /[\r\n;；]+/
const BETWEEN_PARTS = /║|‖|∥|\|\||\||｜/
const MOST_PARTS = 3 // parts of one failure: item, result, allowed value

const FAILED = '不合格项目║检验结果║标准值'
const FIELDS = makeSpellings({
  抽样编号: '抽样单编号 抽样单号 样品编号',
  序号: '',
  标称生产企业名称: '标称生产企业 标称生产单位 标称生产单位名称 标称生产者 标称生产者名称 标示生产企业名称',
  标称生产企业地址: '标称生产单位地址 标称生产者地址 标示生产企业地址',
  标称生产企业统一社会信用代码: '标称生产单位统一社会信用代码 标称生产者统一社会信用代码',
  被抽样单位名称: '被抽样单位 被抽检单位 被抽检单位名称 被采样单位名称 受检单位 被抽样经营者名称',
  被抽样单位地址: '被抽检单位地址 被采样单位地址 被抽样单位所在省份 被抽样经营者地址',
  被抽样单位统一社会信用代码: '被抽检单位统一社会信用代码 受检单位统一社会信用代码 被抽样经营者统一社会信用代码',
  食品名称: '样品名称',
  规格型号: '规格 型号规格',
  商标: '',
  '生产日期/批号': '生产日期或批号 生产日期（批号） 生产日期/购进日期/批号 生产日期',
  [FAILED]: '不合格项目‖检验结果‖标准值 不合格项目|检验结果|标准值 不合格项目 主要不合格项目',
  检验结论: '抽检结论 结论 抽检结果 结果判定',
  分类: '食品分类 食品大类 食品类别',
  公告号: '通告号 公告文号 通告文号 通报文号',
  公告日期: '通告日期 发布日期 通报日期',
  '任务来源/项目名称': '任务来源 任务来源或项目名称',
  检验机构: '承检机构 承检单位 检测机构',
  网络平台: '电商平台 网络食品交易平台 平台名称',
  备注: '',
})

const table = makeSpeltForm(FIELDS, (row, as, { today, dated }) => {
  const announced = row.pastDate(as('公告日期'), today) ?? dated ?? row.requiredDate(as('公告日期'), today)
  const notice = row.text(as('公告号'))
  const number = row.text(as('抽样编号'))
  const seller: SampledParty = {
    role: 'SELLER',
    name: row.name(as('被抽样单位名称')),
    codes: row.codes({ field: as('被抽样单位统一社会信用代码'), scheme: 'uscc' }),
    address: row.text(as('被抽样单位地址')),
  }
  const producer: SampledParty = {
    role: 'LABELLED_PRODUCER',
    name: row.name(as('标称生产企业名称')),
    codes: row.codes({ field: as('标称生产企业统一社会信用代码'), scheme: 'uscc' }),
    address: row.text(as('标称生产企业地址')),
  }
  const parties = partiesOf(seller, producer)
  if (parties.length === 0) row.requiredName(as('被抽样单位名称'))
  for (const [party, field] of [
    [seller, '被抽样单位名称'],
    [producer, '标称生产企业名称'],
  ] as const) {
    if (party.name === null && party.codes.uscc !== null) row.requiredName(as(field))
  }
  const key = toPlainNumber(
    number ?? `${normalizeDocumentNumber(row.required(as('公告号')))}/${row.required(as('序号'))}`,
  )
  const failures = failuresOf(row, as(FAILED))
  const common = {
    notice_number: notice === null ? null : normalizeDocumentNumber(notice),
    announced_on: announced,
    product: row.requiredName(as('食品名称')),
    brand: row.text(as('商标')),
    model: row.text(as('规格型号')),
    ...readProduction(row, as('生产日期/批号')),
    labelled_producer: producer.name,
    result: resultOf(row, as('检验结论'), as(FAILED), failures),
    failures,
    laboratory: row.name(as('检验机构')),
    marketplace: row.name(as('网络平台')),
  }
  const told = {
    分类: row.text(as('分类')),
    任务来源: row.text(as('任务来源/项目名称')),
    备注: row.text(as('备注')),
  }
  return parties.map(
    ({ role, name, codes, address }): FormDraft => ({
      key: `${key}/${role}`,
      subject: { ...codes, name },
      body: { ...common, party_role: role, party_name: name, note: joinLabelled({ 地址: address, ...told }) },
      validFrom: announced,
    }),
  )
})

interface SampledParty {
  role: 'SELLER' | 'LABELLED_PRODUCER'
  name: string | null
  codes: SubjectCodes
  address: string | null
}

const partiesOf = (seller: SampledParty, producer: SampledParty): SampledParty[] => {
  const named = [seller, producer].filter(({ name }) => name !== null)
  return named.length === 2 && isSame(seller, producer) ? [seller] : named
}

const isSame = (one: SampledParty, other: SampledParty): boolean => {
  if (one.codes.uscc !== null && other.codes.uscc !== null) return one.codes.uscc === other.codes.uscc
  return normalizeName(one.name ?? '') === normalizeName(other.name ?? '')
}

/** Format: 苯甲酸║1.2g/kg║≤1.0g/kg, one failure per line. */
const failuresOf = (row: Examination, field: string): string[] =>
  splitText(row.text(field), BETWEEN_LINES).map((line) => {
    const [what = '', found = '', allowed = '', ...more] = line.split(BETWEEN_PARTS).map((part) => part.trim())
    if (more.length > 0) {
      row.remark(field, 'value', `${field}中一行多于 ${MOST_PARTS} 段：${line}。A line of ${field} has too many parts.`)
      return line
    }
    const measured = joinLabelled({ 检验结果: found || null, 标准值: allowed || null })
    return measured === null ? what : `${what}（${measured}）`
  })

/** An empty result is FAIL if failures are listed, and PASS if their column says "/" (none). */
const resultOf = (row: Examination, field: string, failed: string, failures: readonly string[]): string | null => {
  if (row.text(field) === null) {
    if (failures.length > 0) return 'FAIL'
    const marked = row.has(failed) && String(row.value(failed) ?? '').trim() !== ''
    return marked ? 'PASS' : row.choice(field, RESULT)
  }
  const result = row.choice(field, RESULT)
  if ((result === 'FAIL') !== failures.length > 0)
    row.remark(failed, 'value', '检验结论与不合格项目不相符。The result and the failures do not agree.')
  return result
}

export const foodFeed: FeedDescription = {
  id: 'food',
  kind: 'inspection',
  title: { zh: '食品安全监督抽检', en: 'Food sampling' },
  whole: false,
  provesAbsenceOf: ['inspections'],
  bounds: { most: 500_000, rejectShare: 0.3, staleAfterHours: 72 },
  marks: ['食品名称', '样品名称'],
  forms: [table],
  fetch: makeFileFetch('/food.xlsx'),
}
