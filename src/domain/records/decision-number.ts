import { normalizeDocumentNumber } from '../../foundation/text/values.js'
import { normalizeName } from '../operators/names.js'

/** Text over this many characters is compared unchanged. */
const LONGEST = 200

/**
 * Traditional and simplified characters of document numbers, authorities and places of Jilin. A missing pair splits one
 * fact in two; it never merges two facts.
 */
const SIMPLIFIED = new Map(
  (
    '處处 罰罚 號号 監监 場场 決决 執执 書书 當当 簡简 調调 許许 審审 認认 證证 責责 銷销 沒没 質质 標标 準准 檢检 驗验 測测 計计 藥药 衛卫 環环 護护 稅税 ' +
    '務务 財财 經经 濟济 農农 業业 漁渔 鹽盐 煙烟 糧粮 貿贸 運运 輸输 鐵铁 電电 訊讯 網网 資资 勞劳 動动 產产 權权 識识 術术 機机 構构 設设 劃划 規规 級级 ' +
    '發发 開开 關关 總总 會会 國国 廳厅 隊队 團团 辦办 聯联 協协 個个 戶户 縣县 區区 鄉乡 鎮镇 東东 長长 遼辽 陽阳 龍龙 興兴 蘭兰 樺桦 圖图 琿珲 撫抚 嶺岭 ' +
    '應应 舊旧 綠绿 園园 雙双'
  )
    .split(' ')
    .map((pair): [string, string] => [pair.charAt(0), pair.charAt(1)]),
)
const TRADITIONAL = new RegExp(`[${[...SIMPLIFIED.keys()].join('')}]`, 'gu')
const simplified = (text: string): string => text.replace(TRADITIONAL, (character) => SIMPLIFIED.get(character) ?? '')

const NUMERALS = '零一二三四五六七八九'
const NUMERAL = '[〇○零一二三四五六七八九]'
const YEAR = String.raw`(?:19|20)\d{2}`
const YEAR_IN_WORDS = new RegExp(`(?:一九|二[〇○零])${NUMERAL}{2}(?=[^\\p{L}\\p{N}]|年)`, 'gu')
/** Years in brackets that `normalizeDocumentNumber` leaves unchanged. */
const OTHER_BRACKETS = new RegExp(`[「『‹«〖⟨⦅“"'‘](${YEAR})年?[」』›»〗⟩⦆”"'’]`, 'gu')
const BARE_YEAR = new RegExp(
  `(?<![\\d〔])(${YEAR})(?:年(?=第?[\\d(〇○零一二三四五六七八九十])|(?=第[\\d(〇○零一二三四五六七八九十]))`,
  'u',
)
const NUMBER_IN_WORDS = /(?<=〕第?)[〇○零一二三四五六七八九十百千]{1,9}(?=号?$)/u
const NUMBER_IN_BRACKETS = /(?<=〕第?)\((\d+)\)(?=号?$)/u
const NUMBER = /第?0*(\d+)号$/u
const NUMBER_ALONE = /(?<=〕)第?(?:\d+-)?\d+$/u
/** The replacements below leave such a number unchanged. */
const SIMPLE = new RegExp(
  `^(?:(?![${NUMERALS}十${[...SIMPLIFIED.keys()].join('')}])[\\u4e00-\\u9fff])+〔${YEAR}〕[1-9]\\d*号$`,
)
const PUNCTUATION_BEHIND = /[。．.，,、;:!?·…"'”’「」]+$/u

export const simplifyDocumentNumber = (text: string): string => {
  const written = normalizeDocumentNumber(text)
  if (written.length > LONGEST || SIMPLE.test(written)) return written
  const plain = simplified(written).replace(PUNCTUATION_BEHIND, '')
  const dated = normalizeDocumentNumber(plain.replace(YEAR_IN_WORDS, (year) => digitsOf(year)))
    .replace(OTHER_BRACKETS, '〔$1〕')
    .replace(BARE_YEAR, '〔$1〕')
  return dated
    .replace(NUMBER_IN_WORDS, (words) => numberOf(words) ?? words)
    .replace(NUMBER_IN_BRACKETS, '$1')
    .replace(NUMBER_ALONE, '$&号')
    .replace(NUMBER, '$1号')
}

const digitsOf = (words: string): string =>
  words.replace(/[〇○零]/gu, '0').replace(/[一二三四五六七八九]/gu, (word) => String(NUMERALS.indexOf(word)))

const numberOf = (words: string): string | null => {
  if (!/[十百千]/u.test(words)) return digitsOf(words)
  const parts = /^(?:(.)千)?[〇○零]?(?:(.)百)?[〇○零]?(?:(.?)十)?([一二三四五六七八九])?$/u.exec(words)
  if (!parts) return null
  const tens = words.includes('十') ? parts[3] || '一' : undefined
  const digits = [parts[1], parts[2], tens, parts[4]].map((word) => (word === undefined ? '0' : digitsOf(word)))
  return digits.every((digit) => /^\d$/.test(digit)) ? String(Number(digits.join(''))) : null
}

type ShortForm = readonly [short: RegExp, full: string]
/** Names that write one 市 for both city and market: 长春市场监督管理局. */
const ONE_CITY: ShortForm = [/(?<=\p{Script=Han})(?<![省市县区州盟旗会])市场监督管理局$/u, '市市场监督管理局']
const SHORT_FORMS: readonly ShortForm[] = [
  [/(市监|市场监管)局$/, '市场监督管理局'],
  ONE_CITY,
  [/工商局$/, '工商行政管理局'],
  [/质监局$/, '质量技术监督局'],
  [/食药监局$/, '食品药品监督管理局'],
  [/药监局$/, '药品监督管理局'],
]
/** The province is redundant before a city or county. Provincial bodies keep it. */
const PROVINCE_BEFORE_PLACE = /^\p{Script=Han}{2,3}省(?=\p{Script=Han}{1,12}[市州县区])/u

const comparedBy =
  (shortForms: readonly ShortForm[]) =>
  (name: string): string => {
    const written = normalizeName(name)
    if (written.length > LONGEST) return written
    return shortForms.reduce(
      (full, [short, long]) => full.replace(short, long),
      withoutAddition(simplified(written)).replace(PROVINCE_BEFORE_PLACE, ''),
    )
  }

/** An addition in brackets (another sign on the building) does not make another authority. */
export const simplifyAuthority = comparedBy(SHORT_FORMS)

/** Serves to recompute scores of old rule books, which lack ONE_CITY. */
export const simplifyAuthorityAsBefore = comparedBy(SHORT_FORMS.filter((form) => form !== ONE_CITY))

const withoutAddition = (name: string): string => {
  let end = name.length
  for (let open = name.lastIndexOf('('); open > 0; open = name.lastIndexOf('(', open - 1)) {
    const closed = name.indexOf(')', open)
    if (closed >= 0 && closed < end && !/^\)+$/.test(name.slice(closed, end))) break
    end = open
  }
  return name.slice(0, end)
}
