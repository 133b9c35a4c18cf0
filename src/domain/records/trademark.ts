/**
 * Trademarks by number and class. Every office counts from one: a number means something only beside its office, and
 * one registration may hold several classes of the Nice Classification, each a right of its own.
 */
import { compact, textOf } from '../../foundation/text/values.js'

/** CN 国家知识产权局, TW 智慧財產局, US USPTO. */
export type TrademarkOffice = 'CN' | 'TW' | 'US'

const CLASSES = 45 // Nice Classification
const MAX_LENGTH = 40 // characters of a number as sent
/** Digits; before them G or H of an international or a geographical one, behind them the letters of a divided one. */
const NUMBER = /^[A-Z]{0,2}\d{1,12}[A-Z]{0,2}$/
const WRITTEN_NUMBER = /^第?([A-Z0-9]+)号?$/
const WRITTEN_CLASS = /^第?(\d{1,3})[类類]?$/
const BETWEEN_CLASSES = /[|｜;；,，、/\s]+/u

/** '第 81234567 号' → '81234567'. Leading zeros are the office's own and stay. Null for what is no number. */
export const trademarkNumber = (value: unknown): string | null => {
  const text = typeof value === 'boolean' ? null : textOf(value)
  if (text === null || text.length > MAX_LENGTH) return null
  const [, number = ''] = WRITTEN_NUMBER.exec(compact(text).toUpperCase()) ?? []
  return NUMBER.test(number) ? number : null
}

/** '30', '030', '第30类' → 30; null for what is no class from 1 to 45. */
export const niceClass = (value: unknown): number | null => {
  const text = typeof value === 'boolean' ? null : textOf(value)
  if (text === null || text.length > MAX_LENGTH) return null
  const number = Number(WRITTEN_CLASS.exec(compact(text))?.[1] ?? 0)
  return number >= 1 && number <= CLASSES ? number : null
}

/** Several classes in one cell, each once, in order; null as soon as one of them is none. */
export const niceClasses = (value: unknown): number[] | null => {
  const parts = (typeof value === 'boolean' ? '' : (textOf(value) ?? ''))
    .split(BETWEEN_CLASSES)
    .filter((part) => part !== '')
  const classes = parts.map(niceClass)
  const good = classes.filter((one) => one !== null)
  return parts.length > 0 && good.length === parts.length ? [...new Set(good)].sort((a, b) => a - b) : null
}

/** The key of a record: number and class, another office's behind its prefix so that it never meets one of ours. */
export const trademarkKey = (office: TrademarkOffice, number: string, niceClass: number): string =>
  `${trademarkStem(office, number)}/${niceClass}`

/** The key of each class of a mark begins so, up to its last `/`. */
export const trademarkStem = (office: TrademarkOffice, number: string): string =>
  `${office === 'CN' ? '' : `${office}:`}${number}`
