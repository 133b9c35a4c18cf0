/**
 * Pages that many ask for, answered straight from node:http: what express has answered at the same address, for as long as the
 * list is the same; and the entries in force. Everything else, and whatever goes wrong here, is express's to answer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, type Encoding, encodingOf, freshFor } from './compression.js'
import type { Lang } from './html.js'
import type { Kept } from './page-cache.js'
import type { Written } from './render-response.js'

/** False: express answers. Else it is answered, if need be by `express`. */
export type Again = (request: IncomingMessage, response: ServerResponse, now: Date, express: () => void) => boolean

interface Asked {
  request: IncomingMessage
  now: Date
  lang: Lang
  encoding: Encoding
}

interface Hot {
  kept: Pick<Kept, 'known' | 'again' | 'stamp'>
  /** Null: the id has no page of its own now. */
  entry: (id: string, asked: Asked) => Promise<Written | null>
}

/** Of a page that is kept as it leaves. `address`: with its parameters in their order, so that each page has one. */
export const keyOf = (encoding: Encoding, address: string): string => `${encoding} ${address}`

const ENTRY = /^\/blacklist\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(\?lang=en)?$/

export const atOnce =
  ({ kept, entry }: Hot): Again =>
  (request, response, now, express) => {
    const { method, url = '', headers } = request
    if (method !== 'GET' || !readsPages(headers.accept)) return false
    const encoding = encodingOf(request)
    const send = (made: Promise<Written | null | undefined>): true => {
      made
        .catch(() => null)
        .then((page) => {
          if (!page) return express()
          response.setHeader('X-Robots-Tag', page.robots)
          answer(request, response, freshFor(now), page)
        })
        .catch((fault) => response.destroy(fault))
      return true
    }
    const [, id, english] = ENTRY.exec(url) ?? []
    if (id !== undefined) return send(entry(id, { request, now, lang: english ? 'en' : 'zh', encoding }))
    const key = keyOf(encoding, url)
    return kept.known(key) && send(kept.stamp(now).then((stamp) => kept.again<Written>(stamp, key)))
  }

/** No table: at the same address there is one of what was found. */
const readsPages = (accepted = '*/*'): boolean =>
  accepted === '*/*' || (accepted.includes('text/html') && !accepted.includes('csv'))
