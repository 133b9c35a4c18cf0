/** Reads places in texts as GB/T 2260 digits. Only the hub's own province is resolved to cities. */
import { compactText } from '../../foundation/text/values.js'

const digitsByName = (list: string): Map<string, string> =>
  new Map(list.split(/\s+/).map((place) => [place.replace(/\d+/, ''), place.replace(/\D+/, '')]))

const PROVINCES = digitsByName(
  `11北京 12天津 13河北 14山西 15内蒙古 21辽宁 22吉林 23黑龙江 31上海 32江苏 33浙江 34安徽 35福建 36江西 37山东 41河南 42湖北 43湖南 44广东 45广西 46海南
   50重庆 51四川 52贵州 53云南 54西藏 61陕西 62甘肃 63青海 64宁夏 65新疆 71台湾 81香港 82澳门`,
)
/** First four digits of division codes. */
const CITIES = digitsByName('2201长春 2202吉林 2203四平 2204辽源 2205通化 2206白山 2207松原 2208白城 2224延边')
export const PROVINCE_NAMES = [...PROVINCES.keys()]
export const JILIN_CITY_NAMES = [...CITIES.keys()]

/** A county that bears its city's name lies in that city. */
const CITY = new RegExp(`^(${JILIN_CITY_NAMES.join('|')})(?:市|县|地区|州|朝鲜族自治州|$)`)
const PROVINCE = new RegExp(
  `^(${PROVINCE_NAMES.join('|')})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?`,
)
const JILIN = '22'
export const PROVINCE_DIVISION = '220000'
const DIVISION = /^\d{6}$/
/** Digits of 100000, which national authorities use for the whole country. */
const COUNTRY = '10'

/** Significant digits: 220102 six, 220100 four, 220000 two, 100000 none. */
export const digitsOfDivision = (code: string): string | null => {
  if (!DIVISION.test(code)) return null
  const digits = code.replace(/(?:00)+$/, '')
  return digits === '' || digits === COUNTRY ? null : digits
}

/**
 * Two digits for a province, four for a city of Jilin, six for a division code. District names recur, so none is read.
 */
export const divisionPrefixIn = (text: string): string | null => {
  const place = compactText(text)
  if (DIVISION.test(place)) return digitsOfDivision(place)
  // 吉林市 is the city. 吉林 and 吉林省 are the province.
  const city = cityAt(place)
  if (city !== null && place !== '吉林') return city
  const [whole = '', province = ''] = PROVINCE.exec(place) ?? []
  const digits = PROVINCES.get(province)
  if (digits === undefined) return null
  const within = cityAt(place.slice(whole.length))
  return within?.startsWith(digits) ? within : digits
}

const cityAt = (text: string): string | null => CITIES.get(CITY.exec(text)?.[1] ?? '') ?? null

export const DIVISION_LEVELS = ['PROVINCE', 'CITY', 'COUNTY'] as const
export type DivisionLevel = (typeof DIVISION_LEVELS)[number]

export const divisionLevelOf = (division: string): DivisionLevel => {
  if (division.endsWith('0000')) return 'PROVINCE'
  return division.endsWith('00') ? 'CITY' : 'COUNTY'
}

/**
 * 220102 is 长春市南关区, 370200 is 山东省: outside Jilin only provinces have names. `names` are those of
 * schema/words/divisions.json.
 */
export const nameOfDivisionIn = (names: Readonly<Record<string, string>>, code: string): string | null => {
  const named = (digits: number): string => names[code.slice(0, digits)] ?? ''
  return (
    (code.startsWith(JILIN) && code.length > 2 ? named(4) + (code.length > 4 ? named(6) : '') : '') || named(2) || null
  )
}
