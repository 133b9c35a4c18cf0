import { makeShopCode, parseCode } from '../domain/operators/codes.js'
import type { RecordSubject } from '../domain/records/records.js'
import { Refusal } from '../foundation/errors.js'
import { isNullMarker, textOfValue } from '../foundation/text/values.js'
import { readListPage, valueAt } from './envelopes.js'
import { type Examination, NO_CODES } from './examine.js'
import { type FeedForm, makeAgency } from './feed.js'
import { parseJson } from './readers/json.js'
import { makePagedFetch, type PagingOptions } from './transports/http/pages.js'
import { mapWordsToValues, pickColumn, splitWords } from './words.js'

const SELLERS = mapWordsToValues({
  PERSON: '自然人 个人 NATURAL_PERSON',
  ORGANISATION: '企业 法人及非法人组织 ORGANISATION 个体工商户 INDIVIDUAL_BUSINESS 农民专业合作社 COOPERATIVE',
})
const METHODS = mapWordsToValues({
  NETWORK_ID: '网号 网证 网号/网证 国家网络身份认证 NETWORK_ID',
  MARKETPLACE_CHECK: '平台核验 MARKETPLACE_CHECK',
  LICENCE: '营业执照 电子营业执照 LICENCE',
})
const RESULTS = mapWordsToValues({ true: 'true 一致 通过 是', false: 'false 不一致 未通过 否' })
/** ID numbers are never stored, only reported. */
const FORBIDDEN = splitWords(`
  idNumber idNo idCard idCardNo certNo certNumber certificateNumber sellerIdNumber
  证件号码 证件号 身份证 身份证号 身份证号码 公民身份号码 经营者证件号码`)
const WEB_ADDRESS = /^https?:\/\/[^\s/?#]+(?:[/?#]\S*)?$/i

const FIELDS = {
  marketplace: ['marketplace', '平台代码'],
  shopId: ['shopId', '店铺编号'],
  name: ['shopName', '店铺名称'],
  url: ['url', '店铺网址'],
  category: ['category', '经营类目'],
  opened: ['openedOn', '开店日期'],
  closed: ['closedOn', '关闭日期'],
  sellerKind: ['sellerKind', '经营者类型'],
  sellerName: ['sellerName', '经营者名称'],
  uscc: ['uscc', '统一社会信用代码'],
  method: ['realNameMethod', '核验方式'],
  matched: ['realNameMatched', '核验结果'],
} as const
type ShopFields = Record<keyof typeof FIELDS, string>

const form = (names: ShopFields): FeedForm => ({
  names: [...Object.values(names), ...FORBIDDEN],
  spellings: Object.values(names).map((name) => [name]),
  keyed: [names.marketplace, names.shopId],
  drafts: (row, { today }) => {
    for (const field of FORBIDDEN) if (row.has(field)) forbid(row, field)
    const marketplace = row.required(names.marketplace)
    const shopId = row.required(names.shopId)
    const code = makeShopCode(marketplace, shopId)
    const known = parseCode(code)
    if (known === null && marketplace !== '' && shopId !== '')
      row.problem(names.shopId, 'code', '平台与店铺编号不构成有效代码。Marketplace and shop id make no code.')
    const name = row.requiredName(names.name)
    const openedOn = row.pastDate(names.opened, today)
    const closedOn = row.date(names.closed)
    row.notBefore(names.closed, closedOn, openedOn, '关闭日期早于开店日期。Closed before it was opened.')
    return [
      {
        key: code,
        subject: keeperOf(row, names, code, name),
        body: {
          marketplace: known?.code.split(':')[1] ?? marketplace,
          shop_id: shopId,
          name,
          url: webAddressIn(row, names.url),
          category: row.text(names.category),
          opened_on: openedOn,
          ...realNameOf(row, names),
        },
        validFrom: openedOn,
        validTo: closedOn,
      },
    ]
  },
})

const forbid = (row: Examination, field: string): void => {
  const sent = row.value(field)
  const text = textOfValue(sent)
  if (sent === null || sent === undefined || text?.trim() === '' || (text !== null && isNullMarker(text))) return
  row.remark(
    field,
    'personal.number',
    `${field}不应报送，未采用：网店只报核验结论。${field} must not be sent and was not taken: only the result of a check is wanted.`,
  )
}

/** A natural person's shop is an operator, named after the shop. */
const keeperOf = (row: Examination, names: ShopFields, code: string, name: string): RecordSubject => {
  const kind = row.choice(names.sellerKind, SELLERS)
  const codes = row.codes({ field: names.uscc, scheme: 'uscc' })
  if (kind === 'PERSON' && (codes.uscc ?? codes.orgCode ?? codes.regNo) !== null)
    row.problem(names.uscc, 'code', '自然人网店不应有代码。A natural person has no code of an organisation.')
  if (kind !== 'ORGANISATION') return { ...NO_CODES, shop: code, name }
  if (row.text(names.uscc) === null) row.required(names.uscc)
  return { ...codes, name: row.requiredName(names.sellerName) }
}

const realNameOf = (row: Examination, { method: methodField, matched: matchedField }: ShopFields) => {
  const sent = row.value(matchedField)
  const result = typeof sent === 'boolean' ? String(sent) : row.optionalChoice(matchedField, RESULTS)
  const matched = result === null ? null : result === 'true'
  const method = row.optionalChoice(methodField, METHODS)
  if (matched !== null && method === null)
    row.remark(methodField, 'required', '有核验结论而无核验方式。A result of a check without its method.')
  return { real_name_method: method, real_name_matched: matched }
}

/** Pages show the address as a link, so only http and https pass. */
export const webAddressIn = (row: Examination, field: string): string | null => {
  const sent = row.text(field)
  if (sent === null || WEB_ADDRESS.test(sent)) return sent
  row.problem(field, 'value', `${field}不是网页地址：${sent.slice(0, 100)}。${field} is no address of the web.`)
  return null
}

const parsePage: PagingOptions['open'] = (body) => {
  const answer = parseJson(body.toString('utf8'))
  const page = readListPage(answer, { list: 'shops', total: 'total', page: 'page' })
  const why = valueAt(answer, 'message')
  if (page === null && why !== undefined) throw new Refusal('FEED_UNREACHABLE', { reason: String(why) })
  return page
}

export const marketplacesAgency = makeAgency('marketplaces', { zh: '电子商务平台', en: 'E-commerce marketplaces' }, [
  {
    id: 'shops',
    kind: 'shop',
    title: { zh: '网店信息', en: 'Shops' },
    whole: true,
    provesAbsenceOf: ['shops'],
    forms: [form(pickColumn(FIELDS, 0)), form(pickColumn(FIELDS, 1))],
    fetch: makePagedFetch({
      pageItems: 200,
      ask: (page, items) => ({ path: `/shops?page=${page}&size=${items}` }),
      open: parsePage,
    }),
  },
])
