/**
 * Types are the exchange standard's before 2021 (suspension and revocation are one) or those of the Administrative
 * Penalty Law of 2021, article 9. A doubtful text is read in the party's favour.
 */

import { compactText } from '../../foundation/text/values.js'
import { isDate } from '../../foundation/time/dates.js'
import { simplifyAuthority, simplifyDocumentNumber } from './decision-number.js'
import { compareMoney, parseMoney } from './money.js'
import type { Json, RecordBody } from './records.js'

export type PenaltySeverity = 'WARNING_ONLY' | 'LIGHT' | 'HEAVY'

export const judgePenaltySeverity = (body: RecordBody): PenaltySeverity => {
  const types = typesOf(body)
  if (isHeavyPenalty(body) || types.some((type) => DETENTION.test(type))) return 'HEAVY'
  const wordsOnly = types.length > 0 && types.every((type) => WARNING.test(type))
  return wordsOnly && !isMoney(body['fine_yuan']) && !isMoney(body['confiscated_yuan']) ? 'WARNING_ONLY' : 'LIGHT'
}

/** 较低数额罚款, SAMR order 45, article 13. Types that the sender left out count as none. */
export const isLowerFineAlone = (body: RecordBody, belowYuan: string): boolean =>
  MARKET_REGULATOR.test(String(body['authority'] ?? '')) &&
  typesOf(body).every((type) => ONLY_FINE.test(type)) &&
  !isMoney(body['confiscated_yuan']) &&
  isMoney(body['fine_yuan']) &&
  compareMoney(String(body['fine_yuan']), belowYuan) < 0

/** 较重行政处罚, SAMR order 44, article 2. */
export const isHeavyPenalty = (body: RecordBody): boolean => {
  const types = typesOf(body)
  const fined = isMoney(body['fine_yuan']) || types.some((type) => FINE.test(type))
  if (fined && [body['content'], body['facts']].some((text) => says(text, FROM_THE_HEAVY_END, NOT_HEAVY_END)))
    return true
  if (types.some((type) => HEAVY_TYPE.test(type) && !SUSPENDED_OR_REVOKED.test(type))) return true
  // The types "suspended or revoked" (暂扣或吊销) and "other" do not say which: the text decides.
  const open = types.length === 0 || types.some((type) => SUSPENDED_OR_REVOKED.test(type) || OTHER.test(type))
  return open && says(body['content'], HEAVY_TYPE, CONDITIONAL)
}

export interface Ban {
  until: string | null
  /** True for a ban for life, or until a day such as 2099-12-31. */
  endless: boolean
}

/** The publication period is not the ban's term. */
export const findBan = (body: RecordBody): Ban | null => {
  if (!imposesBan(body)) return null
  const until = body['effective_until']
  const day = typeof until === 'string' && isDate(until) ? until : null
  const endless = (day !== null && day >= WITHOUT_END) || says(body['content'], FOR_LIFE, NOT_BANNED)
  return { until: endless ? null : day, endless }
}

/** Closure and licence revocation have no duration, so they are no ban. */
export const imposesBan = (body: RecordBody): boolean => {
  const types = typesOf(body)
  if (types.some((type) => BAN.test(type) && !SUSPENDED_OR_REVOKED.test(type))) return true
  const { content } = body
  // Joins a condition to the clause after its comma, so a conditional ban does not count.
  return says(typeof content === 'string' ? content.replace(CONDITION, '若') : content, BAN, NOT_BANNED)
}

/** Counterfeiting under SAMR order 44, articles 7 and 9. */
export const isCounterfeitPenalty = (body: RecordBody): boolean =>
  [body['violation'], body['facts'], body['content']].some((text) => says(text, COUNTERFEIT_PATTERN, DENIED))

/** A withdrawn penalty (行政处罚法, article 48) has no weight and is shown nowhere. */
export const isWithdrawnPenalty = (body: RecordBody): boolean => body['status'] === 'REVOKED'

/**
 * A bare number such as 市场〔2019〕1号 exists in every county, so the authority's name is added (older forms have no code).
 * The store adds the party. Null without number or authority.
 */
export const makeDecisionFactKey = (
  number: string | null,
  authorityName: string | null,
  authorityCode: string | null,
): string | null => {
  const plain = simplifyDocumentNumber(number ?? '')
  const authority = authorityName === null ? '' : simplifyAuthority(authorityName)
  const by = authority === '' ? (authorityCode ?? '') : authority
  return plain === '' || by === '' ? null : `${plain}/${by}`
}

/** In yuan; null when the text names none or several. */
export interface PenaltyAmounts {
  fine: string | null
  confiscated: string | null
  several: boolean
}

export const findAmounts = (text: string): PenaltyAmounts => {
  const clauses = text.split(/[，。；;\n]/).map(compactText)
  const fines = amountsIn(clauses, '罚款', [AFTER_FINE, BEFORE_FINE])
  const confiscations = amountsIn(clauses, '没收', [AFTER_CONFISCATION])
  return {
    fine: fines.length === 1 ? (fines[0] ?? null) : null,
    confiscated: confiscations.length === 1 ? (confiscations[0] ?? null) : null,
    several: fines.length > 1 || confiscations.length > 1,
  }
}

