/** ID numbers are replaced before any byte is written. */

import { Refusal } from '../../foundation/errors.js'
import { memoByNames } from '../../foundation/memo.js'
import { hasResidentIdForm } from '../operators/codes.js'
import { type FifteenDigitsTreatment, findResidentIds, isCredibleId, NUMERALS } from './resident-ids.js'
import { replaceSpans } from './text-view.js'

/** Content nested deeper than this many levels is dropped rather than passed unread. */
const MAX_DEPTH = 32
const TOO_DEEP = '[嵌套过深，已略去 nested too deep, left out]'

/** The shortest ID number has 15 digits, in at least 8 characters (㉕ is two digits). */
const FEWEST_DIGITS = 15
const FEWEST_CHARACTERS = 8
/** An HTML entity or surrogate half may stand for any digits. */
const ANYTHING = FEWEST_DIGITS
/** 0 unknown, otherwise the digits that the unit may stand for, plus one. */
const digitsSeen = new Uint8Array(0x10000)
digitsSeen.fill(1, 0x4e00, 0xa000)
digitsSeen.fill(1 + ANYTHING, 0xd800, 0xe000)
digitsSeen[0x26] = 1 + ANYTHING
for (const numeral of NUMERALS.keys()) digitsSeen[numeral.charCodeAt(0)] = 2
/** An ideograph or letter ends an ID number. */
const BREAK = /[A-Za-z\u4e00-\u9fff]/
/** First half of an ID number split over two cells. A shorter cell is a flag or count. */
const FIRST_HALF = /^[1-8]\d{2,14}$/
const SECOND_HALF = /^\d{2,14}[\dXx]$/
const MOST_DIGITS = 18
const NO_HALF = -MOST_DIGITS
const LARGEST_UNLIKE = 10 ** (FEWEST_DIGITS - 1)

/** These fields may hold a registration number, or a key containing one, though no feed declares them. */
const MAY_REGISTER = /^(?:keys?|codes?|fact)$|uscc|uniscid|shxym|gszc|reg_?no|信用代码|注册号|登记号|执照|licen[cs]e/i

const NONE_EXEMPT: ReadonlySet<string> = new Set()

/**
 * Replaces every resident ID number (GB 11643-1999) by a pseudonym (`pseudonymOf`), also one split over two
 * neighbouring cells. In `exempt` fields fifteen digits stay unless the text calls them an ID.
 */
export const redactIdNumbers = <T>(
  value: T,
  pseudonymOf: (id: string) => string,
  exempt: ReadonlySet<string> = NONE_EXEMPT,
): T => redacted(value, { replaced: (id) => `[居民身份证 ${pseudonymOf(id)}]`, exempt }, 0, 'LONE_KEPT') as T

const FILE_NAME_MOST = 200

/** Visible characters of the last part of a path. */
export const cleanFileName = (sent: string, pseudonymOf: (id: string) => string): string | null => {
  const last = sent.split(/[/\\]/).at(-1) ?? ''
  // Redact before truncating: half an ID number would not be recognised.
  const seen = redactIdNumbers(last.replace(/\p{C}/gu, ''), pseudonymOf)
  const name = [...seen].slice(0, FILE_NAME_MOST).join('').trim()
  return name === '' ? null : name
}

export const holdsIdNumber = (text: string): boolean => redactIdNumbers(text, () => '') !== text

interface Redaction {
  replaced: (id: string) => string
  exempt: ReadonlySet<string>
}

const redacted = (node: unknown, by: Redaction, depth: number, fifteen: FifteenDigitsTreatment): unknown => {
  if (typeof node === 'string') return redactedText(node, by, fifteen)
  if (typeof node === 'number' || typeof node === 'bigint') return redactedNumber(node, by, fifteen)
  if (node === null || typeof node !== 'object' || node instanceof Date) return node
  if (depth >= MAX_DEPTH) return TOO_DEEP
  if (Array.isArray(node)) return redactedCells(node, by, depth, () => fifteen)
  const [names, cells] = [Object.keys(node), Object.values(node)]
  const read = redactedCells(cells, by, depth, (at) => within(names[at] ?? '', by, fifteen))
  if (read === cells && !mayHoldInNames(names)) return node
  // fromEntries defines fields, so a key named __proto__ stays a plain field.
  return Object.fromEntries(names.map((name, at) => [redactedText(name, by, 'REPLACED'), read[at]]))
}

