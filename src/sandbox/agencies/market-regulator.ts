import type { World, WorldListEntry, WorldOperator } from '../../../seeds/world.js'
import { parseJsonObject } from '../../foundation/text/json.js'
import { jsonStandInAnswer, type StandInAnswer, type StandInRequest } from '../server.js'
import { makeFoodWorkbook } from './food-workbook.js'
import { recallRow, standardRow } from './market-regulator-goods.js'
import { PAGE_ITEMS_MOST, PAGE_NUMBER_MOST, servicePage } from './market-regulator-pages.js'
import { abnormalRow, commitmentRow, individualRow, STATUS_SPELLINGS } from './market-regulator-subjects.js'
import { makeQualityWorkbook } from './quality-workbook.js'
import { emptyValue, gatewayDate, midnightMs } from './spelling.js'
import { parseCountUpTo, type StandInRoutes } from './stand-in.js'

const LIST_PAGE = 100
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export const marketRegulatorRoutes = (source: () => World): StandInRoutes => ({
  'GET /registry': (asked) => servicePage(registered(source()), registryRow, asked),
  'GET /individuals': (asked) => servicePage(individuals(source()), individualRow, asked),
  'GET /recalls': (asked) => servicePage(source().recalls, recallRow, asked),
  'GET /standards': (asked) => servicePage(source().standards, standardRow, asked),
  'GET /commitments': (asked) => servicePage(source().commitments, commitmentRow, asked),
  'GET /quality.xlsx': () => ({ status: 200, headers: { 'content-type': XLSX }, body: makeQualityWorkbook(source()) }),
  'GET /food.xlsx': () => ({ status: 200, headers: { 'content-type': XLSX }, body: makeFoodWorkbook(source()) }),
  'POST /gateway': (asked) => gateway(source(), asked),
})

const registered = (world: World): WorldOperator[] => {
  const wrong = world.faults.flatMap((fault) => (fault.feed === 'registry' ? [fault.operator] : []))
  return [...world.operators.filter((one) => one.kind === 'enterprise' || one.kind === 'cooperative'), ...wrong]
}

const individuals = (world: World): WorldOperator[] => world.operators.filter((one) => one.kind === 'individual')

export const registryRow = (one: WorldOperator, n: number) => ({
  entname: one.name,
  uniscid: one.uscc,
  regno: one.regNo ?? '',
  enttypeCn: one.type,
  name: one.representative,
  estdate: midnightMs(one.establishedOn),
  apprdate: one.approvedOn === null ? null : midnightMs(one.approvedOn),
  opfrom: midnightMs(one.establishedOn),
  opto: one.termTo === null ? emptyValue(n) : midnightMs(one.termTo),
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
  const { service, pageIndex, pageSize } = (typeof content === 'object' && content !== null ? content : {}) as Record<
    string,
    unknown
  >
  const rows = LISTS[String(service)]?.(world)
  if (rows === undefined) return jsonStandInAnswer(200, envelope([], 0, '1004', '服务不存在'))
  const page = parseCountUpTo(pageIndex, 1, PAGE_NUMBER_MOST)
  const size = parseCountUpTo(pageSize, LIST_PAGE, PAGE_ITEMS_MOST)
  if (page === null || size === null) return jsonStandInAnswer(200, envelope([], 0, '1002', '分页参数错误'))
  const first = (page - 1) * size
  return jsonStandInAnswer(200, envelope(rows.slice(first, first + size), rows.length, '', ''))
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
  ABNTIME: gatewayDate(one.listedOn, n),
  DECORG: one.authorityRegion,
  DECORG_CN: one.authority,
  DEDOCNUM: one.documentNumber,
  REMEXCPRES_CN: one.removal?.reason ?? emptyValue(n),
  REMDATE: one.removal ? gatewayDate(one.removal.on, n + 1) : emptyValue(n),
  RECORG_CN: one.removal?.authority ?? emptyValue(n),
  REDOCNUM: one.removal?.documentNumber ?? emptyValue(n),
})
