/** Names of firms as they are compared, never as they are shown. */
import { compact } from '../../foundation/text/values.js'

/** NFKC has narrowed （） already; these are the other pairs in which senders set the place in a firm's name. */
const OPENING = /[〔﹝[【［{〈]/gu
const CLOSING = /[〕﹞\]】］}〉]/gu
/** The dot inside a transliterated name has many code points. */
const DOTS = /[•‧∙⋅・・]/gu

/** Most names: ideographs, brackets as most senders set them, Latin in upper case. Nothing else happens to these. */
const ORDINARY = /^[\u4e00-\u9fffA-Z0-9()（）]*$/

/** NFKC, one kind of brackets, no blanks, Latin in upper case. Two names that differ in anything else are two names. */
export const normalizeName = (name: string): string => {
  if (!ORDINARY.test(name)) return normalized(name)
  return name.includes('（') || name.includes('）') ? name.replaceAll('（', '(').replaceAll('）', ')') : name
}

const normalized = (name: string): string =>
  compact(
    compact(name)
      .replace(OPENING, '(')
      .replace(CLOSING, ')')
      .replace(DOTS, '·')
      .replace(/\p{Script=Latin}+/gu, (latin) => latin.toUpperCase()),
  )
