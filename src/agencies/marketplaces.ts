import { parseCode, shopCode } from '../domain/operators/codes.js'
import type { Subject } from '../domain/records/records.js'
import { Refusal } from '../foundation/errors.js'
import { isNullMarker, textOfValue } from '../foundation/text/values.js'
import { parseCount, valueAt } from './envelopes.js'
import type { Examination } from './examine.js'
import { type Agency, type FeedForm, makeFeed } from './feed.js'
import { parseJson } from './readers/json.js'
import { type ListPage, openPaged } from './transports/http.js'

const PAGE_SIZE = 200
/** `true` marks a natural person. */
const SELLERS: Record<string, boolean> = {
  自然人: true,
  个人: true,
  NATURAL_PERSON: true,
  企业: false,
  法人及非法人组织: false,
  ORGANISATION: false,
  个体工商户: false,
  INDIVIDUAL_BUSINESS: false,
  农民专业合作社: false,
  COOPERATIVE: false,
}
const METHODS: Record<string, 'NETWORK_ID' | 'MARKETPLACE_CHECK' | 'LICENCE'> = {
  网号: 'NETWORK_ID',
  网证: 'NETWORK_ID',
  '网号/网证': 'NETWORK_ID',
  国家网络身份认证: 'NETWORK_ID',
  NETWORK_ID: 'NETWORK_ID',
  平台核验: 'MARKETPLACE_CHECK',
  MARKETPLACE_CHECK: 'MARKETPLACE_CHECK',
  营业执照: 'LICENCE',
  电子营业执照: 'LICENCE',
  LICENCE: 'LICENCE',
}
const RESULTS: Record<string, boolean> = {
  true: true,
  一致: true,
  通过: true,
  是: true,
  false: false,
  不一致: false,
  未通过: false,
  否: false,
}
/** ID numbers are never stored: the hub only reports that they were sent. */
const FORBIDDEN = [
  ...['idNumber', 'idNo', 'idCard', 'idCardNo', 'certNo', 'certNumber', 'certificateNumber', 'sellerIdNumber'],
  ...['证件号码', '证件号', '身份证', '身份证号', '身份证号码', '公民身份号码', '经营者证件号码'],
]
const WEB_ADDRESS = /^https?:\/\/[^\s/?#]+(?:[/?#]\S*)?$/i

interface ShopFields {
  marketplace: string
  shopId: string
  name: string
  url: string
  category: string
  opened: string
  closed: string
  sellerKind: string
  sellerName: string
  uscc: string
  method: string
  matched: string
}

const form = (names: ShopFields): FeedForm => ({
  names: [...Object.values(names), ...FORBIDDEN],
  keyed: [names.marketplace, names.shopId],
  drafts: (row, { today }) => {
    for (const field of FORBIDDEN) if (row.has(field)) forbid(row, field)
    const marketplace = row.required(names.marketplace)
    const shopId = row.required(names.shopId)
    const code = shopCode(marketplace, shopId)
    const known = parseCode(code)
    if (known === null && marketplace !== '' && shopId !== '')
      row.problem(names.shopId, 'code', '平台与店铺编号不构成有效代码。Marketplace and shop id make no code.')
    const name = row.requiredName(names.name)
    const openedOn = row.pastDate(names.opened, today)
    const closedOn = row.date(names.closed)
    if (openedOn !== null && closedOn !== null && closedOn < openedOn)
      row.problem(names.closed, 'date', '关闭日期早于开店日期。Closed before it was opened.')
    return [
      {
        kind: 'shop',
        key: code,
        subject: keeperOf(row, names, code, name),
        body: {
          marketplace: known?.code.split(':')[1] ?? marketplace,
          shop_id: shopId,
          name,
          url: addressOf(row, names.url),
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

/** A natural person's shop is itself an operator, named after the shop. */
const keeperOf = (row: Examination, names: ShopFields, code: string, name: string): Subject => {
  const person = row.choice(names.sellerKind, SELLERS)
  const codes = row.codes([{ field: names.uscc, scheme: 'uscc' }])
  if (person === true && (codes.uscc ?? codes.orgCode ?? codes.regNo) !== null)
    row.problem(names.uscc, 'code', '自然人网店不应有代码。A natural person has no code of an organisation.')
  if (person !== false) return { uscc: null, orgCode: null, regNo: null, shop: code, name }
  if (row.text(names.uscc) === null) row.required(names.uscc)
  return { ...codes, shop: null, name: row.requiredName(names.sellerName) }
}

const realNameOf = (row: Examination, { method: methodField, matched: matchedField }: ShopFields) => {
  const sent = row.value(matchedField)
  const matched =
    typeof sent === 'boolean' ? sent : row.text(matchedField) === null ? null : row.choice(matchedField, RESULTS)
  const method = row.text(methodField) === null ? null : row.choice(methodField, METHODS)
  if (matched !== null && method === null)
    row.remark(methodField, 'required', '有核验结论而无核验方式。A result of a check without its method.')
  return { real_name_method: method, real_name_matched: matched }
}

/** Pages show the address as a link, so only http and https pass. */
const addressOf = (row: Examination, field: string): string | null => {
  const sent = row.text(field)
  if (sent === null || WEB_ADDRESS.test(sent)) return sent
  row.problem(field, 'value', `${field}不是网页地址：${sent.slice(0, 100)}。${field} is no address of the web.`)
  return null
}

const interfaceForm = form({
  marketplace: 'marketplace',
  shopId: 'shopId',
  name: 'shopName',
  url: 'url',
  category: 'category',
  opened: 'openedOn',
  closed: 'closedOn',
  sellerKind: 'sellerKind',
  sellerName: 'sellerName',
  uscc: 'uscc',
  method: 'realNameMethod',
  matched: 'realNameMatched',
})

const tableForm = form({
  marketplace: '平台代码',
  shopId: '店铺编号',
  name: '店铺名称',
  url: '店铺网址',
  category: '经营类目',
  opened: '开店日期',
  closed: '关闭日期',
  sellerKind: '经营者类型',
  sellerName: '经营者名称',
  uscc: '统一社会信用代码',
  method: '核验方式',
  matched: '核验结果',
})

const parsePage = (body: Buffer): ListPage | null => {
  const answer = parseJson(body.toString('utf8'))
  const items = valueAt(answer, 'shops')
  const total = parseCount(valueAt(answer, 'total'))
  if (Array.isArray(items) && total !== null) return { items, total, page: parseCount(valueAt(answer, 'page')) }
  const why = valueAt(answer, 'message')
  if (why !== undefined) throw new Refusal('FEED_UNREACHABLE', { reason: String(why) })
  return null
}

const shops = makeFeed({
  id: 'shops',
  agency: 'marketplaces',
  kind: 'shop',
  title: { zh: '网店信息', en: 'Shops' },
  whole: true,
  forms: [interfaceForm, tableForm],
  fetch: (source, shapes, feed) =>
    openPaged(
      source,
      { pageItems: PAGE_SIZE, ask: (page, items) => ({ path: `/shops?page=${page}&size=${items}` }), open: parsePage },
      shapes,
      feed,
    ),
})

export const marketplacesAgency: Agency = {
  id: 'marketplaces',
  name: { zh: '电子商务平台', en: 'E-commerce marketplaces' },
  region: '220000',
  sends: ['shops'],
  feeds: [shops],
}
