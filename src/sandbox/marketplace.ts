import { webhookSignature } from '../foundation/keys/webhooks.js'
import { parseJsonObject } from '../foundation/text/json.js'
import {
  isSameSecret,
  makeJsonAnswer,
  type StandInAnswer,
  type StandInRequest,
  type StandInServer,
  startStandInServer,
} from './server.js'

const MESSAGES_SHOWN = 50
const OLDEST_SECONDS = 300
const SECOND_MS = 1_000

export interface MarketplaceStandIn extends StandInServer {
  hook: string
  hold(secret: string): void
  told(): readonly Record<string, unknown>[]
}

export const startMarketplaceStandIn = async (now: () => Date = () => new Date()): Promise<MarketplaceStandIn> => {
  let secret = ''
  const told: Record<string, unknown>[] = []
  const ids = new Set<string>()

  const take = ({ headers, body }: StandInRequest): StandInAnswer => {
    const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
      String(headers[`webhook-${name}`] ?? ''),
    )
    const message = parseJsonObject(body)
    const age = Math.abs(now().getTime() / SECOND_MS - Number(timestamp))
    if (secret === '' || message === null || !(age <= OLDEST_SECONDS))
      return makeJsonAnswer(400, { message: '不是有效的消息 not a message' })
    const expected = webhookSignature([secret], {
      id: id ?? '',
      timestamp: Number(timestamp),
      body: body.toString('utf8'),
    })
    if (!(signatures ?? '').split(' ').some((each) => isSameSecret(each, expected)))
      return makeJsonAnswer(401, { message: '签名不符 bad signature' })
    if (!ids.has(id ?? '')) told.unshift(message)
    ids.add(id ?? '')
    told.splice(MESSAGES_SHOWN)
    return makeJsonAnswer(200, { received: true })
  }
  const server = await startStandInServer((asked) => {
    if (asked.method === 'POST' && asked.path === '/hook') return take(asked)
    return asked.path === '/'
      ? makeJsonAnswer(200, told)
      : makeJsonAnswer(404, { message: '没有这个地址 nothing there' })
  })
  return {
    ...server,
    hook: `${server.url}/hook`,
    hold: (given) => {
      secret = given
    },
    told: () => told,
  }
}
