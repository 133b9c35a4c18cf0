import { normalizeName } from '../domain/operators/names.js'
import { toPlainNumber } from '../foundation/text/values.js'
import { type FeedForm, makeAgency } from './feed.js'
import { webAddressIn } from './marketplaces.js'
import { makeFileFetch } from './transports/http/file.js'
import { splitWords } from './words.js'

/** A grade is the association's own word. No scorecard reads it. */
const table: FeedForm = {
  names: splitWords(
    '协会名称 评价办法 评价编号 会员名称 统一社会信用代码 评价等级 评定日期 有效期至 自律公约网址 序号',
  ),
  keyed: ['协会名称', '评价编号'],
  drafts: (row, { today }) => {
    const association = row.requiredName('协会名称')
    const number = toPlainNumber(row.required('评价编号'))
    const awarded = row.requiredDate('评定日期', today)
    const validTo = row.endDate('有效期至')
    row.notBefore('有效期至', validTo, awarded, '有效期早于评定日期。Ends before it was awarded.')
    return [
      {
        key: `${normalizeName(association)}/${number}`,
        subject: {
          ...row.codes({ field: '统一社会信用代码', scheme: 'uscc' }),
          name: row.requiredName('会员名称'),
        },
        body: {
          association,
          scheme: row.required('评价办法'),
          grade: row.required('评价等级'),
          certificate_number: number,
          awarded_on: awarded,
          valid_to: validTo,
          pact_url: webAddressIn(row, '自律公约网址'),
        },
        validFrom: awarded,
        validTo,
      },
    ]
  },
}

export const associationsAgency = makeAgency('associations', { zh: '行业协会', en: 'Trade associations' }, [
  {
    id: 'ratings',
    kind: 'association_grade',
    title: { zh: '行业协会评价', en: 'Grades given by associations' },
    whole: true,
    provesAbsenceOf: [],
    forms: [table],
    fetch: makeFileFetch('/ratings.csv'),
  },
])
