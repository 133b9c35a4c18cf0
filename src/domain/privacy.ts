/** Resident ID numbers inside anything an agency sends, replaced before a byte of it is written. */
import { regNoDigit, residentIdForm, residentIdValid, usccForm, usccValid } from './identity.js'
import { byNames } from './remembered.js'

/** Levels of nesting; deeper content is dropped rather than let through unread. */
const MAX_DEPTH = 32
const TOO_DEEP = '[嵌套过深，已略去 nested too deep, left out]'

/** Of digits alone: in longer runs some window passes every test by chance. */
const LONGEST_RUN = 24
/** Separators in a row, the unseen ones not counted. */
const GAP = '[ .]{0,4}'
const DIGITS = (count: number): string[] => Array<string>(count).fill(String.raw`\d`)
/** Written so that most windows without a day of birth fail at once. */
const CHARACTERS = ['[1-8]', ...DIGITS(5), '[12]', '[089]', ...DIGITS(2), '[01]', ...DIGITS(1), '[0-3]', ...DIGITS(4)]
const EIGHTEEN = new RegExp([...CHARACTERS, String.raw`[\dX]`].join(GAP), 'g')
const FIFTEEN = /(?<!\d)(?:\d{15}|\d{6}( {1,4}|\.)\d{6}\1\d{3})(?![\dAX])/g
/** A day in a row of days: inside a number in groups it can only be the birthday, after six digits. */
const DAY = /^(.*(?<!\d))(?:19|20)\d\d[ .]\d\d[ .]\d\d(?!\d)/
const TOO_LONG = new RegExp(String.raw`\d{${LONGEST_RUN + 1},}`, 'g')
/** One character may stand for two digits (㉕), hence not fifteen. */
const ENOUGH_DIGITS = /(?:\p{N}\P{N}*){8}/u

/** Digits of the shortest ID number, and characters in which they can be written. */
const FEWEST_DIGITS = 15
const FEWEST_CHARACTERS = 8
/** Behind an entity, or half of a character beyond the first plane, there may be anything. */
const ANYTHING = FEWEST_DIGITS
/** Of each code unit how many digits a reader may see in it, once asked: 0 not yet, else one more than their number. */
const digitsSeen = new Uint8Array(0x10000)
digitsSeen.fill(1, 0x4e00, 0xa000)
digitsSeen.fill(1 + ANYTHING, 0xd800, 0xe000)
digitsSeen[0x26] = 1 + ANYTHING
const LARGEST_UNLIKE = 10 ** (FEWEST_DIGITS - 1)

