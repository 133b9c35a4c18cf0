import { isValidGtin } from '../../domain/operators/codes.js'
import { compactText } from '../../foundation/text/values.js'
import type { Examination } from '../examine.js'

const LENGTH = 14 // digits of a GTIN-14
const BETWEEN = /[\s,，;；、/]+/
/** Matches "UPC 8 10185 42123 7", "GTIN (01)10817134020432". */
const NAMED_IN_TEXT = /(?:UPC|GTIN|EAN)\b[^\d\n;]{0,40}((?:\d[ -]?){7,15}\d)(?!\d)/gi
/** The GS1 application identifier 01 precedes a GTIN-14. */
const IDENTIFIED = /^01(\d{14})$/

/** Leaves out invalid numbers: 11 digits may lack a leading zero or the check digit. */
export const readGtins = (row: Examination, field: string, sent: readonly string[]): string[] => {
  const found: string[] = []
  for (const cell of sent) {
    // Blanks may stand inside one number or between several.
    const whole = gtinOf(cell)
    for (const part of whole === null ? cell.split(BETWEEN).filter((one) => one !== '') : [cell]) {
      const gtin = gtinOf(part)
      if (gtin !== null) found.push(gtin)
      else row.remark(field, 'gtin', `${field}中不是有效的商品条码，未采用：${part}。Not a valid GTIN; left out.`)
    }
  }
  return [...new Set(found)]
}

export const gtinsInText = (text: string): string[] => [
  ...new Set([...text.matchAll(NAMED_IN_TEXT)].map(([, digits = '']) => gtinOf(digits)).filter((one) => one !== null)),
]

const gtinOf = (text: string): string | null => {
  const digits = compactText(text).replaceAll('-', '')
  const code = IDENTIFIED.exec(digits)?.[1] ?? digits
  return isValidGtin(code) ? code.padStart(LENGTH, '0') : null
}