/** Returns `cells` itself if none changes. */
const redactedCells = (
  cells: readonly unknown[],
  by: Redaction,
  depth: number,
  treatment: (at: number) => FifteenDigitsTreatment,
): readonly unknown[] => {
  const halves = halvesIn(cells)
  let read: unknown[] | null = null
  for (let at = 0; at < cells.length; at += 1) {
    const cell = cells[at]
    const half = halves?.get(at)
    if (half === undefined && isClear(cell)) continue
    const now = half === undefined ? redacted(cell, by, depth + 1, treatment(at)) : by.replaced(half)
    if (now === cell) continue
    read ??= [...cells]
    read[at] = now
  }
  return read ?? cells
}

const within = (key: string, { exempt }: Redaction, fifteen: FifteenDigitsTreatment): FifteenDigitsTreatment => {
  if (fifteen === 'KEPT' || exempt.has(key)) return 'KEPT'
  return fifteen === 'DOUBTFUL_KEPT' || MAY_REGISTER.test(key) ? 'DOUBTFUL_KEPT' : 'REPLACED'
}

const redactedText = (text: string, { replaced }: Redaction, fifteen: FifteenDigitsTreatment): string =>
  mayHoldInText(text) ? replaceSpans(text, findResidentIds(text, fifteen), ({ id }) => replaced(id)) : text

const lengthOf = (field: unknown): number => {
  if (typeof field === 'string') return field.length
  return typeof field === 'number' ? String(field).length : NO_HALF
}

const idOf = (first: unknown, second: unknown): string | null => {
  const [start, end] = [first, second].map(String)
  if (!start || !end || !FIRST_HALF.test(start) || !SECOND_HALF.test(end)) return null
  const id = (start + end).toUpperCase()
  return isCredibleId(id) ? id : null
}

const halvesIn = (fields: readonly unknown[]): Map<number, string> | null => {
  let halves: Map<number, string> | null = null
  let before = NO_HALF
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at]
    const length = lengthOf(field)
    const id = before + length === MOST_DIGITS ? idOf(fields[at - 1], field) : null
    if (id !== null) halves = (halves ?? new Map<number, string>()).set(at - 1, id).set(at, id)
    before = length
  }
  return halves
}

const isClear = (cell: unknown): boolean =>
  typeof cell === 'string' ? !mayHoldInText(cell) : cell === null || cell === undefined

const mayHoldInNames = memoByNames((names) => names.some(mayHoldInText))

const mayHoldInText = (text: string): boolean => {
  if (text.length < FEWEST_CHARACTERS) return false
  let digits = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    digits += (digitsSeen[unit] || digitsOfUnit(unit)) - 1
  }
  return digits >= FEWEST_DIGITS && areUnbroken(text)
}

/** No BREAK between the digits. Browsers hide tags such as `<b>`. */
const areUnbroken = (text: string): boolean => {
  if (text.includes('<')) return true
  let digits = 0
  for (let at = 0; at < text.length && digits < FEWEST_DIGITS; at += 1) {
    const seen = (digitsSeen[text.charCodeAt(at)] ?? 1) - 1
    digits = seen === 0 && BREAK.test(text.charAt(at)) ? 0 : digits + seen
  }
  return digits >= FEWEST_DIGITS
}

const digitsOfUnit = (unit: number): number => {
  const digits = String.fromCharCode(unit)
    .normalize('NFKC')
    .replace(/\P{Nd}/gu, '').length
  digitsSeen[unit] = digits + 1
  return digits + 1
}

/**
 * Replaces a number that reads as an ID. A spreadsheet loses the number's last digits, so no check digit applies.
 * String() keeps the day of birth; BigInt() would not.
 */
const redactedNumber = (number: number | bigint, by: Redaction, fifteen: FifteenDigitsTreatment): unknown => {
  if (number < LARGEST_UNLIKE && number > -LARGEST_UNLIKE) return number
  const text = String(number)
  if (typeof number === 'number' && !Number.isSafeInteger(number)) {
    const [digits = ''] = /\d+/.exec(text) ?? []
    return hasResidentIdForm(digits) ? by.replaced(digits) : number
  }
  const read = redactedText(text, by, fifteen)
  return read === text ? number : read
}

const WRITTEN_LENGTH = 1_000

/** Throws INPUT_INVALID, naming the field `what`, for an empty text or one over WRITTEN_LENGTH. */
export const checkAndRedactText = (given: string, what: string, pseudonymOf: (id: string) => string): string => {
  const text = given.trim()
  const kept = redactIdNumbers(text, pseudonymOf)
  if (kept !== '' && text.length <= WRITTEN_LENGTH) return kept
  throw new Refusal('INPUT_INVALID', {
    reason: `${what}：1–${WRITTEN_LENGTH} 个字符 1–${WRITTEN_LENGTH} characters`,
  })
}
