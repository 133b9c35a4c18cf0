import { parseHostNames } from '../domain/records/hosts.js'
import { parseIcpNumber } from '../domain/records/icp.js'
import { Refusal } from '../foundation/errors.js'
import { valueAt } from './envelopes.js'
import { type Examination, type FormDraft, NO_CODES } from './examine.js'
import { type FeedForm, makeAgency } from './feed.js'
import { parseJson } from './readers/json.js'
import { type CursorOptions, makeCursorFetch } from './transports/http/pages.js'
import { mapWordsToValues, pickColumn, splitWords } from './words.js'

const PIECE_SIZE = 200 // filings per request
const SUCCESS = 200
const NATURES = mapWordsToValues({
  PERSON: '个人',
  ORGANISATION: `企业 个体工商户 事业单位 政府机关 国家机关 社会团体 民办非企业单位 社会服务机构 基金会
    群众性团体组织 宗教团体 律师执业机构 司法鉴定机构 公证机构 仲裁机构 医疗机构 境外机构`,
})
const STATUS = mapWordsToValues({
  VALID: '正常 有效 已备案',
  CANCELLED: '注销 已注销 注销主体 注销网站 取消接入',
})

const FIELDS = {
  sponsor: ['unitName', '主办单位名称'],
  nature: ['natureName', '主办单位性质'],
  code: ['unitCode', '证件号码'],
  number: ['serviceLicence', '网站备案号'],
  site: ['serviceName', '网站名称'],
  domains: ['domains', '网站域名'],
  filed: ['auditDate', '审核日期'],
  status: ['state', '备案状态'],
} as const
type FilingFields = Record<keyof typeof FIELDS, string>

const filing = (row: Examination, names: FilingFields, today: string): FormDraft => {
  const number = numberOf(row, names.number)
  const filed = row.pastDate(names.filed, today)
  return {
    key: number?.number ?? '',
    subject: sponsorOf(row, names),
    body: {
      number: number?.number ?? null,
      main_number: number?.main ?? null,
      domains: domainsOf(row, names.domains),
      site_name: row.name(names.site),
      filed_on: filed,
      status: row.choice(names.status, STATUS),
    },
    validFrom: filed,
  }
}

const sponsorOf = (row: Examination, { sponsor, nature, code }: FilingFields) => {
  const codes = row.choice(nature, NATURES) === 'ORGANISATION' ? row.codes({ field: code, scheme: 'uscc' }) : NO_CODES
  return { ...codes, name: row.requiredName(sponsor) }
}

const numberOf = (row: Examination, field: string) => {
  const sent = row.required(field)
  const number = parseIcpNumber(sent)
  if (number === null && sent !== '')
    row.problem(field, 'code', `${field}不是备案号：${sent}。${field} is no number of an ICP filing.`)
  return number
}

const domainsOf = (row: Examination, field: string): string[] => {
  const sent = row.value(field)
  const { names, wrong } = parseHostNames(Array.isArray(sent) ? sent : row.text(field))
  if (wrong.length > 0)
    row.problem(field, 'value', `${field}含非域名的内容：${wrong[0]}。${field} holds what is no domain name.`)
  return names
}

const form = (column: 0 | 1, ignored: string): FeedForm => {
  const names = pickColumn(FIELDS, column)
  return {
    names: [...Object.values(names), ...splitWords(ignored)],
    keyed: [names.number],
    drafts: (row, { today }) => [filing(row, names, today)],
  }
}

const parsePiece: CursorOptions['open'] = (body) => {
  const answer = parseJson(body.toString('utf8'))
  const code = valueAt(answer, 'code')
  if (code === undefined) return null
  if (Number(code) !== SUCCESS) {
    const why = [code, valueAt(answer, 'msg') ?? ''].map(String).join(' ')
    throw new Refusal('FEED_UNREACHABLE', { reason: `接口报错 the interface says: ${why.trim()}` })
  }
  const items = valueAt(answer, 'params.list')
  const next = valueAt(answer, 'params.next')
  // A missing cursor is an error: half a feed must not look complete.
  return Array.isArray(items) && (next === null || typeof next === 'string') ? { items, next } : null
}

const filings: CursorOptions = {
  pageItems: PIECE_SIZE,
  ask: (cursor, items) => ({
    path: `/icp?limit=${items}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
  }),
  open: parsePiece,
}

export const communicationsAgency = makeAgency(
  'communications',
  { zh: '吉林省通信管理局', en: 'Jilin Communications Administration' },
  [
    {
      id: 'icp',
      kind: 'icp_filing',
      title: { zh: '网站备案信息', en: 'ICP filings' },
      whole: true,
      provesAbsenceOf: ['filings'],
      forms: [form(0, 'mainLicence leaderName certType'), form(1, '序号 主体备案号 证件类型 网站负责人 网站首页网址')],
      fetch: makeCursorFetch(filings),
    },
  ],
)
