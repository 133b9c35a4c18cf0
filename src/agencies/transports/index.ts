import { Refusal } from '../../foundation/errors.js'
import type { FeedDelivery, FeedSource, OpenOptions } from '../delivery.js'
import type { FormShape } from '../readers/shapes.js'
import { openFolder } from './folder.js'
import { openTable } from './table.js'

export interface TransportFeed {
  id: string
  shapes: readonly FormShape[]
  most: number
  fetch: (source: FeedSource & OpenOptions, shapes: readonly FormShape[], feed: string) => Promise<FeedDelivery>
}

/** The URL selects the feed's own `fetch` (http), a watched folder (file) or an exchange table (postgres, 前置机). */
export const openSource = async (
  { id, shapes, most, fetch }: TransportFeed,
  source: FeedSource,
  opening: OpenOptions,
): Promise<FeedDelivery> => {
  const asked = { ...source, ...opening, most }
  switch (protocolOf(source.url)) {
    case 'file:':
      return openFolder(asked, shapes, id)
    case 'postgres:':
    case 'postgresql:':
      return openTable(asked, shapes, id)
    case 'http:':
    case 'https:':
      return fetch(asked, shapes, id)
    default:
      throw new Refusal('FEED_UNREACHABLE', {
        reason: '地址应以 http、https、file 或 postgres 开头 no address of a known kind',
      })
  }
}

const protocolOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).protocol : null)
