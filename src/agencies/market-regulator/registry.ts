/** Registrations of enterprises: pages of the registry's query service, or the register as a table. */
import { operatorKindIn, regionIn } from '../../domain/identity.js'
import { parseMoney } from '../../domain/money.js'
import type { Body, Draft } from '../../domain/records.js'
import { compact } from '../../domain/values.js'
import { Refusal } from '../../errors.js'
import { at, count } from '../envelopes.js'
import type { Codes, Examination } from '../examine.js'
import { type Form, makeFeed } from '../feed.js'
import { parseJson } from '../readers/json.js'
import { type Page, pages } from '../transports/http.js'

const PAGE_SIZE = 200 // records

/** Compared without blanks and widths (NFKC). */
const STATUS: Record<string, string> = {
  '存续(在营、开业、在册)': 'ACTIVE',
  存续: 'ACTIVE',
  在营: 'ACTIVE',
  开业: 'ACTIVE',
  在册: 'ACTIVE',
  '吊销,未注销': 'REVOKED',
  吊销未注销: 'REVOKED',
  吊销: 'REVOKED',
  '吊销,已注销': 'DEREGISTERED',
  吊销已注销: 'DEREGISTERED',
  注销: 'DEREGISTERED',
  已注销: 'DEREGISTERED',
  撤销: 'CANCELLED',
  迁出: 'MOVED_OUT',
  歇业: 'SUSPENDED',
}
const BRANCH = /分支机构|分公司|支行|营业部|非法人|营业$/

/** What the query service sends. Dates are epoch milliseconds of midnight at UTC+8, `regcap` is in 万元. */
const service: Form = {
  names: [
    'entname',
    'uniscid',
    'regno',
    'enttypeCn',
    'name',
    'estdate',
    'apprdate',
    'opfrom',
    'opto',
    'regcap',
    'regcapcurCn',
    'regstateCn',
    'regorgCn',
    'dom',
    'opscope',
    'sExtNodenum',
    'districtCode',
  ],
  drafts: (row, { today }) => {
    const codes = row.codes([
      { field: 'uniscid', scheme: 'uscc' },
      { field: 'regno', scheme: 'reg_no' },
    ])
    const established = row.pastDate('estdate', today)
    const approved = row.pastDate('apprdate', today)
    const type = row.text('enttypeCn')
    return registration(row, codes, 'uniscid', approved ?? established, {
      name: row.requiredName('entname'),
      kind: kindOf(type, codes),
      type,
      representative: row.name('name'),
      ...capital(row, 'regcap', row.text('regcapcurCn')),
      established_on: established,
      approved_on: approved,
      term_from: row.date('opfrom'),
      term_to: row.endDate('opto'),
      status: row.choice('regstateCn', STATUS),
      scope: row.text('opscope'),
      authority: row.text('regorgCn'),
      region_code: region(row, 'districtCode') ?? regionOf(codes) ?? region(row, 'sExtNodenum'),
      province: null,
      city: null,
      address: row.text('dom'),
    })
  },
}

/** The register as a table. It says nothing of states, so none is invented. */
const table: Form = {
  names: [
    '企业名称',
    '统一社会信用代码',
    '注册日期',
    '企业类型',
    '法人代表',
    '注册资金',
    '经营范围',
    '所在省份',
    '地区',
    '注册地址',
  ],
  drafts: (row, { today }) => {
    const codes = row.codes([{ field: '统一社会信用代码', scheme: 'uscc' }])
    const established = row.pastDate('注册日期', today)
    const type = row.text('企业类型')
    return registration(row, codes, '统一社会信用代码', established, {
      name: row.requiredName('企业名称'),
      kind: kindOf(type, codes),
      type,
      representative: row.name('法人代表'),
      ...capital(row, '注册资金', null),
      established_on: established,
      approved_on: null,
      term_from: null,
      term_to: null,
      status: 'UNKNOWN',
      scope: row.text('经营范围'),
      authority: null,
      region_code: regionOf(codes),
      province: row.text('所在省份'),
      city: row.text('地区'),
      address: row.text('注册地址'),
    })
  },
}

type Rest = Omit<Body, 'uscc' | 'reg_no' | 'former_names'> & { name: string }

const registration = (
  row: Examination,
  { uscc, orgCode, regNo }: Codes,
  codeField: string,
  validFrom: string | null,
  rest: Rest,
): Omit<Draft, 'findings'>[] => {
  const key = uscc ?? regNo
  if (key === null) {
    row.required(codeField)
    if (orgCode)
      row.problem(codeField, 'code', `${codeField}中是组织机构代码。${codeField} holds an organisation code only.`)
    return []
  }
  return [
    {
      kind: 'registration',
      key,
      subject: { uscc, orgCode, regNo, shop: null, name: rest.name },
      body: { uscc, reg_no: regNo, former_names: [], ...rest },
      validFrom,
      validTo: null,
    },
  ]
}

/** Only the type tells a branch; else the code says what was registered, and without a code the type's plain words. */
const kindOf = (type: string | null, { uscc }: Codes): string => {
  if (type !== null && BRANCH.test(type)) return 'branch'
  if (uscc !== null) return operatorKindIn(uscc)
  if (type?.includes('个体')) return 'individual'
  return type?.includes('合作社') ? 'cooperative' : 'other'
}

/** An amount that cannot be read is noted; who is registered stands without it. */
const capital = (row: Examination, field: string, currency: string | null) => {
  const sent = row.text(field)
  if (sent === null) return { capital_yuan: null, capital_currency: null }
  const amount = currency === null ? parseMoney(sent, 'wan') : parseMoney(`${sent}万${currency}`)
  if (amount === null) row.finding(field, 'money', `${field}无法识别：${sent}。${field} is no amount; left out.`)
  return { capital_yuan: amount?.yuan ?? null, capital_currency: amount?.currency ?? null }
}

const region = (row: Examination, field: string): string | null => {
  const sent = row.text(field)
  const code = sent === null ? null : compact(sent)
  if (code === null || /^\d{6}$/.test(code)) return code
  row.finding(field, 'value', `${field}不是六位区划代码：${sent}。${field} is no division code; left out.`)
  return null
}

const regionOf = ({ uscc }: Codes): string | null => (uscc === null ? null : regionIn(uscc))

const opened = (body: Buffer): Page | null => {
  const answer = parseJson(body.toString('utf8'))
  const status = at(answer, 'status')
  if (status === undefined) return null
  if (String(status) !== '1') {
    throw new Refusal('FEED_UNREACHABLE', { reason: `status ${String(status)} ${String(at(answer, 'msg') ?? '')}` })
  }
  const items = at(answer, 'data', 'list')
  const total = count(at(answer, 'data', 'total'))
  return Array.isArray(items) && total !== null ? { items, total, page: count(at(answer, 'data', 'page')) } : null
}

export const registry = makeFeed({
  id: 'registry',
  agency: 'market-regulator',
  kind: 'registration',
  title: { zh: '市场主体登记信息', en: 'Registrations' },
  whole: true,
  every: '10 2 * * *',
  exempt: ['regno'],
  forms: [service, table],
  fetch: (source, shapes, feed) =>
    pages(
      source,
      { ask: (page) => ({ path: `/registry?page=${page}&size=${PAGE_SIZE}` }), open: opened },
      shapes,
      feed,
    ),
})
