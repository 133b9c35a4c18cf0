import { NUMERALS, toDecimalDigit } from './resident-ids.js'
import { cacheByUnit, simplifyText, type TextSpan, type TextView } from './text-view.js'

export type SpanFinder = (text: string, seen: TextView, businessAddress: string | null) => TextSpan[]

const UNSEEN = /^[\p{Cf}\p{Cc}\p{M}\p{Default_Ignorable_Code_Point}]$/u
const DASH = /^[\p{Pd}\p{Pc}ー−⁃]$/u
const DOT = /^[·•∙⋅・。．]$/u
const DIGIT = `[\\d${[...NUMERALS.keys()].join('')}]`
const IN_WORDS = new RegExp(`${DIGIT}(?:[-. ]{0,3}${DIGIT}){6,}`, 'g')

export const normaliseText = (text: string): TextView => {
  const { line, ...places } = simplifyText(text, signSeen)
  return { line: line.replace(IN_WORDS, inDigits), ...places }
}

const NUMERAL = `[${[...NUMERALS.keys()].join('')}]`
/** One or two numerals at the edge of a number are words: 13800138000二人. */
const EDGED = new RegExp(`^(${NUMERAL}{0,2})([-. ]{0,3}\\d[-. \\d]{6,}?)(${NUMERAL}{0,2})$`)
const MOBILE_DIGITS = 11

const inDigits = (run: string): string => {
  const written = [...run].map((one) => NUMERALS.get(one) ?? one).join('')
  return keepDigits(written).length !== MOBILE_DIGITS && EDGED.test(run) ? run : written
}

const signSeen = cacheByUnit((character) => {
  if (/\s/.test(character)) return character === '\n' ? '\n' : ' '
  if (UNSEEN.test(character)) return ''
  // A Chinese full stop ends a sentence, so it is no dot.
  if (character === '。') return '。'
  if (DASH.test(character)) return '-'
  if (DOT.test(character)) return '.'
  return [...character.normalize('NFKC')].map(digitOf).join('')
})

const digitOf = (character: string): string => {
  if (/[0-9]/.test(character) || !/^\p{Nd}$/u.test(character)) return DASH.test(character) ? '-' : character
  return toDecimalDigit(character)
}

export interface TextMatch {
  found: string
  before: string
  after: string
}

/** Words this many characters before or after a number may qualify it. */
const AROUND = 24

/** After a rejected match the search resumes one character further. */
export const makeFinder =
  (patterns: readonly RegExp[], holds: (candidate: TextMatch) => boolean = () => true): SpanFinder =>
  (_, { line, starts, ends }) =>
    patterns.flatMap((pattern) => {
      const places: TextSpan[] = []
      pattern.lastIndex = 0
      for (let match = pattern.exec(line); match; match = pattern.exec(line)) {
        const found = match.groups?.['named'] ?? match[0]
        const from = match.index + match[0].length - found.length
        const to = from + found.length
        const before = line.slice(Math.max(0, from - AROUND), from)
        if (holds({ found, before, after: line.slice(to, to + AROUND) })) {
          places.push({ start: starts[from] ?? 0, end: ends[to - 1] ?? 0 })
        } else pattern.lastIndex = match.index + 1
      }
      return places
    })

export const keepDigits = (text: string): string => text.replace(/\D/g, '')

const OF_A_THING =
  /(?:批号|批次|条码|条形码|货号|型号|款号|单号|流水号?|注册号|案号|文号|序列号|编码|(?:订单|商标|许可证|备案|执照|专利|合同|发票|标准|报告|证书|样品|抽样|抽检|店铺|网店|商品|产品)(?:编?号码?|ID))(?:编?号码?|为|是|第|:|\(| |N[Oo]\.?){0,4}$/i
const COUNTED =
  /^\s{0,2}(?:余|多)?(?:[元万亿件个只台箱瓶包条张份套枚盒袋双部辆吨克斤米升次笔日年月%]|公斤|千克|毫|平方|美元|人民币|[kK][gG]|[mM][lLgG])/

export const isNumberOfThing = ({ before, after }: TextMatch): boolean =>
  COUNTED.test(after) || OF_A_THING.test(before) || (/[〕\]】第字]$/.test(before) && after.startsWith('号'))
