import { jsonStandInAnswer, type StandInAnswer, type StandInRequest } from '../server.js'
import { parseCountUpTo } from './stand-in.js'

const PAGE = 200
export const PAGE_ITEMS_MOST = 500
export const PAGE_NUMBER_MOST = 1_000_000

export const servicePage = <T>(
  all: readonly T[],
  spell: (one: T, n: number) => unknown,
  { query }: StandInRequest,
): StandInAnswer => {
  const page = parseCountUpTo(query.get('page'), 1, PAGE_NUMBER_MOST)
  const size = parseCountUpTo(query.get('size'), PAGE, PAGE_ITEMS_MOST)
  if (page === null || size === null) return jsonStandInAnswer(400, { status: '0', msg: '分页参数错误', data: null })
  const first = (page - 1) * size
  return jsonStandInAnswer(200, {
    status: '1',
    msg: '成功',
    data: {
      total: all.length,
      page,
      size,
      pages: Math.ceil(all.length / size),
      list: all.slice(first, first + size).map((one, i) => spell(one, first + i)),
    },
  })
}
