import type { World, WorldIcpFiling } from '../../../seeds/world.js'
import { makeJsonAnswer, type StandInAnswer, type StandInRequest } from '../server.js'
import { readMidnightMs } from './spelling.js'
import { parseCountUpTo, type StandInRoutes } from './stand-in.js'

const PIECE = 60
const PIECE_MAX = 200
const STATES: Record<WorldIcpFiling['status'], string> = { VALID: '正常', CANCELLED: '已注销' }

export const communicationsRoutes = (source: () => World): StandInRoutes => ({
  'GET /icp': (asked) => filings(source(), asked),
})

const filings = (world: World, { query }: StandInRequest): StandInAnswer => {
  const limit = parseCountUpTo(query.get('limit'), PIECE, PIECE_MAX)
  const from = placeIn(query.get('cursor'), world.icpFilings.length)
  if (limit === null || from === null) return makeJsonAnswer(200, { code: 400, msg: '分页参数错误', params: null })
  const list = world.icpFilings.slice(from, from + limit).map((one, n) => filing(one, from + n))
  const then = from + list.length
  return makeJsonAnswer(200, {
    code: 200,
    msg: '操作成功',
    params: { list, next: then < world.icpFilings.length ? cursorAt(then) : null },
  })
}

const cursorAt = (place: number): string => Buffer.from(`icp:${place}`).toString('base64url')

const placeIn = (cursor: string | null, most: number): number | null => {
  if (cursor === null) return 0
  const place = Number(/^icp:(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1] ?? Number.NaN)
  return place < most ? place : null
}

const filing = (one: WorldIcpFiling, n: number): Record<string, unknown> => ({
  unitName: one.sponsorName,
  natureName: one.nature,
  certType: '统一社会信用代码',
  unitCode: one.sponsorUscc,
  mainLicence: one.number.replace(/-\d+$/, ''),
  serviceLicence: n % 5 === 2 ? one.number.replace('ICP', 'ｉｃｐ').replace('-', '－') : one.number,
  serviceName: one.siteName,
  domains: n % 4 === 3 ? one.domains.join(';') : one.domains,
  leaderName: '',
  auditDate: n % 3 === 0 ? readMidnightMs(one.filedOn) : `${one.filedOn} 00:00:00`,
  state: STATES[one.status],
})
