/** Resident ID numbers inside anything an agency sends, replaced before a byte of it is written. */
import { regNoDigit, residentIdForm, residentIdValid, usccValid } from './identity.js'

/** Levels of nesting; deeper content is dropped rather than let through unread. */
const MAX_DEPTH = 32
const TOO_DEEP = '[嵌套过深，已略去 nested too deep, left out]'

const D = '[0-9０-９]'
/** Between the groups of 6, 8 and 4 in which people write the number. */
const GAP = String.raw`[ \u00a0\u3000\u200b-\u200d\u2060\ufeff\-－·]?`
const EIGHTEEN = `(?<!${D})${D}{6}${GAP}${D}{8}${GAP}${D}{3}[0-9０-９xXｘＸ](?!${D})`
const FIFTEEN = `(?<![0-9A-Za-z０-９])${D}{15}(?![0-9A-Za-z０-９])`
const CANDIDATE = new RegExp(`${EIGHTEEN}|${FIFTEEN}`, 'gu')
const CANDIDATE_OF_18 = new RegExp(EIGHTEEN, 'gu')

/**
 * A deep copy of a JSON-like value in which every resident ID number (GB 11643-1999), in any text, key or number, is
 * replaced by its type and `mark` of its 15 or 18 characters (narrow, upper case). Fields named in `exempt` hold
 * registration numbers: in them fifteen digits are left alone, at any depth, and eighteen are no less an ID.
 */
export const redact = <T>(value: T, mark: (id: string) => string, exempt: ReadonlySet<string> = new Set()): T => {
  const replaced = (id: string): string => `[居民身份证 ${mark(id)}]`
  const inText = (text: string, candidate: RegExp): string =>
    text.replace(candidate, (found) => {
      const id = found
        .normalize('NFKC')
        .replace(/[^0-9Xx]/g, '')
        .toUpperCase()
      return isResidentId(id, id.length < found.length) ? replaced(id) : found
    })
  const walk = (node: unknown, depth: number, candidate: RegExp): unknown => {
    if (typeof node === 'string') return inText(node, candidate)
    if (typeof node === 'number' || typeof node === 'bigint')
      return inNumber(node, replaced, (text) => inText(text, candidate))
    if (node === null || typeof node !== 'object' || node instanceof Date) return node
    if (depth >= MAX_DEPTH) return TOO_DEEP
    if (Array.isArray(node)) return node.map((item) => walk(item, depth + 1, candidate))
    // fromEntries defines its fields: a key named __proto__ stays a plain field.
    return Object.fromEntries(
      Object.entries(node).map(([key, field]) => [
        inText(key, CANDIDATE),
        walk(field, depth + 1, exempt.has(key) ? CANDIDATE_OF_18 : candidate),
      ]),
    )
  }
  return walk(value, 0, CANDIDATE) as T
}

/**
 * Whether 15 or 18 characters name a person. A number mistyped in its last digit names one just as well, so only a
 * valid USCC or registration number is let pass; three numbers in a row, which may be a region, a day and a count,
 * must be valid as one. Where both checks of 18 characters hold it is a person's: one ID in 31 passes the USCC's check,
 * while hardly any USCC holds a province and a day of birth in these places, and none that begins with 9.
 */
const isResidentId = (id: string, inGroups: boolean): boolean => {
  if (!residentIdForm(id)) return false
  if (id.length === 15) return !regNoDigit(id)
  return residentIdValid(id) || (!inGroups && !usccValid(id))
}

/**
 * A spreadsheet may hold the number as a number: its last digits are lost then, so no check digit can speak for it, and
 * what is left still names a person. String() and not BigInt(): its shortest digits keep the day of birth.
 */
const inNumber = (
  number: number | bigint,
  replaced: (id: string) => string,
  inText: (text: string) => string,
): unknown => {
  const text = String(number)
  if (typeof number === 'number' && !Number.isSafeInteger(number)) return residentIdForm(text) ? replaced(text) : number
  const redacted = inText(text)
  return redacted === text ? number : redacted
}
