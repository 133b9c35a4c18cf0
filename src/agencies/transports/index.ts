import { Refusal } from '../../foundation/errors.js'
import type { FeedDelivery, FeedFetch, FeedRequest } from '../delivery.js'
import { openFolder } from './folder.js'
import { openTable } from './table.js'

/** The URL selects the feed's `fetch` (http), a watched folder (file) or an exchange table (postgres, 前置机). */
export const openSource = async (request: FeedRequest, fetch: FeedFetch): Promise<FeedDelivery> => {
  switch (protocolOf(request.url)) {
    case 'file:':
      return openFolder(request)
    case 'postgres:':
    case 'postgresql:':
      return openTable(request)
    case 'http:':
    case 'https:':
      return fetch.open(request)
    default:
      throw new Refusal('FEED_UNREACHABLE', {
        reason: '地址应以 http、https、file 或 postgres 开头 no address of a known kind',
      })
  }
}

const protocolOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).protocol : null)
