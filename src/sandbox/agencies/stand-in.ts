import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { csvLine } from '../../foundation/text/csv.js'
import { makeJsonAnswer, type StandInAnswer, type StandInRequest, startStandInServer } from '../server.js'
import { COUNT, makeBehaviour, makeCountOrNull, SWITCH } from '../wishes.js'

const GARBAGE_BYTES = 4096
const RETRY_AFTER = '1' // seconds
const PAGE_ITEMS_MOST = 500
const PAGE_NUMBER_MOST = 1_000_000

const WISHES = {
  delayMs: COUNT,
  failNext: COUNT,
  garbage: SWITCH,
  cutAfterBytes: makeCountOrNull(null),
}

export type AgencyStandIn = Awaited<ReturnType<typeof startAgencyStandIn>>

export type StandInRoutes = Record<string, (asked: StandInRequest) => StandInAnswer>

export const startAgencyStandIn = async (id: string, routes: StandInRoutes, port = 0) => {
  const { now: behaviour, behave, behaveAsTold } = makeBehaviour(WISHES)
  let asked = 0

  const answer = async (question: StandInRequest): Promise<StandInAnswer> => {
    if (question.method === 'POST' && question.path === '/_behave') return behaveAsTold(question.body)
    asked += 1
    if (behaviour.delayMs > 0) await wait(behaviour.delayMs, undefined, { signal: question.gone })
    if (behaviour.failNext > 0) {
      behaviour.failNext -= 1
      return makeJsonAnswer(503, { message: '系统繁忙 Busy' }, { 'retry-after': RETRY_AFTER })
    }
    const route = routes[`${question.method} ${question.path}`]
    if (!route) return makeJsonAnswer(404, { message: '没有这个地址 Not found' })
    const good = route(question)
    const spoilt = behaviour.garbage ? { ...good, body: randomBytes(GARBAGE_BYTES) } : good
    return behaviour.cutAfterBytes === null
      ? withEtag(question, spoilt)
      : { ...spoilt, cutAfterBytes: behaviour.cutAfterBytes }
  }

  const { url, close } = await startStandInServer(answer, port)
  return {
    ...{ id, url, close, behave },
    get asked() {
      return asked
    },
  }
}

const withEtag = ({ method, headers }: StandInRequest, answer: StandInAnswer): StandInAnswer => {
  if (method !== 'GET' || answer.status !== 200) return answer
  const etag = `"${createHash('sha256').update(answer.body).digest('hex').slice(0, 32)}"`
  return headers['if-none-match'] === etag
    ? { status: 304, headers: { etag }, body: '' }
    : { ...answer, headers: { ...answer.headers, etag } }
}

export const parseCountUpTo = (wish: unknown, otherwise: number, most: number): number | null => {
  if (wish === null || wish === undefined) return otherwise
  const count = Number(wish)
  return Number.isInteger(count) && count >= 1 && count <= most ? count : null
}

export const cutPage = <T>(all: readonly T[], number: unknown, size: unknown, usualSize: number) => {
  const page = parseCountUpTo(number, 1, PAGE_NUMBER_MOST)
  const items = parseCountUpTo(size, usualSize, PAGE_ITEMS_MOST)
  if (page === null || items === null) return null
  const first = (page - 1) * items
  return { page, size: items, total: all.length, first, items: all.slice(first, first + items) }
}

export type TableColumns<Row, Cell> = readonly (readonly [name: string, cell: (one: Row, n: number) => Cell])[]

export const formatCsvTable = <Row>(rows: readonly Row[], columns: TableColumns<Row, string | null>): string =>
  csvLine(columns.map(([name]) => name)) +
  rows.map((one, n) => csvLine(columns.map(([, cell]) => cell(one, n) ?? ''))).join('')
