import { hasRegNoCheckDigit, hasResidentIdForm, isValidResidentId, isValidUscc } from '../operators/codes.js'
import { cacheByUnit, dropOverlaps, readCharacter, simplifyText, type TextSpan, type TextView } from './text-view.js'

/** In a run of more digits than this, 18 consecutive ones may be valid by chance, so the birth year is checked too. */
const LONG_RUN = 24
/** Credible birth years of traders, checked where chance matches are likely. */
const BORN = { first: 1900, last: 2015 }
/** Gap allowed between two digits of one number. Invisible characters do not count. */
const GAP = '[ .]{0,4}'
const DIGITS = (count: number): string[] => Array<string>(count).fill(String.raw`\d`)
const CHARACTERS = ['[1-8]', ...DIGITS(5), '[12]', '[089]', ...DIGITS(2), '[01]', ...DIGITS(1), '[0-3]', ...DIGITS(4)]
const EIGHTEEN = new RegExp([...CHARACTERS, String.raw`[\dX]`].join(GAP), 'g')
/** Any blanks, or one character not used inside numbers, separate the parts (6-8-4, 6-4-4-4). */
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
/** Inside a grouped number a date can only be the birthday, after six digits. */
const DAY = /^(.*(?<!\d))(?:19|20)\d\d[ .]\d\d[ .]\d\d(?!\d)/
/** Fast test: eight characters may stand for fifteen digits (㉕). */
const ENOUGH_DIGITS = /(?:\p{N}\P{N}*){8}/u

const NUMERAL_ROWS = ['〇一二三四五六七八九', '零壹贰叁肆伍陆柒捌玖', '○壹貳叁肆伍陸柒捌玖']
export const NUMERALS = new Map(NUMERAL_ROWS.flatMap((row) => [...row].map((numeral, digit) => [numeral, `${digit}`])))
const NUMERAL = `[${[...NUMERALS.keys()].join('')}]`
/** At least 15 digits written as numerals: fewer are ordinary words. */
const IN_WORDS = new RegExp(`[\\dXx${[...NUMERALS.keys()].join('')}]{15,}`, 'g')
const ANY_NUMERAL = new RegExp(NUMERAL)
const EACH_NUMERAL = [...NUMERALS]
const TAG = /<[/!]?[a-z!-][^<>]{0,200}>/iy
const ANY_TAG = /<[/!]?[a-z!-][^<>]{0,200}>/i

const UNSEEN = /^(?![\t-\r])[\p{Cf}\p{Cc}\p{M}\p{Default_Ignorable_Code_Point}]$/u
const SEPARATOR = /^[\s\p{Pd}\p{Pc}\u2212\u00b7\u2022\u2219\u22c5\u30fb\u2800/\u2044\u2215]$/u
/** Signs that separate two numbers rather than the digits of one. */
const SIGNS = new Map<string, string>([
  ...[...',:;+~*(|\\<'].map((sign): [string, string] => [sign, sign]),
  [')', '('],
  ['、', ','],
  ['∶', ':'],
  ['〜', '~'],
])
const ANY_DIGIT = /^\p{Nd}$/u
/**
 * Characters that look like X: Latin, Greek, Cyrillic and multiplication signs. NFKC already turns ⅹ and ｘ into Latin.
 */
const LIKE_X = /^[XxΧχХх×✕✖╳]$/u
const ENTITY = /&(?:(nbsp|ensp|emsp|thinsp)|(shy|zwn?j|lrm|rlm)|#(\d{1,7})|#x([\da-f]{1,6}));/iy

const NAMED_WITHIN = 24
const OF_A_PERSON = /(?:身份|证件|證件|\bID\s*(?:card|no|number))\D{0,16}$/i
const OF_A_REGISTER = /(?:注册|註冊|登记|登記|执照|執照|工商|\breg(?:istration)?[\s._-]{0,3}(?:no|number))\D{0,16}$/i

/** Document numbers may hold region, day and serial (〔2025〕第220102202503150012号): only a credible ID counts there. */
const SERIAL_BEGINS = /[〕\])】）](?:第|字第)?\s*$/
const SERIAL_ENDS = /^\s*号/

/**
 * One in ten is doubtful: also a valid registration number. KEPT: all stay. DOUBTFUL_KEPT: doubtful ones stay. LONE_KEPT:
 * they stay as the whole text. REPLACED: they are replaced, unless called a registration number. A number called a
 * person's is always replaced.
 */
export type FifteenDigitsTreatment = 'KEPT' | 'DOUBTFUL_KEPT' | 'LONE_KEPT' | 'REPLACED'

export type ResidentIdSpan = TextSpan & { id: string }

export const findResidentIds = (text: string, fifteen: FifteenDigitsTreatment): ResidentIdSpan[] => {
  const plain = withoutWords(text)
  if (!ENOUGH_DIGITS.test(plain)) return []
  const found = foundIn(plain, simplifyText(plain, signsSeen, readEntity), fifteen)
  // The second scan reads the text without tags, as a browser displays it.
  if (ANY_TAG.test(plain)) found.push(...foundIn(plain, simplifyText(plain, signsSeen, readEntityOrTag), fifteen))
  return dropOverlaps(found.sort((one, other) => one.start - other.start))
}

const withoutWords = (text: string): string =>
  ANY_NUMERAL.test(text) ? text.replace(IN_WORDS, (run) => EACH_NUMERAL.reduce(inDigits, run)) : text

const inDigits = (run: string, [numeral, digit]: readonly [string, string]): string => run.replaceAll(numeral, digit)

