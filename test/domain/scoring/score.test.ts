import { expect } from 'chai'
import type { FactEvent, FactName, Facts } from '../../../src/domain/records/facts.js'
import type { Score } from '../../../src/domain/scoring/score.js'
import { findThresholdsCrossed, score } from '../../../src/domain/scoring/score.js'
import { wordReason } from '../../../src/domain/scoring/score-words.js'
import type { Scorecard } from '../../../src/domain/scoring/scorecard.js'
import { ALL_FAMILIES, AS_OF, ECOMMERCE_1 as card } from '../../support/scorecards.js'

const factsOf = (events: FactEvent[], more: Partial<Facts> = {}): Facts => ({
  asOf: AS_OF,
  kind: 'enterprise',
  known: ALL_FAMILIES,
  events,
  ...more,
})
const scored = (events: FactEvent[], more: Partial<Facts> = {}): Score => score(factsOf(events, more), card)
const sum = (result: Score): number => result.reasons.reduce((total, reason) => total + reason.points, 0)

let lastRecord = 0
const event = (fact: FactName, on: string | null, more: Partial<FactEvent> = {}): FactEvent => {
  lastRecord += 1
  return { fact, on, record: lastRecord, ...more }
}
const registered = (on: string): FactEvent[] => [event('registered_years', on), event('registration_active', null)]

