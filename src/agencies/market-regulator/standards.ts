import type { Examination } from '../examine.js'
import type { FeedDescription } from '../feed.js'
import { mapWordsToValues } from '../words.js'
import { readGtins } from './goods.js'
import { readItemParts } from './item-parts.js'
import { makeServicePagesFetch } from './requests.js'
import { listSpellings, makeSpellings, makeSpeltForm } from './spelling.js'

const STATUS = mapWordsToValues({ IN_FORCE: '现行有效 现行 有效', ABOLISHED: '废止 已废止' })
const KINDS: readonly [beginning: RegExp, kind: string][] = [
  [/^Q\//, 'ENTERPRISE'],
  [/^T\//, 'GROUP'],
  [/^DB\d/, 'LOCAL'],
  [/^GB(?:\/[TZ])?[ \d]/, 'NATIONAL'],
  [/^[A-Z]{2}(?:\/[TZ])?[ \d]/, 'INDUSTRY'],
]
const DASHES = / ?[-‐‑–—―－]{1,2} ?/g

const FIELDS = makeSpellings({
  标准编号: '标准号 企业标准编号',
  标准名称: '企业标准名称',
  企业名称: '声明企业 声明单位 公开企业名称',
  统一社会信用代码: '',
  标准状态: '状态',
  公开时间: '公开日期 声明日期 发布日期',
  废止时间: '废止日期',
  产品: '产品列表 products',
})
const GOODS = makeSpellings({
  产品名称: '',
  产品型号: '规格型号 型号',
  产品分类: '产品类别',
  产品条码: '商品条码',
})
const LEFT_OUT = ['规格', '通用名', '序号']

const standard = makeSpeltForm(
  FIELDS,
  (row, as, { today }) => {
    const codes = row.codes({ field: as('统一社会信用代码'), scheme: 'uscc' })
    const party = row.requiredName(as('企业名称'))
    const number = numberOf(row.required(as('标准编号')))
    const declared = row.requiredDate(as('公开时间'), today)
    const abolished = row.pastDate(as('废止时间'), today)
    const status = row.choice(as('标准状态'), STATUS)
    row.notBefore(as('废止时间'), abolished, declared, '废止时间早于公开时间。Abolished before it was declared.')
    if (abolished !== null && status === 'IN_FORCE')
      row.problem(as('标准状态'), 'value', '标明现行有效，却有废止时间。Said to be in force, yet abolished.')
    return [
      {
        key: `${codes.uscc ?? party}/${number}`,
        subject: { ...codes, name: party },
        body: {
          number,
          name: row.requiredName(as('标准名称')),
          kind: kindOf(row, as('标准编号'), number),
          products: productsOf(row, as('产品')),
          declared_on: declared,
          status,
          abolished_on: abolished,
        },
        validFrom: declared,
        validTo: abolished,
        fact: number,
      },
    ]
  },
  [...listSpellings(GOODS), ...LEFT_OUT],
  ['统一社会信用代码', '企业名称', '标准编号'],
)

const numberOf = (sent: string): string =>
  sent
    .normalize('NFKC')
    .toUpperCase()
    .replace(/\s+/g, ' ')
    .replace(DASHES, '—')
    .replace(/ ?\/ ?/g, '/')
    .trim()

const kindOf = (row: Examination, field: string, number: string): string | null => {
  const kind = KINDS.find(([beginning]) => beginning.test(number))?.[1] ?? null
  if (kind === null && number !== '')
    row.problem(field, 'value', `${field}不是标准编号：${number}。${field} is no number of a standard.`)
  return kind
}

const productsOf = (row: Examination, field: string) =>
  readItemParts(row, field, GOODS).map((part) => {
    if (part.产品名称 === null) row.problem('产品名称', 'required', '有一项产品没有名称。A product has no name.')
    const [gtin = null] = part.产品条码 === null ? [] : readGtins(row, '产品条码', [part.产品条码])
    return { name: part.产品名称, model: part.产品型号, category: part.产品分类, gtin }
  })

export const standardsFeed: FeedDescription = {
  id: 'standards',
  kind: 'standard',
  title: { zh: '企业标准自我声明公开', en: 'Declared enterprise standards' },
  whole: true,
  provesAbsenceOf: ['standards'],
  bounds: { rejectShare: 0.2, shrinkShare: 0.3, staleAfterHours: 96 },
  forms: [standard],
  fetch: makeServicePagesFetch('/standards'),
}
