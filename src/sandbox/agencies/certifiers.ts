import type { World, WorldAssociationGrade, WorldTrustmark } from '../../../seeds/world.js'
import { formatCsvDate } from './spelling.js'
import { formatCsvTable, type StandInRoutes, type TableColumns } from './stand-in.js'

const BOM = '\uFEFF'
const STATES: Record<WorldTrustmark['status'], string> = {
  VALID: '有效',
  SUSPENDED: '暂停',
  REVOKED: '撤销',
  EXPIRED: '过期',
}

export const certifiersRoutes = (source: () => World): StandInRoutes => ({
  'GET /trustmarks.csv': () => ({
    status: 200,
    headers: { 'content-type': 'text/csv; charset=utf-8' },
    body: BOM + formatCsvTable(source().trustmarks, COLUMNS),
  }),
})

const COLUMNS: TableColumns<WorldTrustmark, string> = [
  ['序号', (_, n) => String(n + 1)],
  ['认证机构', (one) => one.certifier],
  ['证书编号', (one) => one.certificateNumber],
  ['认证标志', (one) => one.mark],
  ['获证主体', (one) => one.holderName],
  ['统一社会信用代码', (one) => one.holderUscc],
  ['网站域名', (one) => one.domains.join('；')],
  ['发证日期', (one, n) => formatCsvDate(one.issuedOn, n)],
  ['有效期至', (one, n) => formatCsvDate(one.validTo, n)],
  ['证书状态', (one) => STATES[one.status]],
]

export const associationsRoutes = (source: () => World): StandInRoutes => ({
  'GET /ratings.csv': () => ({
    status: 200,
    headers: { 'content-type': 'text/csv; charset=utf-8' },
    body: BOM + formatCsvTable(source().associationGrades, RATINGS),
  }),
})

const RATINGS: TableColumns<WorldAssociationGrade, string> = [
  ['序号', (_, n) => String(n + 1)],
  ['协会名称', (one) => one.association],
  ['评价办法', (one) => one.scheme],
  ['评价编号', (one) => one.number],
  ['会员名称', (one) => one.memberName],
  ['统一社会信用代码', (one) => one.memberUscc],
  ['评价等级', (one) => one.grade],
  ['评定日期', (one, n) => formatCsvDate(one.awardedOn, n)],
  ['有效期至', (one, n) => formatCsvDate(one.validTo, n)],
  ['自律公约网址', (one) => one.pactUrl],
]