describe('score: operators worked out by hand', () => {
  // Each value is summed from the scorecard's own lines, in the comment beside it.
  const cases: [string, FactEvent[], Partial<Facts>, number, string][] = [
    // 600
    ['an operator without data from any source', [], { known: [] }, 600, 'B'],
    // 600 + active 20 + first year 0
    ['a firm registered this year', registered('2026-03-01'), {}, 620, 'B'],
    // 600 + 20 + six years 80 + two trademarks 30
    [
      'a clean firm of eight years with two trademarks',
      [
        ...registered('2018-06-08'),
        event('trademark_held', '2019-01-01', { until: '2029-01-01' }),
        event('trademark_held', null),
      ],
      {},
      730,
      'A',
    ],
    // 600 + 20 + 50 (four years) − 160 − 2 × 60 − 40
    [
      'a firm with a heavier penalty, two failed samples and an ordinary penalty',
      [
        ...registered('2022-05-01'),
        event('penalty_heavy', '2026-04-02'),
        event('penalty_light', '2026-02-02'),
        event('inspection_failed', '2025-12-01'),
        event('inspection_failed', '2026-06-01'),
      ],
      {},
      350,
      'D',
    ],
    // 600 + 20 + 80 + cap 60 + 2 × 10, less 160 + 40 + 4 × 60: still D (real-name shops move no points)
    [
      'the best possible firm with the same adverse records',
      [
        ...registered('2010-01-01'),
        event('trademark_held', null, { weight: 9 }),
        event('shop_real_name', null),
        event('inspection_passed', '2026-01-01', { weight: 2 }),
        event('penalty_heavy', '2026-04-02'),
        event('penalty_light', '2026-02-02'),
        event('inspection_failed', '2026-05-01', { weight: 4 }),
      ],
      {},
      340,
      'D',
    ],
    // 600 + 20 + 80 = 700, capped at 449 by an entry on a list
    [
      'an old clean firm on a list of the seriously dishonest',
      [...registered('2015-01-01'), event('serious_list', '2025-01-01', { until: '2028-01-01' })],
      {},
      449,
      'D',
    ],
    // 600 + 20 − cap 480
    [
      'a firm with ten heavier penalties',
      [...registered('2026-01-01'), event('penalty_heavy', '2026-05-05', { weight: 10 })],
      {},
      140,
      'D',
    ],
    // 600 + 80 − 400
    [
      'an old firm whose licence is revoked',
      [event('registered_years', '2012-02-29'), event('registration_revoked', '2024-01-01')],
      {},
      280,
      'D',
    ],
    // 600; rules of registration do not apply to a natural person's shop, and a marketplace's signal moves no points
    ['a real-name shop of a natural person', [event('shop_real_name', '2025-01-01')], { kind: 'shop' }, 600, 'B'],
    // 600 + 20 − trunc(60 / 2) − trunc(20 / 2), 400 days on
    [
      'a firm that broke one commitment and kept another in part, more than a year ago',
      [...registered('2026-01-01'), event('commitment_broken', '2025-10-21'), event('commitment_partly', '2025-10-21')],
      {},
      580,
      'C',
    ],
    // 600 + 20 + 0 − 10
    [
      'a young firm that was warned',
      [...registered('2026-05-01'), event('penalty_warning', '2026-11-01')],
      {},
      610,
      'B',
    ],
  ]
  for (const [title, events, more, value, grade] of cases) {
    it(`gives ${title} ${value}, grade ${grade}`, () => {
      const result = scored(events, more)
      expect({ value: result.value, grade: result.grade }).to.deep.equal({ value, grade })
      expect(sum(result)).to.equal(value)
    })
  }

  it('names the records, the points and the day on which a reason fades', () => {
    const [a, b] = [event('penalty_light', '2026-03-01'), event('penalty_light', '2026-01-31')]
    const reason = scored([a, b]).reasons.find((each) => each.fact === 'penalty_light')
    expect(reason).to.deep.equal({
      rule: 'penalties',
      why: 'UNIT',
      fact: 'penalty_light',
      points: -80,
      count: 2,
      records: [a.record, b.record],
      fadesOn: '2027-01-31',
    })
    expect(reason && wordReason(reason, card)).to.deep.equal({
      ...reason,
      dimension: 'registration_conduct',
      zh: '近一年内一般行政处罚：2 件',
      en: 'Ordinary penalties in the last year: 2',
    })
  })

  it('names each record once and in order', () => {
    const first = event('penalty_light', '2026-03-01')
    const [a, b, c] = [event('penalty_light', '2026-01-31'), event('penalty_light', '2026-02-28'), first]
    const twice = { ...b, on: '2026-05-01' }
    const reason = scored([twice, a, b, c]).reasons.find((each) => each.fact === 'penalty_light')
    expect(reason).to.include({ count: 4, points: -160 })
    expect(reason?.records).to.deep.equal([c.record, a.record, b.record])
    const same = scored([b, twice]).reasons.find((each) => each.fact === 'penalty_light')
    expect(same?.records).to.deep.equal([b.record])
  })

  it('never counts an event that ends before it begins', () => {
    const result = scored([event('serious_list', '2027-01-10', { until: '2027-01-05' })])
    expect(result).to.include({ value: 600, nextChangeOn: null })
  })

  it('reports a missing source as a reason without points', () => {
    const missing = scored([], { known: ['penalties'] })
      .reasons.filter((reason) => reason.why === 'MISSING')
      .map((reason) => wordReason(reason, card))
    expect(missing.map((reason) => reason.dimension)).to.include.members(['goods_quality', 'judicial_tax'])
    expect(missing.map((reason) => reason.en).join()).not.to.contain('source for penalties')
    expect(missing.every((reason) => reason.points === 0 && reason.zh !== '')).to.equal(true)
  })

  it('reads a source without records of an operator as "none" for penalties and as "unknown" for registration', () => {
    const said = scored([]).reasons.filter((reason) => reason.why === 'MISSING')
    expect(said.map((reason) => reason.rule)).to.deep.equal(['registration', 'shops'])
    expect(said.map((reason) => wordReason(reason, card).dimension)).to.deep.equal([
      'registration_conduct',
      'marketplace_signals',
    ])
  })

  it('shows an entry without a date and does not count it', () => {
    const result = scored([event('serious_list', null)])
    expect(result.value).to.equal(600)
    const shown = result.reasons.find((reason) => reason.fact === 'serious_list')
    expect(shown).to.include({ why: 'UNDATED', points: 0, count: 1, fadesOn: null })
  })

  it('drops an entry without a date on its end day', () => {
    const entry = event('serious_list', null, { until: '2027-03-01' })
    const on = (asOf: string) => score(factsOf([entry], { asOf }), card)
    expect(on('2027-02-28')).to.include({ value: 600, nextChangeOn: '2027-03-01' })
    expect(on('2027-02-28').reasons.find((reason) => reason.why === 'UNDATED')?.fadesOn).to.equal('2027-03-01')
    expect(on('2027-03-01').reasons.some((reason) => reason.why === 'UNDATED')).to.equal(false)
  })

  it('keeps a list entry as a reason where the value is already low', () => {
    const result = scored([event('registration_revoked', null), event('serious_list', '2026-01-01')])
    expect(result.reasons.find((reason) => reason.rule === 'serious-list')).to.include({ points: 0, count: 1 })
  })

  it('drops a list entry on the day on which its term is complete', () => {
    const entry = event('serious_list', '2018-05-15', { until: '2021-05-15' })
    const on = (asOf: string) => score(factsOf([entry], { asOf }), card)
    expect(on('2018-12-31').grade).to.equal('D')
    expect(on('2021-05-14').nextChangeOn).to.equal('2021-05-15')
    expect(on('2021-05-15').reasons.some((reason) => reason.fact === 'serious_list')).to.equal(false)
  })

  it('changes with a full year only where a new bin begins', () => {
    const on = (asOf: string) => score(factsOf(registered('2020-02-29'), { asOf }), card)
    expect(on('2020-03-01').nextChangeOn).to.equal('2021-02-28')
    expect(on('2021-02-28').nextChangeOn).to.equal('2023-02-28')
    expect(on('2026-02-28')).to.include({ value: 700, nextChangeOn: null })
  })
})

