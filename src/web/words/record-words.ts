/** The only source of the words for field names and fixed values (schema/records). */
import type { Words } from '../../foundation/text/words.js'

const words = (zh: string, en: string): Words => ({ zh, en })

/** In display order. */
export const FIELD_WORDS: Readonly<Record<string, Words>> = {
  name: words('名称', 'Name'),
  uscc: words('统一社会信用代码', 'Unified social credit code'),
  reg_no: words('注册号', 'Registration number'),
  former_names: words('曾用名', 'Former names'),
  kind: words('类别', 'Kind'),
  type: words('类型', 'Type'),
  representative: words('法定代表人（负责人）', 'Representative'),
  capital_yuan: words('注册资本（元）', 'Registered capital (yuan)'),
  capital_currency: words('币种', 'Currency'),
  established_on: words('成立日期', 'Established on'),
  approved_on: words('核准日期', 'Approved on'),
  term_from: words('营业期限自', 'Term from'),
  term_to: words('营业期限至', 'Term until'),
  status: words('状态', 'State'),
  scope: words('经营范围', 'Scope of business'),
  authority: words('机关', 'Authority'),
  authority_code: words('机关代码', 'Code of the authority'),
  region_code: words('行政区划', 'Division'),
  province: words('省', 'Province'),
  city: words('市', 'City'),
  address: words('住所', 'Address'),
  document_number: words('文书号', 'Document number'),
  document_name: words('文书名称', 'Document'),
  party_name: words('当事人', 'Party'),
  party_kind: words('当事人类别', 'Kind of party'),
  violation: words('违法行为', 'Violation'),
  facts: words('违法事实', 'Facts'),
  basis: words('依据', 'Legal basis'),
  types: words('处罚种类', 'Kinds of penalty'),
  content: words('内容', 'Content'),
  fine_yuan: words('罚款（元）', 'Fine (yuan)'),
  confiscated_yuan: words('没收（元）', 'Confiscated (yuan)'),
  licence: words('暂扣或吊销的证照', 'Licence suspended or revoked'),
  decided_on: words('决定日期', 'Decided on'),
  effective_until: words('有效期至', 'In effect until'),
  publish_until: words('公示截止期', 'Published until'),
  source_unit: words('数据来源单位', 'Sending unit'),
  source_unit_code: words('数据来源单位代码', 'Code of the sending unit'),
  revoked_on: words('撤销日期', 'Revoked on'),
  note: words('备注', 'Note'),
  category: words('类别', 'Category'),
  certificate: words('证书名称', 'Certificate'),
  permit_number: words('许可编号', 'Permit number'),
  valid_from: words('有效期自', 'Valid from'),
  valid_to: words('有效期至', 'Valid until'),
  list: words('名单', 'List'),
  reason: words('事由', 'Reason'),
  listed_on: words('列入日期', 'Listed on'),
  published_on: words('公示日期', 'Published on'),
  ends_on: words('届满日期', 'Ends on'),
  removed_on: words('移出日期', 'Removed on'),
  removal_reason: words('移出事由', 'Reason of removal'),
  notice_number: words('通告号', 'Notice number'),
  announced_on: words('通告日期', 'Announced on'),
  product: words('产品', 'Product'),
  brand: words('商标（牌号）', 'Brand'),
  model: words('规格型号', 'Model'),
  batch: words('批次', 'Batch'),
  produced_on: words('生产日期', 'Produced on'),
  party_role: words('当事人角色', 'Role of the party'),
  labelled_producer: words('标称生产者', 'Producer on the label'),
  result: words('结果', 'Result'),
  failures: words('不合格项目', 'What failed'),
  laboratory: words('检验机构', 'Laboratory'),
  marketplace: words('电子商务平台', 'Marketplace'),
  number: words('编号', 'Number'),
  gtins: words('商品条码', 'Article numbers'),
  gtin: words('商品条码', 'Article number'),
  hazard: words('缺陷及危害', 'Defect and hazard'),
  remedy: words('措施', 'Remedy'),
  quantity: words('数量', 'Quantity'),
  firm: words('召回企业', 'Recalling firm'),
  country: words('国别', 'Country'),
  classification: words('分级', 'Class of recall'),
  url: words('网址', 'Address on the web'),
  target: words('修复对象', 'What was repaired'),
  target_document_number: words('修复的文书号', 'Number of the document repaired'),
  target_authority: words('原决定机关', 'Authority that had decided'),
  outcome: words('修复结果', 'Outcome'),
  shop_id: words('店铺编号', 'Shop id'),
  opened_on: words('开店日期', 'Opened on'),
  real_name_method: words('实名核验方式', 'How identity was verified'),
  real_name_matched: words('实名核验是否一致', 'Identity verified'),
  products: words('适用产品', 'Products it is for'),
  declared_on: words('公开日期', 'Declared on'),
  abolished_on: words('废止日期', 'Abolished on'),
  office: words('受理机关', 'Office'),
  application_number: words('申请号', 'Application number'),
  class: words('类别（国际分类）', 'Nice class'),
  owner_name: words('权利人', 'Owner'),
  owner_name_en: words('权利人（英文）', 'Owner (English)'),
  owner_uscc: words('权利人代码', 'Code of the owner'),
  applied_on: words('申请日期', 'Applied for on'),
  registered_on: words('注册日期', 'Registered on'),
  expires_on: words('届满日期', 'Expires on'),
  goods: words('商品或服务', 'Goods or services'),
  certifier: words('认证机构', 'Certifier'),
  certificate_number: words('证书编号', 'Certificate number'),
  mark: words('认证标志', 'Mark'),
  domains: words('域名', 'Domains'),
  issued_on: words('颁发日期', 'Issued on'),
  main_number: words('主体备案号', 'Filing number of its holder'),
  site_name: words('网站名称', 'Name of the site'),
  filed_on: words('备案日期', 'Filed on'),
  subject_matter: words('承诺事项', 'What was promised'),
  text: words('承诺内容', 'Words of the promise'),
  made_on: words('承诺日期', 'Promised on'),
  checks: words('履行检查', 'How it was kept'),
  checked_on: words('核查日期', 'Checked on'),
  by: words('核查单位', 'Checked by'),
}

