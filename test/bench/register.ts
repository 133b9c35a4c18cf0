/**
 * A synthetic register of any size for benches. Rows resemble those of a province's register, about 400 bytes each. Every name,
 * person and code is invented, and a seed always gives the same rows. The file is written in pieces.
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { hasOrgCodeCheckDigit, hasUsccCheckDigit } from '../../src/domain/operators/codes.js'

const HEADER = '企业名称,统一社会信用代码,注册日期,企业类型,法人代表,注册资金,经营范围,所在省份,地区,注册地址'
const ROWS_AT_ONCE = 1000
const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const ORG_DIGITS = '0123456789X'
/** An organisation code has six free characters of 31, so more rows would repeat a code. */
const MOST_ROWS = 31 ** 6
const FIRST_DAY = Date.UTC(1985, 0, 1) // epoch ms
const DAYS = 14_000
const DAY = 86_400_000 // ms
const FEWEST_GOODS = 3
const MORE_GOODS = 7

const CITIES: [name: string, region: string][] = [
  ['长春', '220102'],
  ['长春', '220104'],
  ['吉林', '220202'],
  ['四平', '220302'],
  ['通化', '220502'],
  ['松原', '220702'],
  ['延边', '222401'],
]
const FANCY = '云禾松岭泽安瑞恒晟嘉博远鸿信达盛源辰泰康宁和悦铭朗捷迅腾翔飞骏驰逸轩宇辉煌灿锦绣'
const TRADES = ['商贸', '电子商务', '食品', '服装', '网络科技', '农产品', '化妆品', '家居用品', '医疗器械', '物流']
const ENDINGS = ['有限公司', '有限责任公司', '股份有限公司', '经营部', '商行', '专业合作社']
const TYPES = ['N/A', 'N/A', '有限责任公司', '有限责任公司(自然人独资)', '个体工商户', '集体所有制', '农民专业合作社']
const SURNAMES = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜'
const GIVEN = '甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥'
const GOODS = [
  '预包装食品销售',
  '化妆品批发',
  '服装服饰零售',
  '互联网销售（除销售需要许可的商品）',
  '日用百货销售',
  '五金产品零售',
  '食用农产品初加工',
  '家用电器销售',
  '母婴用品销售',
  '普通货物仓储服务',
  '信息咨询服务（不含许可类信息咨询服务）',
  '第二类医疗器械销售',
  '宠物食品及用品零售',
  '针纺织品销售',
]
const LAST_CLAUSE = '（依法须经批准的项目，经相关部门批准后方可开展经营活动）'
const STREETS = ['人民大街', '解放路', '重庆路', '工农大路', '松江路', '站前街', '新民胡同', '建设街']
const CAPITALS: ((amount: number) => string)[] = [
  () => 'N/A',
  (amount) => `${amount}万人民币`,
  (amount) => `${amount}(万元人民币)`,
  (amount) => (amount < 1000 ? `${amount}(万元)` : `"${Math.floor(amount / 1000)},${padded(amount % 1000, 3)}(万元)"`),
  (amount) => `"${(amount % 9) + 1},${padded(amount % 1000, 3)}.5000(万元人民币)"`,
  (amount) => `${amount}.00万元`,
  (amount) => `${amount * 10_000}元`,
  (amount) => `${amount}万美元`,
]

export interface Edition {
  seed?: number
  /** Number of the edition. Editions differ in every row's representative and in nothing else. */
  change?: number
}

/** Writes a CSV of `rows` rows with distinct, valid codes. Throws RangeError beyond MOST_ROWS. */
export const registerCsv = async (
  path: string,
  rows: number,
  { seed = 1, change = 0 }: Edition = {},
): Promise<void> => {
  if (rows > MOST_ROWS) throw new RangeError(`at most ${MOST_ROWS} rows`)
  const file = createWriteStream(path)
  file.write(`${HEADER}\n`)
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    let text = ''
    for (let row = from; row < Math.min(rows, from + ROWS_AT_ONCE); row += 1) text += rowOf(row, seed, change)
    if (!file.write(text)) await once(file, 'drain')
  }
  file.end()
  await finished(file)
}

const rowOf = (row: number, seed: number, change: number): string => {
  const random = randomOf(seed * 1_000_003 + row)
  const one = <T>(list: ArrayLike<T>): T => list[Math.floor(random() * list.length)] as T
  const [city, region] = one(CITIES)
  const name = `${city}市${one(FANCY)}${one(FANCY)}${one(FANCY)}${one(TRADES)}${one(ENDINGS)}`
  const day = new Date(FIRST_DAY + Math.floor(random() * DAYS) * DAY).toISOString().slice(0, 10)
  const capital = one(CAPITALS)([10, 20, 50, 100, 200, 500, Math.ceil(random() * 9999)][Math.floor(random() * 7)] ?? 10)
  const first = Math.floor(random() * GOODS.length)
  const words = Array.from(
    { length: FEWEST_GOODS + Math.floor(random() * MORE_GOODS) },
    (_, at) => GOODS[(first + at) % GOODS.length],
  )
  const address = `${one(STREETS)}${Math.ceil(random() * 2999)}号${one(FANCY)}${one(FANCY)}小区${Math.ceil(random() * 60)}栋${Math.ceil(random() * 999)}室`
  const person = Math.floor(random() * SURNAMES.length * GIVEN.length ** 2) + change
  const cells = [
    name,
    usccOf(row, region),
    day,
    one(TYPES),
    SURNAMES.charAt(person % SURNAMES.length) +
      GIVEN.charAt(Math.floor(person / SURNAMES.length) % GIVEN.length) +
      GIVEN.charAt(Math.floor(person / SURNAMES.length / GIVEN.length) % GIVEN.length),
    capital,
    `${words.join('；')}${LAST_CLAUSE}`,
    '吉林',
    city,
    address,
  ]
  return `${cells.join(',')}\n`
}

/** Coprime to 31, so that consecutive rows get distant codes. Real registers are not sorted by code either. */
const STRIDE = 123_456_791

/** Returns a distinct code for each row: the organisation code contains the scrambled row number. */
export const usccOf = (row: number, region: string): string => {
  let left = (row * STRIDE) % MOST_ROWS
  let serial = ''
  for (let at = 0; at < 6; at += 1) {
    serial = USCC_ALPHABET.charAt(left % 31) + serial
    left = Math.floor(left / 31)
  }
  const org = completed(`MA${serial}`, ORG_DIGITS, hasOrgCodeCheckDigit)
  return completed(`9${1 + (row % 3)}${region}${org}`, USCC_ALPHABET, hasUsccCheckDigit)
}

const completed = (start: string, alphabet: string, holds: (code: string) => boolean): string =>
  [...alphabet].map((last) => start + last).find(holds) ?? start

const padded = (number: number, digits: number): string => String(number).padStart(digits, '0')

/** Mulberry32: a small generator that gives the same numbers everywhere. */
const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
