/**
 * The access code of a listed party: 120 random bits in Crockford's base32, five groups of five, the last sign a check over
 * GF(32) that finds any one wrong sign and any two exchanged. Read as people type it: small, full-width, with O for 0.
 */

/** Random bytes of a code. */
export const ACCESS_CODE_BYTES = 15

/** Without I, L, O, which are read as 1, 1, 0, and without U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const SIGNS = 25
const GROUP = 5
/** Longest text that is looked at, characters. */
const LONGEST = 100
const SEPARATORS = /[\s\p{Pd}_.·\u00ad\u200b]/gu
const GOOD = new RegExp(`^[${ALPHABET}]{${SIGNS}}$`)

/** As it is shown, `XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`. */
export const accessCodeOf = (random: Uint8Array): string => {
  const values = fives(random)
  const signs = [...values, checkOf(values)].map((value) => ALPHABET[value]).join('')
  return (signs.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-')
}

/** Its 25 signs; null for what is no code. */
export const readAccessCode = (text: string): string | null => {
  if (text.length > LONGEST) return null
  const signs = text
    .normalize('NFKC')
    .replaceAll(SEPARATORS, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  if (!GOOD.test(signs)) return null
  const values = [...signs].map((sign) => ALPHABET.indexOf(sign))
  return checkOf(values.slice(0, -1)) === values.at(-1) ? signs : null
}

/** Bytes as numbers of five bits. */
const fives = (bytes: Uint8Array): number[] => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map((five) => Number.parseInt(five, 2))
}

/** x⁵ + x² + 1: multiplying by x walks through all 31 numbers but 0, so that no two places weigh the same. */
const twice = (value: number): number => (value & 16 ? (value << 1) ^ 0b100101 : value << 1)

const checkOf = (values: readonly number[]): number => values.reduce((sum, value) => twice(sum ^ value), 0)

const GROUPED = /[0-9A-Za-z]{5}(?:[-–—－][0-9A-Za-z]{5}){4}/g
const TOGETHER = /(?<![0-9A-Za-z])[0-9A-Za-z]{5}(?: ?[0-9A-Za-z]{5}){4}(?![0-9A-Za-z])/g
const HIDDEN = '[访问码 access code]'

/** A text in which no code can be read any more, mistyped ones in groups too: for logs, errors, and what people write. */
export const withoutAccessCodes = (text: string): string =>
  text.replaceAll(GROUPED, HIDDEN).replaceAll(TOGETHER, (found) => (readAccessCode(found) === null ? found : HIDDEN))