/** Not seen at all by who reads the text: format, control and combining characters. */
const UNSEEN = /^(?![\t-\r])[\p{Cf}\p{Cc}\p{M}\p{Default_Ignorable_Code_Point}]$/u
const SEPARATOR = /^[\s\p{Pd}\p{Pc}\u2212\u00b7\u2022\u2219\u22c5\u30fb\u2800/\u2044\u2215]$/u
/** Latin, Greek, Cyrillic and the signs of multiplication; ⅹ and ｘ become Latin by NFKC. */
const LIKE_X = /^[XxΧχХх×✕✖╳]$/u
const ENTITY = /&(?:(nbsp|ensp|emsp|thinsp)|(shy|zwn?j|lrm|rlm)|#(\d{1,7})|#x([\da-f]{1,6}));/iy

const NONE_EXEMPT: ReadonlySet<string> = new Set()
const NONE_CLEAR: readonly unknown[] = []

/**
 * A JSON-like value in which every resident ID number (GB 11643-1999), in any text, key or number, is
 * replaced by its type and `mark` of its 15 or 18 characters (narrow, upper case). Fields named in `exempt` hold
 * registration numbers: in them fifteen digits are left alone, at any depth, and eighteen are no less an ID. What holds
 * nothing like an ID number, as nearly everything does, is given back itself; anything else as a deep copy. `clear`: texts
 * that were in what has been given back itself before, and need not be read again.
 */
export const redact = <T>(
  value: T,
  mark: (id: string) => string,
  exempt: ReadonlySet<string> = NONE_EXEMPT,
  clear: readonly unknown[] = NONE_CLEAR,
): T => {
  const replaced = (id: string): string => `[居民身份证 ${mark(id)}]`
  const inText = (text: string, fifteen: boolean): string => {
    let redacted = ''
    let kept = 0
    for (const { id, start, end } of idsIn(text, fifteen)) {
      redacted += text.slice(kept, start) + replaced(id)
      kept = end
    }
    return redacted + text.slice(kept)
  }
  const walk = (node: unknown, depth: number, fifteen: boolean): unknown => {
    if (typeof node === 'string') return inText(node, fifteen)
    if (typeof node === 'number' || typeof node === 'bigint')
      return inNumber(node, replaced, (text) => inText(text, fifteen))
    if (node === null || typeof node !== 'object' || node instanceof Date) return node
    if (depth >= MAX_DEPTH) return TOO_DEEP
    if (Array.isArray(node)) return node.map((item) => walk(item, depth + 1, fifteen))
    // fromEntries defines its fields: a key named __proto__ stays a plain field.
    return Object.fromEntries(
      Object.entries(node).map(([key, field]) => [
        inText(key, true),
        walk(field, depth + 1, fifteen && !exempt.has(key)),
      ]),
    )
  }
  return mayHold(value, clear, 0) ? (walk(value, 0, true) as T) : value
}

/** Cheap and never wrong where it says no: only then is nothing read more closely. */
const mayHold = (node: unknown, clear: readonly unknown[], depth: number): boolean => {
  if (typeof node === 'string') return node.length >= FEWEST_CHARACTERS && !isAmong(clear, node) && mayHoldInText(node)
  if (typeof node === 'number' || typeof node === 'bigint') return !(node < LARGEST_UNLIKE && node > -LARGEST_UNLIKE)
  if (node === null || typeof node !== 'object' || node instanceof Date) return false
  if (depth >= MAX_DEPTH) return true
  if (Array.isArray(node)) {
    for (let at = 0; at < node.length; at += 1) if (mayHold(node[at], clear, depth + 1)) return true
    return false
  }
  const names = Object.keys(node)
  if (mayHoldInNames(names)) return true
  for (let at = 0; at < names.length; at += 1) {
    const field = (node as Record<string, unknown>)[names[at] ?? '']
    if (typeof field === 'string') {
      if (field.length >= FEWEST_CHARACTERS && !isAmong(clear, field) && mayHoldInText(field)) return true
    } else if (field !== null && field !== undefined && mayHold(field, clear, depth + 1)) return true
  }
  return false
}

/** Mostly it is the very same text, which is seen without reading it. */
const isAmong = (texts: readonly unknown[], text: string): boolean => {
  for (let at = 0; at < texts.length; at += 1) if (texts[at] === text) return true
  return false
}

const mayHoldInNames = byNames((names) => names.some(mayHoldInText))

/** Whether a text has digits enough, however they are written, and is not just a code of a market regulator. */
const mayHoldInText = (text: string): boolean => {
  let digits = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    digits += (digitsSeen[unit] || ask(unit)) - 1
  }
  return digits >= FEWEST_DIGITS && !(text.startsWith('9') && usccForm(text))
}

const ask = (unit: number): number => {
  const digits = String.fromCharCode(unit).normalize('NFKC').replace(/\D/g, '').length
  digitsSeen[unit] = digits + 1
  return digits + 1
}

type Found = { id: string; start: number; end: number }

