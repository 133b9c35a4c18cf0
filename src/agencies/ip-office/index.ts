import { Refusal } from '../../foundation/errors.js'
import { at, count, listOf } from '../envelopes.js'
import { type Agency, makeFeed } from '../feed.js'
import { parseXml } from '../readers/xml.js'
import { type ListPage, pages } from '../transports/http.js'
import { element, table } from './cnipa.js'

const PAGE_SIZE = 60

const parsePage = (body: Buffer): ListPage | null => {
  const root = parseXml(body.toString('utf8'))
  const total = count(at(root, '@total'))
  if (total === null) {
    const why = at(root, 'message')
    if (why !== undefined) throw new Refusal('FEED_UNREACHABLE', { reason: String(why) })
    return null
  }
  return { items: listOf(at(root, 'trademark')), total, page: count(at(root, '@page')) }
}

const trademarks = makeFeed({
  id: 'trademarks',
  agency: 'ip-office',
  kind: 'trademark',
  title: { zh: '商标信息', en: 'Trademarks' },
  whole: true,
  exempt: ['REGNO', '工商注册号'],
  forms: [element, table],
  fetch: (source, shapes, feed) =>
    pages(
      source,
      { pageItems: PAGE_SIZE, ask: (page) => ({ path: `/trademarks?page=${page}` }), open: parsePage },
      shapes,
      feed,
    ),
})

export const ipOffice: Agency = {
  id: 'ip-office',
  name: { zh: '吉林省知识产权局', en: 'Jilin Intellectual Property Office' },
  region: '220000',
  sends: ['trademarks'],
  feeds: [trademarks],
}
