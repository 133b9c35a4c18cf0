/**
 * What of a person may stand in a free text and must not become public: ID numbers (resident-ids.ts), telephones, accounts,
 * the address of a dwelling, e-mail and chat accounts; found however they are spelt, and replaced by the word for it.
 */
import { usccValid } from './identity.js'
import { idsIn, NUMERALS } from './resident-ids.js'

export const PERSONAL = {
  ID_NUMBER: { zh: '居民身份证号', en: 'resident ID number', shown: '［证件号略］' },
  PHONE: { zh: '电话', en: 'telephone', shown: '［号码略］' },
  ACCOUNT: { zh: '银行账号', en: 'bank account', shown: '［账户略］' },
  ADDRESS: { zh: '住址', en: 'address of a dwelling', shown: '［地址略］' },
  EMAIL: { zh: '电子邮箱', en: 'e-mail', shown: '［邮箱略］' },
  CHAT: { zh: '社交账号', en: 'chat account', shown: '［社交号略］' },
} as const
export type Personal = keyof typeof PERSONAL
export const PERSONAL_NAMES = Object.keys(PERSONAL) as Personal[]

export interface MaskedText {
  text: string
  /** What was replaced, as often as it was. */
  found: Personal[]
}

/** Where what is left may read as another number once its neighbour is gone it is read again; texts settle in two or three. */
const MOST_ROUNDS = 12

/** `businessAddress`: the address that is public as the place of business; it is kept though somebody may live there. */
export const mask = (
  text: string,
  kinds: readonly Personal[] = PERSONAL_NAMES,
  businessAddress: string | null = null,
): MaskedText => {
  const found: Personal[] = []
  let masked = text
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const spans = spansIn(masked, kinds, businessAddress)
    if (spans.length === 0) return { text: masked, found }
    found.push(...spans.map(({ kind }) => kind))
    masked = replaced(masked, spans)
  }
  // Nothing ordinary comes here: what does not settle is left out whole.
  return { text: spansIn(masked, kinds, businessAddress).length === 0 ? masked : '［内容略］', found }
}

interface Span {
  kind: Personal
  start: number
  end: number
}

const replaced = (text: string, spans: readonly Span[]): string => {
  let written = ''
  let kept = 0
  for (const { kind, start, end } of spans) {
    written += text.slice(kept, start) + PERSONAL[kind].shown
    kept = end
  }
  return written + text.slice(kept)
}

/** In order, none overlapping another; of two that overlap the one that begins first, then the longer. */
const spansIn = (text: string, kinds: readonly Personal[], businessAddress: string | null): Span[] => {
  const seen = seenIn(text)
  const all = kinds.flatMap((kind) => FINDERS[kind](text, seen, businessAddress).map((span) => ({ kind, ...span })))
  let free = 0
  return all
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter(({ start, end }) => {
      if (start < free || end <= start) return false
      free = end
      return true
    })
}

interface Seen {
  line: string
  starts: number[]
  ends: number[]
}

const UNSEEN = /^[\p{Cf}\p{Cc}\p{M}\p{Default_Ignorable_Code_Point}]$/u
const DASH = /^[\p{Pd}\p{Pc}ー−⁃]$/u
const DOT = /^[·•∙⋅・。．]$/u
/** Fewer digits in words are words. */
const DIGIT = `[\\d${[...NUMERALS.keys()].join('')}]`
const IN_WORDS = new RegExp(`${DIGIT}(?:[-. ]{0,3}${DIGIT}){6,}`, 'g')

/** The text as it is read: narrow, without what is unseen, one sign for each dash, blank and dot of a number. */
const seenIn = (text: string): Seen => {
  const seen: Seen = { line: '', starts: [], ends: [] }
  for (let at = 0; at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    const end = at + character.length
    if (/\s/.test(character) || !UNSEEN.test(character)) {
      for (const one of signOf(character)) {
        seen.line += one
        for (let unit = 0; unit < one.length; unit += 1) {
          seen.starts.push(at)
          seen.ends.push(end)
        }
      }
    }
    at = end
  }
  seen.line = seen.line.replace(IN_WORDS, (run) => [...run].map((one) => NUMERALS.get(one) ?? one).join(''))
  return seen
}

