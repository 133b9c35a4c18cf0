import { Refusal } from '../../foundation/errors.js'
import { asList, parseCount, valueAt } from '../envelopes.js'
import { type Agency, makeFeed } from '../feed.js'
import { parseXml } from '../readers/xml.js'
import { type ListPage, openPaged } from '../transports/http.js'
import { elementForm, tableForm } from './cnipa.js'

const PAGE_SIZE = 60

const parsePage = (body: Buffer): ListPage | null => {
  const root = parseXml(body.toString('utf8'))
  const total = parseCount(valueAt(root, '@total'))
  if (total === null) {
    const why = valueAt(root, 'message')
    if (why !== undefined) throw new Refusal('FEED_UNREACHABLE', { reason: String(why) })
    return null
  }
  return { items: asList(valueAt(root, 'trademark')), total, page: parseCount(valueAt(root, '@page')) }
}

const trademarks = makeFeed({
  id: 'trademarks',
  agency: 'ip-office',
  kind: 'trademark',
  title: { zh: '商标信息', en: 'Trademarks' },
  whole: true,
  exempt: ['REGNO', '工商注册号'],
  forms: [elementForm, tableForm],
  fetch: (source, shapes, feed) =>
    openPaged(
      source,
      { pageItems: PAGE_SIZE, ask: (page) => ({ path: `/trademarks?page=${page}` }), open: parsePage },
      shapes,
      feed,
    ),
})

export const ipOfficeAgency: Agency = {
  id: 'ip-office',
  name: { zh: '吉林省知识产权局', en: 'Jilin Intellectual Property Office' },
  region: '220000',
  sends: ['trademarks'],
  feeds: [trademarks],
}
