/** Scorecards and facts for tests: shipped cards, one at its bounds, and arbitrary ones. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { FactEvent, FactFamily, FactName, Facts } from '../../src/domain/records/facts.js'
import { FACT_FAMILIES, FACTS, MILDER_FACT } from '../../src/domain/records/facts.js'
import type { BinRule, Grade, Scorecard, ScoreRule, UnitRule, Veto } from '../../src/domain/scoring/scorecard.js'
import type { BilingualText } from '../../src/foundation/text/words.js'
import { addDays } from '../../src/foundation/time/dates.js'

const shipped = (version: string): Scorecard =>
  JSON.parse(readFileSync(new URL(`../../schema/scorecards/${version}.json`, import.meta.url), 'utf8'))

export const ECOMMERCE_1 = shipped('ecommerce-1')
export const GENERAL_1 = shipped('general-1')
export const AS_OF = '2026-11-25'
export const ALL_FAMILIES = Object.keys(FACT_FAMILIES) as FactFamily[]
export const ALL_FACTS = Object.keys(FACTS) as FactName[]
export const ADVERSE = ALL_FACTS.filter((fact) => FACTS[fact].tone === 'adverse')

/** Maps a fact to the next worse one of its sort. */
export const WORSE = new Map<string, FactName>(
  ALL_FACTS.flatMap((fact) => {
    const milder = MILDER_FACT[fact]
    return milder === undefined ? [] : [[milder, fact] as const]
  }),
)

/** Each fact with all worse ones, mildest first: one rule must weigh them together. */
const CHAINS: FactName[][] = ALL_FACTS.filter((fact) => MILDER_FACT[fact] === undefined).map((mildest) => {
  const chain = [mildest]
  for (let worse = WORSE.get(mildest); worse !== undefined; worse = WORSE.get(worse)) chain.push(worse)
  return chain
})

const said: BilingualText = { zh: '{count} 件', en: 'so many: {count}' }
const plain: BilingualText = { zh: '一句话', en: 'a sentence' }
const PLACE = { dimension: 'conduct', legalBasis: ['test'] }

/** A card that reaches the highest score and bins an adverse fact, unlike the card in force. */
export const BOUNDED: Scorecard = {
  ...ECOMMERCE_1,
  base: 950,
  rules: [
    ...ECOMMERCE_1.rules.filter((rule) => rule.id !== 'abnormal'),
    {
      id: 'abnormal',
      kind: 'bins',
      dimension: 'registration_conduct',
      fact: 'abnormal_list',
      windowDays: null,
      bins: [
        { from: 0, to: 0, points: 0 },
        { from: 1, to: 2, points: -150 },
        { from: 3, to: null, points: -700 },
      ],
      legalBasis: ['test'],
      ...said,
    },
  ],
}

const ascending = (count: number, max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max }), { minLength: count, maxLength: count }).map((all) => all.sort((a, b) => a - b))

/** A worse fact costs at least as much, for at least as long, and halves no sooner. */
const unitRule = (id: string, chain: FactName[]): fc.Arbitrary<UnitRule> => {
  const [first = 'recall'] = chain
  const { nature, tone } = FACTS[first]
  const sign = tone === 'adverse' ? -1 : 1
  const many = chain.length
  return fc
    .record({
      points: ascending(many, 300),
      windows: ascending(many, 400),
      halvings: fc.option(ascending(many, 120), { freq: 2 }),
      cap: fc.option(fc.integer({ min: 1, max: 700 }), { freq: 2 }),
    })
    .map(({ points, windows, halvings, cap }) => ({
      id,
      kind: 'units',
      ...PLACE,
      units: chain.map((fact, i) => ({
        fact,
        points: sign * (points[i] ?? 1),
        windowDays: nature === 'event' ? (windows[i] ?? 1) : null,
        ...(nature === 'event' && halvings ? { halvesEveryDays: halvings[i] ?? null } : {}),
        ...said,
      })),
      cap: cap === null ? null : sign * cap,
    }))
}

