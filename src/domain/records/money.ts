/** Amounts are exact decimal texts: no sign, no superfluous zeros. */
import { compactText, textOfValue } from '../../foundation/text/values.js'

type MoneyUnit = 'yuan' | 'wan' | 'yi'
const UNIT_EXPONENT: Record<MoneyUnit, number> = { yuan: 0, wan: 4, yi: 8 }
const MAX_LENGTH = 80 // characters

/** In each pattern longer names come first. Codes are ISO 4217. A name with 元 implies whole units. */
const CURRENCIES: [name: RegExp, code: string][] = [
  [/人民币|RMB|CNY|¥/, 'CNY'],
  [/美元|美金|USD|US\$/, 'USD'],
  [/香港元|港元|港币|HKD|HK\$/, 'HKD'],
  [/澳门元|澳门币|MOP/, 'MOP'],
  [/新台币|台币|TWD/, 'TWD'],
  [/欧元|EUR|€/, 'EUR'],
  [/日元|日币|JPY/, 'JPY'],
  [/英镑|GBP|£/, 'GBP'],
  [/韩元|韩币|KRW/, 'KRW'],
  [/新加坡元|新元|SGD/, 'SGD'],
  [/加拿大元|加元|CAD/, 'CAD'],
  [/澳大利亚元|澳元|AUD/, 'AUD'],
  [/瑞士法郎|CHF/, 'CHF'],
]

const DIGITS = '零一二三四五六七八九'
/** The last character of each group is the everyday form of the others. */
const EVERYDAY: Record<string, string> = Object.fromEntries(
  '〇○零 壹弌一 贰貳弍两兩二 叁參叄弎三 肆四 伍五 陆陸六 柒七 捌八 玖九 拾十 佰百 仟千 萬万 億亿 圆圓元 正整'
    .split(' ')
    .flatMap((forms) => [...forms].map((form) => [form, forms.at(-1) ?? form])),
)
const EXPONENT: Record<string, number> = { 十: 1, 百: 2, 千: 3, 万: 4, 亿: 8 }

const ARABIC = String.raw`(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?`
const SCALE = '(?:[十百千](?:万亿|万|亿)?|万亿|万|亿)'
const SCALED = new RegExp(`(${ARABIC})(${SCALE}?)`, 'g')
/** Only the last part may lack a scale. Otherwise a long run of digits would backtrack exponentially. */
const ARABIC_SUM = new RegExp(`^(?:${ARABIC}${SCALE})*${ARABIC}${SCALE}?$`)
/** 三万五 is refused: it may mean 35000 or 30005. */
const UNSAID_UNIT = /[百千][一二三四五六七八九](?=[万亿]|$)|[万亿][一二三四五六七八九]$/
const PLAIN = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?([()（）万亿元人民币美港]{0,12})$/
const MAX_MEANINGS = 1000
const DIGIT_ZERO = 0x30
const AMOUNT = /^([^元角分整]*)(元)?(?:([\d零一二三四五六七八九])角)?(?:[零0]?([\d零一二三四五六七八九])分)?整?$/

/**
 * Reads '1,080,301.2500(万元人民币)', '100万美元', '叁万零伍拾元伍角整'. `unit` applies to bare numbers only. Null for a
 * negative or vague (约, 余) amount, two currencies or bad grouping.
 */
export const parseMoney = (text: unknown, unit: MoneyUnit = 'yuan'): Amount | null => {
  const sent = typeof text === 'boolean' ? null : textOfValue(text)
  if (sent === null || sent.length > MAX_LENGTH) return null
  return parsePlain(sent, unit) ?? parseAny(sent, unit)
}

interface Amount {
  yuan: string
  currency: string
}

type UnitMeaning = { exponent: number; currency: string } | null

const meanings: Record<MoneyUnit, Map<string, UnitMeaning>> = { yuan: new Map(), wan: new Map(), yi: new Map() }

const parsePlain = (sent: string, unit: MoneyUnit): Amount | null => {
  const [, whole, fraction = '', written] = PLAIN.exec(sent) ?? []
  if (whole === undefined || written === undefined) return null
  const known = meanings[unit]
  let meaning = known.get(written)
  if (meaning === undefined) {
    const one = parseAny(`1${written}`, unit)
    meaning = one && /^10*$/.test(one.yuan) ? { exponent: one.yuan.length - 1, currency: one.currency } : null
    if (known.size < MAX_MEANINGS) known.set(written, meaning)
  }
  if (meaning === null) return null
  const digits = (whole.includes(',') ? whole.replaceAll(',', '') : whole) + fraction.padEnd(meaning.exponent, '0')
  return { yuan: pointed(digits, Math.max(fraction.length - meaning.exponent, 0)), currency: meaning.currency }
}

const parseAny = (sent: string, unit: MoneyUnit): Amount | null => {
  const opened = withoutBrackets(compactText(sent).toUpperCase())
  const named = opened === null ? null : withoutCurrency(opened)
  if (named === null) return null
  const everyday = [...named.amount].map((sign) => EVERYDAY[sign] ?? sign).join('')
  const [, whole = '', yuanSign, jiao, fen] = AMOUNT.exec(everyday) ?? []
  const coinsOnly = !yuanSign && Boolean(jiao ?? fen)
  if (coinsOnly && whole !== '') return null
  const units = coinsOnly ? ZERO : parseNumber(whole, Boolean(yuanSign))
  if (units === null) return null
  const bare = !yuanSign && !coinsOnly && !named.whole && !/[万亿]|\d[十百千]/.test(whole)
  const scaled = bare ? shift(units, UNIT_EXPONENT[unit]) : units
  const cents = { digits: BigInt(digitOf(jiao) * 10 + digitOf(fen)), places: 2 }
  return { yuan: write(add(scaled, cents)), currency: named.currency }
}

