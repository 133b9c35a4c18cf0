import { randomUUID } from 'node:crypto'
import { Refusal } from '../../foundation/errors.js'
import { parseCount, valueAt } from '../envelopes.js'
import type { FeedDescription } from '../feed.js'
import { parseJson } from '../readers/json.js'
import { type ListPage, openPaged } from '../transports/http.js'

const PAGE_SIZE = 200
/** The service's maximum page size for registers. */
export const REGISTER_PAGE_SIZE = 500
const APP_KEY = 'ecommerce-credit-hub'

export const fetchServicePages =
  (path: string, size = PAGE_SIZE): FeedDescription['fetch'] =>
  (source, shapes, feed) => {
    const ask = (page: number, items: number) => ({ path: `${path}?page=${page}&size=${items}` })
    return openPaged(source, { pageItems: size, ask, open: parseServicePage }, shapes, feed)
  }

const parseServicePage = (body: Buffer): ListPage | null => {
  const answer = parseJson(body.toString('utf8'))
  const status = valueAt(answer, 'status')
  if (status === undefined) return null
  if (String(status) !== '1') {
    throw new Refusal('FEED_UNREACHABLE', {
      reason: `status ${String(status)} ${String(valueAt(answer, 'msg') ?? '')}`,
    })
  }
  const items = valueAt(answer, 'data', 'list')
  const total = parseCount(valueAt(answer, 'data', 'total'))
  return Array.isArray(items) && total !== null
    ? { items, total, page: parseCount(valueAt(answer, 'data', 'page')) }
    : null
}

export const fetchGatewayPages =
  (service: string): FeedDescription['fetch'] =>
  (source, shapes, feed) =>
    openPaged(
      source,
      { pageItems: PAGE_SIZE, ask: (page, items) => gatewayRequest(service, page, items), open: parseGatewayPage },
      shapes,
      feed,
    )

const gatewayRequest = (service: string, page: number, items: number) => ({
  path: '/gateway',
  method: 'POST',
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({
    appKey: APP_KEY,
    messageId: randomUUID(),
    userName: APP_KEY,
    status: '1',
    content: { service, pageIndex: page, pageSize: items },
  }),
})

const parseGatewayPage = (body: Buffer): ListPage | null => {
  const answer = parseJson(body.toString('utf8'))
  const success = valueAt(answer, 'IsSuccess')
  if (success === undefined) return null
  if (success !== true || Number(valueAt(answer, 'Result')) !== 1) {
    const why = [valueAt(answer, 'ErrorCode'), valueAt(answer, 'Message')].map((part) => String(part ?? '')).join(' ')
    throw new Refusal('FEED_UNREACHABLE', { reason: `网关报错 gateway says: ${why.trim() || 'no success'}` })
  }
  const items = valueAt(answer, 'DataList')
  const total = parseCount(valueAt(answer, 'TotalCount'))
  return Array.isArray(items) && total !== null ? { items, total, page: null } : null
}
