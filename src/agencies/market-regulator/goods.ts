/** Article numbers (GTIN) as published: one or more per cell, with blanks, sometimes mixed with other text. */
import { gtinValid } from '../../domain/operators/codes.js'
import { compact } from '../../foundation/text/values.js'
import type { Examination } from '../examine.js'

const LENGTH = 14 // digits of a GTIN-14, the form used for comparison
const BETWEEN = /[\s,，;；、/]+/
/** Numbers that a text names as such: "UPC 8 10185 42123 7", "UPC: 8801234567893", "GTIN (01)10817134020432". */
const NAMED_IN_TEXT = /(?:UPC|GTIN|EAN)\b[^\d\n;]{0,40}((?:\d[ -]?){7,15}\d)(?!\d)/gi
/** Application identifier 01 before a GTIN-14 in a GS1 bar code. */
const IDENTIFIED = /^01(\d{14})$/

/**
 * Returns valid numbers as GTIN-14. An invalid one gets a remark and is never repaired: an 11-digit number may lack its
 * leading zero or its check digit.
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

/** Returns the numbers that a description names. The text itself is kept. */
export const gtinsInText = (text: string): string[] => [
  ...new Set([...text.matchAll(NAMED_IN_TEXT)].map(([, digits = '']) => gtinOf(digits)).filter((one) => one !== null)),
]

const gtinOf = (text: string): string | null => {
  const digits = compact(text).replaceAll('-', '')
  const code = IDENTIFIED.exec(digits)?.[1] ?? digits
  return gtinValid(code) ? code.padStart(LENGTH, '0') : null
}
