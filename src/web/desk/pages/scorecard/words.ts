import { FACTS, type OperatorKind } from '../../../../domain/records/facts.js'
import type { Scorecard, ScoreRule } from '../../../../domain/scoring/scorecard.js'

export const pointsWords = (points: number): string => (points > 0 ? `+${points}` : String(points).replace('-', '−'))

export const windowWords = (window: number | null): string => (window === null ? '事实存续期间' : `${window} 日内`)

export const rangeWords = ({ from, to }: { from: number; to: number | null }): string =>
  to === null ? `${from} 及以上` : from === to ? String(from) : `${from}–${to}`

const KINDS: Record<OperatorKind, string> = {
  enterprise: '企业',
  individual: '个体工商户',
  cooperative: '农民专业合作社',
  other: '其他组织',
  shop: '自然人网店',
}

export const operatorKindsWords = (kinds: readonly OperatorKind[] | undefined): string =>
  kinds === undefined ? '全部主体' : kinds.map((kind) => KINDS[kind]).join('、')

export const THRESHOLD_EFFECT_WORDS = { lead: '产生一条线索，由工作人员核查', watch: '列入内部关注名单' } as const

const pointsIn = (rule: ScoreRule): number[] =>
  rule.kind === 'units' ? rule.units.map(({ points }) => points) : rule.bins.map(({ points }) => points)

export const largestPointsOf = (card: Scorecard): number =>
  Math.max(0, ...card.rules.flatMap(pointsIn).map((points) => Math.abs(points)))

type CardLines = Map<string, string>

const linesOf = (card: Scorecard): CardLines =>
  new Map([
    ['基础分', `${card.base} 分`],
    ...card.grades.map(({ grade, from }): [string, string] => [`${grade} 级最低分`, `${from} 分`]),
    ...card.rules.flatMap(ruleLines),
    ...card.vetoes.map(({ fact, grade }): [string, string] => [`封顶：${FACTS[fact].zh}`, `最高 ${grade} 级`]),
    ...card.lines.map(({ below, opens }): [string, string] => [
      `线：${THRESHOLD_EFFECT_WORDS[opens]}`,
      `低于 ${below} 分`,
    ]),
  ])

const ruleLines = (rule: ScoreRule): [string, string][] => {
  const whom: [string, string] = [`规则 ${rule.id} 的适用主体`, operatorKindsWords(rule.operators)]
  if (rule.kind === 'bins') {
    const { zh } = FACTS[rule.fact]
    const bins = rule.bins.map((bin) => `${rangeWords(bin)}：${pointsWords(bin.points)}`).join('，')
    return [whom, [`${zh}，分档`, bins], [`${zh}的时限`, windowWords(rule.windowDays)]]
  }
  return [
    whom,
    [`规则 ${rule.id} 的累计上限`, rule.cap === null ? '不设' : `${pointsWords(rule.cap)} 分`],
    ...rule.units.map(({ fact, points, windowDays, halvesEveryDays = null }): [string, string] => [
      `${FACTS[fact].zh}，每件`,
      `${pointsWords(points)} 分，${windowWords(windowDays)}${halvesEveryDays === null ? '' : `，每满 ${halvesEveryDays} 日减半`}`,
    ]),
  ]
}

export interface CardDifference {
  place: string
  before: string | null
  after: string | null
}

export const cardDifferences = (before: Scorecard, after: Scorecard): CardDifference[] => {
  const [was, is] = [linesOf(before), linesOf(after)]
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((place) => ({ place, before: was.get(place) ?? null, after: is.get(place) ?? null }))
    .filter((one) => one.before !== one.after)
}
