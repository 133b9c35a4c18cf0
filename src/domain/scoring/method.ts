import type { BilingualText } from '../../foundation/text/words.js'
import { FACT_FAMILIES, FACTS, type FactNature } from '../records/facts.js'
import { HIGHEST_SCORE, LOWEST_SCORE } from './scorecard.js'

const NATURES: Record<FactNature, BilingualText> = {
  event: { zh: '事件', en: 'event: happened on a day' },
  term: { zh: '期间', en: 'term: stands from a day to its end' },
  state: { zh: '状态', en: 'state: holds now, with or without a day' },
  since: { zh: '年限', en: 'since: full years since its day' },
}

/** A stored card keeps its text and so its hash. People read it in the words of today. */
export const readCardText = (zh: string): string => zh.replaceAll('本项目', '本枢纽')

export const SCORING_METHOD = {
  steps: [
    {
      zh: '全部为整数运算。从基础分起算，计一条理由 BASE。',
      en: 'All numbers are integers. Begin with the base: one reason, BASE.',
    },
    {
      zh: '某事件在评分日计入，须同时满足：发生日（on）不晚于评分日；没有终止日（until），或者终止日晚于评分日；规则有时限 N 日的，评分日减发生日不足 N 日。没有发生日的，只有“状态”类（state）且不减半的事实计入；其他未终止的事实列一条 0 分理由 UNDATED，不计分。',
      en: 'An event counts on the day of the score if: its day (on) is not after that day; it has no end (until), or the end is after that day; and, where the rule has a window of N days, fewer than N days lie between its day and the day of the score. Without a day an event counts only if its fact is of the nature "state" and its points do not halve; of any other that has not ended one reason of 0 points is given, UNDATED.',
    },
    {
      zh: '每个事件算一件；带有 weight 的，算 weight 件。',
      en: 'Each event is one unit, or as many as its weight says.',
    },
    {
      zh: '规则注明适用主体的，只对该类主体计分。依卡中次序逐条计算。',
      en: 'A rule that names kinds of operator applies to those only. Take the rules in the order of the card.',
    },
    {
      zh: '按件计分（units）：每项事实，分值乘以计入的件数，计一条理由 UNIT；没有计入的不列。有减半天数 N 的，每个事件按自身已满的 N 日数逐次减半，向零取整，再相加；减至 0 分的事件不再计入。各项之和的绝对值超过上限（cap）的，再计一条理由 CAP，分值为上限减该和。',
      en: 'Rules of units: for each fact its points times the units that count, one reason UNIT; none where nothing counts. Where points halve every N days, those of each event are halved once for every full N days of its own age and truncated towards zero, then added up; an event of which 0 points are left no longer counts. If the sum of the rule is further from zero than its cap, one more reason, CAP: the cap minus that sum.',
    },
    {
      zh: '分档计分（bins）：按计入的件数取所在档的分值，计一条理由 BIN。“年限”类（since）事实按最早发生日至评分日的整年数取档（2 月 29 日的周年日在平年为 2 月 28 日），所示数量为该档下限；没有发生日的不列。该类信息缺失的，整条规则不计。',
      en: 'Rules of bins: the points of the bin into which the number of units falls, one reason BIN. A fact of the nature "since" falls into the bin of the full years from its earliest day to the day of the score (in a common year 29 February comes round on the 28th); the number shown is the lower end of the bin, and without a day there is no reason. Where the information of its family is missing, the rule is left out.',
    },
    {
      zh: '信息缺失：对该类主体适用的规则和封顶所看的信息类别中，没有来源的，以及标明“无记录即不知”（whenAbsent: unknown）的，如果没有该类别的任何事件，即为缺失，计一条 0 分理由 MISSING。缺失从不等于零，也从不加分扣分。',
      en: 'Missing data: a family of facts at which vetoes, or rules that apply, look is missing if the facts hold no event of it and either the hub has no source of it or nothing of it means not known (whenAbsent: unknown). One reason MISSING of 0 points: what is missing is never taken for zero and never moves points.',
    },
    {
      zh: `上下限：此时之和低于 ${LOWEST_SCORE} 分或高于 ${HIGHEST_SCORE} 分的，以一条理由 FLOOR 或 CEILING 补足差额。`,
      en: `Bounds: if the sum is now below ${LOWEST_SCORE} or above ${HIGHEST_SCORE}, one reason, FLOOR or CEILING, makes up the difference.`,
    },
    {
      zh: '封顶：依卡中次序，所列事实计入的（不看时限），分值不得高于该等级的最高分，超出部分以一条理由 VETO 减去；未超出的，该理由为 0 分。',
      en: 'Vetoes, in the order of the card: if the fact counts (no window), the value is at most the highest of the grade named; what lies above is taken away by one reason, VETO, which is of 0 points where nothing lies above.',
    },
    {
      zh: '分值为全部理由之和，一分不差。等级为等级线中第一个不高于分值者。',
      en: 'The value is the sum of all reasons, exactly. The grade is the first line of the card that is not above the value.',
    },
  ],
  canonicalJson: {
    zh: '规范 JSON：UTF-8，无空白；对象的键按 UTF-16 码元升序排列，各层皆然；数组次序不变；整数用十进制；字符串依 ECMAScript JSON.stringify 转义；值不存在的键不写。',
    en: 'Canonical JSON: UTF-8, no white space; the keys of every object in ascending order of UTF-16 code units, at every depth; arrays in their order; integers in decimal; strings escaped as ECMAScript JSON.stringify does; a key without a value is not written.',
  },
  cardHash: {
    zh: '评分卡哈希：评分卡全文的规范 JSON 的 SHA-256，十六进制小写。',
    en: 'Hash of the card: SHA-256, in lower-case hexadecimal, of the whole card as canonical JSON.',
  },
  factsHash: {
    zh: '事实哈希：由 facts 的 kind、known、events 三项（不含 asOf）组成的对象的规范 JSON（events 依次按 record、fact、on、until 排列，每个事件五项俱全：until 无则为 null，weight 缺省为 1） 的 SHA-256，十六进制小写。',
    en: 'Hash of the facts: SHA-256, in lower-case hexadecimal, of the object of the three members kind, known and events of facts (without asOf) as canonical JSON: events in the order of record, fact, on and until, each with all five members (until null where there is none, weight 1 where none is said).',
  },
  lowest: LOWEST_SCORE,
  highest: HIGHEST_SCORE,
  natures: Object.entries(NATURES).map(([nature, words]) => ({ nature, ...words })),
  facts: Object.entries(FACTS).map(([fact, { family, nature, zh, en }]) => ({ fact, family, nature, zh, en })),
  families: Object.entries(FACT_FAMILIES).map(([family, { whenAbsent, zh, en }]) => ({ family, whenAbsent, zh, en })),
}
