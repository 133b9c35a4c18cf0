import { Refusal } from '../../foundation/errors.js'
import { asList, parseCount, valueAt } from '../envelopes.js'
import { makeAgency } from '../feed.js'
import { parseXml } from '../readers/xml.js'
import { makePagedFetch, type PagingOptions } from '../transports/http/pages.js'
import { elementForm, tableForm } from './cnipa.js'

const parsePage: PagingOptions['open'] = (body) => {
  const root = parseXml(body.toString('utf8'))
  const total = parseCount(valueAt(root, '@total'))
  if (total !== null)
    return { items: asList(valueAt(root, 'trademark')), total, page: parseCount(valueAt(root, '@page')) }
  const why = valueAt(root, 'message')
  if (why !== undefined) throw new Refusal('FEED_UNREACHABLE', { reason: String(why) })
  return null
}

export const ipOfficeAgency = makeAgency(
  'ip-office',
  { zh: '吉林省知识产权局', en: 'Jilin Intellectual Property Office' },
  [
    {
      id: 'trademarks',
      kind: 'trademark',
      title: { zh: '商标信息', en: 'Trademarks' },
      whole: true,
      provesAbsenceOf: ['trademarks'],
      exempt: ['REGNO', '工商注册号'],
      forms: [elementForm, tableForm],
      fetch: makePagedFetch({ pageItems: 60, ask: (page) => ({ path: `/trademarks?page=${page}` }), open: parsePage }),
    },
  ],
)
