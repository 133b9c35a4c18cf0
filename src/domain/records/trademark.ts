/**
 * Every trademark office counts from one, so a number needs its office. Each Nice class of a registration is a right of
 * its own.
 */
import { compactText, textOfValue } from '../../foundation/text/values.js'

/** CN 国家知识产权局, TW 智慧財產局, US USPTO. */
export type TrademarkOffice = 'CN' | 'TW' | 'US'

const CLASSES = 45 // Nice Classification
const MAX_LENGTH = 40 // characters
/** G or H (international or geographical) may precede the digits; letters of a divided registration may follow. */
const NUMBER = /^[A-Z]{0,2}\d{1,12}[A-Z]{0,2}$/
const WRITTEN_NUMBER = /^第?([A-Z0-9]+)号?$/
const WRITTEN_CLASS = /^第?(\d{1,3})[类類]?$/
const BETWEEN_CLASSES = /[|｜;；,，、/\s]+/u

export const parseTrademarkNumber = (value: unknown): string | null => {
  const text = typeof value === 'boolean' ? null : textOfValue(value)
  if (text === null || text.length > MAX_LENGTH) return null
  const [, number = ''] = WRITTEN_NUMBER.exec(compactText(text).toUpperCase()) ?? []
  return NUMBER.test(number) ? number : null
}

/** '30', '030', '第30类' → 30. Null unless the class is 1 to 45. */
export const parseNiceClass = (value: unknown): number | null => {
  const text = typeof value === 'boolean' ? null : textOfValue(value)
  if (text === null || text.length > MAX_LENGTH) return null
  const number = Number(WRITTEN_CLASS.exec(compactText(text))?.[1] ?? 0)
  return number >= 1 && number <= CLASSES ? number : null
}

export const parseNiceClasses = (value: unknown): number[] | null => {
  const parts = (typeof value === 'boolean' ? '' : (textOfValue(value) ?? ''))
    .split(BETWEEN_CLASSES)
    .filter((part) => part !== '')
  const classes = parts.map(parseNiceClass)
  const good = classes.filter((one) => one !== null)
  return parts.length > 0 && good.length === parts.length ? [...new Set(good)].sort((a, b) => a - b) : null
}

/** Offices other than CN get a prefix, so keys never collide. */
export const makeTrademarkKey = (office: TrademarkOffice, number: string, niceClass: number): string =>
  `${makeTrademarkKeyStem(office, number)}/${niceClass}`

export const makeTrademarkKeyStem = (office: TrademarkOffice, number: string): string =>
  `${office === 'CN' ? '' : `${office}:`}${number}`