describe('score: sentences', () => {
  const said = (result: Score, why: string) => {
    const reason = result.reasons.find((each) => each.why === why)
    if (!reason) return null
    const { rule, fact, dimension, zh, en } = wordReason(reason, card)
    return { rule, fact, dimension, zh, en }
  }

  it('come from the card for the base, a cap, and missing, undated or vetoed facts', () => {
    const result = scored(
      [
        event('penalty_heavy', '2026-05-05', { weight: 10 }),
        event('recall', '2026-01-01'),
        event('serious_list', null),
      ],
      { known: [] },
    )
    expect(said(result, 'BASE')).to.deep.equal({
      rule: 'base',
      fact: null,
      dimension: null,
      ...card.sentences.base,
    })
    expect(said(result, 'CAP')).to.deep.equal({
      rule: 'penalties',
      fact: null,
      dimension: 'registration_conduct',
      zh: '本项累计以 -480 分为限，超出部分不计',
      en: 'This rule moves at most -480 points; the rest is not counted',
    })
    expect(said(result, 'MISSING')).to.deep.equal({
      rule: 'registration',
      fact: null,
      dimension: 'registration_conduct',
      zh: '暂无该主体的登记信息，不加分也不扣分',
      en: 'No registration data of this operator: nothing added, nothing taken',
    })
    expect(said(result, 'UNDATED')).to.deep.equal({
      rule: 'serious-list',
      fact: 'serious_list',
      dimension: 'registration_conduct',
      zh: '“严重失信名单在列”记录缺少日期，无法判断是否仍在时限内，不计分',
      en: 'Records without a date, so that nobody can tell whether they still count, are not counted: on a list of the seriously dishonest',
    })
    const listed = scored([event('judgment_defaulter', '2026-01-01'), event('judgment_defaulter', '2026-02-01')])
    expect(said(listed, 'VETO')).to.include({
      rule: 'judgment-defaulter',
      dimension: 'judicial_tax',
      zh: '为失信被执行人（2 条），等级以 D 级为限',
    })
  })

  it('come from the card for years and for the bounds', () => {
    const low: Scorecard = { ...card, base: 300 }
    const high: Scorecard = { ...card, base: 1000 }
    const revoked = score(factsOf([event('registration_revoked', null)]), low)
    const praised = score(factsOf(registered('2010-01-01')), high)
    expect(said(revoked, 'FLOOR')).to.include({ rule: 'floor', dimension: null, ...card.sentences.floor })
    expect(said(praised, 'CEILING')).to.include({ rule: 'ceiling', dimension: null, ...card.sentences.ceiling })
    expect(said(praised, 'BIN')?.zh).to.equal('登记已满 6 年')
  })

  it('are refused for a reason that the card does not have', () => {
    const [base] = scored([]).reasons
    const foreign = { rule: 'no-such-rule', why: 'UNIT', fact: 'recall', points: 0, count: 0, records: [] } as const
    expect(() => wordReason({ ...base, ...foreign, records: [], fadesOn: null }, card)).to.throw('no-such-rule')
  })
})

describe('score: lead and watch lines', () => {
  const lines: Pick<Scorecard, 'lines'> = {
    lines: [
      { below: 450, opens: 'lead' },
      { below: 600, opens: 'watch' },
      { below: 500, opens: 'watch' },
    ],
  }
  // [before, after, opened]
  const falls: [number | null, number, string[]][] = [
    [700, 600, []],
    [600, 599, ['watch']],
    [599, 500, []],
    [599, 499, ['watch']],
    [499, 449, ['lead']],
    [449, 0, []],
    [700, 0, ['lead', 'watch']],
    [null, 0, ['lead', 'watch']],
    [null, 600, []],
    [300, 900, []],
  ]
  for (const [before, after, opened] of falls) {
    it(`from ${before ?? 'no score'} to ${after} opens ${opened.join(' and ') || 'nothing'}`, () => {
      expect(findThresholdsCrossed(before === null ? null : { value: before }, { value: after }, lines)).to.deep.equal(
        opened,
      )
    })
  }
})
