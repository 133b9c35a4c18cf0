/** A fact holds from its day until it fades, so time alone can move a score, on a predictable day. */

import type { BilingualText } from '../../foundation/text/words.js'

interface FamilyRow extends BilingualText {
  /** `none`: no entry means no such fact. `unknown`: nobody reported it. Missing data is not zero. */
  whenAbsent: 'none' | 'unknown'
}

export const FACT_FAMILIES = {
  registration: { whenAbsent: 'unknown', zh: '登记信息', en: 'registration' },
  abnormal: { whenAbsent: 'none', zh: '经营异常信息', en: 'abnormal operation' },
  penalties: { whenAbsent: 'none', zh: '行政处罚信息', en: 'penalties' },
  inspections: { whenAbsent: 'none', zh: '质量抽查信息', en: 'quality inspections' },
  trademarks: { whenAbsent: 'none', zh: '商标信息', en: 'trademarks' },
  lists: { whenAbsent: 'none', zh: '严重失信名单信息', en: 'lists of the seriously dishonest' },
  courts: { whenAbsent: 'none', zh: '司法执行信息', en: 'judgment enforcement' },
  shops: { whenAbsent: 'unknown', zh: '网店实名信息', en: 'real-name checks of shops' },
  filings: { whenAbsent: 'none', zh: '网站备案信息', en: 'ICP filings' },
  recalls: { whenAbsent: 'none', zh: '缺陷产品召回信息', en: 'recalls of defective products' },
  commitments: { whenAbsent: 'none', zh: '质量承诺及履行信息', en: 'commitments and how they were kept' },
  standards: { whenAbsent: 'none', zh: '企业标准自我声明公开信息', en: 'standards declared' },
  certifications: { whenAbsent: 'none', zh: '可信认证信息', en: 'trust certificates' },
} as const satisfies Record<string, FamilyRow>

export type FactFamily = keyof typeof FACT_FAMILIES

export const DISHONEST_LIST_FACT = 'serious_list'

/**
 * `event` fades after the rule's window. `term` stands until an end set by the list, court or declaration. `state` holds
 * now, dated or not. `since` counts full years.
 */
export type FactNature = 'event' | 'term' | 'state' | 'since'

interface FactRow extends BilingualText {
  family: FactFamily
  nature: FactNature
  tone: 'adverse' | 'favourable'
}

const adverse = (family: FactFamily, nature: FactNature, zh: string, en: string): FactRow => {
  return { family, nature, tone: 'adverse', zh, en }
}

const favourable = (family: FactFamily, nature: FactNature, zh: string, en: string): FactRow => {
  return { family, nature, tone: 'favourable', zh, en }
}

export const FACTS = {
  registered_years: favourable('registration', 'since', '登记年限', 'full years since registration'),
  registration_active: favourable('registration', 'state', '登记状态正常', 'registration in good standing'),
  registration_revoked: adverse('registration', 'state', '营业执照被吊销', 'business licence revoked'),
  abnormal_list: adverse('abnormal', 'term', '经营异常', 'listed (or marked) as operating abnormally'),
  penalty_warning: adverse('penalties', 'event', '仅警告的行政处罚', 'penalty of warning only'),
  penalty_light: adverse('penalties', 'event', '一般行政处罚', 'ordinary penalty'),
  penalty_heavy: adverse('penalties', 'event', '较重行政处罚', 'heavier penalty'),
  inspection_passed: favourable('inspections', 'event', '抽查合格', 'sample passed'),
  /** The labelled producer may be a victim of counterfeiting, so its fact is milder. */
  inspection_failed_labelled: adverse('inspections', 'event', '标称产品抽查不合格', 'sample bearing its label failed'),
  inspection_failed: adverse('inspections', 'event', '抽查不合格', 'sample failed'),
  trademark_held: favourable('trademarks', 'state', '有效注册商标', 'trademark in force'),
  serious_list: adverse('lists', 'term', '严重失信名单在列', 'on a list of the seriously dishonest'),
  judgment_defaulter: adverse('courts', 'term', '失信被执行人', 'judgment defaulter'),
  shop_real_name: favourable('shops', 'state', '网店实名核验通过', 'shop confirmed by real name'),
  shop_real_name_failed: adverse('shops', 'state', '网店实名核验不一致', 'shop not matching its real name'),
  icp_filed: favourable('filings', 'state', '网站已备案', 'site with an ICP filing'),
  recall: adverse('recalls', 'event', '缺陷产品召回', 'recall of a defective product'),
  commitment_made: favourable('commitments', 'term', '质量承诺有效', 'commitment to quality in force'),
  commitment_kept: favourable('commitments', 'event', '承诺经检查已履行', 'commitment found kept'),
  commitment_partly: adverse('commitments', 'event', '承诺经检查部分履行', 'commitment found partly kept'),
  commitment_broken: adverse('commitments', 'event', '承诺经检查未履行', 'commitment found broken'),
  standard_declared: favourable('standards', 'term', '执行标准已自我声明公开', 'standard declared, in force'),
  trustmark_held: favourable('certifications', 'state', '可信认证有效', 'trust certificate in force'),
} satisfies Record<string, FactRow>

export type FactName = keyof typeof FACTS

/** The next milder fact. A scorecard may not take fewer points for the worse one. */
export const MILDER_FACT: { [Worse in FactName]?: FactName } = {
  penalty_light: 'penalty_warning',
  penalty_heavy: 'penalty_light',
  inspection_failed: 'inspection_failed_labelled',
  commitment_broken: 'commitment_partly',
}

export const findFact = (name: string): FactRow | undefined =>
  Object.hasOwn(FACTS, name) ? FACTS[name as FactName] : undefined

export type OperatorKind = 'enterprise' | 'individual' | 'cooperative' | 'other' | 'shop'

export interface FactEvent {
  fact: FactName
  /** Day of the event, or first day of the term. */
  on: string | null
  /** Day from which legal terms count, where it differs from `on`. It affects neither score nor hash. */
  decidedOn?: string | null
  /** First day on which the fact no longer holds. */
  until?: string | null
  /** Units counted; default 1. */
  weight?: number
  /** Not hashed. */
  fineYuan?: string | null
  record: number
}

export interface Facts {
  asOf: string
  kind: OperatorKind
  /** Families with a source. Others are reported missing, never counted as zero. */
  known: readonly FactFamily[]
  events: readonly FactEvent[]
  /** First day after `asOf` on which a state already on record begins. Not part of the facts' hash. */
  comingOn?: string | null
}
