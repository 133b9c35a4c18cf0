/** Records in Chinese: the names of their fields, the words of their values, and each in a line. The fields are those of schema/records. */
import { placeWords } from './places.js'
import { labelOf } from './words.js'

export type Body = Readonly<Record<string, unknown>>

const FIELDS: Record<string, string> = {
  name: '名称',
  uscc: '统一社会信用代码',
  reg_no: '注册号',
  former_names: '曾用名',
  kind: '类别',
  type: '类型',
  representative: '法定代表人（负责人）',
  capital_yuan: '注册资本（元）',
  capital_currency: '币种',
  established_on: '成立日期',
  approved_on: '核准日期',
  term_from: '营业期限自',
  term_to: '营业期限至',
  status: '状态',
  scope: '经营范围',
  authority: '机关',
  authority_code: '机关代码',
  region_code: '行政区划',
  province: '省',
  city: '市',
  address: '住所',
  document_number: '文书号',
  document_name: '文书名称',
  party_name: '当事人',
  party_kind: '当事人类别',
  violation: '违法行为',
  facts: '违法事实',
  basis: '依据',
  types: '处罚种类',
  content: '内容',
  fine_yuan: '罚款（元）',
  confiscated_yuan: '没收（元）',
  licence: '暂扣或吊销的证照',
  decided_on: '决定日期',
  effective_until: '有效期至',
  publish_until: '公示截止期',
  source_unit: '数据来源单位',
  source_unit_code: '数据来源单位代码',
  revoked_on: '撤销日期',
  note: '备注',
  category: '类别',
  certificate: '证书名称',
  permit_number: '许可编号',
  valid_from: '有效期自',
  valid_to: '有效期至',
  list: '名单',
  reason: '事由',
  listed_on: '列入日期',
  published_on: '公示日期',
  ends_on: '届满日期',
  removed_on: '移出日期',
  removal_reason: '移出事由',
  notice_number: '通告号',
  announced_on: '通告日期',
  product: '产品',
  brand: '商标（牌号）',
  model: '规格型号',
  batch: '批次',
  produced_on: '生产日期',
  party_role: '当事人角色',
  labelled_producer: '标称生产者',
  result: '结果',
  failures: '不合格项目',
  laboratory: '检验机构',
  marketplace: '电子商务平台',
  number: '编号',
  gtins: '商品条码',
  hazard: '缺陷及危害',
  remedy: '措施',
  quantity: '数量',
  firm: '召回企业',
  country: '国别',
  classification: '分级',
  url: '网址',
  target: '修复对象',
  target_document_number: '修复的文书号',
  target_authority: '原决定机关',
  outcome: '修复结果',
  shop_id: '店铺编号',
  opened_on: '开店日期',
  real_name_method: '实名核验方式',
  real_name_matched: '实名核验是否一致',
  products: '适用产品',
  declared_on: '公开日期',
  abolished_on: '废止日期',
  office: '受理机关',
  application_number: '申请号',
  class: '类别（国际分类）',
  owner_name: '权利人',
  owner_name_en: '权利人（英文）',
  owner_uscc: '权利人代码',
  applied_on: '申请日期',
  registered_on: '注册日期',
  expires_on: '届满日期',
  goods: '商品或服务',
  certifier: '认证机构',
  certificate_number: '证书编号',
  mark: '认证标志',
  domains: '域名',
  issued_on: '颁发日期',
  main_number: '主体备案号',
  site_name: '网站名称',
  filed_on: '备案日期',
  subject_matter: '承诺事项',
  text: '承诺内容',
  made_on: '承诺日期',
  checks: '履行检查',
}