const VALUES: Readonly<Record<string, Words>> = {
  IN_FORCE: words('有效', 'in force'),
  REVOKED: words('已撤销', 'revoked'),
  CHANGED: words('已变更', 'changed'),
  DISPUTED: words('有争议', 'disputed'),
  VALID: words('有效', 'valid'),
  INVALID: words('无效', 'invalid'),
  CANCELLED: words('已注销', 'cancelled'),
  SUSPENDED: words('暂停', 'suspended'),
  EXPIRED: words('已届满', 'expired'),
  ABOLISHED: words('已废止', 'abolished'),
  REGISTERED: words('已注册', 'registered'),
  APPLIED: words('申请中', 'applied for'),
  PASS: words('合格', 'passed'),
  FAIL: words('不合格', 'failed'),
  SELLER: words('销售者', 'seller'),
  LABELLED_PRODUCER: words('标称生产者', 'producer on the label'),
  PRODUCER: words('生产者', 'producer'),
  MANUFACTURER: words('制造者', 'manufacturer'),
  IMPORTER: words('进口者', 'importer'),
  UNKNOWN: words('不详', 'not known'),
  ONGOING: words('召回中', 'going on'),
  TERMINATED: words('已结束', 'ended'),
  PENALTY: words('行政处罚', 'penalty'),
  LIST_ENTRY: words('名单', 'entry of a list'),
  ABNORMAL: words('经营异常名录', 'list of abnormal operations'),
  REPAIRED: words('已修复', 'repaired'),
  REMOVED: words('已移出', 'removed'),
  REFUSED: words('不予修复', 'refused'),
  KEPT: words('已履行', 'kept'),
  BROKEN: words('未履行', 'broken'),
  PARTLY: words('部分履行', 'kept in part'),
  ORGANISATION: words('法人或其他组织', 'organisation'),
  INDIVIDUAL_BUSINESS: words('个体工商户', 'individual business'),
  NATURAL_PERSON: words('自然人', 'natural person'),
  NETWORK_ID: words('网号、网证', 'network identity'),
  MARKETPLACE_CHECK: words('平台核验', 'checked by the marketplace'),
  LICENCE: words('营业执照', 'business licence'),
  ACTIVE: words('存续', 'active'),
  DEREGISTERED: words('注销', 'deregistered'),
  MOVED_OUT: words('迁出', 'moved out'),
  enterprise: words('企业', 'enterprise'),
  branch: words('分支机构', 'branch'),
  individual: words('个体工商户', 'individual business'),
  cooperative: words('农民专业合作社', 'farmers’ cooperative'),
  other: words('其他', 'other'),
  serious: words('严重违法失信名单', 'list of serious violations'),
  abnormal: words('经营异常名录', 'list of abnormal operations'),
  defaulters: words('失信被执行人', 'judgment defaulters'),
  'ecommerce-2018': words('电子商务领域黑名单（2018）', 'e-commerce blacklist (2018)'),
  CN: words('国家知识产权局', 'CNIPA'),
  TW: words('智慧財產局（台湾）', 'TIPO (Taiwan)'),
  US: words('USPTO', 'USPTO'),
}
const OF_KIND: Readonly<Record<string, Readonly<Record<string, Words>>>> = {
  REGISTRATION: {
    REVOKED: words('吊销未注销', 'licence revoked'),
    CANCELLED: words('撤销登记', 'registration annulled'),
    SUSPENDED: words('停业、歇业', 'out of business for a time'),
  },
  STANDARD: {
    ENTERPRISE: words('企业标准', 'enterprise standard'),
    GROUP: words('团体标准', 'group standard'),
    LOCAL: words('地方标准', 'local standard'),
    INDUSTRY: words('行业标准', 'industry standard'),
    NATIONAL: words('国家标准', 'national standard'),
    IN_FORCE: words('现行', 'in force'),
  },
  PERMIT: {
    GENERAL: words('普通', 'general'),
    FRANCHISE: words('特许', 'franchise'),
    ACCREDITATION: words('认可', 'accreditation'),
    APPROVAL: words('核准', 'approval'),
    REGISTRATION: words('登记', 'registration'),
    OTHER: words('其他', 'other'),
  },
}

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | null =>
  Object.hasOwn(table, key) ? (table[key] ?? null) : null