const foundIn = (text: string, { line, starts, ends }: TextView, fifteen: FifteenDigitsTreatment): ResidentIdSpan[] => {
  const found: ResidentIdSpan[] = []
  const add = (at: number, written: string): void => {
    const end = ends[at + written.length - 1] ?? text.length
    found.push({ id: charactersOf(written), start: starts[at] ?? 0, end })
  }
  const isOfDocument = (at: number, written: string): boolean => {
    const [start, end] = [starts[at] ?? 0, ends[at + written.length - 1] ?? text.length]
    const isSerial =
      SERIAL_BEGINS.test(text.slice(Math.max(0, start - NAMED_WITHIN), start)) &&
      SERIAL_ENDS.test(text.slice(end, end + NAMED_WITHIN))
    return isSerial && !isCredibleId(charactersOf(written))
  }
  EIGHTEEN.lastIndex = 0
  for (let match = EIGHTEEN.exec(line); match; match = EIGHTEEN.exec(line)) {
    const [written] = match
    const isFound = isEighteen(line, match.index, written) && !isOfDocument(match.index, written)
    if (isFound) add(match.index, written)
    else EIGHTEEN.lastIndex = match.index + 1
  }
  for (const match of line.matchAll(IN_PARTS)) {
    const [written, ...gaps] = match
    if (isInParts(written, gaps)) add(match.index, written)
  }
  const alone = line.trim().length
  for (const { 0: written, index } of line.matchAll(FIFTEEN)) {
    const id = charactersOf(written)
    if (!hasResidentIdForm(id)) continue
    const start = starts[index] ?? 0
    const before = text.slice(Math.max(0, start - NAMED_WITHIN), start)
    if (isPersons(id, before, written.length === alone, fifteen)) add(index, written)
  }
  return found
}

const charactersOf = (written: string): string => written.replace(/[^\dX]/g, '')

const isPersons = (id: string, before: string, alone: boolean, fifteen: FifteenDigitsTreatment): boolean => {
  if (OF_A_PERSON.test(before)) return true
  if (fifteen === 'KEPT') return false
  if (!hasRegNoCheckDigit(id)) return true
  if (fifteen === 'DOUBTFUL_KEPT' || (fifteen === 'LONE_KEPT' && alone)) return false
  return !OF_A_REGISTER.test(before)
}

const isInParts = (written: string, gaps: readonly string[]): boolean => {
  if (!isCredibleId(charactersOf(written))) return false
  const signs = gaps.filter((gap) => gap !== '').map((gap) => [...new Set(gap.replaceAll(' ', ''))].sort().join(''))
  return signs.length > 0 && new Set(signs).size === 1 && (signs[0]?.length ?? 0) <= 1
}

export const isCredibleId = (id: string): boolean => {
  const year = Number(id.slice(6, 10))
  return year >= BORN.first && year <= BORN.last && isValidResidentId(id)
}

/**
 * A lone number with a wrong last digit still identifies a person; only a valid USCC is spared. A number valid as both is
 * a person's (one ID in 31). In groups or attached to digits it needs the right check digit.
 */
const isEighteen = (line: string, at: number, written: string): boolean => {
  const id = charactersOf(written)
  if (!hasResidentIdForm(id)) return false
  const alone = !isDigit(line[at - 1]) && !isDigit(line[at + written.length])
  if (id.length === written.length) {
    if (!isValidResidentId(id)) return alone && !isValidUscc(id)
    return alone || isCredibleId(id) || runAround(line, at, written.length) <= LONG_RUN
  }
  const mixed = written.includes('.') && written.includes(' ')
  const birthday = DAY.exec(written)?.[1]?.replace(/[ .]/g, '').length ?? 6
  return isValidResidentId(id) && !mixed && birthday === 6 && (alone || id.endsWith('X'))
}

const runAround = (line: string, at: number, length: number): number => {
  let from = at
  let to = at + length
  while (isDigit(line[from - 1]) && to - from <= LONG_RUN) from -= 1
  while (isDigit(line[to]) && to - from <= LONG_RUN) to += 1
  return to - from
}

const isDigit = (character = ''): boolean => character >= '0' && character <= '9'

const readEntity = (text: string, at: number): ReturnType<typeof readCharacter> => {
  if (text[at] !== '&') return readCharacter(text, at)
  ENTITY.lastIndex = at
  const [entity = '', blank, unseen, decimal, hex] = ENTITY.exec(text) ?? []
  const end = at + entity.length
  if (blank || unseen) return { character: blank ? ' ' : '\u200b', end }
  const point = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16)
  return point <= 0x10ffff ? { character: String.fromCodePoint(point), end } : readCharacter(text, at)
}

const readEntityOrTag = (text: string, at: number): ReturnType<typeof readCharacter> => {
  if (text[at] !== '<') return readEntity(text, at)
  TAG.lastIndex = at
  return { character: '<', end: at + (TAG.exec(text)?.[0].length ?? 1) }
}

const signsSeen = cacheByUnit((character) => {
  if (UNSEEN.test(character)) return ''
  let seen = ''
  for (const one of character.normalize('NFKC')) {
    if (isDigit(one) || one === '.') seen += one
    else if (ANY_DIGIT.test(one)) seen += toDecimalDigit(one)
    else if (LIKE_X.test(one)) seen += 'X'
    else if (SEPARATOR.test(one)) seen += ' '
    else if (!UNSEEN.test(one)) seen += SIGNS.get(one) ?? (/[A-Za-z]/.test(one) ? 'A' : '#')
  }
  return seen
})

/** Unicode orders each script's digits in runs of ten from its zero. */
export const toDecimalDigit = (character: string): string => {
  const point = character.codePointAt(0) ?? 0
  let before = 0
  while (ANY_DIGIT.test(String.fromCodePoint(point - before - 1))) before += 1
  return String(before % 10)
}
