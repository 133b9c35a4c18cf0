/** Stand-in of 省市场监督管理厅: the registry, the tests of goods, and the list of seriously dishonest parties. */
import type { World, WorldListEntry, WorldOperator } from '../../../seeds/world.js'
import { type Answer, type Asked, json, objectIn } from '../server.js'
import { qualityWorkbook } from './quality-workbook.js'
import { gatewayDate, midnight } from './spelling.js'
import { countIn, type Routes } from './stand-in.js'

const PAGE = 200 // enterprises
const PAGE_MAX = 500
const LIST_PAGE = 100 // entries
const PAGES_MAX = 1_000_000
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export const marketRegulator = (source: () => World): Routes => ({
  'GET /registry': (asked) => registry(source(), asked),
  'GET /quality.xlsx': () => ({ status: 200, headers: { 'content-type': XLSX }, body: qualityWorkbook(source()) }),
  'POST /gateway': (asked) => gateway(source(), asked),
})

/** Enterprises and cooperatives only; individual businesses are another feed. */
const registry = (world: World, { query }: Asked): Answer => {
  const page = countIn(query.get('page'), 1, PAGES_MAX)
  const size = countIn(query.get('size'), PAGE, PAGE_MAX)
  if (page === null || size === null) return json(400, { status: '0', msg: '分页参数错误', data: null })
  const wrong = world.faults.flatMap((fault) => (fault.feed === 'registry' ? [fault.operator] : []))
  const all = [...world.operators.filter((one) => one.kind === 'enterprise' || one.kind === 'cooperative'), ...wrong]
  const first = (page - 1) * size
  return json(200, {
    status: '1',
    msg: '成功',
    data: {
      total: all.length,
      page,
      size,
      pages: Math.ceil(all.length / size),
      list: all.slice(first, first + size).map((one, i) => registryRow(one, first + i)),
    },
  })
}

/** One enterprise as the registry spells it; the seeds take it in by the same door. */
export const registryRow = (one: WorldOperator, n: number) => ({
  entname: one.name,
  uniscid: one.uscc,
  regno: one.regNo ?? '',
  enttypeCn: one.type,
  name: one.representative,
  estdate: midnight(one.establishedOn),
  apprdate: one.approvedOn === null ? null : midnight(one.approvedOn),
  opfrom: midnight(one.establishedOn),
  opto: one.termTo === null ? nothing(n) : midnight(one.termTo),
  regcap: (one.capitalWan ?? 0).toFixed(6),
  regcapcurCn: '人民币',
  regstateCn: STATES[one.status],
  regorgCn: one.authority,
  dom: one.address,
  opscope: one.scope,
  sExtNodenum: '220000',
  districtCode: one.region,
})

/** The real interfaces mix both. */
const nothing = (n: number): '' | null => (n % 2 === 0 ? '' : null)

const STATES: Record<WorldOperator['status'], string> = {
  ACTIVE: '存续（在营、开业、在册）',
  REVOKED: '吊销,未注销',
  DEREGISTERED: '注销',
}

const gateway = (world: World, { body }: Asked): Answer => {
  const content = objectIn(body)?.content
  const { service, pageIndex, pageSize } = (typeof content === 'object' && content !== null ? content : {}) as Record<
    string,
    unknown
  >
  if (service !== 'dishonest') return json(200, envelope([], 0, '1004', '服务不存在'))
  const page = countIn(pageIndex, 1, PAGES_MAX)
  const size = countIn(pageSize, LIST_PAGE, PAGE_MAX)
  if (page === null || size === null) return json(200, envelope([], 0, '1002', '分页参数错误'))
  const first = (page - 1) * size
  const rows = world.listEntries.slice(first, first + size).map((one, i) => listRow(one, first + i))
  return json(200, envelope(rows, world.listEntries.length, '', ''))
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
  REMEXCPRES_CN: one.removal?.reason ?? nothing(n),
  REMDATE: one.removal ? gatewayDate(one.removal.on, n + 1) : nothing(n),
  RECORG_CN: one.removal?.authority ?? nothing(n),
  REDOCNUM: one.removal?.documentNumber ?? nothing(n),
})
