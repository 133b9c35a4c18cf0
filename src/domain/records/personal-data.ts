import { findBankAccounts } from './bank-accounts.js'
import { findHomeAddresses } from './home-addresses.js'
import { keepDigits, makeFinder, normaliseText, type SpanFinder, type TextMatch } from './normalised-view.js'
import { findResidentIds } from './resident-ids.js'
import { findTelephones } from './telephone-numbers.js'
import { dropOverlaps, replaceSpans } from './text-view.js'

export const PERSONAL_DATA = {
  ID_NUMBER: { zh: '身份证件号', en: 'number of an identity document', shown: '［证件号略］' },
  PHONE: { zh: '电话', en: 'telephone', shown: '［号码略］' },
  ACCOUNT: { zh: '银行账号', en: 'bank account', shown: '［账户略］' },
  ADDRESS: { zh: '住址', en: 'address of a dwelling', shown: '［地址略］' },
  EMAIL: { zh: '电子邮箱', en: 'e-mail', shown: '［邮箱略］' },
  CHAT: { zh: '社交账号', en: 'chat account', shown: '［社交号略］' },
} as const
export type PersonalDataKind = keyof typeof PERSONAL_DATA
export const PERSONAL_DATA_KINDS = Object.keys(PERSONAL_DATA) as PersonalDataKind[]

export interface MaskedText {
  text: string
  found: PersonalDataKind[]
}

/** The masked text may read as another number, so masking is repeated, usually two or three times. */
const MOST_ROUNDS = 12

/** `businessAddress` is public as the place of business and is not masked. */
export const maskPersonalData = (
  text: string,
  kinds: readonly PersonalDataKind[] = PERSONAL_DATA_KINDS,
  businessAddress: string | null = null,
): MaskedText => {
  const found: PersonalDataKind[] = []
  let masked = text
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const spans = spansIn(masked, kinds, businessAddress)
    if (spans.length === 0) return { text: masked, found }
    found.push(...spans.map(({ kind }) => kind))
    masked = replaceSpans(masked, spans, ({ kind }) => PERSONAL_DATA[kind].shown)
  }
  return { text: spansIn(masked, kinds, businessAddress).length === 0 ? masked : '［内容略］', found }
}

const spansIn = (text: string, kinds: readonly PersonalDataKind[], businessAddress: string | null) => {
  const seen = normaliseText(text)
  const all = kinds.flatMap((kind) => FINDERS[kind](text, seen, businessAddress).map((span) => ({ kind, ...span })))
  return dropOverlaps(all.sort((a, b) => a.start - b.start || b.end - a.end))
}

const MARKED = /\[居民身份证 [^\]]{0,80}\]/g

const PAPER = '(?:护照|通行证|台胞证|回乡证|居留证|居留身份证|永居证|居住证|军官证|士兵证)'
const PAPERS = [
  new RegExp(
    String.raw`${PAPER}(?:\([^()\d]{0,8}\)|证?件?号码?|编号|证号|字第|第|N[Oo]\.?|为|是|系|[:,#(]| ){0,5}(?<named>[A-Za-z]{0,3}[- ]?\d[\dA-Za-z]{0,19}(?:[- ][\dA-Za-z]{2,8}){0,4})`,
    'g',
  ),
  new RegExp(String.raw`(?<![\dA-Za-z])[A-Za-z]{1,3}\d{6,12}(?=号?[^\d,;。\n]{0,8}${PAPER})`, 'g'),
]
/** Passport numbers have at least six digits beside the letters, most seven. */
const FEWEST_OF_A_PAPER = 6
const isPaper = ({ found, after }: TextMatch): boolean =>
  keepDigits(found).length >= FEWEST_OF_A_PAPER && !/^[本张份年元]/.test(after)
const papers = makeFinder(PAPERS, isPaper)

const AT = String.raw`(?:\s?@\s?|\s?[(\[{【<]\s?(?:at|AT|@|a|艾特)\s?[)\]}】>]\s?)`
const DOT = String.raw`(?:\.|。|\s?[(\[]\s?(?:dot|DOT|点|\.)\s?[)\]]\s?)`
const HAN_DOMAIN =
  '(?:中国|中國|公司|网络|网址|网店|在线|中文网|商城|集团|公益|政务|企业|商店|手机|信息|香港|台湾|我爱你)'
const LABEL = String.raw`[\w\p{Script=Han}-]{1,63}?`
const MAIL = [
  new RegExp(
    String.raw`(?:[\w.+%-]{1,64}|\p{Script=Han}{2,4})${AT}(?:${LABEL}${DOT}){1,4}?(?:[A-Za-z][\w-]{1,62}(?:${DOT}[A-Za-z]{2,6}){0,3}|${HAN_DOMAIN})`,
    'gu',
  ),
  /[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g,
  /[\w.+%-]{3,64}(?:#|艾特| at )(?:qq|foxmail|163|126|139|189|sina|sohu|yeah|aliyun|gmail|outlook|hotmail)(?:\.|。|点)(?:com|cn|net)/gi,
]
const CHAT = [
  /(?:微信号?|v信|薇信|QQ号?|wechat|weixin)(?:账号|帐号|为|是|:|-| ){0,4}(?<named>[A-Za-z0-9][A-Za-z0-9_-]{4,29})/gi,
  /(?:微博|抖音|快手|旺旺)(?:账号|帐号|号)(?:为|是|:|-| ){0,4}(?<named>[A-Za-z0-9][A-Za-z0-9_-]{4,29})/gi,
]

const FINDERS: Record<PersonalDataKind, SpanFinder> = {
  ID_NUMBER: (...asked) => [
    ...findResidentIds(asked[0], 'REPLACED'),
    ...[...asked[0].matchAll(MARKED)].map(({ index, 0: found }) => ({ start: index, end: index + found.length })),
    ...papers(...asked),
  ],
  PHONE: findTelephones,
  ACCOUNT: findBankAccounts,
  ADDRESS: findHomeAddresses,
  EMAIL: makeFinder(MAIL),
  CHAT: makeFinder(CHAT),
}
