import {
  makeTrademarkKey,
  makeTrademarkKeyStem,
  parseNiceClasses,
  parseTrademarkNumber,
} from '../../domain/records/trademark.js'
import { asList, valueAt } from '../envelopes.js'
import type { Examination, FormDraft, SubjectCodes } from '../examine.js'
import type { FeedForm } from '../feed.js'
import { mapWordsToValues, splitWords } from '../words.js'

const OFFICE = 'CN'

interface TrademarkFacts
  extends Record<'number' | 'name' | 'status' | 'applied' | 'registered' | 'expires', string | null> {
  owner: string
  codes: SubjectCodes
  goods: string[]
  classes: readonly number[]
}

const trademarkDrafts = (row: Examination, mark: TrademarkFacts): FormDraft[] => {
  const { number, name, status, applied, registered, expires, owner, codes, goods } = mark
  if (number !== null) row.stem(makeTrademarkKeyStem(OFFICE, number))
  return mark.classes.map((niceClass) => ({
    key: makeTrademarkKey(OFFICE, number ?? '', niceClass),
    subject: { ...codes, name: owner },
    body: {
      office: OFFICE,
      number,
      application_number: null,
      class: niceClass,
      name,
      owner_name: owner,
      owner_name_en: null,
      owner_uscc: codes.uscc,
      status,
      applied_on: applied,
      registered_on: registered,
      expires_on: expires,
      goods,
    },
    validFrom: registered ?? applied,
    validTo: status === 'REGISTERED' ? expires : null,
  }))
}

const readTrademarkNumber = (row: Examination, field: string): string | null => {
  const sent = row.required(field)
  const number = parseTrademarkNumber(sent)
  if (number === null && sent !== '')
    row.problem(field, 'code', `${field}不是商标注册号：${sent}。${field} is no number of a trademark.`)
  return number
}

/** One invalid class rejects the item: half a registration looks complete. */
const readNiceClasses = (row: Examination, field: string): number[] => {
  const sent = row.required(field)
  const classes = parseNiceClasses(sent)
  if (classes === null && sent !== '')
    row.problem(field, 'value', `${field}不是国际分类：${sent}。${field} holds a class outside 1 to 45.`)
  return classes ?? []
}

/** A wrong digit could extend a right by a century. */
const remarkDateOrder = (row: Examination, days: readonly (readonly [field: string, day: string | null])[]): void => {
  const known = days.filter(([, day]) => day !== null)
  for (const [at, [field, day]] of known.entries()) {
    const before = known[at - 1]
    if (before?.[1] && day && day < before[1])
      row.remark(field, 'date.order', `${field}早于${before[0]}。${field} lies before ${before[0]}.`)
  }
}

const STATUS = mapWordsToValues({
  REGISTERED: '注册 已注册',
  APPLIED: '申请 申请中 初审公告',
  INVALID: '无效 已无效 宣告无效 撤销 注销 驳回',
  EXPIRED: '期满 已期满 过期 已过期',
})

export const elementForm: FeedForm = {
  names: splitWords('regNo intCls tmName applicant uscc status appDate regDate endDate goods'),
  keyed: ['regNo', 'intCls'],
  drafts: (row, { today }) => {
    const applied = row.pastDate('appDate', today)
    const registered = row.pastDate('regDate', today)
    const expires = row.endDate('endDate')
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
      classes: readNiceClasses(row, 'intCls'),
      applied,
      registered,
      expires,
      goods,
    })
  },
}

const goodsOf = (row: Examination): string[] => {
  const goods = row.value('goods')
  const names = asList(valueAt(goods, 'item') ?? goods)
  if (names.every((name) => typeof name === 'string')) return filledTexts(names)
  row.problem('goods', 'value', 'goods 应为 item 的列表。goods must be a list of item.')
  return []
}

const filledTexts = (texts: readonly string[]): string[] =>
  texts.map((text) => text.trim()).filter((text) => text !== '')

/** The table lists registered trademarks only, so the date is required. */
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
    const goods = filledTexts((row.text('GOODS_CN_NAME') ?? '').split(/[;；\n]/))
    return trademarkDrafts(row, {
      number: readTrademarkNumber(row, 'REG_NUM'),
      name: row.text('TM_NAME'),
      owner: row.requiredName('ENTNAME'),
      codes: row.codes({ field: 'UNISCID', scheme: 'uscc' }, { field: 'REGNO', scheme: 'reg_no' }),
      status: 'REGISTERED',
      classes: readNiceClasses(row, 'INT_CLS'),
      applied: null,
      registered,
      expires,
      goods,
    })
  },
}