const binRule = (id: string, fact: FactName): fc.Arbitrary<BinRule> => {
  const { nature, tone } = FACTS[fact]
  const sign = tone === 'adverse' ? -1 : 1
  return fc
    .record({
      steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 250 })), { maxLength: 4 }),
      windowDays: fc.integer({ min: 1, max: 400 }),
    })
    .map(({ steps, windowDays }) => {
      const bins: BinRule['bins'] = [{ from: 0, to: null, points: 0 }]
      for (const [wide, more] of steps) {
        const last = bins.at(-1) ?? { from: 0, to: null, points: 0 }
        last.to = last.from + wide - 1
        bins.push({ from: last.from + wide, to: null, points: last.points + sign * more })
      }
      return { id, kind: 'bins', ...PLACE, fact, windowDays: nature === 'event' ? windowDays : null, bins, ...said }
    })
}

const ruleOf = (chain: FactName[]): fc.Arbitrary<ScoreRule> => {
  const [first = 'recall'] = chain
  if (FACTS[first].nature === 'since') return binRule(first, first)
  return chain.length > 1 ? unitRule(first, chain) : fc.oneof(unitRule(first, chain), binRule(first, first))
}

const VETOED: FactName[] = ['serious_list', 'judgment_defaulter', 'registration_revoked']

/** Arbitrary cards that pass the check of cards: the base is in the best grade, and vetoes reach every other grade. */
export const anyCard: fc.Arbitrary<Scorecard> = fc
  .record({
    lines: fc.uniqueArray(fc.integer({ min: 1, max: 900 }), { minLength: 3, maxLength: 3 }),
    above: fc.integer({ min: 0, max: 100 }),
    chains: fc.subarray(CHAINS),
    vetoed: fc.shuffledSubarray(VETOED, { minLength: 3 }),
    watched: fc.subarray([0, 1, 2], { maxLength: 2 }),
    alone: fc.constantFrom('lead' as const, 'watch' as const),
  })
  .chain(({ lines, above, chains, vetoed, watched, alone }) =>
    fc.tuple(...chains.map(ruleOf)).map((rules): Scorecard => {
      const [a = 3, b = 2, c = 1] = lines.sort((x, y) => y - x)
      const grades = (['A', 'B', 'C', 'D'] as const).map((grade: Grade, i) => ({
        grade,
        from: [a, b, c][i] ?? 0,
        ...plain,
      }))
      const vetoes = vetoed.map(
        (fact, i): Veto => ({
          id: `veto-${fact}`,
          fact,
          grade: (['B', 'C', 'D'] as const)[i] ?? 'D',
          ...PLACE,
          ...said,
        }),
      )
      return {
        version: 'generated',
        name: plain,
        about: plain,
        restsOn: ['test'],
        base: a + above,
        grades,
        dimensions: [{ id: 'conduct', ...plain, publicCredit: true }],
        sentences: {
          base: plain,
          cap: { zh: '以 {cap} 为限', en: 'at most {cap}' },
          floor: plain,
          ceiling: plain,
          undated: { zh: '“{fact}”没有日期', en: 'no day: {fact}' },
        },
        missing: ALL_FAMILIES.map((family) => ({ family, dimension: 'conduct', points: 0, ...plain })),
        rules,
        vetoes,
        lines: watched.map((at, i) => ({
          below: grades[at]?.from ?? 0,
          opens: watched.length === 1 ? alone : i === 0 ? 'watch' : 'lead',
        })),
      }
    }),
  )

const anyDay = fc.integer({ min: -1500, max: 200 }).map((n) => addDays(AS_OF, n))
export type Bare = Omit<FactEvent, 'record'>

export const anyEvent = (facts: FactName[]): fc.Arbitrary<Bare> =>
  fc
    .tuple(
      fc.constantFrom(...facts),
      fc.option(
        fc.oneof(
          anyDay,
          fc.integer({ min: -100, max: 20 }).map((n) => addDays(AS_OF, n)),
        ),
        { freq: 8 },
      ),
      fc.option(anyDay, { freq: 1 }),
      fc.integer({ min: 1, max: 4 }),
    )
    .map(([fact, on, until, weight]) => ({ fact, on, until, weight }))

const numbered = (events: Bare[]): FactEvent[] => events.map((each, i) => ({ ...each, record: i + 1 }))

export const anyFacts: fc.Arbitrary<Facts> = fc.record({
  asOf: fc.constant(AS_OF),
  kind: fc.constantFrom('enterprise' as const, 'individual' as const, 'shop' as const),
  known: fc.subarray(ALL_FAMILIES),
  events: fc.array(anyEvent(ALL_FACTS), { maxLength: 14 }).map(numbered),
})
