import { compact } from '../../foundation/text/values.js'
import { gtinValid } from '../operators/codes.js'

const GTIN_DIGITS = 14
/** In characters. */
export const WORD_LONGEST = 500
const BETWEEN_MODELS = /[;；,，、|]/u

/** Returns fourteen digits as records store them, or null for no GTIN. */
export const gtinAsked = (text: string): string | null => {
  const code = compact(text)
  return gtinValid(code) ? code.padStart(GTIN_DIGITS, '0') : null
}

/** Form in which product words are compared, also in the store's index. */
export const productWord = (text: string): string => compact(text).replace(/[a-z]+/g, (latin) => latin.toUpperCase())

export const isModel = (held: unknown, asked: string): boolean => {
  if (typeof held !== 'string') return false
  const word = productWord(asked)
  return productWord(held) === word || held.split(BETWEEN_MODELS).some((one) => productWord(one) === word)
}

export const inTerm = ({ status, expiresOn }: { status: unknown; expiresOn: unknown }, on: string): boolean =>
  status === 'REGISTERED' && (typeof expiresOn !== 'string' || expiresOn >= on)
