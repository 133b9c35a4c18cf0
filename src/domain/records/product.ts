import { compactText } from '../../foundation/text/values.js'
import { isValidGtin } from '../operators/codes.js'
import type { RecordBody } from './records.js'

const GTIN_DIGITS = 14
export const PRODUCT_WORD_LENGTH_MOST = 500
const BETWEEN_MODELS = /[;；,，、|]/u

/** Returns fourteen digits as records store them, or null for no GTIN. */
export const parseGtin = (text: string): string | null => {
  const code = compactText(text)
  return isValidGtin(code) ? code.padStart(GTIN_DIGITS, '0') : null
}

export const makeProductWordKey = (text: string): string =>
  compactText(text).replace(/[a-z]+/g, (latin) => latin.toUpperCase())

export const matchesModel = (held: unknown, asked: string): boolean => {
  if (typeof held !== 'string') return false
  const word = makeProductWordKey(asked)
  return makeProductWordKey(held) === word || held.split(BETWEEN_MODELS).some((one) => makeProductWordKey(one) === word)
}

export const isTrademarkInTerm = ({ status, expires_on: last }: RecordBody, on: string): boolean =>
  status === 'REGISTERED' && (typeof last !== 'string' || last >= on)
