import ORGANISATIONS from '../../../schema/matters/organisations.json' with { type: 'json' }
import LISTS from '../../../schema/rules/lists.json' with { type: 'json' }
import { FACT_FAMILIES, FACTS, type FactFamily, type FactName } from '../../domain/records/facts.js'
import { nameOfDivision } from './division-names.js'
import { wordsOfValue } from './record-words.js'
import { ROLE_WORDS } from './role-words.js'

export const RULE_TABLE_WORDS: Record<string, string> = {
  clocks: '公示期限',
  documents: '文书',
  lists: '名单',
  matters: '协作事项',
  measures: '惩戒措施',
  organisations: '承办单位',
  petitions: '投诉举报的处理权限',
  'public-entry': '公示的内容',
  objections: '异议',
  recovery: '信用修复',
  timeliness: '时限',
  'audit-log': '查询痕迹',
  'registration-states': '登记状态的用语',
  retention: '留存期限',
  'sign-in': '登录',
  'level-three': '等级保护三级',
  pilots: '试点地区',
}

export const RULE_SECTION_WORDS: Record<string, string> = {
  severities: '严重程度',
  clocks: '期限',
  lowerFines: '较低数额罚款',
  rows: '各行',
  routes: '由何地处理',
  lists: '名单种类',
  items: '措施',
  organisations: '由谁实施',
  persons: '自然人',
  acts: '修复的行为',
  decision: '异议的决定',
  limits: '各项时限',
  retention: '留存多久',
  telling: '告知谁',
  recovery: '信用修复的说明',
  states: '登记状态的用语',
  terms: '留存多久',
  accounts: '账号与登录',
  requirements: '各项要求',
  pilots: '各试点地区',
}

const FIELDS: Record<string, string> = {
  about: '说明',
  list: '名单',
  lists: '名单',
  items: '措施',
  agency: '单位',
  region: '地区或者单位的级别',
  severity: '严重程度',
  clock: '期限',
  selectedBy: '按哪一天选用',
  countedFrom: '起算',
  minimumMonths: '最短（月）',
  maximumMonths: '最长（月）',
  legalBan: '法定限制',
  standing: '持续的限制',
  name: '名称',
  text: '文本',
  id: '标识',
  zh: '中文',
  en: '英文',
  legalBasis: '法律依据',
  leads: '由何产生线索',
  authority: '机关',
  scope: '范围',
  blacklist: '是否失信名单',
  public: '是否公示',
  decidedHere: '是否由本枢纽办理',
  fact: '事实',
  threshold: '界限',
  deciders: '何级决定',
  consents: '须经同意',
  terms: '期限',
  numbers: '数字',
  repair: '修复',
  measures: '措施',
  removals: '移出',
  act: '行为',
  months: '月数',
  answer: '答复',
  duty: '职责',
  workdays: '工作日',
  asker: '查询者',
  told: '告知',
  counting: '期限的计算',
  granted: '获准的说明',
  waits: '须等待的情形',
  endless: '没有已知止期的',
  word: '用语',
  state: '登记状态',
  what: '留存的内容',
  passwordDays: '密码使用至多（日）',
  formerPasswords: '不得再用的旧密码（个）',
  dormantDays: '不登录即休眠（日）',
  idleMinutes: '不操作即退出（分钟）',
  clause: '条款',
  tests: '由哪些测试证明',
  operator: '由运营单位负责的部分',
  applies: '适用的情形',
  unit: '单位',
  unsure: '未经核实的',
  parties: '被反映的主体',
  places: '依次采用的地点',
  extension: '可以延长',
}

const INNER: Record<string, string> = {
  from: '自',
  to: '至',
  basis: '依据',
  confirmed: '是否核实',
  value: '数值',
  title: '名称',
  number: '文号',
  type: '种类',
  article: '条款',
  articles: '条款',
  on: '日期',
  reason: '原因',
  item: '事项',
  entrance: '入口',
  needed: '须同意',
  trigger: '由何引起',
  fineYuan: '最低罚款（元）',
  belowYuan: '不满（元）',
  months: '决定后的月数',
  levels: '级别',
  years: '年数',
  selectedBy: '按哪一天选用',
  lastDay: '期间的最后一日',
  within: '有答复期限',
  open: '没有答复期限',
  file: '测试文件',
  window: '计分时限届满',
  halving: '随时间减半',
  end: '期限届满',
}

export const fieldLabel = (name: string): string => INNER[name] ?? FIELDS[name] ?? name

export const isShownElsewhere = (name: string): boolean => ['en', 'mark', 'confirmation'].includes(name)

