/** Serves cached pages and entries in force. Everything else, errors included, is left to express. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { chooseEncoding, maxAgeSeconds, type PageEncoding, sendCompressed } from './compression.js'
import type { Lang } from './html.js'
import type { PageCache } from './page-cache.js'
import type { RenderedPage } from './render-response.js'

/** Returns true when the request is answered here or by the callback `express`. */
export type FastPath = (request: IncomingMessage, response: ServerResponse, now: Date, express: () => void) => boolean

interface EntryRequest {
  request: IncomingMessage
  now: Date
  lang: Lang
  encoding: PageEncoding
}

interface FastPathSources {
  cache: Pick<PageCache, 'has' | 'get' | 'stamp'>
  entry: (id: string, asked: EntryRequest) => Promise<RenderedPage | null>
}

export const cacheKeyOf = (encoding: PageEncoding, address: string): string => `${encoding} ${address}`

const ENTRY = /^\/blacklist\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(\?lang=en)?$/

export const makeFastPath =
  ({ cache, entry }: FastPathSources): FastPath =>
  (request, response, now, express) => {
    const { method, url = '', headers } = request
    if (method !== 'GET' || !readsPages(headers.accept)) return false
    const encoding = chooseEncoding(request)
    const send = (made: Promise<RenderedPage | null | undefined>): true => {
      made
        .catch(() => null)
        .then((page) => {
          if (!page) return express()
          response.setHeader('X-Robots-Tag', page.robots)
          sendCompressed(request, response, maxAgeSeconds(now), page)
        })
        .catch((fault) => response.destroy(fault))
      return true
    }
    const [, id, english] = ENTRY.exec(url) ?? []
    if (id !== undefined) return send(entry(id, { request, now, lang: english ? 'en' : 'zh', encoding }))
    const key = cacheKeyOf(encoding, url)
    return cache.has(key) && send(cache.stamp(now).then((stamp) => cache.get<RenderedPage>(stamp, key)))
  }

const readsPages = (accepted = '*/*'): boolean =>
  accepted === '*/*' || (accepted.includes('text/html') && !accepted.includes('csv'))
