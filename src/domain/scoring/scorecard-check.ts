/** A valid scorecard cannot raise a score for a worse record, count a fact twice, or hide what it did. */
import type { BilingualText } from '../../foundation/text/words.js'
import type { RuleFault } from '../calendar/dated-rows.js'
import { FACT_FAMILIES, findFact, MILDER_FACT } from '../records/facts.js'
import type { BinRule, Scorecard, ScoreRule, UnitFact, UnitRule, Veto } from './scorecard.js'
import { findTopScore, GRADES, HIGHEST_SCORE, LOWEST_SCORE, listFactsOfRule } from './scorecard.js'
import { findAgeWhereWorseCostsLess, findReachableScores } from './scorecard-reach.js'

/** `schema/contracts/scorecard.json` has already checked shapes, ranges and sentences. */
export const checkScorecard = (card: Scorecard): RuleFault[] => {
  const faults: RuleFault[] = []
  const say: FaultReporter = (place, reason) => {
    faults.push({ place, reason })
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
  checkWorse(card, say)
  checkMissing(card, say)
  checkLines(card, say)
  if (faults.length === 0) checkReach(card, say)
  return faults
}

const checkHead = (card: Scorecard, say: FaultReporter): void => {
  checkWords(card.name, 'name', [], say)
  checkWords(card.about, 'about', [], say)
  const blanks = { base: [], cap: ['cap'], floor: [], ceiling: [], undated: ['fact'] }
  for (const name of ['base', 'cap', 'floor', 'ceiling', 'undated'] as const)
    checkWords(card.sentences[name], `sentences.${name}`, blanks[name], say)
  const order = card.grades.map((line) => line.grade).join('')
  if (order !== GRADES.join(''))
    say('grades', `等级应依次为 A、B、C、D，现为 ${order}。Grades must be A, B, C, D in this order.`)
  card.grades.forEach((line, i) => {
    checkWords(line, `grades[${i}]`, [], say)
    const above = card.grades[i - 1]?.from ?? HIGHEST_SCORE + 1
    if (line.from >= above) say(`grades[${i}].from`, `分数线应低于上一等级。The line must lie below the one above it.`)
  })
  const last = card.grades.length - 1
  if (card.grades[last]?.from !== LOWEST_SCORE)
    say(`grades[${last}].from`, '最低等级应从 0 分起。The lowest grade must begin at 0.')
}

const makeRepeatCheck = (say: FaultReporter, reasonOf: (value: string) => string, seen = new Set<string>()) => {
  return (value: string, at: string): void => {
    if (seen.has(value)) say(at, reasonOf(value))
    seen.add(value)
  }
}

const RESERVED = ['base', 'floor', 'ceiling', 'missing']

const checkIds = (card: Scorecard, say: FaultReporter): void => {
  const checkId = makeRepeatCheck(say, (id) => `编号重复或为保留字：${id}。The id is taken.`, new Set(RESERVED))
  for (const part of ['rules', 'vetoes'] as const)
    card[part].forEach(({ id }, i) => {
      checkId(id, `${part}[${i}].id`)
    })
  const checkDimension = makeRepeatCheck(say, (id) => `编号重复：${id}。The id is taken.`)
  card.dimensions.forEach((dimension, i) => {
    checkDimension(dimension.id, `dimensions[${i}].id`)
    checkWords(dimension, `dimensions[${i}]`, [], say)
  })
}

const checkPlace = (each: ScoreRule | Veto, at: string, card: Scorecard, say: FaultReporter): void => {
  const dimension = card.dimensions.find(({ id }) => id === each.dimension)
  if (!dimension) say(`${at}.dimension`, `未知维度：${each.dimension}。Unknown dimension.`)
  else if (!dimension.publicCredit && movesPoints(each)) {
    say(
      `${at}.dimension`,
      `维度 ${each.dimension} 不是公共信用信息，不得计分。Not public-credit information: it may not move the value.`,
    )
  }
}

const movesPoints = (each: ScoreRule | Veto): boolean => {
  if (!('kind' in each)) return true
  return (each.kind === 'units' ? each.units : each.bins).some(({ points }) => points !== 0)
}

const checkUnits = (rule: UnitRule, at: string, say: FaultReporter): void => {
  rule.units.forEach((unit, i) => {
    const here = `${at}.units[${i}]`
    checkFact(unit.fact, unit.windowDays, here, say)
    checkSign(unit.fact, unit.points, `${here}.points`, say)
    checkHalving(unit, here, say)
    checkWords(unit, here, ['count'], say)
    const fact = findFact(unit.fact)
    if (fact?.nature === 'since') say(`${here}.fact`, '年限只能分档计分。Years can only be scored by bins.')
    if (fact && fact.tone !== findFact(rule.units[0]?.fact ?? '')?.tone) {
      say(`${here}.fact`, '同一规则不得既加分又扣分。One rule may not both add and take.')
    }
    const milder = rule.units.find((other) => other.fact === MILDER_FACT[unit.fact])
    const age = milder ? findAgeWhereWorseCostsLess(unit, milder) : null
    if (milder && age !== null) {
      const when = age === 0 ? 'yet takes less' : `yet takes less from day ${age}: it fades sooner`
      say(here, `比 ${milder.fact} 更重，却扣得更少或更早消退（第 ${age} 日）。Worse than ${milder.fact}, ${when}.`)
    }
  })
  if (rule.cap !== null && rule.units[0]) checkSign(rule.units[0].fact, rule.cap, `${at}.cap`, say)
}

const checkHalving = ({ fact, halvesEveryDays }: UnitFact, at: string, say: FaultReporter): void => {
  if (halvesEveryDays === undefined || halvesEveryDays === null) return
  if (findFact(fact) && findFact(fact)?.nature !== 'event')
    say(`${at}.halvesEveryDays`, `事实 ${fact} 不是一次性事件，不得减半。Only what happened on a day can halve.`)
}

const checkBins = (rule: BinRule, at: string, say: FaultReporter): void => {
  checkFact(rule.fact, rule.windowDays, at, say)
  checkWords(rule, at, ['count'], say)
  if (rule.bins[0]?.from !== 0) say(`${at}.bins[0].from`, '分档应从 0 起。Bins must begin at 0.')
  const adverse = findFact(rule.fact)?.tone === 'adverse'
  // The first record would take away the zero bin's points, so an adverse record could raise a score.
  if (findFact(rule.fact)?.nature !== 'since' && (rule.bins[0]?.points ?? 0) !== 0)
    say(`${at}.bins[0].points`, '没有该事实时不得加分或扣分。Without the fact no point may move.')
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

const checkFact = (name: string, windowDays: number | null, at: string, say: FaultReporter): void => {
  const fact = findFact(name)
  if (!fact) say(`${at}.fact`, `未知事实：${name}。Unknown fact.`)
  if (fact?.nature === 'event' && windowDays === null) {
    say(`${at}.windowDays`, `事实 ${name} 须有时限，否则永不消退。Without a window this fact would never fade.`)
  }
  if (fact && fact.nature !== 'event' && windowDays !== null) {
    say(`${at}.windowDays`, `事实 ${name} 的起止由其自身确定。This fact ends by itself.`)
  }
}

const checkSign = (name: string, points: number, at: string, say: FaultReporter): void => {
  const tone = findFact(name)?.tone
  if (tone === 'adverse' && points > 0) say(at, `不良事实 ${name} 不得加分。An adverse fact may not add points.`)
  if (tone === 'favourable' && points < 0) say(at, `良好事实 ${name} 不得扣分。A favourable fact may not take points.`)
}

const checkVeto = (veto: Veto, at: string, card: Scorecard, say: FaultReporter): void => {
  checkPlace(veto, at, card, say)
  checkFact(veto.fact, null, at, say)
  checkWords(veto, at, ['count'], say)
  if (findFact(veto.fact)?.tone === 'favourable')
    say(`${at}.fact`, '良好事实不得封顶。A favourable fact may not cap the grade.')
  if (veto.grade === GRADES[0]) say(`${at}.grade`, '以最高等级封顶没有意义。A cap at the best grade caps nothing.')
}

const checkFacts = (card: Scorecard, say: FaultReporter): void => {
  const seen = new Set<string>()
  const checkRepeat = makeRepeatCheck(say, (fact) => `事实 ${fact} 被重复计分。The fact is counted twice.`, seen)
  card.rules.forEach((rule, i) => {
    listFactsOfRule(rule).forEach((fact, j) => {
      checkRepeat(fact, rule.kind === 'units' ? `rules[${i}].units[${j}].fact` : `rules[${i}].fact`)
    })
  })
  for (const { fact } of card.vetoes) seen.add(fact)
  card.unweighed?.forEach((each, i) => {
    const at = `unweighed[${i}]`
    if (!findFact(each.fact)) say(`${at}.fact`, `未知事实：${each.fact}。Unknown fact.`)
    checkRepeat(each.fact, `${at}.fact`)
    checkWords(each, at, [], say)
  })
}

/** Under separate caps or bins a worse record could cost less than a milder one. */
const checkWorse = (card: Scorecard, say: FaultReporter): void => {
  card.rules.forEach((rule, i) => {
    const facts: readonly string[] = listFactsOfRule(rule)
    for (const [worse, milder] of Object.entries(MILDER_FACT)) {
      if (!facts.includes(milder) || facts.includes(worse) || !movesPoints(rule)) continue
      say(
        `rules[${i}]`,
        `计 ${milder} 而未在同一规则中计更重的 ${worse}。Weighs ${milder} without the worse ${worse} in the same rule.`,
      )
    }
  })
}

const checkMissing = (card: Scorecard, say: FaultReporter): void => {
  const told = new Set<string>()
  const checkRepeat = makeRepeatCheck(say, (family) => `信息类别重复：${family}。The family is told twice.`, told)
  card.missing.forEach((each, i) => {
    const at = `missing[${i}]`
    if (!Object.hasOwn(FACT_FAMILIES, each.family))
      say(`${at}.family`, `未知信息类别：${each.family}。Unknown family of facts.`)
    checkRepeat(each.family, `${at}.family`)
    if (!card.dimensions.some((dimension) => dimension.id === each.dimension)) {
      say(`${at}.dimension`, `未知维度：${each.dimension}。Unknown dimension.`)
    }
    checkWords(each, at, [], say)
  })
  const weighed: string[] = [...card.rules.flatMap(listFactsOfRule), ...card.vetoes.map(({ fact }) => fact)]
  for (const fact of new Set(weighed)) {
    const family = findFact(fact)?.family
    if (family && !told.has(family))
      say('missing', `未说明 ${family} 信息缺失时如何处理。What missing ${family} data means is not said.`)
    if (family) told.add(family)
  }
}

/** Thresholds must be grade boundaries: a lead or watch entry opens only when the grade falls. */
const checkLines = (card: Scorecard, say: FaultReporter): void => {
  const between = card.grades.map((line) => line.from).filter((from) => from > LOWEST_SCORE)
  card.lines.forEach((line, i) => {
    const at = `lines[${i}]`
    if (!between.includes(line.below)) {
      say(`${at}.below`, `应为两个等级之间的分数线（${between.join('、')}）。Must lie between two grades.`)
    }
    const before = card.lines.slice(0, i)
    if (before.some(({ below }) => below === line.below)) say(`${at}.below`, '分数线重复。The line is there twice.')
    if (before.some(({ opens }) => opens === line.opens)) say(`${at}.opens`, '用途重复。Two lines open the same.')
  })
  const [lead, watch] = (['lead', 'watch'] as const).map((opens) => card.lines.find((line) => line.opens === opens))
  if (lead && watch && watch.below < lead.below)
    say('lines', '关注线低于线索线。The line of the watch list lies below that of leads.')
}

const checkReach = (card: Scorecard, say: FaultReporter): void => {
  const values = [...findReachableScores(card, { lowest: LOWEST_SCORE, highest: HIGHEST_SCORE })]
  const capped = card.vetoes.map((veto) => findTopScore(veto.grade, card.grades))
  const all = [...values, ...capped.flatMap((top) => values.map((value) => Math.min(value, top)))]
  card.grades.forEach((line, i) => {
    const top = findTopScore(line.grade, card.grades)
    if (!all.some((value) => value >= line.from && value <= top)) {
      say(`grades[${i}]`, `没有任何主体能够达到等级 ${line.grade}。No operator can ever have grade ${line.grade}.`)
    }
  })
}

type FaultReporter = (at: string, reason: string) => void

const checkNumbers = (value: unknown, at: string, say: FaultReporter): void => {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    say(at, `不是整数：${value}。Not an integer.`)
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      checkNumbers(inner, Array.isArray(value) ? `${at}[${key}]` : at ? `${at}.${key}` : key, say)
    }
  }
}

const checkWords = (words: BilingualText, at: string, blanks: string[], say: FaultReporter): void => {
  for (const language of ['zh', 'en'] as const) {
    const found = [...words[language].matchAll(/\{(\w*)\}/g)].map((match) => match[1] ?? '')
    for (const blank of blanks) {
      if (found.filter((name) => name === blank).length !== 1)
        say(`${at}.${language}`, `须有且仅有一处 {${blank}}。Needs {${blank}} once.`)
    }
    for (const name of found) if (!blanks.includes(name)) say(`${at}.${language}`, `未知空格 {${name}}。Unknown blank.`)
  }
}
