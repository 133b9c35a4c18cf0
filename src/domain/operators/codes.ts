/**
 * Some genuine codes fail their check digit. Functions other than `normalizeCode`, `parseCode` and `makeShopCode`
 * expect a code from `normalizeCode`.
 */
import { compactText, isNullMarker } from '../../foundation/text/values.js'
import { dayExists } from '../../foundation/time/dates.js'

/** GB 32100-2015 excludes I, O, S, V, Z. A character's value is its index. */
const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const USCC_VALUES = valuesOf(USCC_ALPHABET)
/** GB 32100-2015: 3^i mod 31. */
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
/** GB 11714-1997 uses all 36 characters. */
const ORG_VALUES = valuesOf('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ')
const ORG_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]
const RESIDENT_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const DIGIT_VALUES = valuesOf('0123456789')
const RESIDENT_DIGITS = '10X98765432'
/** GB/T 2260 province prefixes; 81–83 stand on residence permits for people of Hong Kong, Macao and Taiwan. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' '),
)
const RESIDENT_FORM = /^\d{17}[\dX]$/
const OLD_RESIDENT_FORM = /^\d{15}$/
const BIRTH_YEARS = { first: 1800, last: 2099 }

const USCC_FORM = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/
/** Codes that need no normalising: too long to mean “none”, without hyphen, colon or full-width characters. */
const PLAIN_CODE = /^[0-9A-Z]{8,40}$/
const ORG_FORM = /^[0-9A-Z]{8}[0-9X]$/
const HYPHENATED_ORG = /^([0-9A-Z]{8})[-‐–—−]([0-9X])$/
export const MARKETPLACE_ID_PATTERN = /^[a-z0-9-]{1,32}$/
/** A shop id holds no blanks, control, format or lone surrogate characters. */
const SHOP_ID = /^[^\s\p{Cc}\p{Cf}\p{Cs}]{1,64}$/u
const SHOP_PARTS = /^([^:：]*)[:：]([^:：]*)[:：](.*)$/su

export type CodeScheme = 'uscc' | 'org_code' | 'reg_no' | 'shop'
export type RegisteredKind = 'enterprise' | 'individual' | 'cooperative' | 'other'

/**
 * Gives NFKC, upper case, without blanks; an organisation code also without hyphen. Null for “无” and the like, and for
 * numbers beyond the safe integers.
 */
export const normalizeCode = (text: unknown): string | null => {
  if (typeof text === 'number' && !Number.isSafeInteger(text)) return null
  if (typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'bigint') return null
  const sent = String(text)
  if (PLAIN_CODE.test(sent)) return sent
  const shop = shopParts(sent)
  if (shop) return makeShopCode(shop.marketplace, shop.id)
  const code = compactText(sent).replace(/[a-z]/g, (letter) => letter.toUpperCase())
  return code === '' || isNullMarker(code) ? null : code.replace(HYPHENATED_ORG, '$1$2')
}

/** `valid`: the check digit holds. Resident ID numbers are not codes. */
export const parseCode = (text: unknown): { scheme: CodeScheme; code: string; valid: boolean } | null => {
  const code = normalizeCode(text)
  if (code === null) return null
  const shop = shopParts(code)
  if (shop) {
    return MARKETPLACE_ID_PATTERN.test(shop.marketplace) && SHOP_ID.test(shop.id)
      ? { scheme: 'shop', code, valid: true }
      : null
  }
  if (hasUsccForm(code))
    return isValidResidentId(code) ? null : { scheme: 'uscc', code, valid: hasUsccCheckDigit(code) }
  if (hasRegNoForm(code)) return { scheme: 'reg_no', code, valid: hasRegNoCheckDigit(code) }
  if (hasOrgCodeForm(code)) return { scheme: 'org_code', code, valid: hasOrgCodeCheckDigit(code) }
  return null
}

export const makeShopCode = (marketplace: string, shopId: string): string =>
  `shop:${compactText(marketplace).toLowerCase()}:${shopId.trim()}`

const shopParts = (text: string): { marketplace: string; id: string } | null => {
  if (!text.includes(':') && !text.includes('：')) return null
  const [, scheme = '', marketplace = '', id = ''] = SHOP_PARTS.exec(text) ?? []
  return compactText(scheme).toLowerCase() === 'shop' ? { marketplace, id } : null
}

// Unified social credit code, GB 32100-2015.

