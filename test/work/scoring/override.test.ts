import { expect } from 'chai'
import fc from 'fast-check'
import { isValidResidentId } from '../../../src/domain/operators/codes.js'
import { OVERRIDE_YEARS_MOST, vetoBlocksOverride } from '../../../src/domain/scoring/override.js'
import type { ReasonKind } from '../../../src/domain/scoring/score.js'
import { GRADES, type Grade } from '../../../src/domain/scoring/scorecard.js'
import { addDays, addYears, shanghaiDate } from '../../../src/foundation/time/dates.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as overrides from '../../../src/store/scoring/overrides.js'
import * as scores from '../../../src/store/scoring/scores.js'
import * as standings from '../../../src/store/standing/standings.js'
import { mergeOperators } from '../../../src/work/operators/identity.js'
import { decideOverride, proposeOverride, withdrawOverride } from '../../../src/work/scoring/override.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { keepCard, loadScorecard } from '../../../src/work/scoring/scorecards.js'
import {
  at,
  codeOf,
  database,
  later,
  NOW,
  operatorOf,
  pullItems,
  refusal,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

const DAY_S = 86_400
const ENDS = '2027-03-01'

const register = (db: JobDb, many = 1) =>
  pullItems(
    db,
    Array.from({ length: many }, (_, i) => ({
      key: `R${i + 1}`,
      code: codeOf(i + 1),
      value: '某路1号',
      day: '2019-05-06',
    })),
    { id: 'registry', kind: 'registration' },
  )

/** Stores a score with this grade, as if computed. */
const graded = async (db: JobDb, grade: Grade, { n = 1, why = 'UNIT' as ReasonKind, asOf = TODAY, now = NOW } = {}) => {
  const card = loadScorecard('ecommerce-1')
  const reason = { rule: 'x', why, fact: 'serious_list' as const, points: 0, count: 1, records: [], fadesOn: null }
  const row: scores.NewScore = {
    operatorId: await operatorOf(db, codeOf(n)),
    asOf,
    knownAt: now,
    scorecard: card.version,
    scorecardHash: await keepCard(db, card, now),
    families: [],
    rulesHash: 'x',
    factsHash: 'x',
    value: { A: 900, B: 700, C: 500, D: 100 }[grade],
    grade,
    reasons: [reason],
    nextChangeOn: null,
    cause: 'FIRST',
    asked: false,
  }
  await db.transaction((tx) => scores.add(tx, [row], { run: 1, at: now }))
}

const propose = (db: JobDb, given: Partial<Parameters<typeof proposeOverride>[2]> = {}) =>
  proposeOverride(db, rules, {
    operator: codeOf(1),
    grade: 'B',
    endsOn: ENDS,
    reason: '已整改并经现场核查',
    by: 'officer-1',
    now: NOW,
    ...given,
  })
const decide = (db: JobDb, id: number, given: Partial<Parameters<typeof decideOverride>[2]> = {}) =>
  decideOverride(db, rules, { override: id, verdict: 'CONFIRM', note: null, by: 'reviewer-1', now: NOW, ...given })
const withdraw = (db: JobDb, id: number, given: Partial<Parameters<typeof withdrawOverride>[2]> = {}) =>
  withdrawOverride(db, rules, { override: id, reason: '依据不足', by: 'officer-2', now: NOW, ...given })
const inForce = async (db: JobDb, given: Partial<Parameters<typeof proposeOverride>[2]> = {}) =>
  decide(db, (await propose(db, given)).id, { now: given.now ?? NOW })

const standing = async (db: JobDb, asOf = TODAY, n = 1) => {
  const query = { days: { asOf, today: asOf }, grades: 'ALL' as const }
  const [row] = await standings.readStandings(db, [{ scheme: 'uscc', code: codeOf(n) }], query)
  if (!row) throw new Error('no standing')
  const { grade, score: value, overridden } = row
  return { grade, value, overridden }
}

describe('override of a grade', () => {
  const db = database()
  beforeEach(async () => {
    await register(db(), 2)
    await graded(db(), 'C')
  })

  it('I-A12: is judged by today’s date, also where the knowledge clock is years ahead', async () => {
    await db().raw(`update knowledge set latest = '2036-01-01T00:00:00Z'`)
    const { id } = await propose(db())
    expect(await decide(db(), id)).to.include({ state: 'IN_FORCE', endsOn: ENDS })
  })

  it('shows the grade set by two people beside the computed score from its confirmation on', async () => {
    const computed = { grade: 'C', value: 500, overridden: false }
    const { id, state } = await propose(db())
    expect(state).to.equal('PROPOSED')
    expect(await standing(db())).to.deep.equal(computed)
    expect(await decide(db(), id, { note: '同意' })).to.deep.include({
      state: 'IN_FORCE',
      grade: 'B',
      endsOn: ENDS,
      askedBy: 'officer-1',
      decidedBy: 'reviewer-1',
      note: '同意',
      withdrawnReason: null,
    })
    expect(await standing(db())).to.deep.equal({ grade: 'B', value: 500, overridden: true })
    expect(await standing(db(), addDays(TODAY, -1))).to.deep.equal({ grade: null, value: null, overridden: false })
    expect(await standing(db(), ENDS)).to.include({ grade: 'B', overridden: true })
    expect(await standing(db(), addDays(ENDS, 1))).to.deep.equal(computed)
  })

  it('needs a second person, whatever the role', async () => {
    const { id } = await propose(db(), { by: 'reviewer-1' })
    for (const verdict of ['CONFIRM', 'REFUSE'] as const)
      expect((await refusal(decide(db(), id, { verdict, note: '同意' }))).code).to.equal('SECOND_PERSON')
    expect((await decide(db(), id, { by: 'reviewer-2' })).state).to.equal('IN_FORCE')
  })

  it('can be refused: the refusal keeps its reason, changes nothing and allows another proposal', async () => {
    const { id } = await propose(db())
    expect((await refusal(decide(db(), id, { verdict: 'REFUSE' }))).code).to.equal('INPUT_INVALID')
    const refused = await decide(db(), id, { verdict: 'REFUSE', note: '证据不足' })
    expect(refused).to.deep.include({ state: 'REFUSED', note: '证据不足' })
    expect(await standing(db())).to.include({ grade: 'C', overridden: false })
    for (const act of [decide(db(), id), withdraw(db(), id)])
      expect((await refusal(act)).code).to.equal('OVERRULE_SETTLED')
    expect((await propose(db())).state).to.equal('PROPOSED')
  })

  const ends: [string, string][] = [
    [addDays(TODAY, -1), 'INPUT_INVALID'],
    [TODAY, 'INPUT_INVALID'],
    [addDays(TODAY, 1), 'none'],
    [addYears(TODAY, OVERRIDE_YEARS_MOST), 'none'],
    [addDays(addYears(TODAY, OVERRIDE_YEARS_MOST), 1), 'INPUT_INVALID'],
  ]
  for (const [endsOn, code] of ends) {
    it(`proposed on ${TODAY}, an end on ${endsOn} gives ${code}`, async () => {
      expect((await refusal(propose(db(), { endsOn }))).code).to.equal(code)
    })
  }

  it('a reason has 1 to 1000 characters and keeps no ID number', async () => {
    for (const reason of ['', ' \n　', '字'.repeat(1_001)])
      expect((await refusal(propose(db(), { reason }))).code).to.equal('INPUT_INVALID')
    const id = [...'0123456789X'].map((last) => `11010119900307461${last}`).find(isValidResidentId) ?? ''
    const { reason, id: override } = await propose(db(), { reason: `负责人 ${id} 已到场` })
    expect(reason).to.equal('负责人 [居民身份证 hash] 已到场')
    const decided = await decide(db(), override, { note: `核对 ${id}` })
    expect(decided.note).to.equal('核对 [居民身份证 hash]')
    const withdrawn = await withdraw(db(), override, { reason: `误用\n${id}` })
    expect(withdrawn).to.include({ note: '核对 [居民身份证 hash]', withdrawnReason: '误用 [居民身份证 hash]' })
  })

  it('has at most one open proposal per operator', async () => {
    await graded(db(), 'A', { n: 2 })
    const first = await propose(db())
    expect((await refusal(propose(db(), { grade: 'A' }))).code).to.equal('OVERRULE_NOT_ALLOWED')
    expect((await propose(db(), { operator: codeOf(2) })).state).to.equal('PROPOSED')
    await withdraw(db(), first.id)
    expect((await propose(db(), { grade: 'A' })).state).to.equal('PROPOSED')
  })

  it('is refused for an operator without a grade, or with that grade already', async () => {
    expect((await refusal(propose(db(), { operator: codeOf(2) }))).code).to.equal('OVERRULE_NOT_ALLOWED')
    expect((await refusal(propose(db(), { grade: 'C' }))).code).to.equal('OVERRULE_NOT_ALLOWED')
    expect((await refusal(propose(db(), { operator: codeOf(9) }))).code).to.equal('OPERATOR_UNKNOWN')
    expect((await refusal(propose(db(), { operator: '不是代码' }))).code).to.equal('OPERATOR_UNKNOWN')
    expect((await refusal(decide(db(), 99))).code).to.equal('OVERRULE_UNKNOWN')
    expect((await refusal(withdraw(db(), 99))).code).to.equal('OVERRULE_UNKNOWN')
  })

  it('never raises a D that rests on a veto: not in a proposal, a confirmation or an answer', async () => {
    await graded(db(), 'D', { n: 2, why: 'VETO' })
    const { code, reason } = await refusal(propose(db(), { operator: codeOf(2) }))
    expect([code, reason.includes('失信被执行人')]).to.deep.equal(['OVERRULE_NOT_ALLOWED', true])

    const { id } = await propose(db())
    await graded(db(), 'D', { why: 'VETO', now: later(1) })
    expect((await refusal(decide(db(), id, { now: later(2) }))).code).to.equal('OVERRULE_NOT_ALLOWED')
    await graded(db(), 'D', { now: later(3) })
    await decide(db(), id, { now: later(4) })
    expect(await standing(db())).to.include({ grade: 'B', overridden: true })
    await graded(db(), 'D', { why: 'VETO', now: later(5) })
    expect(await standing(db())).to.deep.equal({ grade: 'D', value: 100, overridden: false })
  })

  it('may lower a grade in spite of a veto', () => {
    const reasons = [{ why: 'VETO' as const }]
    for (const computed of GRADES) {
      for (const grade of GRADES) {
        expect(vetoBlocksOverride({ grade: computed, reasons }, grade)).to.equal(grade < computed)
        expect(vetoBlocksOverride({ grade: computed, reasons: [] }, grade)).to.equal(false)
      }
    }
  })

  it('a proposal whose end has passed is not confirmed', async () => {
    const { id } = await propose(db(), { endsOn: addDays(TODAY, 1) })
    expect((await refusal(decide(db(), id, { now: later(2 * DAY_S) }))).code).to.equal('OVERRULE_NOT_ALLOWED')
    expect((await withdraw(db(), id, { now: later(2 * DAY_S) })).state).to.equal('WITHDRAWN')
  })

  it('ends at the next confirmed override, stays in the history and does not return', async () => {
    const first = await inForce(db())
    const second = await inForce(db(), { grade: 'A', now: later(60) })
    expect(await standing(db())).to.include({ grade: 'A', overridden: true })
    const ids = [await operatorOf(db(), codeOf(1))]
    const history = (knownAt: Date, asOf = TODAY) => overrides.ofOperators(db(), ids, { asOf, knownAt })
    const brief = (all: overrides.OverrideRow[]) => all.map(({ id, state }) => ({ id, state }))
    expect(brief(await history(later(120)))).to.deep.equal([
      { id: second.id, state: 'IN_FORCE' },
      { id: first.id, state: 'REPLACED' },
    ])
    expect((await history(later(120)))[1]?.replacedAt).to.deep.equal(second.decidedAt)
    expect(brief(await history(later(30)))).to.deep.equal([{ id: first.id, state: 'IN_FORCE' }])
    expect(brief(await history(later(120), addDays(ENDS, 1)))[0]).to.include({ state: 'ENDED' })
    expect((await refusal(withdraw(db(), first.id, { now: later(130) }))).code).to.equal('OVERRULE_SETTLED')

    await withdraw(db(), second.id, { now: later(180) })
    expect(await standing(db())).to.deep.equal({ grade: 'C', value: 500, overridden: false })
    const known = (await history(later(240)))[0]
    expect(known).to.include({ state: 'WITHDRAWN', withdrawnBy: 'officer-2', withdrawnReason: '依据不足', note: null })
    expect((await history(later(120)))[0]).to.include({ state: 'IN_FORCE', withdrawnBy: null, withdrawnReason: null })
  })

  it('a withdrawn proposal was never in force', async () => {
    const { id } = await propose(db())
    const withdrawn = await withdraw(db(), id)
    expect(withdrawn).to.include({ state: 'WITHDRAWN', decidedBy: null, decidedAt: null, withdrawnReason: '依据不足' })
    expect(await standing(db())).to.include({ grade: 'C', overridden: false })
  })

  it('of two simultaneous decisions one succeeds', async () => {
    const { id } = await propose(db())
    const both = await Promise.all(['reviewer-1', 'reviewer-2'].map((by) => refusal(decide(db(), id, { by }))))
    expect(both.map(({ code }) => code).sort()).to.deep.equal(['OVERRULE_SETTLED', 'none'])
  })

  it('of two simultaneous proposals one succeeds', async () => {
    const both = await Promise.all(['officer-1', 'officer-2'].map((by) => refusal(propose(db(), { by }))))
    expect(both.map(({ code }) => code).sort()).to.deep.equal(['OVERRULE_NOT_ALLOWED', 'none'])
  })

  it('belongs to the operator itself and does not move with a merger', async () => {
    await graded(db(), 'A', { n: 2 })
    await inForce(db())
    const merged = {
      from: codeOf(1),
      into: codeOf(2),
      cause: 'DUPLICATE' as const,
      reason: '重复',
      by: 'a',
      now: later(60),
    }
    await mergeOperators(db(), rules, merged)
    expect(await standing(db(), TODAY, 1)).to.deep.equal({ grade: 'A', value: 900, overridden: false })
  })

  it('the standing of every day and the directory by grade agree with the history', async () => {
    const days = fc.integer({ min: 0, max: 6 })
    const step = fc.record({
      act: fc.constantFrom('confirm' as const, 'refuse' as const, 'withdraw' as const),
      wait: fc.integer({ min: 0, max: 2 }),
      grade: fc.constantFrom<Grade>('A', 'B', 'D'),
      lasts: fc.integer({ min: 1, max: 4 }),
    })
    const operator = await operatorOf(db(), codeOf(1))
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), days, async (steps, day) => {
        // Every run starts without overrides, with the knowledge clock reset.
        await db().raw(`delete from overrules; update knowledge set latest = '2000-01-01T00:00:00Z'`)
        let now = NOW
        let last: number | null = null
        for (const { act, wait, grade, lasts } of steps) {
          now = later(wait * DAY_S + 1, now)
          if (act === 'withdraw' && last !== null) await refusal(withdraw(db(), last, { now }))
          const { id } = await propose(db(), { grade, endsOn: addDays(shanghaiDate(now), lasts), now })
          await decide(db(), id, { verdict: act === 'refuse' ? 'REFUSE' : 'CONFIRM', note: '核', now })
          if (act !== 'refuse') last = id
        }
        const asOf = addDays(TODAY, day)
        const all = await overrides.ofOperators(db(), [operator], { asOf, knownAt: new Date('9999-01-01') })
        const holds = all.filter(
          ({ state, decidedAt }) => state === 'IN_FORCE' && decidedAt !== null && shanghaiDate(decidedAt) <= asOf,
        )
        expect(holds.length).to.be.at.most(1)
        const shown = holds[0]?.grade ?? 'C'
        expect(await standing(db(), asOf)).to.deep.equal({ grade: shown, value: 500, overridden: holds.length > 0 })
        const [row] = await rowsOf(
          db(),
          `select ${overrides.SHOWN_GRADE_SQL.replaceAll(':asOf', `'${asOf}'`)} as grade from operators o
           join current_scores c on c.operator_id = o.id join scores s on s.id = c.score_id where o.id = ${operator}`,
        )
        expect(row?.['grade']).to.equal(shown)
      }),
      { numRuns: 20 },
    )
  })

  it('opens no lead, entry or listing, and changes no score', async () => {
    await scoreOperators(db(), { cause: 'command', rules, families: ['registration'], all: true, now: at(later(1)) })
    const resting = [
      'listings',
      'listing_events',
      'public_entries',
      'deliveries',
      'concerns',
      'watch_entries',
      'scores',
    ]
    const all = async () => {
      const rows = await Promise.all(
        resting.map((name) => rowsOf(db(), `select t::text as row from ${name} t order by 1`)),
      )
      return rows.map((table) => table.map(({ row }) => row))
    }
    const before = await all()
    await inForce(db(), { grade: 'D', now: later(2) })
    const scored = await scoreOperators(db(), {
      cause: 'command',
      rules,
      families: ['registration'],
      all: true,
      now: at(later(3)),
    })
    expect(scored).to.include({ stored: 0 })
    expect(await standing(db())).to.include({ grade: 'D', overridden: true })
    expect(await all()).to.deep.equal(before)
  })
})
