/** Article numbers (GTIN) as they are published: one or several in a cell, with blanks, some of them something else. */
import { gtinValid } from '../../domain/operators/codes.js'
import { compact } from '../../foundation/text/values.js'
import type { Examination } from '../examine.js'

const LENGTH = 14 // digits of the form in which they are compared
const BETWEEN = /[\s,，;；、/]+/
/** "UPC 8 10185 42123 7", "UPC: 8801234567893", "GTIN (01)10817134020432": named as such, inside a description. */
const NAMED_IN_TEXT = /(?:UPC|GTIN|EAN)\b[^\d\n;]{0,40}((?:\d[ -]?){7,15}\d)(?!\d)/gi
/** The application identifier in front of a GTIN-14 in a GS1 bar code. */
const IDENTIFIED = /^01(\d{14})$/

/**
 * Those whose check digit holds, as GTIN-14. What does not hold is noted, never mended: a number of 11 digits may have
 * lost its leading zero or its check digit, and nobody knows which.
 */
export const gtins = (row: Examination, field: string, sent: readonly string[]): string[] => {
  const found: string[] = []
  for (const cell of sent) {
    // Blanks may stand inside one number or between several.
    const whole = gtinOf(cell)
    for (const part of whole === null ? cell.split(BETWEEN).filter((one) => one !== '') : [cell]) {
      const gtin = gtinOf(part)
      if (gtin !== null) found.push(gtin)
      else row.finding(field, 'gtin', `${field}中不是有效的商品条码，未采用：${part}。Not a valid GTIN; left out.`)
    }
  }
  return [...new Set(found)]
}

/** Those that a description names as such. The text stays as it is, so nothing is lost with the others. */
export const gtinsInText = (text: string): string[] => [
  ...new Set([...text.matchAll(NAMED_IN_TEXT)].map(([, digits = '']) => gtinOf(digits)).filter((one) => one !== null)),
]

const gtinOf = (text: string): string | null => {
  const digits = compact(text).replaceAll('-', '')
  const code = IDENTIFIED.exec(digits)?.[1] ?? digits
  return gtinValid(code) ? code.padStart(LENGTH, '0') : null
}
