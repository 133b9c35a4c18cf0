import type { Body, Draft, Subject } from '../../domain/records/records.js'
import {
  parseNiceClasses,
  parseTrademarkNumber,
  trademarkKey,
  trademarkKeyStem,
} from '../../domain/records/trademark.js'
import type { Examination } from '../examine.js'

const OFFICE = 'CN'

interface TrademarkFacts {
  number: string | null
  name: string | null
  owner: string
  codes: Pick<Subject, 'uscc' | 'orgCode' | 'regNo'>
  status: string | null
  applied: string | null
  registered: string | null
  expires: string | null
  classes: readonly { class: number; goods: string[] }[]
}

export const trademarkDrafts = (row: Examination, mark: TrademarkFacts): Omit<Draft, 'remarks'>[] => {
  if (mark.number !== null) row.stem(trademarkKeyStem(OFFICE, mark.number))
  return mark.classes.map(({ class: niceClass, goods }) => ({
    kind: 'trademark',
    key: trademarkKey(OFFICE, mark.number ?? '', niceClass),
    subject: { ...mark.codes, shop: null, name: mark.owner },
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

export const readTrademarkNumber = (row: Examination, field: string): string | null => {
  const sent = row.required(field)
  const number = parseTrademarkNumber(sent)
  if (number === null && sent !== '')
    row.problem(field, 'code', `${field}不是商标注册号：${sent}。${field} is no number of a trademark.`)
  return number
}

/** One invalid class rejects the item: half a registration would look complete. */
export const readNiceClasses = (row: Examination, field: string): number[] => {
  const sent = row.required(field)
  const classes = parseNiceClasses(sent)
  if (classes === null && sent !== '')
    row.problem(field, 'value', `${field}不是国际分类：${sent}。${field} holds a class outside 1 to 45.`)
  return classes ?? []
}

/** Adds remarks to dates out of order: a wrong digit could extend a right by a century. */
export const remarkDateOrder = (
  row: Examination,
  days: readonly (readonly [field: string, day: string | null])[],
): void => {
  const known = days.filter(([, day]) => day !== null)
  for (const [at, [field, day]] of known.entries()) {
    const before = known[at - 1]
    if (before?.[1] && day && day < before[1])
      row.remark(field, 'date.order', `${field}早于${before[0]}。${field} lies before ${before[0]}.`)
  }
}
