/** What tables, sections and members of the rules are called in Chinese; what has no word here stands under its own name. */

export const TABLES: Record<string, string> = {
  clocks: '公示期限',
  documents: '文书',
  lists: '名单',
  measures: '惩戒措施',
  'public-entry': '公示的内容',
  restoration: '信用修复',
  timeliness: '时限',
  trail: '查询痕迹',
}

export const SECTIONS: Record<string, string> = {
  severities: '严重程度',
  clocks: '期限',
  rows: '各行',
  lists: '名单种类',
  items: '措施',
  persons: '自然人',
  acts: '修复的行为',
  limits: '各项时限',
  retention: '留存多久',
  telling: '告知谁',
}

const FIELDS: Record<string, string> = {
  list: '名单',
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
  authority: '机关',
  scope: '范围',
  blacklist: '是否黑名单',
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
}

export const fieldWords = (name: string): string => FIELDS[name] ?? name

const YES_NO: Record<string, string> = { true: '是', false: '否' }

/** JSON within a member, as lines of name and value; a plain text as it is. */
export const valueWords = (value: string): string => {
  if (YES_NO[value]) return YES_NO[value]
  if (!/^[[{]/.test(value)) return value
  try {
    return told(JSON.parse(value)).join('\n')
  } catch {
    return value
  }
}

const told = (value: unknown, indent = ''): string[] => {
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one !== 'object' || one === null)) return [indent + value.map(plain).join('、')]
    return value.flatMap((one, i) => [...(i > 0 ? [`${indent}·`] : []), ...told(one, indent)])
  }
  if (typeof value !== 'object' || value === null) return [indent + plain(value)]
  return Object.entries(value).flatMap(([name, one]) => {
    if (one === null) return []
    const flat = typeof one !== 'object' || (Array.isArray(one) && one.every((each) => typeof each !== 'object'))
    const label = OTHER[name] ?? fieldWords(name)
    return flat
      ? [`${indent}${label}：${Array.isArray(one) ? one.map(plain).join('、') : plain(one)}`]
      : [`${indent}${label}：`, ...told(one, `${indent}　`)]
  })
}

/** Members that stand inside others. */
const OTHER: Record<string, string> = {
  from: '自',
  to: '至',
  basis: '依据',
  mark: '来源',
  confirmed: '见于公开文本',
  value: '数值',
}

const plain = (value: unknown): string => YES_NO[String(value)] ?? String(value)
