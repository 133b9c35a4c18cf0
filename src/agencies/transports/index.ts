import { Refusal } from '../../foundation/errors.js'
import type { Delivery, Opening, Source } from '../delivery.js'
import type { Shape } from '../readers/shapes.js'
import { folder } from './folder.js'
import { table } from './table.js'

export interface Fed {
  id: string
  shapes: readonly Shape[]
  most: number
  fetch: (source: Source & Opening, shapes: readonly Shape[], feed: string) => Promise<Delivery>
}

/** http(s): the feed's own fetch; file: a watched folder; postgres: an exchange table (前置机). */
export const openSource = async (
  { id, shapes, most, fetch }: Fed,
  source: Source,
  opening: Opening,
): Promise<Delivery> => {
  const asked = { ...source, ...opening, most }
  switch (protocolOf(source.url)) {
    case 'file:':
      return folder(asked, shapes, id)
    case 'postgres:':
    case 'postgresql:':
      return table(asked, shapes, id)
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
