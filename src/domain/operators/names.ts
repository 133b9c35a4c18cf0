import { compactText } from '../../foundation/text/values.js'

/** NFKC has already made （） half-width. */
const OPENING = /[〔﹝[【［{〈]/gu
const CLOSING = /[〕﹞\]】］}〉]/gu
/** The dot inside transliterated names has many code points. */
const DOTS = /[•‧∙⋅・・]/gu

/** Needs no normalisation but of brackets. */
const ORDINARY = /^[\u4e00-\u9fffA-Z0-9()（）]*$/

export const normalizeName = (name: string): string => {
  if (!ORDINARY.test(name)) return normalized(name)
  return name.includes('（') || name.includes('）') ? name.replaceAll('（', '(').replaceAll('）', ')') : name
}

const normalized = (name: string): string =>
  compactText(
    compactText(name)
      .replace(OPENING, '(')
      .replace(CLOSING, ')')
      .replace(DOTS, '·')
      .replace(/\p{Script=Latin}+/gu, (latin) => latin.toUpperCase()),
  )
