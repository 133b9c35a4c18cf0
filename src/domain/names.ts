/** Names of firms as they are compared, never as they are shown. */
import { compact } from './values.js'

/** NFKC has narrowed （） already; these are the other pairs in which senders set the place in a firm's name. */
const OPENING = /[〔﹝[【［{〈]/gu
const CLOSING = /[〕﹞\]】］}〉]/gu
/** The dot inside a transliterated name has many code points. */
const DOTS = /[•‧∙⋅・・]/gu

/** NFKC, one kind of brackets, no blanks, Latin in upper case. Two names that differ in anything else are two names. */
export const normalizeName = (name: string): string =>
  compact(
    compact(name)
      .replace(OPENING, '(')
      .replace(CLOSING, ')')
      .replace(DOTS, '·')
      .replace(/\p{Script=Latin}+/gu, (latin) => latin.toUpperCase()),
  )
