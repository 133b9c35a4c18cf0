/** 省知识产权局: trademarks, as pages of XML. */
import { Refusal } from '../errors.js'
import { at, count, listOf } from './envelopes.js'
import type { Examination } from './examine.js'
import { type Agency, type Form, makeFeed } from './feed.js'
import { parseXml } from './readers/xml.js'
import { type Page, pages } from './transports/http.js'

const STATUS: Record<string, string> = {
  注册: 'REGISTERED',
  已注册: 'REGISTERED',
  申请: 'APPLIED',
  申请中: 'APPLIED',
  初审公告: 'APPLIED',
  无效: 'INVALID',
  已无效: 'INVALID',
  宣告无效: 'INVALID',
  撤销: 'INVALID',
  注销: 'INVALID',
  驳回: 'INVALID',
  期满: 'EXPIRED',
  已期满: 'EXPIRED',
  过期: 'EXPIRED',
  已过期: 'EXPIRED',
}
const CLASSES = 45 // Nice Classification

const element: Form = {
  names: ['regNo', 'intCls', 'tmName', 'applicant', 'uscc', 'status', 'appDate', 'regDate', 'endDate', 'goods'],
  drafts: (row, { today }) => {
    const owner = row.requiredName('applicant')
    const number = row.required('regNo')
    const niceClass = classOf(row)
    const status = row.choice('status', STATUS)
    const codes = row.codes([{ field: 'uscc', scheme: 'uscc' }])
    const applied = row.pastDate('appDate', today)
    const registered = row.pastDate('regDate', today)
    const expires = row.endDate('endDate')
    return [
      {
        kind: 'trademark',
        key: `${number}/${niceClass}`,
        subject: { ...codes, shop: null, name: owner },
        body: {
          number,
          class: niceClass,
          name: row.text('tmName'),
          owner_name: owner,
          owner_uscc: codes.uscc,
          status,
          applied_on: applied,
          registered_on: registered,
          expires_on: expires,
          goods: goodsOf(row),
        },
        validFrom: registered ?? applied,
        // A right that runs out ends by itself; that it has ended has no end.
        validTo: status === 'REGISTERED' ? expires : null,
      },
    ]
  },
}

const classOf = (row: Examination): number | null => {
  const sent = row.required('intCls')
  if (sent === '') return null
  const number = /^\d{1,2}$/.test(sent) ? Number(sent) : 0
  if (number >= 1 && number <= CLASSES) return number
  row.problem('intCls', 'value', `intCls 不是国际分类：${sent}。intCls is no class from 1 to ${CLASSES}.`)
  return null
}

const goodsOf = (row: Examination): string[] => {
  const goods = row.value('goods')
  const names = listOf(at(goods, 'item') ?? goods)
  if (names.every((name) => typeof name === 'string'))
    return names.map((name) => name.trim()).filter((name) => name !== '')
  row.problem('goods', 'value', 'goods 应为 item 的列表。goods must be a list of item.')
  return []
}

const opened = (body: Buffer): Page | null => {
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
  every: '40 2 * * *',
  forms: [element],
  fetch: (source, shapes, feed) =>
    pages(source, { ask: (page) => ({ path: `/trademarks?page=${page}` }), open: opened }, shapes, feed),
})

export const ipOffice: Agency = {
  id: 'ip-office',
  name: { zh: '吉林省知识产权局', en: 'Jilin Intellectual Property Office' },
  region: '220000',
  sends: ['trademarks'],
  feeds: [trademarks],
}
