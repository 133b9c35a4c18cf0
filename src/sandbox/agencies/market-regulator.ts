import type {
  World,
  WorldAbnormal,
  WorldCommitment,
  WorldListEntry,
  WorldOperator,
  WorldRecall,
  WorldStandard,
} from '../../../seeds/world.js'
import { isRecord, parseJsonObject } from '../../foundation/text/json.js'
import { makeJsonAnswer, type StandInAnswer, type StandInRequest } from '../server.js'
import { formatGatewayDate, pickEmptyValue, readMidnightMs, spellDocumentNumber } from './spelling.js'
import { cutPage, type StandInRoutes } from './stand-in.js'
import { makeFoodWorkbook, makeQualityWorkbook } from './workbooks.js'

const STATUS_SPELLINGS: Record<WorldOperator['status'], string> = {
  ACTIVE: '存续（在营、开业、在册）',
  REVOKED: '吊销,未注销',
  DEREGISTERED: '注销',
}

export const spellIndividual = (one: WorldOperator, n: number) => ({
  PRIPID: `PRI${one.code.slice(2)}`,
  TRANAME: one.name,
  NAME: one.representative,
  UNISCID: one.uscc,
  REGNO: one.regNo ?? '',
  ENTTYPE_CN: one.type,
  COMPFORM: '个人经营',
  FUNDAM: (one.capitalWan ?? 0).toFixed(6),
  OPLOC: one.address,
  EMPNUM: 1 + (n % 4),
  ESTDATE: readMidnightMs(one.establishedOn),
  APPRDATE: one.approvedOn === null ? pickEmptyValue(n) : readMidnightMs(one.approvedOn),
  OPFROM: readMidnightMs(one.establishedOn),
  OPTO: one.termTo === null ? pickEmptyValue(n) : readMidnightMs(one.termTo),
  REGSTATE_CN: STATUS_SPELLINGS[one.status],
  REGORG_CN: one.authority,
  OPSCOPE: one.scope,
  DISTRICT: one.region,
})

const abnormalRow = (one: WorldAbnormal, n: number) => ({
  PRIPID: `PRI${one.uscc.slice(2)}`,
  ENTNAME: one.name,
  UNISCID: one.uscc,
  REGNO: one.regNo ?? '',
  SPECAUSE: one.causeCode,
  SPECAUSE_CN: one.cause,
  ABNTIME: formatGatewayDate(one.listedOn, n),
  DECORG: one.authorityRegion,
  DECORG_CN: one.authority,
  REMEXCPRES: one.removal?.reasonCode ?? pickEmptyValue(n),
  REMEXCPRES_CN: one.removal?.reason ?? pickEmptyValue(n),
  REMDATE: one.removal ? formatGatewayDate(one.removal.on, n + 1) : pickEmptyValue(n),
  REDECORG: one.removal ? one.authorityRegion : pickEmptyValue(n),
  REDECORG_CN: one.removal ? one.authority : pickEmptyValue(n),
  isMove: one.removal === null ? pickEmptyValue(n) : one.removal.revoked ? '2' : '1',
})

const RESULTS: Record<WorldCommitment['checks'][number]['result'], string> = {
  KEPT: '履行',
  BROKEN: '未履行',
  PARTLY: '部分履行',
}

const commitmentRow = (one: WorldCommitment) => ({
  承诺编号: one.id,
  承诺主体: one.partyName,
  统一社会信用代码: one.partyUscc,
  承诺事项: one.subject,
  承诺内容: one.text,
  承诺日期: one.madeOn,
  有效期至: one.validTo ?? '2099-12-31',
  核查情况: one.checks.map((check) => ({
    核查日期: check.on,
    核查结果: RESULTS[check.result],
    核查单位: check.by,
    核查说明: check.note ?? '/',
  })),
})

const ROLES: Record<WorldRecall['role'], string> = { MANUFACTURER: '生产者', IMPORTER: '进口商', SELLER: '销售者' }
const STATUS: Record<WorldRecall['status'], string> = { ONGOING: '实施中', TERMINATED: '已完成' }
const NONE = '/'

const recallRow = (one: WorldRecall, n: number) => ({
  召回编号: spellDocumentNumber(one.number, n),
  发布日期: one.announcedOn,
  产品名称: one.product,
  品牌: one.brand ?? NONE,
  型号: one.model ?? NONE,
  商品条码: one.gtin ?? NONE,
  缺陷情况: one.hazard,
  召回措施: one.remedy,
  召回数量: one.quantity,
  召回企业: one.firm,
  企业类型: ROLES[one.role],
  统一社会信用代码: one.firmUscc ?? NONE,
  产地: one.country,
  召回状态: STATUS[one.status],
  发布机关: one.authority,
  备注: one.note ?? NONE,
})

const standardRow = (one: WorldStandard) => ({
  标准编号: one.number,
  标准名称: one.name,
  企业名称: one.ownerName,
  统一社会信用代码: one.ownerUscc,
  标准状态: one.abolishedOn === null ? '现行有效' : '废止',
  公开时间: one.declaredOn,
  废止时间: one.abolishedOn ?? '',
  产品: one.products.map(({ name, model, category }) => ({ 产品名称: name, 产品型号: model, 产品分类: category })),
})

const PAGE = 200

const servicePage = <T>(
  all: readonly T[],
  spell: (one: T, n: number) => unknown,
  { query }: StandInRequest,
): StandInAnswer => {
  const cut = cutPage(all, query.get('page'), query.get('size'), PAGE)
  if (cut === null) return makeJsonAnswer(400, { status: '0', msg: '分页参数错误', data: null })
  const { total, page, size, first, items } = cut
  const list = items.map((one, i) => spell(one, first + i))
  const data = { total, page, size, pages: Math.ceil(total / size), list }
  return makeJsonAnswer(200, { status: '1', msg: '成功', data })
}

