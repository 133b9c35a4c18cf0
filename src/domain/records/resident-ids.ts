/** Where resident ID numbers (GB 11643-1999) stand in a text, however they are spelt. */
import { regNoDigit, residentIdForm, residentIdValid, usccValid } from '../operators/codes.js'

/** Of digits alone: in longer runs some window passes every test by chance. */
const LONG_RUN = 24
/** Years of birth of who may trade or answer for who does, where chance or a row of numbers is the likelier reading. */
const BORN = { first: 1900, last: 2015 }
/** Separators in a row, the unseen ones not counted. */
const GAP = '[ .]{0,4}'
const DIGITS = (count: number): string[] => Array<string>(count).fill(String.raw`\d`)
/** Written so that most windows without a day of birth fail at once. */
const CHARACTERS = ['[1-8]', ...DIGITS(5), '[12]', '[089]', ...DIGITS(2), '[01]', ...DIGITS(1), '[0-3]', ...DIGITS(4)]
const EIGHTEEN = new RegExp([...CHARACTERS, String.raw`[\dX]`].join(GAP), 'g')
/** Between the parts of a number (6-8-4, 6-4-4-4 and what joins some of them) any blanks, or one sign that nobody writes within a number. */
const WIDE_GAP = String.raw`([ .,:;+~*(|\\<]{0,200})`
const PARTS = [
  String.raw`[1-8]\d{5}`,
  String.raw`[12][089]\d\d`,
  String.raw`[01]\d`,
  String.raw`[0-3]\d`,
  String.raw`\d{3}`,
]
const IN_PARTS = new RegExp(String.raw`(?<!\d|\d\.)${[...PARTS, String.raw`[\dX]`].join(WIDE_GAP)}(?!\d|\.\d)`, 'g')
const FIFTEEN = /(?<!\d)(?:\d{15}|\d{6}( {1,4}|\.)\d{6}\1\d{3})(?![\dAX])/g
/** A day in a row of days: inside a number in groups it can only be the birthday, after six digits. */
const DAY = /^(.*(?<!\d))(?:19|20)\d\d[ .]\d\d[ .]\d\d(?!\d)/
/** One character may stand for two digits (㉕), hence not fifteen. */
const ENOUGH_DIGITS = /(?:\p{N}\P{N}*){8}/u

/** Chinese numerals, everyday and in the forms of cheques; each the digit of its place in its row. */
const NUMERAL_ROWS = ['〇一二三四五六七八九', '零壹贰叁肆伍陆柒捌玖', '○壹貳叁肆伍陸柒捌玖']
export const NUMERALS = new Map(NUMERAL_ROWS.flatMap((row) => [...row].map((numeral, digit) => [numeral, `${digit}`])))
const NUMERAL = `[${[...NUMERALS.keys()].join('')}]`
/** Digits in words: one numeral in a sentence is a word. */
const IN_WORDS = new RegExp(`[\\dXx${[...NUMERALS.keys()].join('')}]{15,}`, 'g')
const ANY_NUMERAL = new RegExp(NUMERAL)
const EACH_NUMERAL = [...NUMERALS]
const TAG = /<[/!]?[a-z!-][^<>]{0,200}>/iy
const ANY_TAG = /<[/!]?[a-z!-][^<>]{0,200}>/i

