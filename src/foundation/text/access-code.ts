/**
 * 120 random bits in Crockford base32. The last character is a checksum over GF(32) that detects any single error and
 * any swap.
 */

export const ACCESS_CODE_BYTES = 15

/** Crockford's alphabet lacks I, L, O (read as 1, 1, 0) and U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const SIGNS = 25
const GROUP = 5
const LONGEST = 100
const SEPARATORS = /[\s\p{Pd}_.·\u00ad\u200b]/gu
const GOOD = new RegExp(`^[${ALPHABET}]{${SIGNS}}$`)

/** Returns `XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`. */
export const formatAccessCode = (random: Uint8Array): string => {
  const values = fives(random)
  const signs = [...values, checkOf(values)].map((value) => ALPHABET[value]).join('')
  return (signs.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-')
}

export const parseAccessCode = (text: string): string | null => {
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

const fives = (bytes: Uint8Array): number[] => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map((five) => Number.parseInt(five, 2))
}

/** Multiplies by x modulo x⁵ + x² + 1: this visits all 31 non-zero values, so every position has its own weight. */
const twice = (value: number): number => (value & 16 ? (value << 1) ^ 0b100101 : value << 1)

const checkOf = (values: readonly number[]): number => values.reduce((sum, value) => twice(sum ^ value), 0)

const HIDDEN = '[登录码]'
/** One character (⑳, ㏂) may stand for several. */
const SHORTEST = 5
/** Groups shorter than this on average, in characters, are not words. */
const SHORT = 3

interface Sign {
  sign: string
  start: number
  end: number
  /** Separator before the sign: `-` stands for every separator that is not a blank. */
  before: '' | ' ' | '-'
}

/**
 * Removes access codes, and mistyped ones in separated groups. One in some thousands stays, as its separators look like
 * words.
 */
export const withoutAccessCodes = (text: string): string => {
  let written = ''
  let copied = 0
  for (const { start, end } of codesIn(text)) {
    written += text.slice(copied, start) + HIDDEN
    copied = end
  }
  return copied === 0 ? text : written + text.slice(copied)
}

const codesIn = (text: string): { start: number; end: number }[] => {
  const codes: { start: number; end: number }[] = []
  for (const run of runsIn(text)) {
    for (let at = 0; at + SIGNS <= run.length; at += 1) {
      const signs = run.slice(at, at + SIGNS)
      const [first, last] = [signs[0], signs.at(-1)]
      if (!first || !last || !isCode(signs, at === 0 || first.before !== '', run[at + SIGNS])) continue
      const before = codes.at(-1)
      if (before && first.start < before.end) before.end = last.end
      else codes.push({ start: first.start, end: last.end })
    }
  }
  return codes
}

const GROUPED = new RegExp(`^\\w{${GROUP}}(?:[- ]\\w{${GROUP}})+$`)

const isCode = (signs: readonly Sign[], begins: boolean, next: Sign | undefined): boolean => {
  const standsAlone = begins && next?.before !== ''
  if (!standsAlone && signs[GROUP]?.before === '') return false
  const text = signs.map(({ sign, before }, at) => (at === 0 ? sign : before + sign)).join('')
  const isGrouped = GROUPED.test(text)
  // A code may touch letters (`codeX`) only when separators show its groups.
  if (isGrouped && !text.includes(' ')) return true
  return standsAlone && (isGrouped || !areWords(text.split(/[- ]/))) && parseAccessCode(text) !== null
}

/** Ordinary words pass the checksum once in 32 times. Several long parts of only letters or digits are words. */
const areWords = (words: readonly string[]): boolean =>
  words.length > 1 && words.length * SHORT <= SIGNS && words.every((word) => /^(?:\d+|[A-Z]+)$/.test(word))

const SIGN = /^[0-9A-Z]$/
const BLANK = /^\s$/
const SEPARATOR = new RegExp(`^${SEPARATORS.source}$`, 'u')
const ESCAPED = /\\[bfnrt]/y
const ASCII = /^[ -~]*$/

const runsIn = (text: string): Sign[][] => {
  const runs: Sign[][] = []
  if (text.length < SHORTEST || (text.length < SIGNS && ASCII.test(text))) return runs
  let run: Sign[] = []
  let before: Sign['before'] = ''
  for (let at = 0; at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    ESCAPED.lastIndex = at
    const escaped = character === '\\' && ESCAPED.test(text)
    const end = at + (escaped ? 2 : character.length)
    for (const sign of escaped ? ' ' : plainOf(character)) {
      if (SIGN.test(sign)) {
        run.push({ sign, start: at, end, before })
        before = ''
      } else if (SEPARATOR.test(sign)) {
        if (before !== '-') before = BLANK.test(sign) ? ' ' : '-'
      } else {
        if (run.length >= SIGNS) runs.push(run)
        run = []
        before = ''
      }
    }
    at = end
  }
  if (run.length >= SIGNS) runs.push(run)
  return runs
}

const known = new Map<string, string>()
const MOST_KNOWN = 0x2000

const plainOf = (character: string): string => {
  const cached = known.get(character)
  if (cached !== undefined) return cached
  const plain = character.normalize('NFKC').toUpperCase()
  if (known.size < MOST_KNOWN) known.set(character, plain)
  return plain
}
