/**
 * A scorecard is data: `schema/scorecards/<version>.json`, its shape in `schema/contracts/scorecard.json`. The shape is
 * half of what must hold; the other half is checked here, on load, each fault with its place: a card that passes cannot
 * lift an operator for a worse record, count a fact twice, or fall silent about what it did.
 */
import type { FactFamily, FactName, OperatorKind, Words } from './facts.js'
import { FAMILIES, factRow } from './facts.js'

/** The card by which operators stand; every other one is tried, not used. */
export const IN_FORCE = 'ecommerce-1'

export const LOWEST = 0
export const HIGHEST = 1000

/** From the best to the worst. */
export const GRADES = ['A', 'B', 'C', 'D'] as const
export type Grade = (typeof GRADES)[number]

export interface GradeLine extends Words {
  grade: Grade
  /** The lowest value of the grade. */
  from: number
}

export interface Dimension extends Words {
  id: string
  /** Marketplace signals are not public-credit information: shown apart, and no rule of such a dimension moves the value. */
  publicCredit: boolean
}

interface RuleHead {
  id: string
  dimension: string
  legalBasis: string[]
  /** The kinds of operator it applies to; absent: all. */
  operators?: OperatorKind[]
}

/** Points for each unit of each fact, by severity, all under one cap. */
export interface UnitRule extends RuleHead {
  kind: 'units'
  units: ({ fact: FactName; points: number; windowDays: number | null } & Words)[]
  /** What the units together may move at most, with their sign; null: no cap. */
  cap: number | null
}

/** Points by how many there are. `to` is included; the last bin is open (null). */
export interface BinRule extends RuleHead, Words {
  kind: 'bins'
  fact: FactName
  windowDays: number | null
  bins: { from: number; to: number | null; points: number }[]
}

export type Rule = UnitRule | BinRule

/** While `fact` is in force the value is at most the top of `grade`. */
export interface Veto extends Words {
  id: string
  dimension: string
  fact: FactName
  grade: Grade
  legalBasis: string[]
}

export interface Scorecard {
  version: string
  name: Words
  /** What the card rests on, and that its weights are a proposal of this project. */
  about: Words
  restsOn: string[]
  base: number
  grades: GradeLine[]
  dimensions: Dimension[]
  /** `{cap}` in cap, `{fact}` in undated. */
  sentences: { base: Words; cap: Words; floor: Words; ceiling: Words; undated: Words }
  /** What is said, and done, where no source tells anything of a family. */
  missing: ({ family: FactFamily; dimension: string; points: number } & Words)[]
  rules: Rule[]
  vetoes: Veto[]
}

/** Where in the card (`rules[2].units[0].fact`), and why; Chinese first. */
export interface Fault {
  place: string
  reason: string
}

export const factsOf = (rule: Rule): FactName[] =>
  rule.kind === 'units' ? rule.units.map((unit) => unit.fact) : [rule.fact]

/** The highest value of a grade. */
export const topOf = (grade: Grade, lines: readonly GradeLine[]): number => {
  const place = lines.findIndex((line) => line.grade === grade)
  const above = lines[place - 1]
  return above ? above.from - 1 : HIGHEST
}

/** Everything wrong with a card that already has the shape of one; empty: it may be used. */
export const checkScorecard = (card: Scorecard): Fault[] => {
  const faults: Fault[] = []
  const say: Say = (at, reason) => {
    faults.push({ place: at, reason })
  }
  checkNumbers(card, '', say)
  checkHead(card, say)
  checkIds(card, say)
  card.rules.forEach((rule, i) => {
    const at = `rules[${i}]`
    checkPlace(rule, at, card, say)
    if (rule.kind === 'units') checkUnits(rule, at, say)
    else checkBins(rule, at, say)
  })
  card.vetoes.forEach((veto, i) => {
    checkVeto(veto, `vetoes[${i}]`, card, say)
  })
  checkFacts(card, say)
  checkMissing(card, say)
  if (faults.length === 0) checkReach(card, say)
  return faults
}

