import type { World, WorldDefaulter } from '../../../seeds/world.js'
import { makeJsonAnswer, type StandInAnswer, type StandInRequest } from '../server.js'
import { readMidnightMs } from './spelling.js'
import { cutPage, type StandInRoutes } from './stand-in.js'

const PAGE = 100
const ORGANISATIONS = '2'

export const highCourtRoutes = (source: () => World): StandInRoutes => ({
  'GET /defaulters': (asked) => defaulters(source(), asked),
})

const defaulters = (world: World, { query }: StandInRequest): StandInAnswer => {
  const all = world.defaulters.filter(({ person }) => !person || query.get('partyType') !== ORGANISATIONS)
  const cut = cutPage(all, query.get('currentPage'), query.get('pageSize'), PAGE)
  if (cut === null) return makeJsonAnswer(400, { code: '1', message: '分页参数错误 Not a page' })
  return makeJsonAnswer(200, {
    code: '0',
    message: 'success',
    totalCount: cut.total,
    currentPage: cut.page,
    pageSize: cut.size,
    result: cut.items.map((one, i) => row(one, cut.first + i)),
  })
}

const row = (one: WorldDefaulter, n: number) => ({
  iname: one.name,
  cardnum: one.code,
  partyTypeName: one.person ? '自然人' : '法人或其他组织',
  sexy: one.person ? '女' : '',
  age: one.person ? 126 : 0,
  caseCode: one.caseNumber,
  gistId: one.basisNumber,
  gistUnit: one.basisUnit,
  courtName: one.court,
  areaName: one.area,
  regDate: one.filedOn.replaceAll('-', ''),
  publishDate: day(one.publishedOn, n),
  duty: '支付货款及利息',
  performance: one.performed,
  performedPart: null,
  unperformPart: null,
  disruptTypeName: one.conduct,
  removeDate: one.removedOn,
  removeReason: one.removedOn === null ? null : '已履行生效法律文书确定的义务',
})

const day = (date: string, n: number): string | number => {
  const [year, month, date_] = date.split('-')
  return n % 2 === 0 ? `${year}年${month}月${date_}日` : readMidnightMs(date)
}
