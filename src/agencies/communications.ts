import { parseHostNames } from '../domain/records/hosts.js'
import { parseIcpNumber } from '../domain/records/icp.js'
import type { Draft, Subject } from '../domain/records/records.js'
import { Refusal } from '../foundation/errors.js'
import { valueAt } from './envelopes.js'
import type { Examination } from './examine.js'
import { type Agency, type FeedForm, makeFeed } from './feed.js'
import { parseJson } from './readers/json.js'
import { type CursorOptions, type CursorPage, openByCursor } from './transports/http.js'

const PIECE_SIZE = 200 // filings per request
const SUCCESS = 200
/** `true` marks a natural person. */
const NATURES: Record<string, boolean> = {
  个人: true,
  企业: false,
  个体工商户: false,
  事业单位: false,
  政府机关: false,
  国家机关: false,
  社会团体: false,
  民办非企业单位: false,
  社会服务机构: false,
  基金会: false,
  群众性团体组织: false,
  宗教团体: false,
  律师执业机构: false,
  司法鉴定机构: false,
  公证机构: false,
  仲裁机构: false,
  医疗机构: false,
  境外机构: false,
}
const STATUS: Record<string, 'VALID' | 'CANCELLED'> = {
  正常: 'VALID',
  有效: 'VALID',
  已备案: 'VALID',
  注销: 'CANCELLED',
  已注销: 'CANCELLED',
  注销主体: 'CANCELLED',
  注销网站: 'CANCELLED',
  取消接入: 'CANCELLED',
}

interface FilingFields {
  sponsor: string
  nature: string
  code: string
  number: string
  site: string
  domains: string
  filed: string
  status: string
}

const draftOf =
  (names: FilingFields) =>
  (row: Examination, { today }: { today: string }): Omit<Draft, 'remarks'>[] => {
    const number = numberOf(row, names.number)
    const filed = row.pastDate(names.filed, today)
    return [
      {
        kind: 'icp_filing',
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
        validTo: null,
      },
    ]
  }

const sponsorOf = (row: Examination, { sponsor, nature, code }: FilingFields): Subject => {
  const person = row.choice(nature, NATURES)
  const codes =
    person === false ? row.codes([{ field: code, scheme: 'uscc' }]) : { uscc: null, orgCode: null, regNo: null }
  return { ...codes, shop: null, name: row.requiredName(sponsor) }
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

const service: FeedForm = {
  names: [
    ...['unitName', 'natureName', 'unitCode', 'serviceLicence', 'serviceName', 'domains', 'auditDate', 'state'],
    ...['mainLicence', 'leaderName', 'certType'],
  ],
  keyed: ['serviceLicence'],
  drafts: draftOf({
    sponsor: 'unitName',
    nature: 'natureName',
    code: 'unitCode',
    number: 'serviceLicence',
    site: 'serviceName',
    domains: 'domains',
    filed: 'auditDate',
    status: 'state',
  }),
}

const table: FeedForm = {
  names: [
    ...['主办单位名称', '主办单位性质', '证件号码', '网站备案号', '网站名称', '网站域名', '审核日期', '备案状态'],
    ...['序号', '主体备案号', '证件类型', '网站负责人', '网站首页网址'],
  ],
  keyed: ['网站备案号'],
  drafts: draftOf({
    sponsor: '主办单位名称',
    nature: '主办单位性质',
    code: '证件号码',
    number: '网站备案号',
    site: '网站名称',
    domains: '网站域名',
    filed: '审核日期',
    status: '备案状态',
  }),
}

const parsePage = (body: Buffer): CursorPage | null => {
  const answer = parseJson(body.toString('utf8'))
  const code = valueAt(answer, 'code')
  if (code === undefined) return null
  if (Number(code) !== SUCCESS) {
    const why = [code, valueAt(answer, 'msg') ?? ''].map(String).join(' ')
    throw new Refusal('FEED_UNREACHABLE', { reason: `接口报错 the interface says: ${why.trim()}` })
  }
  const items = valueAt(answer, 'params', 'list')
  const next = valueAt(answer, 'params', 'next')
  // A missing cursor is an error: half a feed must not look complete.
  return Array.isArray(items) && (next === null || typeof next === 'string') ? { items, next } : null
}

const requestFor: CursorOptions['ask'] = (cursor, items) => ({
  path: `/icp?limit=${items}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
})

const icp = makeFeed({
  id: 'icp',
  agency: 'communications',
  kind: 'icp_filing',
  title: { zh: '网站备案信息', en: 'ICP filings' },
  whole: true,
  forms: [service, table],
  fetch: (source, shapes, feed) =>
    openByCursor(source, { pieceItems: PIECE_SIZE, ask: requestFor, open: parsePage, resumes: false }, shapes, feed),
})

export const communicationsAgency: Agency = {
  id: 'communications',
  name: { zh: '吉林省通信管理局', en: 'Jilin Communications Administration' },
  region: '220000',
  sends: ['icp'],
  feeds: [icp],
}
