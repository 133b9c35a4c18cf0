/** A product as it is asked about: by its barcode, or by brand and model. Pure. */

import { compact } from '../../foundation/text/values.js'
import { gtinValid } from '../operators/codes.js'

const GTIN_DIGITS = 14
/** Longest brand or model that is looked for, characters. */
export const WORD_LONGEST = 500
/** Between the models that one cell names. */
const BETWEEN_MODELS = /[;；,，、|]/u

/** Fourteen digits, as records keep it; null for what is no GTIN. '6901028000017' → '06901028000017'. */
export const gtinAsked = (text: string): string | null => {
  const code = compact(text)
  return gtinValid(code) ? code.padStart(GTIN_DIGITS, '0') : null
}

/** How a brand or a model is compared: NFKC, no blanks, Latin in upper case. The index of the store makes the same of what it holds. */
export const productWord = (text: string): string => compact(text).replace(/[a-z]+/g, (latin) => latin.toUpperCase())

/** Whether a record that names `held` is about the model asked for: the same, or one of several. */
export const isModel = (held: unknown, asked: string): boolean => {
  if (typeof held !== 'string') return false
  const word = productWord(asked)
  return productWord(held) === word || held.split(BETWEEN_MODELS).some((one) => productWord(one) === word)
}

/** Whether the right stands on a day: registered, and its term has not run out. */
export const inTerm = ({ status, expiresOn }: { status: unknown; expiresOn: unknown }, on: string): boolean =>
  status === 'REGISTERED' && (typeof expiresOn !== 'string' || expiresOn >= on)
