import { toPlainNumber } from '../../foundation/text/values.js'
import type { Examination } from '../examine.js'
import type { FeedDescription } from '../feed.js'
import { mapWordsToValues } from '../words.js'
import { readItemParts } from './item-parts.js'
import { makeServicePagesFetch } from './requests.js'
import { listSpellings, makeSpellings, makeSpeltForm } from './spelling.js'

const RESULTS = mapWordsToValues({ KEPT: '履行 已履行', BROKEN: '未履行 违反', PARTLY: '部分履行' })

const FIELDS = makeSpellings({
  承诺编号: '承诺书编号 编号',
  承诺主体: '承诺单位 承诺企业 企业名称',
  统一社会信用代码: '',
  承诺事项: '承诺类型 承诺类别',
  承诺内容: '',
  承诺日期: '作出日期 承诺时间',
  有效期至: '承诺期限至 有效期',
  核查情况: '核查记录 履行情况核查 checks',
})
const CHECKS = makeSpellings({
  核查日期: '核查时间',
  核查结果: '履行情况 履行状态',
  核查单位: '核查机关',
  核查说明: '核查备注',
})

const commitment = makeSpeltForm(
  FIELDS,
  (row, as, { today }) => {
    const codes = row.codes({ field: as('统一社会信用代码'), scheme: 'uscc' })
    const made = row.requiredDate(as('承诺日期'), today)
    const until = row.endDate(as('有效期至'))
    row.notBefore(as('有效期至'), until, made, '有效期早于承诺日期。It ends before it was made.')
    return [
      {
        key: toPlainNumber(row.required(as('承诺编号'))),
        subject: { ...codes, name: row.requiredName(as('承诺主体')) },
        body: {
          subject_matter: row.required(as('承诺事项')),
          text: row.text(as('承诺内容')),
          made_on: made,
          valid_to: until,
          checks: checksOf(row, as('核查情况'), made, today),
        },
        validFrom: made,
        validTo: until,
      },
    ]
  },
  [...listSpellings(CHECKS), '序号'],
)

const checksOf = (row: Examination, field: string, made: string, today: string) =>
  readItemParts(row, field, CHECKS).map((part) => {
    const day = part.核查日期 === null ? null : row.dayOf('核查日期', part.核查日期)
    if (part.核查日期 === null) row.problem('核查日期', 'required', '有一次核查没有日期。A check has no day.')
    if (day !== null && day > today)
      row.remark('核查日期', 'date.future', `核查日期晚于今天：${day}。It lies in the future.`)
    row.notBefore('核查日期', day, made, '核查早于承诺。Checked before it was made.')
    if (part.核查结果 === null) row.problem('核查结果', 'required', '缺少核查结果。核查结果 is missing.')
    return {
      checked_on: day,
      result: part.核查结果 === null ? null : row.meaningOf('核查结果', part.核查结果, RESULTS),
      by: part.核查单位,
      note: part.核查说明,
    }
  })

export const commitmentsFeed: FeedDescription = {
  id: 'commitments',
  kind: 'commitment',
  title: { zh: '质量承诺及履行情况', en: 'Commitments to quality' },
  whole: false,
  provesAbsenceOf: ['commitments'],
  bounds: { rejectShare: 0.2, staleAfterHours: 96 },
  forms: [commitment],
  fetch: makeServicePagesFetch('/commitments'),
}
