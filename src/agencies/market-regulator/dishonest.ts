/** Lists of the seriously dishonest: the current one through the provincial gateway, the e-commerce one of 2018 as a table. */
import { randomUUID } from 'node:crypto'
import { documentNumber } from '../../domain/values.js'
import { Refusal } from '../../errors.js'
import { at, count } from '../envelopes.js'
import { type Form, makeFeed } from '../feed.js'
import { parseJson } from '../readers/json.js'
import { type Page, type Paging, pages } from '../transports/http.js'

const PAGE_SIZE = 200 // records
const APP_KEY = 'ecommerce-credit-hub'
const BETWEEN_REASONS = /[、;；]+/

const gateway: Form = {
  names: [
    'ILLID',
    'PRIPID',
    'ENTNAME',
    'UNISCID',
    'REGNO',
    'SERILLREA',
    'SERILLREA_CN',
    'ABNTIME',
    'DECORG',
    'DECORG_CN',
    'DEDOCNUM',
    'REMEXCPRES_CN',
    'REMDATE',
    'RECORG_CN',
    'REDOCNUM',
  ],
  drafts: (row, { today }) => {
    const listed = row.requiredDate('ABNTIME', today)
    const removed = row.pastDate('REMDATE', today)
    const number = row.text('DEDOCNUM')
    if (removed !== null && listed !== '' && removed < listed) {
      row.problem('REMDATE', 'date', '移出日期早于列入日期。Removed before it was listed.')
    }
    return [
      {
        kind: 'list_entry',
        key: row.required('ILLID'),
        subject: {
          ...row.codes([
            { field: 'UNISCID', scheme: 'uscc' },
            { field: 'REGNO', scheme: 'reg_no' },
          ]),
          shop: null,
          name: row.requiredName('ENTNAME'),
        },
        body: {
          list: 'serious',
          reason: row.required('SERILLREA_CN'),
          authority: row.required('DECORG_CN'),
          document_number: number === null ? null : documentNumber(number),
          listed_on: listed,
          published_on: null,
          // The term of a list is a rule, not something this feed says.
          ends_on: null,
          removed_on: removed,
          removal_reason: row.text('REMEXCPRES_CN'),
        },
        validFrom: listed,
        validTo: removed,
      },
    ]
  },
}

/** Names no authority, no document and no date: none is invented. One cell may hold several reasons, each an entry. */
const table2018: Form = {
  names: ['企业名称', '工商注册号', '组织机构代码', '统一信用代码', '失信领域'],
  drafts: (row, { dated }) => {
    const codes = row.codes([
      { field: '统一信用代码', scheme: 'uscc' },
      { field: '组织机构代码', scheme: 'org_code' },
      { field: '工商注册号', scheme: 'reg_no' },
    ])
    const code = codes.uscc ?? codes.orgCode ?? codes.regNo
    if (code === null) row.problem('统一信用代码', 'required', '三个代码列均为空。All three code columns are empty.')
    const name = row.requiredName('企业名称')
    const reasons = row
      .required('失信领域')
      .split(BETWEEN_REASONS)
      .map((reason) => reason.trim())
    return [...new Set(reasons.filter((reason) => reason !== ''))].map((reason) => ({
      kind: 'list_entry',
      key: `ecommerce-2018/${code}/${reason}`,
      subject: { ...codes, shop: null, name },
      body: {
        list: 'ecommerce-2018',
        reason,
        authority: null,
        document_number: null,
        listed_on: dated,
        published_on: null,
        ends_on: null,
        removed_on: null,
        removal_reason: null,
      },
      validFrom: dated,
      validTo: null,
    }))
  },
}

const asked: Paging['ask'] = (page) => ({
  path: '/gateway',
  method: 'POST',
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({
    appKey: APP_KEY,
    messageId: randomUUID(),
    userName: APP_KEY,
    status: '1',
    content: { service: 'dishonest', pageIndex: page, pageSize: PAGE_SIZE },
  }),
})

const opened = (body: Buffer): Page | null => {
  const answer = parseJson(body.toString('utf8'))
  const success = at(answer, 'IsSuccess')
  if (success === undefined) return null
  if (success !== true || Number(at(answer, 'Result')) !== 1) {
    const why = [at(answer, 'ErrorCode'), at(answer, 'Message')].map((part) => String(part ?? '')).join(' ')
    throw new Refusal('FEED_UNREACHABLE', { reason: `网关报错 gateway says: ${why.trim() || 'no success'}` })
  }
  const items = at(answer, 'DataList')
  const total = count(at(answer, 'TotalCount'))
  return Array.isArray(items) && total !== null ? { items, total, page: null } : null
}

export const dishonest = makeFeed({
  id: 'dishonest',
  agency: 'market-regulator',
  kind: 'list_entry',
  title: { zh: '严重违法失信名单', en: 'Lists of the seriously dishonest' },
  whole: true,
  every: '20 3 * * *',
  exempt: ['REGNO', '工商注册号'],
  forms: [gateway, table2018],
  fetch: (source, shapes, feed) => pages(source, { ask: asked, open: opened }, shapes, feed),
})
