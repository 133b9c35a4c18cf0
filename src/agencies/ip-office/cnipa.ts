import type { Body } from '../../domain/records/records.js'
import {
  makeTrademarkKey,
  makeTrademarkKeyStem,
  parseNiceClasses,
  parseTrademarkNumber,
} from '../../domain/records/trademark.js'
import { asList, valueAt } from '../envelopes.js'
import type { Examination, FormDraft, SubjectCodes } from '../examine.js'
import type { FeedForm } from '../feed.js'
import { splitWords, valuesByWord } from '../words.js'

const OFFICE = 'CN'

interface TrademarkFacts {
  number: string | null
  name: string | null
  owner: string
  codes: SubjectCodes
  status: string | null
  applied: string | null
  registered: string | null
  expires: string | null
  classes: readonly { class: number; goods: string[] }[]
}

const trademarkDrafts = (row: Examination, mark: TrademarkFacts): FormDraft[] => {
  if (mark.number !== null) row.stem(makeTrademarkKeyStem(OFFICE, mark.number))
  return mark.classes.map(({ class: niceClass, goods }) => ({
    key: makeTrademarkKey(OFFICE, mark.number ?? '', niceClass),
    subject: { ...mark.codes, name: mark.owner },
    body: bodyOf(mark, niceClass, goods),
    validFrom: mark.registered ?? mark.applied,
    validTo: mark.status === 'REGISTERED' ? mark.expires : null,
  }))
}

const bodyOf = (mark: TrademarkFacts, niceClass: number, goods: string[]): Body => ({
  office: OFFICE,
  number: mark.number,
  application_number: null,
  class: niceClass,
  name: mark.name,
  owner_name: mark.owner,
  owner_name_en: null,
  owner_uscc: mark.codes.uscc,
  status: mark.status,
  applied_on: mark.applied,
  registered_on: mark.registered,
  expires_on: mark.expires,
  goods,
})

const readTrademarkNumber = (row: Examination, field: string): string | null => {
  const sent = row.required(field)
  const number = parseTrademarkNumber(sent)
  if (number === null && sent !== '')
    row.problem(field, 'code', `${field}不是商标注册号：${sent}。${field} is no number of a trademark.`)
  return number
}

/** One invalid class rejects the item: half a registration would look complete. */
const readNiceClasses = (row: Examination, field: string): number[] => {
  const sent = row.required(field)
  const classes = parseNiceClasses(sent)
  if (classes === null && sent !== '')
    row.problem(field, 'value', `${field}不是国际分类：${sent}。${field} holds a class outside 1 to 45.`)
  return classes ?? []
}

/** Adds remarks to dates out of order: a wrong digit could extend a right by a century. */
const remarkDateOrder = (row: Examination, days: readonly (readonly [field: string, day: string | null])[]): void => {
  const known = days.filter(([, day]) => day !== null)
  for (const [at, [field, day]] of known.entries()) {
    const before = known[at - 1]
    if (before?.[1] && day && day < before[1])
      row.remark(field, 'date.order', `${field}早于${before[0]}。${field} lies before ${before[0]}.`)
  }
}

const STATUS = valuesByWord({
  REGISTERED: '注册 已注册',
  APPLIED: '申请 申请中 初审公告',
  INVALID: '无效 已无效 宣告无效 撤销 注销 驳回',
  EXPIRED: '期满 已期满 过期 已过期',
})

export const elementForm: FeedForm = {
  names: splitWords('regNo intCls tmName applicant uscc status appDate regDate endDate goods'),
  keyed: ['regNo', 'intCls'],
  drafts: (row, { today }) => {
    const [applied, registered, expires] = [
      row.pastDate('appDate', today),
      row.pastDate('regDate', today),
      row.endDate('endDate'),
    ]
    remarkDateOrder(row, [
      ['appDate', applied],
      ['regDate', registered],
      ['endDate', expires],
    ])
    const goods = goodsOf(row)
    return trademarkDrafts(row, {
      number: readTrademarkNumber(row, 'regNo'),
      name: row.text('tmName'),
      owner: row.requiredName('applicant'),
      codes: row.codes({ field: 'uscc', scheme: 'uscc' }),
      status: row.choice('status', STATUS),
      applied,
      registered,
      expires,
      classes: readNiceClasses(row, 'intCls').map((one) => ({ class: one, goods })),
    })
  },
}

const goodsOf = (row: Examination): string[] => {
  const goods = row.value('goods')
  const names = asList(valueAt(goods, 'item') ?? goods)
  if (names.every((name) => typeof name === 'string'))
    return names.map((name) => name.trim()).filter((name) => name !== '')
  row.problem('goods', 'value', 'goods 应为 item 的列表。goods must be a list of item.')
  return []
}

/** The table lists registered trademarks only, so the announcement date is required. */
export const tableForm: FeedForm = {
  names: splitWords(`
    PRIPID ENTNAME UNISCID REGNO REG_NUM INT_CLS TM_NAME TM_TYPE REG_ANNC_ISSUE IF_CM_TM REG_ANNC_DATE
    PROPERTY_BGN_DATE PROPERTY_END_DATE GOODS_CN_NAME`),
  keyed: ['REG_NUM', 'INT_CLS'],
  drafts: (row, { today }) => {
    const announced = row.requiredDate('REG_ANNC_DATE', today)
    const begins = row.pastDate('PROPERTY_BGN_DATE', today)
    const registered = begins ?? (announced === '' ? null : announced)
    const expires = row.endDate('PROPERTY_END_DATE')
    remarkDateOrder(row, [
      ['PROPERTY_BGN_DATE', begins],
      ['PROPERTY_END_DATE', expires],
    ])
    const goods = (row.text('GOODS_CN_NAME') ?? '')
      .split(/[;；\n]/)
      .map((name) => name.trim())
      .filter((name) => name !== '')
    return trademarkDrafts(row, {
      number: readTrademarkNumber(row, 'REG_NUM'),
      name: row.text('TM_NAME'),
      owner: row.requiredName('ENTNAME'),
      codes: row.codes({ field: 'UNISCID', scheme: 'uscc' }, { field: 'REGNO', scheme: 'reg_no' }),
      status: 'REGISTERED',
      applied: null,
      registered,
      expires,
      classes: readNiceClasses(row, 'INT_CLS').map((one) => ({ class: one, goods })),
    })
  },
}