/** Not seen at all by who reads the text: format, control and combining characters. */
const UNSEEN = /^(?![\t-\r])[\p{Cf}\p{Cc}\p{M}\p{Default_Ignorable_Code_Point}]$/u
const SEPARATOR = /^[\s\p{Pd}\p{Pc}\u2212\u00b7\u2022\u2219\u22c5\u30fb\u2800/\u2044\u2215]$/u
/** Signs that part numbers rather than the digits of one. */
const SIGNS = new Map<string, string>([
  ...[...',:;+~*(|\\<'].map((sign): [string, string] => [sign, sign]),
  [')', '('],
  ['、', ','],
  ['∶', ':'],
  ['〜', '~'],
])
/** A decimal digit of any script: Arabic-Indic, Devanagari, Thai … */
const ANY_DIGIT = /^\p{Nd}$/u
/** Latin, Greek, Cyrillic and the signs of multiplication; ⅹ and ｘ become Latin by NFKC. */
const LIKE_X = /^[XxΧχХх×✕✖╳]$/u
const ENTITY = /&(?:(nbsp|ensp|emsp|thinsp)|(shy|zwn?j|lrm|rlm)|#(\d{1,7})|#x([\da-f]{1,6}));/iy

/** Words before a number that say what it is, and how far before it they may stand, characters. */
const NAMED_WITHIN = 24
const OF_A_PERSON = /(?:身份|证件|證件|\bID\s*(?:card|no|number))\D{0,16}$/i
const OF_A_REGISTER = /(?:注册|註冊|登记|登記|执照|執照|工商|\breg(?:istration)?[\s._-]{0,3}(?:no|number))\D{0,16}$/i

/**
 * What to do with fifteen digits that read as an ID number of the first generation, the more so as one such ID in ten passes
 * the check of a registration number too and is doubtful. KEPT: in a field of registration numbers. DOUBTFUL_KEPT: where
 * such a number may stand. LONE_KEPT: a doubtful one, where the text is nothing else. REPLACED: also a doubtful one, unless
 * it is named a registration number: one that is lost harms nobody. What is named a person's is replaced in any case.
 */
export type Fifteen = 'KEPT' | 'DOUBTFUL_KEPT' | 'LONE_KEPT' | 'REPLACED'

export type Found = { id: string; start: number; end: number }

/** The ID numbers in a text, in order, none overlapping another. */
export const idsIn = (text: string, fifteen: Fifteen): Found[] => {
  const plain = withoutWords(text)
  if (!ENOUGH_DIGITS.test(plain)) return []
  const found = foundIn(plain, shadowOf(plain, false), fifteen)
  // Once more as a browser shows it: what stands in a tag has been read by now.
  if (ANY_TAG.test(plain)) found.push(...foundIn(plain, shadowOf(plain, true), fifteen))
  let free = 0
  return found
    .sort((one, other) => one.start - other.start)
    .filter(({ start, end }) => {
      if (start < free) return false
      free = end
      return true
    })
}

/** Whether digits enough for an ID number stand in a row, some of them in words. */
export const inWords = (text: string): boolean => text.search(IN_WORDS) >= 0

/** Of the same length: each numeral is one unit, as is its digit. */
const withoutWords = (text: string): string =>
  ANY_NUMERAL.test(text) ? text.replace(IN_WORDS, (run) => EACH_NUMERAL.reduce(inDigits, run)) : text

const inDigits = (run: string, [numeral, digit]: readonly [string, string]): string => run.replaceAll(numeral, digit)

const foundIn = (text: string, shadow: Shadow, fifteen: Fifteen): Found[] => {
  const { line } = shadow
  const found: Found[] = []
  const add = (at: number, written: string): void => {
    const start = shadow.starts[at] ?? 0
    const end = shadow.ends[at + written.length - 1] ?? text.length
    found.push({ id: charactersOf(written), start, end })
  }
  EIGHTEEN.lastIndex = 0
  for (let match = EIGHTEEN.exec(line); match; match = EIGHTEEN.exec(line)) {
    const [written] = match
    // The next window may begin inside this one.
    if (isEighteen(line, match.index, written)) add(match.index, written)
    else EIGHTEEN.lastIndex = match.index + 1
  }
  for (const match of line.matchAll(IN_PARTS)) {
    const [written, ...gaps] = match
    if (isInParts(written, gaps)) add(match.index, written)
  }
  const alone = line.trim().length
  for (const { 0: written, index } of line.matchAll(FIFTEEN)) {
    const id = charactersOf(written)
    if (!residentIdForm(id)) continue
    const start = shadow.starts[index] ?? 0
    const before = text.slice(Math.max(0, start - NAMED_WITHIN), start)
    if (isPersons(id, before, written.length === alone, fifteen)) add(index, written)
  }
  return found
}

const charactersOf = (written: string): string => written.replace(/[^\dX]/g, '')

const isPersons = (id: string, before: string, alone: boolean, fifteen: Fifteen): boolean => {
  if (OF_A_PERSON.test(before)) return true
  if (fifteen === 'KEPT') return false
  if (!regNoDigit(id)) return true
  if (fifteen === 'DOUBTFUL_KEPT' || (fifteen === 'LONE_KEPT' && alone)) return false
  return !OF_A_REGISTER.test(before)
}

/** Groups far apart, or parted by a sign: the whole of a valid number, parted in one way only, of who may have been born then. */
const isInParts = (written: string, gaps: readonly string[]): boolean => {
  if (!isCredible(charactersOf(written))) return false
  const signs = gaps.filter((gap) => gap !== '').map((gap) => [...new Set(gap.replaceAll(' ', ''))].sort().join(''))
  return signs.length > 0 && new Set(signs).size === 1 && (signs[0]?.length ?? 0) <= 1
}

/** Valid, and of somebody who may have been born then. */
export const isCredible = (id: string): boolean => {
  const year = Number(id.slice(6, 10))
  return year >= BORN.first && year <= BORN.last && residentIdValid(id)
}

/**
 * Whether 18 characters, perhaps with gaps, name a person. Standing alone, a number mistyped in its last digit names one
 * just as well, so only a valid USCC is let pass; where both checks hold it is a person's: one ID in 31 passes the
 * USCC's check, while hardly any USCC holds a province and a day of birth in these places, and none that begins with 9.
 * Glued to digits or in groups it must be valid; groups must also be whole, unless X ends them, and not mix points with
 * blanks or hold another day: a row of numbers may hold a region or an amount, a day and a count. In a run longer than 24
 * digits a window passes by chance once in some 5,000 (a province, a credible day of birth and the check digit): such a
 * serial number loses 18 digits, which harms less than an ID number glued to a phone's that is kept.
 */
const isEighteen = (line: string, at: number, written: string): boolean => {
  const id = charactersOf(written)
  if (!residentIdForm(id)) return false
  const alone = !isDigit(line[at - 1]) && !isDigit(line[at + written.length])
  if (id.length === written.length) {
    if (!residentIdValid(id)) return alone && !usccValid(id)
    return alone || isCredible(id) || runAround(line, at, written.length) <= LONG_RUN
  }
  const mixed = written.includes('.') && written.includes(' ')
  const birthday = DAY.exec(written)?.[1]?.replace(/[ .]/g, '').length ?? 6
  return residentIdValid(id) && !mixed && birthday === 6 && (alone || id.endsWith('X'))
}

/** How many digits stand in a row, as far as it matters. */
const runAround = (line: string, at: number, length: number): number => {
  let from = at
  let to = at + length
  while (isDigit(line[from - 1]) && to - from <= LONG_RUN) from -= 1
  while (isDigit(line[to]) && to - from <= LONG_RUN) to += 1
  return to - from
}

const isDigit = (character = ''): boolean => character >= '0' && character <= '9'

type Shadow = { line: string; starts: number[]; ends: number[] }

/**
 * What a reader sees: digits and X in their narrow form, a blank or point for each separator, some signs as they are (`tags`:
 * < for a whole tag), A for any other letter, # for the rest, nothing for what is unseen; and where in the text each of them starts and ends.
 */
const shadowOf = (text: string, tags: boolean): Shadow => {
  const shadow: Shadow = { line: '', starts: [], ends: [] }
  const known = new Map<string, string>()
  for (let at = 0; at < text.length; ) {
    const { character, end } = characterAt(text, at, tags)
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

/** One character, the HTML entity that stands for it, or a tag. */
const characterAt = (text: string, at: number, tags: boolean): { character: string; end: number } => {
  if (text[at] === '&') {
    ENTITY.lastIndex = at
    const [entity = '', blank, unseen, decimal, hex] = ENTITY.exec(text) ?? []
    const end = at + entity.length
    if (blank || unseen) return { character: blank ? ' ' : '\u200b', end }
    const point = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16)
    if (point <= 0x10ffff) return { character: String.fromCodePoint(point), end }
  }
  if (tags && text[at] === '<') {
    TAG.lastIndex = at
    const [tag = '<'] = TAG.exec(text) ?? []
    return { character: '<', end: at + tag.length }
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  return { character, end: at + character.length }
}

const seenAs = (character: string): string => {
  if (UNSEEN.test(character)) return ''
  let seen = ''
  for (const one of character.normalize('NFKC')) {
    if (isDigit(one) || one === '.') seen += one
    else if (ANY_DIGIT.test(one)) seen += decimalDigit(one)
    else if (LIKE_X.test(one)) seen += 'X'
    else if (SEPARATOR.test(one)) seen += ' '
    else if (!UNSEEN.test(one)) seen += SIGNS.get(one) ?? (/[A-Za-z]/.test(one) ? 'A' : '#')
  }
  return seen
}

/** A decimal digit of any script as 0 to 9. In Unicode the digits of a script stand in rows of ten, each from its zero on. */
export const decimalDigit = (character: string): string => {
  const point = character.codePointAt(0) ?? 0
  let before = 0
  while (ANY_DIGIT.test(String.fromCodePoint(point - before - 1))) before += 1
  return String(before % 10)
}