const withoutBrackets = (text: string): string | null => (/\([^)]*\d/.test(text) ? null : text.replace(/[()]/g, ''))

const withoutCurrency = (text: string): { amount: string; currency: string; whole: boolean } | null => {
  const found = CURRENCIES.filter(([name]) => name.test(text))
  const [first, second] = found
  if (second) return null
  if (!first) return { amount: text, currency: 'CNY', whole: false }
  const [name, currency] = first
  return { amount: text.split(name).join(''), currency, whole: /元$/.test(name.exec(text)?.[0] ?? '') }
}

const parseNumber = (text: string, yuanSign: boolean): Decimal | null =>
  ARABIC_SUM.test(text) ? parseArabic(text, yuanSign) : parseChinese(text)

const parseArabic = (text: string, yuanSign: boolean): Decimal | null => {
  const parts = [...text.matchAll(SCALED)].map(([, number = '', scale = '']) => ({
    number: read(number.replaceAll(',', '')),
    exponent: [...scale].reduce((sum, sign) => sum + (EXPONENT[sign] ?? 0), 0),
  }))
  const falling = parts.every(({ exponent }, at) => at === 0 || exponent < (parts[at - 1]?.exponent ?? 0))
  const clear = parts.length === 1 || yuanSign || parts.at(-1)?.exponent !== 0
  if (!falling || !clear) return null
  return parts.map(({ number, exponent }) => shift(number, exponent)).reduce(add)
}

const parseChinese = (text: string): Decimal | null => {
  if (/^[零一二三四五六七八九]+$/.test(text)) return read([...text].map((sign) => DIGITS.indexOf(sign)).join(''))
  if (!/^[零一二三四五六七八九十百千万亿]+$/.test(text) || UNSAID_UNIT.test(text)) return null
  const total = sumOf(text, ['亿', '万', '千', '百', '十'])
  return total === null ? null : { digits: total, places: 0 }
}

const sumOf = (text: string, units: readonly string[]): bigint | null => {
  const [unit, ...smaller] = units
  if (unit === undefined)
    return text === '' ? 0n : /^零?[一二三四五六七八九]$|^零$/.test(text) ? BigInt(digitOf(text.at(-1))) : null
  const at = text.indexOf(unit)
  if (at < 0) return sumOf(text, smaller)
  const before = text.slice(0, at).replace(/^零/, '')
  const count = before === '' ? (unit === '十' ? 1n : null) : sumOf(before, /[万亿]/.test(unit) ? smaller : [])
  const rest = sumOf(text.slice(at + 1), smaller)
  return count === null || rest === null ? null : count * 10n ** BigInt(EXPONENT[unit] ?? 0) + rest
}

// Exact decimal: digits × 10^-places.

interface Decimal {
  digits: bigint
  places: number
}

const ZERO: Decimal = { digits: 0n, places: 0 }

const digitOf = (sign: string | undefined): number => {
  if (sign === undefined) return 0
  const chinese = DIGITS.indexOf(sign)
  return chinese < 0 ? Number(sign) : chinese
}

const read = (text: string): Decimal => {
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new RangeError('not a decimal amount')
  const [whole = '', fraction = ''] = text.split('.')
  return { digits: BigInt(whole + fraction), places: fraction.length }
}

const shift = ({ digits, places }: Decimal, exponent: number): Decimal => ({
  digits: digits * 10n ** BigInt(exponent),
  places,
})

const align = ({ digits, places }: Decimal, to: number): bigint => digits * 10n ** BigInt(to - places)

const add = (a: Decimal, b: Decimal): Decimal => {
  const places = Math.max(a.places, b.places)
  return { digits: align(a, places) + align(b, places), places }
}

const write = ({ digits, places }: Decimal): string => pointed(digits.toString(), places)

const pointed = (digits: string, places: number): string => {
  const text = digits.padStart(places + 1, '0')
  const point = text.length - places
  let [first, last] = [0, text.length]
  while (first < point - 1 && text.charCodeAt(first) === DIGIT_ZERO) first += 1
  while (last > point && text.charCodeAt(last - 1) === DIGIT_ZERO) last -= 1
  return last > point ? `${text.slice(first, point)}.${text.slice(point, last)}` : text.slice(first, point)
}

/** Yuan as 万元, with the six decimals of the 双公示 standard. Rounds half up to cents. */
export const yuanToWan = (yuan: string): string => {
  const { digits, places } = read(yuan)
  const divisor = 10n ** BigInt(Math.max(places - 2, 0))
  const cents = (digits * 10n ** BigInt(Math.max(2 - places, 0)) + divisor / 2n) / divisor
  const text = cents.toString().padStart(7, '0')
  return `${text.slice(0, -6)}.${text.slice(-6)}`
}

const WHOLE_YUAN = /^(?:0|[1-9]\d*)$/

export const compareMoney = (a: string, b: string): -1 | 0 | 1 => {
  if (WHOLE_YUAN.test(a) && WHOLE_YUAN.test(b))
    return a === b ? 0 : a.length < b.length || (a.length === b.length && a < b) ? -1 : 1
  const [left, right] = [read(a), read(b)]
  const places = Math.max(left.places, right.places)
  const difference = align(left, places) - align(right, places)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export const addMoney = (a: string, b: string): string => write(add(read(a), read(b)))
