/** A product in a query: a barcode, or brand and model. */

import { compact } from '../../foundation/text/values.js'
import { gtinValid } from '../operators/codes.js'

const GTIN_DIGITS = 14
/** Longest brand or model, characters. */
export const WORD_LONGEST = 500
/** Separators between models in one cell. */
const BETWEEN_MODELS = /[;；,，、|]/u

/** Returns fourteen digits as records store them, or null for no GTIN. '6901028000017' → '06901028000017'. */
export const gtinAsked = (text: string): string | null => {
  const code = compact(text)
  return gtinValid(code) ? code.padStart(GTIN_DIGITS, '0') : null
}

/** Compared form of a brand or model: NFKC, no blanks, upper case. The store's index uses the same form. */
export const productWord = (text: string): string => compact(text).replace(/[a-z]+/g, (latin) => latin.toUpperCase())

/** True when a record that names `held` concerns this model, alone or among several. */
export const isModel = (held: unknown, asked: string): boolean => {
  if (typeof held !== 'string') return false
  const word = productWord(asked)
  return productWord(held) === word || held.split(BETWEEN_MODELS).some((one) => productWord(one) === word)
}

/** True when the right is registered and unexpired on that day. */
export const inTerm = ({ status, expiresOn }: { status: unknown; expiresOn: unknown }, on: string): boolean =>
  status === 'REGISTERED' && (typeof expiresOn !== 'string' || expiresOn >= on)
