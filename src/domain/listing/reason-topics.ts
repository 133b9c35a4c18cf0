/** JavaScript and PostgreSQL read these regular expressions alike. */

import type { BilingualText } from '../../foundation/text/words.js'
import { COUNTERFEIT_PATTERN, WITHIN_CLAUSE_PATTERN } from '../records/penalty.js'

interface TopicRow extends BilingualText {
  pattern: string
}

export const REASON_TOPICS = {
  counterfeit: { zh: '假冒与侵犯商标权', en: 'Counterfeits and trademarks', pattern: COUNTERFEIT_PATTERN.source },
  sham: {
    zh: '虚假交易与刷单炒信',
    en: 'Sham trades and reviews',
    pattern: `虚假交易|虚构交易|刷单|炒信|虚假评价|编造${WITHIN_CLAUSE_PATTERN}评价`,
  },
  advertising: {
    zh: '虚假宣传与广告',
    en: 'False advertising',
    pattern: `广告|虚假${WITHIN_CLAUSE_PATTERN}宣传|引人误解`,
  },
  quality: {
    zh: '产品质量',
    en: 'Product quality',
    pattern: `不合格|掺杂|掺假|以次充好|质量|国家明令淘汰|不符合${WITHIN_CLAUSE_PATTERN}标准`,
  },
  food: { zh: '食品药品与化妆品', en: 'Food, drugs, cosmetics', pattern: '食品|药品|化妆品|医疗器械|婴幼儿|保健' },
  licence: { zh: '许可与登记', en: 'Licences and registration', pattern: '许可|无证|无照|虚假材料|登记|资质' },
  refusal: { zh: '拒不履行或阻碍检查', en: 'Refusal or obstruction', pattern: '拒不|逃避|阻碍|拒绝|妨碍' },
} as const satisfies Record<string, TopicRow>

export type ReasonTopic = keyof typeof REASON_TOPICS

export const isTopic = (text: string): text is ReasonTopic => Object.hasOwn(REASON_TOPICS, text)

export const findReasonTopics = (reason: string): ReasonTopic[] =>
  MATCHERS.flatMap(([topic, is]) => (is.test(reason) ? [topic] : []))

const MATCHERS = Object.entries(REASON_TOPICS).map(
  ([topic, { pattern }]) => [topic as ReasonTopic, new RegExp(pattern)] as const,
)