const VALUES: Record<string, string> = {
  true: '是',
  false: '否',
  NATIONAL: '全国',
  PROVINCE: '省级',
  CITY: '市级',
  COUNTY: '县级',
  DECISION: '决定之日',
  NOTICE: '告知之日',
  APPLICATION: '申请之日',
  PUBLICATION: '公示之日',
  DOCUMENT: '文书之日',
  GSXT: '公示系统',
  CREDITCHINA: '信用中国',
  HEAVY: '较重行政处罚',
  LIGHT: '一般行政处罚',
  PENALTY: '处罚本身',
  SCORE: '评分下降',
  DECIDE: '异议的决定',
  LENGTHENS: '使其延长',
  SLIGHT: '轻微',
  GENERAL: '一般',
  SEVERE: '严重',
  EXPIRED: '期满',
  REPAIRED: '修复',
  REVOKED: '撤销',
  CORRECTED: '更正',
  CEASED: '主体消亡',
  DEPARTMENT_RULE: '部门规章',
  CENTRAL_POLICY: '中央政策文件',
  ADMINISTRATIVE_REGULATION: '行政法规',
  JUDICIAL_INTERPRETATION: '司法解释',
  DEFENCE_WORKDAYS: '陈述申辩（工作日）',
  PUBLICATION_WORKDAYS: '公示（工作日）',
  HIDING_CONFIRM_WORKDAYS: '暂停公示的确认（工作日）',
  REPAIR_ACCEPT_WORKDAYS: '修复的受理（工作日）',
  REPAIR_DECIDE_WORKDAYS: '修复的决定（工作日）',
  REPAIR_MIN_MONTHS: '修复前最短公示（月）',
  WITHDRAWAL_WORKDAYS: '各平台撤下（工作日）',
  SERVICE_NOTICE_DAYS: '公告送达（日）',
  OBJECTION_WORKDAYS: '异议（工作日）',
  REPAIR_CONDITIONS: '修复的条件',
  REPAIR_BASIS: '修复的依据',
  REPAIR_NOTICE: '信用修复告知',
  FALSE_MATERIALS: '材料虚假',
  RECONSIDERATION: '行政复议',
  SUIT: '行政诉讼',
  HEARING: '听证',
  RUNS: '运行记录',
  COMPARISONS: '比对',
  DELIVERIES: '推送',
  REJECTS: '拒收条目',
  ARCHIVES: '存档',
  MATTER_FILES: '未用于事项的材料',
  PAPERS: '密封文件',
  MATTERS: '办结的协作事项',
  REPORTERS: '线索提供人的联系方式',
  AUDIT_LOG: '查询痕迹内容在库中（期满移到存档文件）',
  LISTING: '名单信息推送平台',
  LISTING_WITHDRAWAL: '名单信息撤下',
  RECORD: '处罚、许可推送平台',
  RECORD_WITHDRAWAL: '处罚、许可撤下',
  PUBLICITY: '公示系统公示',
  STANDS: '当日仍在列入期内',
  NOTHING: '不受影响',
  PERFORM: '履行义务',
  CORRECT: '改正、补办',
  REPAIR: '申请信用修复',
  WAIT: '等待期满',
  HERE: '决定机关',
  VALUE: '数值和单位',
  UNIT: '单位（自然日还是工作日）',
  WORKDAYS: '工作日',
  DAYS: '自然日，期末逢休息日顺延',
  HOURS: '小时',
  SET: '由文书确定日期',
  AUTHORITY: '决定机关所在地的',
  COMPLAINT: '投诉',
  REPORT: '举报',
  TRADER: '线下经营者',
  PLATFORM: '平台经营者、自建网站',
  SHOP: '平台内经营者',
  SHOP_WITHOUT_ADDRESS: '未公示地址或者无法联系的平台内经营者',
  ADVERTISEMENT: '广告',
  OWN_ADVERTISEMENT: '自行发布的互联网广告',
  BUSINESS: '实际经营地',
  SEAT: '住所地',
  SHOWN: '在平台公示的地址',
  PLATFORM_SEAT: '平台经营者住所地',
  ACT: '行为发生地',
  PUBLISHER: '广告发布者所在地',
  ADVERTISER: '广告主所在地',
}

const factWords = (name: string): string | undefined =>
  Object.hasOwn(FACTS, name)
    ? FACTS[name as FactName].zh
    : Object.hasOwn(FACT_FAMILIES, name)
      ? FACT_FAMILIES[name as FactFamily].zh
      : undefined

const NAMES = new Map([
  ...LISTS.lists.map(({ id, zh }) => [id, zh] as const),
  ...ORGANISATIONS.organisations.map(({ agency, zh }) => [agency, zh] as const),
  ...Object.entries(ROLE_WORDS).map(([role, { zh }]) => [role, zh] as const),
])

/** `field` tells words apart that mean several things. */
export const plainValueWords = (value: unknown, field = ''): string => {
  const name = String(value)
  const state = field === 'state' ? wordsOfValue('REGISTRATION', name)?.zh : undefined
  const place = field === 'region' && DIVISION.test(name) ? nameOfDivision(name) : null
  return place ?? state ?? VALUES[name] ?? NAMES.get(name) ?? factWords(name) ?? fillWithN(name)
}

/** A text of which each answer fills the numbers shows N for them. */
export const fillWithN = (text: string): string => text.replaceAll(/\{\w+\}/g, 'N')

const DIVISION = /^\d{6}$/

export type MemberContent = string | readonly Readonly<Record<string, unknown>>[]

export const memberContentOf = (value: unknown, field = ''): MemberContent => {
  const told = typeof value === 'string' && /^[[{]/.test(value) ? parsed(value) : value
  if (Array.isArray(told) && told.some((one) => typeof one === 'object' && one !== null))
    return told as Record<string, unknown>[]
  if (Array.isArray(told)) return told.map((one) => plainValueWords(one)).join('、')
  if (typeof told === 'object' && told !== null) return [told as Record<string, unknown>]
  return plainValueWords(told, field)
}

export const countUnconfirmedIn = (content: MemberContent): number =>
  typeof content === 'string' ? 0 : content.filter((one) => one['confirmed'] === false || one['mark'] === 'M').length

export const countUnconfirmedOf = (row: {
  confirmed: boolean | null
  fields: readonly { name: string; value: string }[]
}): number =>
  (row.confirmed === false ? 1 : 0) +
  row.fields.reduce((sum, { value }) => sum + countUnconfirmedIn(memberContentOf(value)), 0)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