/** Accepts unknown regions. */
export const hasUsccForm = (code: string): boolean => USCC_FORM.test(code)

/** Checks the 18th character only. Valid codes exist whose organisation part (9–17) fails its own check. */
export const hasUsccCheckDigit = (code: string): boolean =>
  code.length === 18 && USCC_ALPHABET[(31 - (weighted(code, USCC_VALUES, USCC_WEIGHTS) % 31)) % 31] === code[17]

export const isValidUscc = (code: string): boolean => hasUsccForm(code) && hasUsccCheckDigit(code)

export const extractOrgCode = (uscc: string): string => uscc.slice(8, 17)

/** Division code (GB/T 2260) of the registering authority; 100000 is national. */
export const extractRegionOfUscc = (uscc: string): string => uscc.slice(2, 8)

const KINDS_OF_MARKET_REGULATION = new Map<string, RegisteredKind>([
  ['91', 'enterprise'],
  ['92', 'individual'],
  ['93', 'cooperative'],
])

export const readOperatorKindInUscc = (uscc: string): RegisteredKind =>
  KINDS_OF_MARKET_REGULATION.get(uscc.slice(0, 2)) ?? 'other'

// Organisation code, GB 11714-1997.

export const hasOrgCodeForm = (code: string): boolean => ORG_FORM.test(code)

export const hasOrgCodeCheckDigit = (code: string): boolean => {
  if (!hasOrgCodeForm(code)) return false
  const rest = 11 - (weighted(code, ORG_VALUES, ORG_WEIGHTS) % 11)
  return code[8] === (rest === 10 ? 'X' : String(rest % 11))
}

// Business registration number, GS 15-2006.

export const hasRegNoForm = (code: string): boolean => /^\d{15}$/.test(code)

/** ISO 7064 MOD 11,10. */
export const hasRegNoCheckDigit = (code: string): boolean => {
  if (!hasRegNoForm(code)) return false
  let product = 10
  for (const digit of code.slice(0, 14)) {
    const sum = (product + Number(digit)) % 10 || 10
    product = (2 * sum) % 11
  }
  return Number(code[14]) === (11 - product) % 10
}

// Resident ID number, GB 11643-1999; 15 digits in its first generation.

/** Checks province, day of birth and, for 18 digits, the check digit (ISO 7064 MOD 11-2). */
export const isValidResidentId = (code: string): boolean =>
  hasResidentIdForm(code) && (code.length === 15 || residentIdDigit(code))

export const hasResidentIdForm = (code: string): boolean => {
  if (!PROVINCES.has(code.slice(0, 2)) || !(code.length === 18 ? RESIDENT_FORM : OLD_RESIDENT_FORM).test(code))
    return false
  const date = code.slice(6, code.length === 18 ? 14 : 12)
  const birth = date.length === 6 ? `19${date}` : date
  const year = Number(birth.slice(0, 4))
  const known = year >= BIRTH_YEARS.first && year <= BIRTH_YEARS.last
  return known && dayExists(year, Number(birth.slice(4, 6)), Number(birth.slice(6)))
}

const residentIdDigit = (code: string): boolean =>
  RESIDENT_DIGITS[weighted(code, DIGIT_VALUES, RESIDENT_WEIGHTS) % 11] === code[17]

// Article number, GB 12904 (GTIN-8, -12, -13, -14).

export const isValidGtin = (code: string): boolean => {
  if (!/^(?:\d{8}|\d{12,14})$/.test(code)) return false
  const sum = [...code].reverse().reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0)
  return sum % 10 === 0
}

function valuesOf(alphabet: string): Int8Array {
  return Int8Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code)))
}

/** NaN for a character outside the alphabet. */
const weighted = (code: string, values: Int8Array, weights: readonly number[]): number => {
  let sum = 0
  for (let at = 0; at < weights.length; at += 1) {
    const value = values[code.charCodeAt(at)] ?? -1
    if (value < 0) return Number.NaN
    sum += value * (weights[at] ?? 0)
  }
  return sum
}

export type CodeFault = 'CODE_FORM' | 'CODE_CHECK_DIGIT'

/** CODE_CHECK_DIGIT is reported only for a code that no operator has. */
export const findCodeFault = (asked: unknown): CodeFault | null => {
  const code = parseCode(asked)
  if (code === null) return 'CODE_FORM'
  return code.valid ? null : 'CODE_CHECK_DIGIT'
}