const signOf = (character: string): string => {
  if (/\s/.test(character)) return character === '\n' ? '\n' : ' '
  // A full stop ends a sentence, though it looks like a dot.
  if (character === '。') return '。'
  if (DASH.test(character)) return '-'
  if (DOT.test(character)) return '.'
  return [...character.normalize('NFKC')].map(digitOf).join('')
}

/** Decimal digits of every script stand in tens. */
const digitOf = (character: string): string => {
  if (/[0-9]/.test(character) || !/^\p{Nd}$/u.test(character)) return DASH.test(character) ? '-' : character
  const point = character.codePointAt(0) ?? 0
  let value = 0
  while (value < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(point - value - 1))) value += 1
  return String(value)
}

type Finder = (text: string, seen: Seen, businessAddress: string | null) => Omit<Span, 'kind'>[]

/** Group 1, where there is one, is what is replaced; else all of it. */
const matching =
  (patterns: readonly RegExp[], holds: (found: string) => boolean = () => true): Finder =>
  (_, { line, starts, ends }) =>
    patterns.flatMap((pattern) =>
      [...line.matchAll(pattern)].flatMap((match) => {
        const found = match[1] ?? match[0]
        const from = match.index + match[0].length - found.length
        const span = { start: starts[from] ?? 0, end: ends[from + found.length - 1] ?? 0 }
        return holds(found) ? [span] : []
      }),
    )

const digitsOf = (text: string): string => text.replace(/\D/g, '')

/** Marks that stand for an ID number where the hub has replaced one: a mark of a person all the same. */
const MARKED = /\[居民身份证 [^\]]{0,80}\]/g

const G = '[-. ]{0,3}'
const PHONES = [
  // Mobile, in one, in groups, or with one sign between all digits; 86 before it.
  new RegExp(String.raw`(?<!\d)(?:(?:\+|00)?86[-. )]{0,3})?1[3-9]\d(${G})\d{4}\1\d{4}(?!\d)`, 'g'),
  new RegExp(String.raw`(?<!\d)(?:(?:\+|00)?86[-. )]{0,3})?1[3-9]\d${G}\d{8}(?!\d)`, 'g'),
  /(?<!\d)1[3-9]\d\d[-. ]\d{3}[-. ]\d{4}(?!\d)/g,
  /(?<!\d)1([-. ]{1,3})[3-9](?:\1\d){9}(?!\d)/g,
  // Landline with its area.
  /(?<!\d)\(?0(?:10|2\d|[3-9]\d\d)\)?[-. ]{0,3}[2-9]\d{2,3}[-. ]?\d{4}(?!\d)/g,
  /(?:电话(?!业务)|手机号?|座机|联系方式|热线|传真|\b(?:tel|phone|mobile|fax))[^\d\n]{0,10}?(\+?\d[\d\-. ()]{4,20}\d)/gi,
]
/** Group 1 of these is a separator, not what is replaced. */
const wholly =
  (patterns: readonly RegExp[]): Finder =>
  (_, { line, starts, ends }) =>
    patterns.flatMap((pattern) =>
      [...line.matchAll(pattern)].map(({ index, 0: found }) => ({
        start: starts[index] ?? 0,
        end: ends[index + found.length - 1] ?? 0,
      })),
    )

const CARD = /(?<![\dA-Za-z])\d(?:[- ]{0,2}\d){15,18}(?![\dA-Za-z])/g
const NAMED_ACCOUNT =
  /(?:账号|帐号|账户|帐户|卡号|银行卡|存折|开户行|支付宝|\b(?:account|card))[^\d\n]{0,24}?(\d(?:[- ]{0,2}\d){7,29})(?!\d)/gi

