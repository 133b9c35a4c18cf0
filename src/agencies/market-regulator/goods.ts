import { createHash } from 'node:crypto'
import { isValidGtin } from '../../domain/operators/codes.js'
import { compactText } from '../../foundation/text/values.js'
import { isNoDateMarker, parseDate } from '../../foundation/time/dates.js'
import type { Examination } from '../examine.js'

const LENGTH = 14 // digits of a GTIN-14
const BETWEEN = /[\s,，;；、/]+/
/** Matches "UPC 8 10185 42123 7", "GTIN (01)10817134020432". */
const NAMED_IN_TEXT = /(?:UPC|GTIN|EAN)\b[^\d\n;]{0,40}((?:\d[ -]?){7,15}\d)(?!\d)/gi
/** The GS1 application identifier 01 precedes a GTIN-14. */
const IDENTIFIED = /^01(\d{14})$/

/** Leaves out invalid numbers: 11 digits may lack a zero or the check digit. */
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

export const findGtinsInText = (text: string): string[] => [
  ...new Set([...text.matchAll(NAMED_IN_TEXT)].map(([, digits = '']) => gtinOf(digits)).filter((one) => one !== null)),
]

const gtinOf = (text: string): string | null => {
  const digits = compactText(text).replaceAll('-', '')
  const code = IDENTIFIED.exec(digits)?.[1] ?? digits
  return isValidGtin(code) ? code.padStart(LENGTH, '0') : null
}

const DAY_INSIDE = /(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日|\d{8})(?!\d)/
/** The lookbehind keeps the matching time linear. */
const AROUND_BATCH = /^[\s/／,，;；:：]+|(?<![\s/／,，;；:：])[\s/／,，;；:：]+$/g
const LONGEST_PLAIN_KEY = 250 // characters
const OPENING = '（('
const CLOSING = '）)'

/** Splits production date and batch number. An invalid date stays in the batch number. */
export const readProduction = (
  row: Examination,
  field: string,
): { produced_on: string | null; batch: string | null } => {
  const sent = row.text(field)
  if (sent === null) return { produced_on: null, batch: null }
  const day = parseDate(row.value(field))
  if (day !== null) return { produced_on: day, batch: null }
  if (isNoDateMarker(row.value(field))) return { produced_on: null, batch: null }
  const inside = DAY_INSIDE.exec(sent)?.[0]
  const dayInside = inside === undefined ? null : parseDate(inside)
  if (inside === undefined || dayInside === null) {
    // Eight digits may be a batch number.
    if (inside !== undefined && !/^\d{8}$/.test(inside))
      row.remark(field, 'date', `${field}中的日期不存在：${inside}。${field} names a day that does not exist.`)
    return { produced_on: null, batch: sent }
  }
  return { produced_on: dayInside, batch: sent.replace(inside, '').replace(AROUND_BATCH, '') || null }
}

export const splitText = (text: string | null, between: RegExp): string[] =>
  (text ?? '')
    .split(between)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')

/** Scans from the end, so an unclosed bracket hides no separator. */
export const splitOutsideBrackets = (text: string | null, separators: string): string[] => {
  const sent = text ?? ''
  const found: string[] = []
  let end = sent.length
  let inside = false
  for (let at = sent.length - 1; at >= 0; at -= 1) {
    const sign = sent.charAt(at)
    if (CLOSING.includes(sign)) inside = true
    else if (OPENING.includes(sign)) inside = false
    else if (!inside && separators.includes(sign)) {
      found.push(sent.slice(at + 1, end).trim())
      end = at
    }
  }
  found.push(sent.slice(0, end).trim())
  return found.reverse().filter((piece) => piece !== '')
}

export const makeSampleKey = (prefix: string, parts: readonly (string | null)[]): string => {
  const plain = [prefix, ...parts.map((part) => compactText(part ?? '-'))].join('/')
  if (plain.length <= LONGEST_PLAIN_KEY) return plain
  return `${prefix}/${createHash('sha256').update(plain).digest('hex')}`
}

export const joinLabelled = (parts: Readonly<Record<string, string | null>>): string | null => {
  const there = Object.entries(parts).filter(([, text]) => text !== null)
  return there.length === 0 ? null : there.map(([label, text]) => `${label}：${text}`).join('；')
}