type Say = (at: string, reason: string) => void

/** Every number anywhere in a card is an integer, so that sums are exact. */
const checkNumbers = (value: unknown, at: string, say: Say): void => {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    say(at, `不是整数：${value}。Not an integer.`)
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      checkNumbers(inner, Array.isArray(value) ? `${at}[${key}]` : at ? `${at}.${key}` : key, say)
    }
  }
}

const checkHead = (card: Scorecard, say: Say): void => {
  if (card.base < LOWEST || card.base > HIGHEST)
    say('base', `基础分不在 ${LOWEST}–${HIGHEST} 之内。The base is out of range.`)
  if (card.restsOn.length === 0) say('restsOn', '缺少依据。What the card rests on is missing.')
  checkWords(card.name, 'name', [], say)
  checkWords(card.about, 'about', [], say)
  const blanks: Record<string, string[]> = { cap: ['cap'], undated: ['fact'] }
  for (const name of ['base', 'cap', 'floor', 'ceiling', 'undated'] as const) {
    checkWords(card.sentences[name], `sentences.${name}`, blanks[name] ?? [], say)
  }
  const order = card.grades.map((line) => line.grade).join('')
  if (order !== GRADES.join(''))
    say('grades', `等级应依次为 A、B、C、D，现为 ${order}。Grades must be A, B, C, D in this order.`)
  card.grades.forEach((line, i) => {
    checkWords(line, `grades[${i}]`, [], say)
    const above = card.grades[i - 1]?.from ?? HIGHEST + 1
    if (line.from >= above) say(`grades[${i}].from`, `分数线应低于上一等级。The line must lie below the one above it.`)
  })
  const last = card.grades.length - 1
  if (card.grades[last]?.from !== LOWEST)
    say(`grades[${last}].from`, '最低等级应从 0 分起。The lowest grade must begin at 0.')
}

const RESERVED = ['base', 'floor', 'ceiling', 'missing']

const checkIds = (card: Scorecard, say: Say): void => {
  const seen = new Set(RESERVED)
  const once = (id: string, at: string): void => {
    if (seen.has(id)) say(at, `编号重复或为保留字：${id}。The id is taken.`)
    seen.add(id)
  }
  card.rules.forEach((rule, i) => {
    once(rule.id, `rules[${i}].id`)
  })
  card.vetoes.forEach((veto, i) => {
    once(veto.id, `vetoes[${i}].id`)
  })
  const dimensions = new Set<string>()
  card.dimensions.forEach((dimension, i) => {
    if (dimensions.has(dimension.id)) say(`dimensions[${i}].id`, `编号重复：${dimension.id}。The id is taken.`)
    dimensions.add(dimension.id)
    checkWords(dimension, `dimensions[${i}]`, [], say)
  })
}

const checkPlace = (rule: { dimension: string; legalBasis: string[] }, at: string, card: Scorecard, say: Say): void => {
  const dimension = card.dimensions.find((each) => each.id === rule.dimension)
  if (!dimension) say(`${at}.dimension`, `未知维度：${rule.dimension}。Unknown dimension.`)
  else if (!dimension.publicCredit) {
    say(
      `${at}.dimension`,
      `维度 ${rule.dimension} 不是公共信用信息，不得计分。Not public-credit information: it may not move the value.`,
    )
  }
  if (rule.legalBasis.length === 0) say(`${at}.legalBasis`, '缺少依据。The legal basis is missing.')
}

