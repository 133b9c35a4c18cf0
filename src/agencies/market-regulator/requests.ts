import { randomUUID } from 'node:crypto'
import { Refusal } from '../../foundation/errors.js'
import type { FeedFetch } from '../delivery.js'
import { makePageReader, readListPage, valueAt } from '../envelopes.js'
import { parseJson } from '../readers/json.js'
import { makePagedFetch, type PagingOptions } from '../transports/http/pages.js'

const PAGE_SIZE = 200
export const REGISTER_PAGE_SIZE = 500
const APP_KEY = 'ecommerce-credit-hub'

export const makeServicePagesFetch = (path: string, pageItems = PAGE_SIZE): FeedFetch =>
  makePagedFetch({
    pageItems,
    ask: (page, items) => ({ path: `${path}?page=${page}&size=${items}` }),
    open: makePageReader({
      ...{ code: 'status', good: '1', message: 'msg' },
      ...{ list: 'data.list', total: 'data.total', page: 'data.page' },
    }),
  })

export const makeGatewayPagesFetch = (service: string): FeedFetch =>
  makePagedFetch({
    pageItems: PAGE_SIZE,
    ask: (page, items) => ({
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
    }),
    open: parseGatewayPage,
  })

const parseGatewayPage: PagingOptions['open'] = (body) => {
  const answer = parseJson(body.toString('utf8'))
  const success = valueAt(answer, 'IsSuccess')
  if (success === undefined) return null
  if (success === true && Number(valueAt(answer, 'Result')) === 1)
    return readListPage(answer, { list: 'DataList', total: 'TotalCount' })
  const why = [valueAt(answer, 'ErrorCode'), valueAt(answer, 'Message')].map((part) => String(part ?? '')).join(' ')
  throw new Refusal('FEED_UNREACHABLE', { reason: `网关报错 gateway says: ${why.trim() || 'no success'}` })
}
