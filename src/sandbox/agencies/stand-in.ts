import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { parseJsonObject } from '../../foundation/text/json.js'
import { jsonStandInAnswer, type StandInAnswer, type StandInRequest, startStandInServer } from '../server.js'

const GARBAGE_BYTES = 4096
const RETRY_AFTER = '1' // seconds

interface AgencyBehaviour {
  delayMs: number
  /** How many requests get 503 with Retry-After. */
  failNext: number
  garbage: boolean
  /** Bytes sent before the connection breaks; null: never. */
  cutAfterBytes: number | null
}

export interface AgencyStandIn {
  id: string
  url: string
  close(): Promise<void>
  behave(behaviour: Partial<AgencyBehaviour>): void
  /** Number of requests so far, failed ones included, without `/_behave`. */
  readonly asked: number
}

export type StandInRoutes = Record<string, (asked: StandInRequest) => StandInAnswer>

export const startAgencyStandIn = async (id: string, routes: StandInRoutes, port = 0): Promise<AgencyStandIn> => {
  const behaviour: AgencyBehaviour = { delayMs: 0, failNext: 0, garbage: false, cutAfterBytes: null }
  let asked = 0

  const answer = async (question: StandInRequest): Promise<StandInAnswer> => {
    if (question.method === 'POST' && question.path === '/_behave') return toldOverHttp(question.body)
    asked += 1
    if (behaviour.delayMs > 0) await wait(behaviour.delayMs, undefined, { signal: question.gone })
    if (behaviour.failNext > 0) {
      behaviour.failNext -= 1
      return jsonStandInAnswer(503, { message: '系统繁忙 Busy' }, { 'retry-after': RETRY_AFTER })
    }
    const route = routes[`${question.method} ${question.path}`]
    if (!route) return jsonStandInAnswer(404, { message: '没有这个地址 Not found' })
    const good = route(question)
    const spoilt = behaviour.garbage ? { ...good, body: randomBytes(GARBAGE_BYTES) } : good
    return behaviour.cutAfterBytes === null
      ? withEtag(question, spoilt)
      : { ...spoilt, cutAfterBytes: behaviour.cutAfterBytes }
  }

  const toldOverHttp = (body: Buffer): StandInAnswer => {
    const wanted = behaviourIn(body)
    if (!wanted) return jsonStandInAnswer(400, { message: '无法识别的行为 Not a behaviour' })
    Object.assign(behaviour, wanted)
    return jsonStandInAnswer(200, behaviour)
  }

  const server = await startStandInServer(answer, port)
  return {
    id,
    url: server.url,
    close: server.close,
    behave: (wanted) => {
      Object.assign(behaviour, wanted)
    },
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

const behaviourIn = (body: Buffer): Partial<AgencyBehaviour> | null => {
  const value = parseJsonObject(body)
  return value !== null && Object.entries(value).every(([name, wish]) => WISHES.get(name)?.(wish)) ? value : null
}

const isCount = (wish: unknown): boolean => Number.isInteger(wish) && Number(wish) >= 0

const WISHES = new Map<string, (wish: unknown) => boolean>([
  ['delayMs', isCount],
  ['failNext', isCount],
  ['garbage', (wish) => typeof wish === 'boolean'],
  ['cutAfterBytes', (wish) => wish === null || isCount(wish)],
])

/** Returns a whole number from 1 to `most`; `otherwise` when absent, null when invalid. */
export const parseCountUpTo = (wish: unknown, otherwise: number, most: number): number | null => {
  if (wish === null || wish === undefined) return otherwise
  const count = Number(wish)
  return Number.isInteger(count) && count >= 1 && count <= most ? count : null
}