const checkUnits = (rule: UnitRule, at: string, say: Say): void => {
  if (rule.units.length === 0) say(`${at}.units`, '没有计分项。There are no units.')
  rule.units.forEach((unit, i) => {
    const here = `${at}.units[${i}]`
    checkFact(unit.fact, unit.windowDays, here, say)
    checkSign(unit.fact, unit.points, `${here}.points`, say)
    checkWords(unit, here, ['count'], say)
    const fact = factRow(unit.fact)
    if (fact?.nature === 'since') say(`${here}.fact`, '年限只能分档计分。Years can only be scored by bins.')
    if (fact && fact.tone !== factRow(rule.units[0]?.fact ?? '')?.tone) {
      say(`${here}.fact`, '同一规则不得既加分又扣分。One rule may not both add and take.')
    }
    const milder = rule.units.find((other) => other.fact === fact?.worseThan)
    const shorter =
      milder && unit.windowDays !== null && (milder.windowDays === null || milder.windowDays > unit.windowDays)
    if (milder && (milder.points < unit.points || shorter)) {
      say(
        here,
        `比 ${milder.fact} 更重，却扣得更少或更早消退。Worse than ${milder.fact}, yet takes less or fades sooner.`,
      )
    }
  })
  if (rule.cap !== null && rule.units[0]) checkSign(rule.units[0].fact, rule.cap, `${at}.cap`, say)
}

const checkBins = (rule: BinRule, at: string, say: Say): void => {
  checkFact(rule.fact, rule.windowDays, at, say)
  checkWords(rule, at, ['count'], say)
  if (rule.bins[0]?.from !== 0) say(`${at}.bins[0].from`, '分档应从 0 起。Bins must begin at 0.')
  const adverse = factRow(rule.fact)?.tone === 'adverse'
  rule.bins.forEach((bin, i) => {
    const here = `${at}.bins[${i}]`
    const next = rule.bins[i + 1]
    checkSign(rule.fact, bin.points, `${here}.points`, say)
    if (bin.to !== null && bin.to < bin.from) say(`${here}.to`, '分档上限小于下限。The bin ends before it begins.')
    if (!next) {
      if (bin.to !== null) say(`${here}.to`, '最后一档应不设上限。The last bin must be open.')
      return
    }
    if (bin.to === null || next.from <= bin.to) say(`${at}.bins[${i + 1}].from`, '分档重叠。Bins overlap.')
    else if (next.from > bin.to + 1) say(`${at}.bins[${i + 1}].from`, '分档有空缺。Bins leave a gap.')
    if (adverse ? next.points > bin.points : next.points < bin.points) {
      say(
        `${at}.bins[${i + 1}].points`,
        '更多的不良事实反而加分，或更多的良好事实反而扣分。More of the fact moves the points the wrong way.',
      )
    }
  })
}

const checkFact = (name: string, windowDays: number | null, at: string, say: Say): void => {
  const fact = factRow(name)
  if (!fact) say(`${at}.fact`, `未知事实：${name}。Unknown fact.`)
  if (windowDays !== null && windowDays < 1) say(`${at}.windowDays`, '时限应为正数。The window must be positive.')
  if (fact?.nature === 'event' && windowDays === null) {
    say(`${at}.windowDays`, `事实 ${name} 须有时限，否则永不消退。Without a window this fact would never fade.`)
  }
  if (fact && fact.nature !== 'event' && windowDays !== null) {
    say(`${at}.windowDays`, `事实 ${name} 的起止由其自身确定。This fact ends by itself.`)
  }
}

const checkSign = (name: string, points: number, at: string, say: Say): void => {
  const tone = factRow(name)?.tone
  if (tone === 'adverse' && points > 0) say(at, `不良事实 ${name} 不得加分。An adverse fact may not add points.`)
  if (tone === 'favourable' && points < 0) say(at, `良好事实 ${name} 不得扣分。A favourable fact may not take points.`)
}

const checkVeto = (veto: Veto, at: string, card: Scorecard, say: Say): void => {
  checkPlace(veto, at, card, say)
  checkFact(veto.fact, null, at, say)
  checkWords(veto, at, ['count'], say)
  if (factRow(veto.fact)?.tone === 'favourable')
    say(`${at}.fact`, '良好事实不得封顶。A favourable fact may not cap the grade.')
  if (veto.grade === GRADES[0]) say(`${at}.grade`, '以最高等级封顶没有意义。A cap at the best grade caps nothing.')
}

