/** Places of business and seats of firms or authorities are no home addresses. */
import { makeFinder, type SpanFinder } from './normalised-view.js'
import type { TextSpan, TextView } from './text-view.js'

const STOP = String.raw`,，;；。、:：\n(（)）［］\[\]`
const BEFORE = '在于至到住址为是将向从由 '
const LINK = '(?:为|是|于|在|位于|系|:|：| ){0,3}'
/** Excludes 住所 alone: it may be the seat of a firm. */
const NAMED = new RegExp(
  String.raw`(?:家庭(?:住址|地址|住所)|住址\)?|身份证地址|户籍(?:所在地|地址|地)|户口(?:所在地|地址)|现居住?地?|现住(?!院)|居住地址?|暂住地|家住)${LINK}(?<named>\p{Script=Han}[^${STOP}]{3,60})`,
  'gu',
)

const TAIL = String.raw`(?:[、\dA-Za-z-]{0,8}\d{1,5}(?:号房|号|室|户|房|门|层|楼|铺|单元)){0,4}(?:\d{3,4}(?![\d.元万件个只台年月日]))?`
/** Only homes have an entrance (3栋2单元501室) or a room with three numbers (3-2-501室). */
const ENTRANCE = String.raw`(?:\d{1,4}(?:号楼|栋|幢|座|#楼?|楼)?[^${STOP}]{0,4}?\d{1,3}单元|\d{1,4}-\d{1,3}-\d{1,5}(?:室|户|房))`
const AT_AN_ENTRANCE = new RegExp(`[^${BEFORE}${STOP}]{0,40}?${ENTRANCE}${TAIL}`, 'gu')
const IN_A_HOME = new RegExp(
  String.raw`[^${BEFORE}${STOP}]{0,30}?(?:小区|家园|新村|家属院|家属楼|宿舍|公寓|花园|住宅)[^${STOP}]{0,12}?\d{1,5}(?:室|户|房|号楼|栋|幢)${TAIL}`,
  'gu',
)
const IN_A_LANE = new RegExp(
  String.raw`[^${BEFORE}${STOP}]{0,30}?(?:胡同|弄堂|大杂院)[^${STOP}]{0,4}?\d{1,5}号(?:楼|院)?\d{1,5}(?:室|户|房)${TAIL}`,
  'gu',
)

const LIVES = new RegExp(
  `(?:(?:居|租|借|寄|暂|常)住(?:地|在|于)?|(?<!入)住[在于]|现居[在于]?|户籍(?:在|地)|(?<![入记守抓稳堵拦挡锁停保留困卡])住(?![所址宅房宿建院户民客店持处进满])|现住所)${LINK}`,
  'gu',
)
/** 住所 is the seat of a firm, which is public, or the home of its owner. */
const SEAT = new RegExp(String.raw`住所地?(?:\(住址\))?(?!\(|或|登记|变更)${LINK}`, 'gu')
const OF_A_FIRM =
  /(?:(?:登记|注册|法定|公司|企业|厂|合作社|机关|单位|部门|法院|局|政府|银行|集团|原告|被告)的?|(?:公司|厂|合作社|集团|研究[院所]|局|委员会|政府|法院|银行)(?:\([^()]{0,40}\))?(?:[,;]?(?:统一社会信用代码|注册号)[:为]?[0-9A-Z]{15,18})?[,;:]\s?)$/
const WORDS_BEFORE = 80

const MOST = 60
const NUMBER = String.raw`[\d〇零一二三四五六七八九十百甲乙丙丁A-Z]`
const NUMBERED = String.raw`${NUMBER}[\d〇零一二三四五六七八九十百A-Z-]{0,9}(?:号楼|号院|号房|号|室|户|单元|栋|幢|座|楼|层|门|组|社|弄)`
const DISTRICT = '[省市县区旗州盟镇乡村]'
/** An address ends with a number (号, 室, 栋, 组), or with a village, street or estate. */
const SHAPES = [
  new RegExp(
    String.raw`^(?=[^${STOP}]{0,24}(?:${DISTRICT}|街|路|道|巷|胡同|屯|园|里))\p{Script=Han}[^${STOP}]{1,40}?${NUMBERED}(?:[^${STOP}]{0,6}?${NUMBERED}){0,6}`,
    'u',
  ),
  new RegExp(
    String.raw`^\p{Script=Han}[^${STOP}]{0,20}${DISTRICT}[^${STOP}]{1,20}(?:街道|镇|乡|村|屯|社区|大街|街|路|胡同|巷|小区|家园|公寓|宿舍)`,
    'u',
  ),
  /^\p{Script=Han}{2,10}(?:省|市|州|盟|区)\p{Script=Han}{1,10}[市区县旗](?=$)/u,
]
const RUN = new RegExp(`[^${STOP}]{1,${MOST}}`, 'uy')

const livedAt: SpanFinder = (_, seen) => [
  ...after(LIVES, seen),
  ...after(SEAT, seen, (line, at) => !OF_A_FIRM.test(line.slice(Math.max(0, at - WORDS_BEFORE), at))),
]

const after = (
  words: RegExp,
  { line, starts, ends }: TextView,
  holds: (line: string, at: number) => boolean = () => true,
): TextSpan[] =>
  [...line.matchAll(words)].flatMap(({ 0: word, index }) => {
    const from = index + word.length
    RUN.lastIndex = from
    const run = RUN.exec(line)?.[0] ?? ''
    const shape = SHAPES.map((each) => each.exec(run)?.[0]).find((found) => found !== undefined)
    if (shape === undefined || !holds(line, index)) return []
    return [{ start: starts[from] ?? 0, end: ends[from + shape.length - 1] ?? 0 }]
  })

const byWords = makeFinder([NAMED, AT_AN_ENTRANCE, IN_A_HOME, IN_A_LANE])

export const findHomeAddresses: SpanFinder = (text, seen, business) =>
  [...byWords(text, seen, business), ...livedAt(text, seen, business)].filter(
    ({ start, end }) => business === null || !isAt(text.slice(start, end), business),
  )

const isAt = (found: string, business: string): boolean => {
  const [one, other] = [plain(found), plain(business)]
  return one.length > 3 && (other.includes(one) || (other.length > 3 && one.endsWith(other)))
}

const plain = (text: string): string => text.normalize('NFKC').replace(/[\s,.()-]/g, '')