const NUMBER = String.raw`(?:[\d,.]{1,20}[万亿]{0,2}|[〇零一二三四五六七八九十百千两壹贰叁肆伍陆柒捌玖拾佰仟万萬亿億]{1,24})`
const SUM = `(?:人民币|¥)?(${NUMBER}[元圆](?:[零壹贰叁肆伍陆柒捌玖一二三四五六七八九]角)?(?:零?[壹贰叁肆伍陆柒捌玖一二三四五六七八九]分)?)`
const AFTER_FINE = new RegExp(`罚款(?:金额|共计|合计|计|为|[:：]){0,3}${SUM}`, 'gu')
const BEFORE_FINE = new RegExp(`${SUM}整?的?(?:行政)?罚款`, 'gu')
const AFTER_CONFISCATION = new RegExp(`没收[^\\d元]{0,30}?${SUM}`, 'gu')
const NOT_IMPOSED = /逾期|每日|加处|不予|免予|可以|以上|以下/

/** Every pattern contains `word`. */
const amountsIn = (clauses: readonly string[], word: string, patterns: readonly RegExp[]): string[] => {
  const amounts = new Set<string>()
  for (const clause of clauses) {
    if (!clause.includes(word) || NOT_IMPOSED.test(clause)) continue
    for (const [, sum] of patterns.flatMap((pattern) => [...clause.matchAll(pattern)])) {
      const amount = parseMoney(sum)
      if (amount) amounts.add(amount.yuan)
    }
  }
  return [...amounts]
}

const WARNING = /^(警告|通报批评)([、,，和及]?(警告|通报批评))*$/
const FINE = /罚款/
const ONLY_FINE = /^(罚款|警告|通报批评)([、,，和及]?(罚款|警告|通报批评))*$/
const MARKET_REGULATOR = /市场监(督管理|管)/
const OTHER = /^其他|^其它/
const DETENTION = /行政拘留/
/**
 * Text within one clause. The bound of 100 characters prevents quadratic scanning. PostgreSQL runs these patterns too.
 */
export const WITHIN_CLAUSE_PATTERN = '[^，。；;,\\n]{0,100}'
const SUSPENDED_OR_REVOKED = new RegExp(`暂扣${WITHIN_CLAUSE_PATTERN}吊销|吊销${WITHIN_CLAUSE_PATTERN}暂扣`)
const HEAVY_TYPE = new RegExp(
  `吊销|降低资质等级|限制(开展)?生产经营|责令停产|责令停业|停产停业|责令关闭|限制从业|禁止从事${WITHIN_CLAUSE_PATTERN}(活动|管理)|行业禁入`,
)
const BAN =
  /限制(开展)?生产经营|限制从业|责令停产|责令停业|停产停业|停业整顿|暂扣|禁止[^，。；]{0,20}从事|行业禁入|市场禁入|(年|月|日|天)内不得(从事|担任)|终身不得(从事|担任)/
/** Words for a threat, a condition, or a measure not imposed or already over. 不得 itself imposes a ban. */
const NOT_BANNED = /不(?!得)|未|免予|逾期|拒|如果|若|可以|可能|将被|将依法|解除|期满/
const CONDITION = /(逾期|拒不|拒绝|如果|若)[^，,。；;\n]{0,60}的[，,]/g
const FOR_LIFE = /终身/
const WITHOUT_END = '2099-12-31'
const FROM_THE_HEAVY_END = /从重/
const NOT_HEAVY_END =
  /(不予|不具有|不具备|不存在|不属于|不适用|没有|未见|未发现).{0,12}从重|无(任何|法定|酌定)*从重|是否|从轻|减轻/
const CONDITIONAL = /不|未|免予|逾期|拒|如果|若|可以|可能|将被|将依法/
export const COUNTERFEIT_PATTERN = new RegExp(
  `假冒|仿冒|冒牌|冒用|以假充真|侵犯${WITHIN_CLAUSE_PATTERN}商标(专用)?权|侵犯${WITHIN_CLAUSE_PATTERN}注册商标|商标侵权|伪造${WITHIN_CLAUSE_PATTERN}(产地|厂名|厂址|质量标志|认证标志)|(假|售假)(烟|酒|药)|售假`,
)
const DENIED = /未发现|不属于|不构成|并非|不是|不存在|没有|无证据/

const typesOf = (body: RecordBody): string[] =>
  Array.isArray(body['types']) ? body['types'].filter((type) => typeof type === 'string') : []

const isMoney = (yuan: Json | undefined): boolean => typeof yuan === 'string' && compareMoney(yuan, '0') > 0

const says = (text: Json | undefined, wanted: RegExp, unless: RegExp): boolean =>
  typeof text === 'string' &&
  wanted.test(text) &&
  text.split(/[，。；;,\n]/).some((clause) => wanted.test(clause) && !unless.test(clause))