/** A fact that two rules weigh is counted twice. */
const checkFacts = (card: Scorecard, say: Say): void => {
  const seen = new Set<string>()
  card.rules.forEach((rule, i) => {
    factsOf(rule).forEach((fact, j) => {
      const at = rule.kind === 'units' ? `rules[${i}].units[${j}].fact` : `rules[${i}].fact`
      if (seen.has(fact)) say(at, `事实 ${fact} 被重复计分。The fact is counted twice.`)
      seen.add(fact)
    })
  })
}

const checkMissing = (card: Scorecard, say: Say): void => {
  const told = new Set<string>()
  card.missing.forEach((each, i) => {
    const at = `missing[${i}]`
    if (!Object.hasOwn(FAMILIES, each.family))
      say(`${at}.family`, `未知信息类别：${each.family}。Unknown family of facts.`)
    if (told.has(each.family)) say(`${at}.family`, `信息类别重复：${each.family}。The family is told twice.`)
    told.add(each.family)
    if (!card.dimensions.some((dimension) => dimension.id === each.dimension)) {
      say(`${at}.dimension`, `未知维度：${each.dimension}。Unknown dimension.`)
    }
    // Points for not knowing would make a first adverse record lift a score.
    if (each.points !== 0) say(`${at}.points`, '信息缺失不得加分或扣分。Missing data may not move points.')
    checkWords(each, at, [], say)
  })
  for (const fact of new Set<string>([...card.rules.flatMap(factsOf), ...card.vetoes.map((veto) => veto.fact)])) {
    const family = factRow(fact)?.family
    if (family && !told.has(family))
      say('missing', `未说明 ${family} 信息缺失时如何处理。What missing ${family} data means is not said.`)
    if (family) told.add(family)
  }
}

/** Each grade must be the grade of some operator: all sums that the rules can give, then the vetoes. */
const checkReach = (card: Scorecard, say: Say): void => {
  let sums = new Set([card.base])
  for (const rule of card.rules) {
    const moves = rule.kind === 'units' ? unitSums(rule) : new Set(rule.bins.map((bin) => bin.points))
    sums = new Set([...sums].flatMap((sum) => [...moves].map((points) => sum + points)))
  }
  const values = [...sums].map((sum) => Math.max(LOWEST, Math.min(HIGHEST, sum)))
  const capped = card.vetoes.map((veto) => topOf(veto.grade, card.grades))
  const all = [...values, ...capped.flatMap((top) => values.map((value) => Math.min(value, top)))]
  card.grades.forEach((line, i) => {
    const top = topOf(line.grade, card.grades)
    if (!all.some((value) => value >= line.from && value <= top)) {
      say(`grades[${i}]`, `没有任何主体能够达到等级 ${line.grade}。No operator can ever have grade ${line.grade}.`)
    }
  })
}

/** What a rule of units can move in all; beyond the whole range no more is needed. */
const unitSums = (rule: UnitRule): Set<number> => {
  const bound = Math.min(Math.abs(rule.cap ?? HIGHEST), HIGHEST)
  const sums = new Set([0])
  for (const sum of sums) {
    for (const unit of rule.units) {
      const next = sum + unit.points
      sums.add(Math.max(-bound, Math.min(bound, next)))
    }
  }
  return sums
}

const checkWords = (words: Words | undefined, at: string, blanks: string[], say: Say): void => {
  for (const language of ['zh', 'en'] as const) {
    const text = words?.[language] ?? ''
    if (text.trim() === '') {
      say(`${at}.${language}`, '缺少文字说明。The sentence is missing.')
      continue
    }
    const found = [...text.matchAll(/\{(\w*)\}/g)].map((match) => match[1] ?? '')
    for (const blank of blanks) {
      if (found.filter((name) => name === blank).length !== 1)
        say(`${at}.${language}`, `须有且仅有一处 {${blank}}。Needs {${blank}} once.`)
    }
    for (const name of found) if (!blanks.includes(name)) say(`${at}.${language}`, `未知空格 {${name}}。Unknown blank.`)
  }
}