/** The ID numbers in a text, in order, none overlapping another. */
const idsIn = (text: string, fifteen: boolean): Found[] => {
  if (!ENOUGH_DIGITS.test(text)) return []
  const shadow = shadowOf(text)
  const line = shadow.line.replace(TOO_LONG, (run) => '#'.repeat(run.length))
  const found: Found[] = []
  const add = (at: number, written: string): void => {
    const start = shadow.starts[at] ?? 0
    const end = shadow.ends[at + written.length - 1] ?? text.length
    found.push({ id: written.replace(/[ .]/g, ''), start, end })
  }
  EIGHTEEN.lastIndex = 0
  for (let match = EIGHTEEN.exec(line); match; match = EIGHTEEN.exec(line)) {
    const [written] = match
    // The next window may begin inside this one.
    if (isEighteen(written, line[match.index - 1], line[match.index + written.length])) add(match.index, written)
    else EIGHTEEN.lastIndex = match.index + 1
  }
  if (fifteen) {
    for (const { 0: written, index } of line.matchAll(FIFTEEN)) {
      const id = written.replace(/[ .]/g, '')
      if (residentIdForm(id) && !regNoDigit(id)) add(index, written)
    }
  }
  let free = 0
  return found
    .sort((one, other) => one.start - other.start)
    .filter(({ start, end }) => {
      if (start < free) return false
      free = end
      return true
    })
}

/**
 * Whether 18 characters, perhaps with gaps, name a person. Standing alone, a number mistyped in its last digit names one
 * just as well, so only a valid USCC is let pass; where both checks hold it is a person's: one ID in 31 passes the
 * USCC's check, while hardly any USCC holds a province and a day of birth in these places, and none that begins with 9.
 * Glued to digits or in groups it must be valid; groups must also be whole, unless X ends them, and not mix points with
 * blanks or hold another day: a row of numbers may hold a region or an amount, a day and a count.
 */
const isEighteen = (written: string, before = '', after = ''): boolean => {
  const id = written.replace(/[ .]/g, '')
  if (!residentIdForm(id)) return false
  if (residentIdValid(id) && id.length === written.length) return true
  const alone = !isDigit(before) && !isDigit(after)
  if (id.length === written.length) return alone && !usccValid(id)
  const mixed = written.includes('.') && written.includes(' ')
  const birthday = DAY.exec(written)?.[1]?.replace(/[ .]/g, '').length ?? 6
  return residentIdValid(id) && !mixed && birthday === 6 && (alone || id.endsWith('X'))
}

const isDigit = (character: string): boolean => character >= '0' && character <= '9'

type Shadow = { line: string; starts: number[]; ends: number[] }

/**
 * What a reader sees: digits and X in their narrow form, a blank or point for each separator, A for any other letter,
 * # for the rest, nothing for what is unseen; and where in the text each of them starts and ends.
 */
const shadowOf = (text: string): Shadow => {
  const shadow: Shadow = { line: '', starts: [], ends: [] }
  const known = new Map<string, string>()
  for (let at = 0; at < text.length; ) {
    const { character, end } = characterAt(text, at)
    const seen = known.get(character) ?? seenAs(character)
    known.set(character, seen)
    for (const one of seen) {
      shadow.line += one
      shadow.starts.push(at)
      shadow.ends.push(end)
    }
    at = end
  }
  return shadow
}

/** One character, or the HTML entity that stands for it. */
const characterAt = (text: string, at: number): { character: string; end: number } => {
  if (text[at] === '&') {
    ENTITY.lastIndex = at
    const [entity = '', blank, unseen, decimal, hex] = ENTITY.exec(text) ?? []
    const end = at + entity.length
    if (blank || unseen) return { character: blank ? ' ' : '\u200b', end }
    const point = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16)
    if (point <= 0x10ffff) return { character: String.fromCodePoint(point), end }
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  return { character, end: at + character.length }
}

const seenAs = (character: string): string => {
  if (UNSEEN.test(character)) return ''
  let seen = ''
  for (const one of character.normalize('NFKC')) {
    if (isDigit(one) || one === '.') seen += one
    else if (LIKE_X.test(one)) seen += 'X'
    else if (SEPARATOR.test(one)) seen += ' '
    else if (!UNSEEN.test(one)) seen += /[A-Za-z]/.test(one) ? 'A' : '#'
  }
  return seen
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