export const wordsOfField = (field: string): Words => own(FIELD_WORDS, field) ?? words(field, field)

/** Returns null for free text. */
export const wordsOf = (kind: string, value: string): Words | null =>
  own(own(OF_KIND, kind) ?? {}, value) ?? own(VALUES, value)

export const isBare = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** An empty value is shown as —. */
export const valueIn = (lang: keyof Words, kind: string, value: unknown): string => {
  if (isBare(value)) return '—'
  if (typeof value === 'boolean') return lang === 'zh' ? (value ? '是' : '否') : value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map((one) => valueIn(lang, kind, one)).join(lang === 'zh' ? '；' : '; ')
  if (typeof value === 'object')
    return Object.entries(value as object)
      .map(([name, one]) => `${wordsOfField(name)[lang]} ${valueIn(lang, kind, one)}`)
      .join(lang === 'zh' ? '，' : ', ')
  const text = String(value)
  return wordsOf(kind, text)?.[lang] ?? text
}

const ORDER = new Map(Object.keys(FIELD_WORDS).map((field, i) => [field, i]))

/** In display order. */
export const saidIn = (body: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(body)
    .filter(([, value]) => !isBare(value))
    .sort(([one], [other]) => (ORDER.get(one) ?? ORDER.size) - (ORDER.get(other) ?? ORDER.size))