/** Luhn, as cards have it; a firm's own code of 18 digits is none. */
const isCard = (found: string): boolean => {
  const digits = digitsOf(found)
  if (digits.length < 16 || isFirm(digits)) return false
  return luhn(digits)
}

/** No card begins with 9; one number in 31 passes the check of a firm's code by chance. */
const isFirm = (digits: string): boolean => /^9[1-3]/.test(digits) && usccValid(digits)

export const luhn = (digits: string): boolean => {
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

const MAIL = [/[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g]
const CHAT = [
  /(?:微信号?|QQ号?|wechat|weixin)(?:账号|帐号|为|是|:|-| ){0,4}([A-Za-z0-9][A-Za-z0-9_-]{4,29})/gi,
  /(?:微博|抖音|快手|旺旺)(?:账号|帐号|号)(?:为|是|:|-| ){0,4}([A-Za-z0-9][A-Za-z0-9_-]{4,29})/gi,
]

const STOP = String.raw`,，;；。、:：\n(（)）［［］\[\]`
/** Words after which an address begins. */
const BEFORE = '在于至到住址为是将向从由 '
/** After words that only a dwelling has; 住所 alone is the seat of a firm. */
const NAMED_ADDRESS = new RegExp(
  String.raw`(?:家庭(?:住址|地址|住所)|住址|户籍(?:所在地|地址|地)|现居住?地?|现住|居住地址?|暂住地?|家住)(?:为|是|于|在|:|：| ){0,3}(\p{Script=Han}[^${STOP}]{3,60})`,
  'gu',
)
/** What may follow on a house in its address: 2单元105、106室, 1层1门, 101号房. */
const TAIL = String.raw`(?:[、\dA-Za-z-]{0,8}\d{1,5}(?:号房|号|室|户|房|门|层|楼|铺|单元)){0,4}`
/** Down to an entrance, which only dwellings have (3栋2单元501室), or to a room by three numbers (3-2-501室). */
const ENTRANCE = String.raw`(?:\d{1,4}(?:号楼|栋|幢|座|#楼?|楼)?[^${STOP}]{0,4}?\d{1,3}单元|\d{1,4}-\d{1,3}-\d{1,5}(?:室|户|房))`
const AT_AN_ENTRANCE = new RegExp(`[^${BEFORE}${STOP}]{0,40}?${ENTRANCE}${TAIL}`, 'gu')
const IN_A_HOME = new RegExp(
  String.raw`[^${BEFORE}${STOP}]{0,30}?(?:小区|家园|新村|家属院|家属楼|宿舍|公寓|花园|住宅)[^${STOP}]{0,12}?\d{1,5}(?:室|户|房|号楼|栋|幢)${TAIL}`,
  'gu',
)

const address: Finder = (text, seen, business) =>
  matching([NAMED_ADDRESS, AT_AN_ENTRANCE, IN_A_HOME])(text, seen, business).filter(
    ({ start, end }) => business === null || !isAt(text.slice(start, end), business),
  )

const isAt = (found: string, business: string): boolean => {
  const [one, other] = [plain(found), plain(business)]
  return one.length > 3 && (other.includes(one) || (other.length > 3 && one.endsWith(other)))
}

const plain = (text: string): string => text.normalize('NFKC').replace(/[\s,.()-]/g, '')

const FINDERS: Record<Personal, Finder> = {
  ID_NUMBER: (text) => [
    ...idsIn(text, 'REPLACED').map(({ start, end }) => ({ start, end })),
    ...[...text.matchAll(MARKED)].map(({ index, 0: found }) => ({ start: index, end: index + found.length })),
  ],
  PHONE: (...asked) => [...wholly(PHONES.slice(0, -1))(...asked), ...matching(PHONES.slice(-1))(...asked)],
  ACCOUNT: (...asked) => [
    ...matching([CARD], isCard)(...asked),
    ...matching([NAMED_ACCOUNT], (found) => !isFirm(digitsOf(found)))(...asked),
  ],
  ADDRESS: address,
  EMAIL: matching(MAIL),
  CHAT: matching(CHAT),
}
