/**
 * Fast path before express: cached pages and entries in force. Everything else, errors included, is left to express.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, type Encoding, encodingOf, freshFor } from './compression.js'
import type { Lang } from './html.js'
import type { Kept } from './page-cache.js'
import type { Written } from './render-response.js'

/** Returns false when express must answer. True means handled, if need be through `express`. */
export type Again = (request: IncomingMessage, response: ServerResponse, now: Date, express: () => void) => boolean

interface Asked {
  request: IncomingMessage
  now: Date
  lang: Lang
  encoding: Encoding
}

interface Hot {
  kept: Pick<Kept, 'known' | 'again' | 'stamp'>
  /** Returns null when the entry has no page now. */
  entry: (id: string, asked: Asked) => Promise<Written | null>
}

/** `address` has its parameters in canonical order. */
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

/** False for CSV clients of the same URL. */
const readsPages = (accepted = '*/*'): boolean =>
  accepted === '*/*' || (accepted.includes('text/html') && !accepted.includes('csv'))