const VALUES: Record<string, string> = {
  IN_FORCE: '有效',
  REVOKED: '已撤销',
  CHANGED: '已变更',
  DISPUTED: '有争议',
  VALID: '有效',
  INVALID: '无效',
  CANCELLED: '已注销',
  SUSPENDED: '暂停',
  EXPIRED: '已届满',
  ABOLISHED: '已废止',
  REGISTERED: '已注册',
  APPLIED: '申请中',
  PASS: '合格',
  FAIL: '不合格',
  SELLER: '销售者',
  LABELLED_PRODUCER: '标称生产者',
  PRODUCER: '生产者',
  MANUFACTURER: '制造者',
  IMPORTER: '进口者',
  UNKNOWN: '不详',
  ONGOING: '召回中',
  TERMINATED: '已结束',
  PENALTY: '行政处罚',
  LIST_ENTRY: '名单',
  ABNORMAL: '经营异常名录',
  REPAIRED: '已修复',
  REMOVED: '已移出',
  REFUSED: '不予修复',
  KEPT: '已履行',
  BROKEN: '未履行',
  PARTLY: '部分履行',
  ORGANISATION: '法人或其他组织',
  INDIVIDUAL_BUSINESS: '个体工商户',
  NATURAL_PERSON: '自然人',
  NETWORK_ID: '网号、网证',
  MARKETPLACE_CHECK: '平台核验',
  LICENCE: '营业执照',
  ACTIVE: '存续',
  DEREGISTERED: '注销',
  MOVED_OUT: '迁出',
  enterprise: '企业',
  branch: '分支机构',
  individual: '个体工商户',
  cooperative: '农民专业合作社',
  other: '其他',
  serious: '严重违法失信名单',
  abnormal: '经营异常名录',
  defaulters: '失信被执行人',
  'ecommerce-2018': '电子商务领域黑名单（2018）',
  CN: '国家知识产权局',
  TW: '智慧財產局（台湾）',
  US: 'USPTO',
}
/** Where the word of a value depends on its kind. */
const OF_KIND: Record<string, Record<string, string>> = {
  REGISTRATION: { REVOKED: '吊销未注销', CANCELLED: '撤销登记', SUSPENDED: '停业、歇业' },
  STANDARD: {
    ENTERPRISE: '企业标准',
    GROUP: '团体标准',
    LOCAL: '地方标准',
    INDUSTRY: '行业标准',
    NATIONAL: '国家标准',
    IN_FORCE: '现行',
  },
  PERMIT: {
    GENERAL: '普通',
    FRANCHISE: '特许',
    ACCREDITATION: '认可',
    APPROVAL: '核准',
    REGISTRATION: '登记',
    OTHER: '其他',
  },
}

export const fieldName = (field: string): string => FIELDS[field] ?? field

/** A value as a person reads it; — for what was not said. */
export const valueWords = (kind: string, value: unknown): string => {
  if (value === null || value === undefined || value === '') return '—'
  if (typeof value === 'boolean') return value ? '是' : '否'
  if (Array.isArray(value)) return value.length === 0 ? '—' : value.map((one) => valueWords(kind, one)).join('；')
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, one]) => `${fieldName(name)} ${valueWords(kind, one)}`)
      .join('，')
  const text = String(value)
  return OF_KIND[kind]?.[text] ?? VALUES[text] ?? text
}

const YUAN = /^\d+(?:\.\d+)?$/

/** The same, as its field asks: money in thousands, a division with the city that it is of. */
export const fieldWords = (kind: string, field: string, value: unknown): string => {
  const text = String(value)
  if (field.endsWith('_yuan') && YUAN.test(text))
    return text.replace(/^\d+/, (whole) => BigInt(whole).toLocaleString('zh-CN'))
  return field === 'region' && typeof value === 'string' ? placeWords(value) : valueWords(kind, value)
}

/** In the order in which their names stand above. */
const ORDER = new Map(Object.keys(FIELDS).map((field, i) => [field, i]))
const placeOf = (field: string): number => ORDER.get(field) ?? ORDER.size

/** Members that say something, with their names. */
export const membersOf = (kind: string, body: Body): { field: string; name: string; words: string }[] =>
  Object.entries(body)
    .filter(([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
    .sort(([one], [other]) => placeOf(one) - placeOf(other))
    .map(([field, value]) => ({ field, name: fieldName(field), words: fieldWords(kind, field, value) }))

/** What each kind is told by in one line. */
const LINES: Record<string, readonly string[]> = {
  REGISTRATION: ['name', 'status', 'authority'],
  SHOP: ['name', 'marketplace', 'shop_id'],
  TRADEMARK: ['name', 'class', 'number', 'status'],
  INSPECTION: ['product', 'result', 'failures', 'notice_number'],
  PENALTY: ['document_number', 'violation', 'types', 'status'],
  LIST_ENTRY: ['list', 'reason', 'authority'],
  PERMIT: ['document_name', 'permit_number', 'status'],
  REPAIR: ['target', 'target_document_number', 'outcome'],
  RECALL: ['product', 'hazard', 'status'],
  STANDARD: ['number', 'name', 'status'],
  COMMITMENT: ['subject_matter', 'text'],
  ICP_FILING: ['number', 'site_name', 'domains', 'status'],
  TRUSTMARK: ['mark', 'certificate_number', 'status'],
}

export const lineOf = (kind: string, body: Body): string => {
  const words = (LINES[kind] ?? []).map((field) => valueWords(kind, body[field])).filter((one) => one !== '—')
  return words.length === 0 ? labelOf('RecordKind', kind) : words.join(' · ')
}

/** Whether a record speaks against its operator, as it stands. */
export const isAdverse = (kind: string, body: Body): boolean => {
  if (kind === 'PENALTY') return body['status'] !== 'REVOKED'
  if (kind === 'LIST_ENTRY') return body['removed_on'] == null
  if (kind === 'INSPECTION') return body['result'] === 'FAIL'
  return kind === 'RECALL' && body['status'] !== 'TERMINATED'
}

export const bodyOf = (body: unknown): Body => (body !== null && typeof body === 'object' ? (body as Body) : {})
