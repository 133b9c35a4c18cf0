/** Reads places in texts as GB/T 2260 digits. Only the hub's own province is resolved to cities. */
import { compactText } from '../../foundation/text/values.js'

const PROVINCES: Record<string, string> = {
  北京: '11',
  天津: '12',
  河北: '13',
  山西: '14',
  内蒙古: '15',
  辽宁: '21',
  吉林: '22',
  黑龙江: '23',
  上海: '31',
  江苏: '32',
  浙江: '33',
  安徽: '34',
  福建: '35',
  江西: '36',
  山东: '37',
  河南: '41',
  湖北: '42',
  湖南: '43',
  广东: '44',
  广西: '45',
  海南: '46',
  重庆: '50',
  四川: '51',
  贵州: '52',
  云南: '53',
  西藏: '54',
  陕西: '61',
  甘肃: '62',
  青海: '63',
  宁夏: '64',
  新疆: '65',
  台湾: '71',
  香港: '81',
  澳门: '82',
}
/** First four digits of division codes. */
const CITIES: Record<string, string> = {
  长春: '2201',
  吉林: '2202',
  四平: '2203',
  辽源: '2204',
  通化: '2205',
  白山: '2206',
  松原: '2207',
  白城: '2208',
  延边: '2224',
}
export const PROVINCE_NAMES = Object.keys(PROVINCES)
export const CITY_NAMES = Object.keys(CITIES)

/** A county that bears its city's name lies in that city. */
const CITY = new RegExp(`^(${Object.keys(CITIES).join('|')})(?:市|县|地区|州|朝鲜族自治州|$)`)
const PROVINCE = new RegExp(
  `^(${Object.keys(PROVINCES).join('|')})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?`,
)
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
 * Returns two digits for a province, four for a city of Jilin, six when the text is a division code. Districts are not read, because their
 * names recur.
 */
export const divisionPrefixIn = (text: string): string | null => {
  const place = compactText(text)
  if (DIVISION.test(place)) return digitsOfDivision(place)
  // 吉林市 is the city. 吉林 and 吉林省 are the province.
  const city = cityAt(place)
  if (city !== null && place !== '吉林') return city
  const [whole = '', province = ''] = PROVINCE.exec(place) ?? []
  const digits = PROVINCES[province]
  if (digits === undefined) return null
  const within = cityAt(place.slice(whole.length))
  return within?.startsWith(digits) ? within : digits
}

const cityAt = (text: string): string | null => CITIES[CITY.exec(text)?.[1] ?? ''] ?? null

export type DivisionLevel = 'PROVINCE' | 'CITY' | 'COUNTY'

export const divisionLevelOf = (division: string): DivisionLevel => {
  if (division.endsWith('0000')) return 'PROVINCE'
  return division.endsWith('00') ? 'CITY' : 'COUNTY'
}
