/** ID numbers with right check digits, their spellings, and the text that replaces them. */
import fc from 'fast-check'
import { isValidResidentId, isValidUscc } from '../../../src/domain/operators/codes.js'

/** Replacement text without digits, so that it cannot be read as a number. */
export const pseudonymOf = (id: string): string =>
  `<${id.replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '')}>`
export const marked = (id: string): string => `[居民身份证 ${pseudonymOf(id)}]`
/** The printed example of GB 11643-1999, and one with an invented day of birth and serial number. */
export const ID = '11010519491231002X'
export const OTHER = '440524188001010014'

export const completed = (start: string, alphabet: string, valid: (code: string) => boolean): string =>
  [...alphabet].map((last) => start + last).find(valid) ?? ''
export const residentId = fc
  .record({
    region: fc.constantFrom('110105', '220102', '222401', '522301', '820000'),
    days: fc.nat(25_000),
    serial: fc.nat(999),
  })
  .map(({ region, days, serial }) => {
    const birth = new Date(Date.UTC(1940, 0, 1 + days)).toISOString().slice(0, 10).replaceAll('-', '')
    return completed(`${region}${birth}${String(serial).padStart(3, '0')}`, '0123456789X', isValidResidentId)
  })
/** The ID number of the same region and day whose check character is X. */
export const completedX = (id: string): string =>
  Array.from({ length: 1000 }, (_, serial) => `${id.slice(0, 14)}${String(serial).padStart(3, '0')}X`).find(
    isValidResidentId,
  ) ?? ''
const USCC = '0123456789ABCDEFGHJKLMNPQRTUWXY'
export const digitUscc = fc
  .tuple(
    fc.constantFrom('91', '92', '93'),
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 15, maxLength: 15 }),
  )
  .map(([head, rest]) => completed(head + rest, USCC, isValidUscc))

export const grouped = (id: string, lengths: readonly number[], gap: string): string => {
  let at = 0
  return lengths
    .map((length) => {
      at += length
      return id.slice(at - length, at)
    })
    .join(gap)
}
const GAPS: Record<string, string> = {
  'a blank': ' ',
  'two blanks': '  ',
  'a tab': '\t',
  'a newline': '\n',
  'a line end of Windows': '\r\n',
  'a no-break space': '\u00a0',
  'a thin space': '\u2009',
  'an em space': '\u2003',
  'a full-width blank': '\u3000',
  'a soft hyphen': '\u00ad',
  'a zero-width space': '\u200b',
  'a byte-order mark': '\ufeff',
  'a left-to-right mark': '\u200e',
  'a right-to-left override': '\u202e',
  'a point': '.',
  'a slash': '/',
  'an underscore': '_',
  'a hyphen': '-',
  'an en dash': '–',
  'a no-break hyphen': '‑',
  'a middle dot': '·',
  '&nbsp;': '&nbsp;',
  '&#160;': '&#160;',
  '&#x200b;': '&#x200b;',
}
const WAYS: Record<string, number[]> = {
  '6-8-4': [6, 8, 4],
  '6-4-4-4': [6, 4, 4, 4],
  '6-4-2-2-4': [6, 4, 2, 2, 4],
  '3-15': [3, 15],
  '17-1': [17, 1],
  'single characters': Array<number>(18).fill(1),
}
const shifted = (id: string, zero: number): string =>
  id.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
/** Spellings of an ID number. Those of the second table apply only to numbers that end in X. */
export const SPELLINGS: [string, (id: string) => string][] = [
  ...Object.entries(WAYS).flatMap(([way, lengths]) =>
    Object.entries(GAPS).map(([name, gap]): [string, (id: string) => string] => [
      `in ${way} with ${name}`,
      (id) => grouped(id, lengths, gap),
    ]),
  ),
  ['in full-width digits', (id) => shifted(id, 0xff10)],
  ['in mathematical digits', (id) => shifted(id, 0x1d7ce)],
  ['in mathematical digits and groups', (id) => shifted(grouped(id, [6, 8, 4], ' '), 0x1d7f6)],
]
export const SPELLINGS_OF_X: [string, (id: string) => string][] = [...'xｘＸⅩⅹХхΧχ×'].map((x) => [
  `with ${x} (U+${x.codePointAt(0)?.toString(16)}) for X`,
  (id) => id.replace('X', x),
])