const PETITIONS: readonly object[] = [
  {
    ...{ 登记编号: '虚构12315-1', 类型: '投诉举报', 登记日期: '2026-11-02', 主体类型: '平台内经营者' },
    ...{ 公示地址区划: '220104', 实际经营地区划: '220104', 主体名称: '虚构服装店', 问题类别: '假冒商品' },
    ...{ 问题概述: '购得的商品疑似假冒虚构商标', 受理日期: '2026-11-06' },
  },
  {
    ...{ 登记编号: '虚构12315-2', 类型: '投诉', 登记日期: '2026-10-12', 主体类型: '线下经营者' },
    ...{ 实际经营地区划: '220202', 主体名称: '虚构商行', 问题类别: '售后服务', 受理日期: '2026-10-14' },
    ...{ 调解终结日期: '2026-11-03', 调解结果: '达成协议', 告知日期: '2026-11-05' },
  },
]
const LIST_PAGE = 100
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export const marketRegulatorRoutes = (source: () => World): StandInRoutes => ({
  'GET /registry': (asked) => servicePage(registered(source()), spellRegistration, asked),
  'GET /individuals': (asked) => servicePage(individuals(source()), spellIndividual, asked),
  'GET /recalls': (asked) => servicePage(source().recalls, recallRow, asked),
  'GET /standards': (asked) => servicePage(source().standards, standardRow, asked),
  'GET /commitments': (asked) => servicePage(source().commitments, commitmentRow, asked),
  'GET /petitions': (asked) => servicePage(PETITIONS, (petition) => petition, asked),
  'GET /quality.xlsx': () => workbook(makeQualityWorkbook(source())),
  'GET /food.xlsx': () => workbook(makeFoodWorkbook(source())),
  'POST /gateway': (asked) => gateway(source(), asked),
})

const workbook = (body: Buffer): StandInAnswer => ({ status: 200, headers: { 'content-type': XLSX }, body })

const registered = (world: World): WorldOperator[] => {
  const wrong = world.faults.flatMap((fault) => (fault.feed === 'registry' ? [fault.operator] : []))
  return [...world.operators.filter((one) => one.kind === 'enterprise' || one.kind === 'cooperative'), ...wrong]
}

const individuals = (world: World): WorldOperator[] => world.operators.filter((one) => one.kind === 'individual')

export const spellRegistration = (one: WorldOperator, n: number) => ({
  entname: one.name,
  uniscid: one.uscc,
  regno: one.regNo ?? '',
  enttypeCn: one.type,
  name: one.representative,
  estdate: readMidnightMs(one.establishedOn),
  apprdate: one.approvedOn === null ? null : readMidnightMs(one.approvedOn),
  opfrom: readMidnightMs(one.establishedOn),
  opto: one.termTo === null ? pickEmptyValue(n) : readMidnightMs(one.termTo),
  regcap: (one.capitalWan ?? 0).toFixed(6),
  regcapcurCn: '人民币',
  regstateCn: STATUS_SPELLINGS[one.status],
  regorgCn: one.authority,
  dom: one.address,
  opscope: one.scope,
  sExtNodenum: '220000',
  districtCode: one.region,
})

const gateway = (world: World, { body }: StandInRequest): StandInAnswer => {
  const content = parseJsonObject(body)?.content
  const { service, pageIndex, pageSize } = isRecord(content) ? content : {}
  const rows = LISTS[String(service)]?.(world)
  if (rows === undefined) return makeJsonAnswer(200, envelope([], 0, '1004', '服务不存在'))
  const cut = cutPage(rows, pageIndex, pageSize, LIST_PAGE)
  if (cut === null) return makeJsonAnswer(200, envelope([], 0, '1002', '分页参数错误'))
  return makeJsonAnswer(200, envelope(cut.items, cut.total, '', ''))
}

const LISTS: Record<string, ((world: World) => unknown[]) | undefined> = {
  dishonest: (world) => world.listEntries.map(listRow),
  abnormal: (world) => world.abnormal.map(abnormalRow),
}

const envelope = (rows: readonly unknown[], total: number, errorCode: string, message: string) => ({
  IsSuccess: errorCode === '',
  Result: errorCode === '' ? 1 : 0,
  TotalCount: total,
  DataType: 'json',
  Message: message,
  ErrorFieldList: null,
  ErrorTableList: null,
  Data: null,
  ExceptionMessage: null,
  ErrorServiceId: null,
  DataList: rows,
  ErrorCode: errorCode,
})

const listRow = (one: WorldListEntry, n: number) => ({
  ILLID: one.id,
  PRIPID: `PRI${one.uscc.slice(2)}`,
  ENTNAME: one.name,
  UNISCID: one.uscc,
  REGNO: one.regNo ?? '',
  SERILLREA: one.reasonCode,
  SERILLREA_CN: one.reason,
  ABNTIME: formatGatewayDate(one.listedOn, n),
  DECORG: one.authorityRegion,
  DECORG_CN: one.authority,
  DEDOCNUM: one.documentNumber,
  REMEXCPRES_CN: one.removal?.reason ?? pickEmptyValue(n),
  REMDATE: one.removal ? formatGatewayDate(one.removal.on, n + 1) : pickEmptyValue(n),
  RECORG_CN: one.removal?.authority ?? pickEmptyValue(n),
  REDOCNUM: one.removal?.documentNumber ?? pickEmptyValue(n),
})
