import { expect } from 'chai'
import type { FactFamily } from '../../../src/domain/records/facts.js'
import type { RecordBody } from '../../../src/domain/records/records.js'
import type { JobDb } from '../../../src/store/db/db.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { makeMove } from '../../../src/work/listing/listing.js'
import { mergeOperators, undoDecision } from '../../../src/work/operators/identity.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { keepCard, loadScorecard } from '../../../src/work/scoring/scorecards.js'
import { verifyScores } from '../../../src/work/scoring/verify.js'
import {
  at,
  codeOf,
  database,
  later,
  NOW,
  OFFICER,
  operatorOf,
  published,
  pullItems,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

const FAMILIES: FactFamily[] = ['registration', 'inspections', 'lists', 'penalties']
const MORNING = 'T02:00:00Z'

describe('scoring over time', () => {
  const db = database()
  const scored = async (now = NOW, more: { families?: FactFamily[]; all?: boolean } = {}, on: JobDb = db()) => {
    const done = await scoreOperators(on, { cause: 'command', rules, families: FAMILIES, now: at(now), ...more })
    return done && { scored: done.scored, stored: done.stored }
  }
  const register = (many: number, now = NOW, body: RecordBody = {}, day = '2019-05-06') =>
    pullItems(
      db(),
      Array.from({ length: many }, (_, i) => ({
        key: `R${i + 1}`,
        code: codeOf(i + 1),
        name: `长春虚构商贸第${i + 1}有限公司`,
        value: '某路1号',
        day,
      })),
      { id: 'registry', kind: 'registration', now: at(now), body: () => body },
    )
  const penalties = (many: number, n = 1, now = NOW, day = '2026-10-10', body: RecordBody = {}) =>
    pullItems(
      db(),
      Array.from({ length: many }, (_, i) => ({ key: `P${n}-${i}`, code: codeOf(n), value: `违法${i}`, day })),
      { id: 'penalties', kind: 'penalty', whole: false, now: at(now), body: () => body },
    )
  const entry = (n: number, more: { day?: string; now?: Date; body?: RecordBody } = {}) =>
    pullItems(
      db(),
      [
        { key: 'OTHER', code: codeOf(7), value: '另案', day: '2026-06-01' },
        ...(n === 0 ? [] : [{ key: `L${n}`, code: codeOf(n), value: '严重失信', day: more.day ?? '2026-06-01' }]),
      ],
      { id: 'dishonest', now: at(more.now ?? NOW), body: ({ value }) => (value === '另案' ? {} : (more.body ?? {})) },
    )
  const last = async (n = 1) =>
    (
      await rowsOf(
        db(),
        'select value, grade, cause, next_change_on as next from scores where operator_id = ? order by id desc limit 1',
        [await operatorOf(db(), codeOf(n))],
      )
    )[0]
  const leads = async () =>
    (
      await rowsOf(
        db(),
        'select operator_id as o, state from listings where wrong_from is null order by created_at, id',
      )
    ).map(({ o, state }) => `${o} ${state}`)
  const differences = async () => (await verifyScores(db(), { now: at(NOW) })).differences
  const merge = (from: number, into: number, now: Date) =>
    mergeOperators(db(), rules, {
      from: codeOf(from),
      into: codeOf(into),
      cause: 'MOVED',
      reason: '迁入',
      by: 'officer-1',
      now,
    })
  const back = (run: number, now: Date) =>
    rollBack(db(), { run, reason: '误报', by: 'reviewer-1', rules, now: at(now) })
  /** A handle that runs `act` just before its n-th transaction begins. */
  const justBefore = (n: number, act: () => Promise<unknown>): JobDb => {
    let begun = 0
    return new Proxy(db(), {
      get: (target, key) =>
        key === 'transaction'
          ? async (work: never) => {
              begun += 1
              if (begun === n) await act()
              return target.transaction(work)
            }
          : Reflect.get(target, key),
    })
  }

  const coming: [what: string, send: () => Promise<unknown>, grade: string][] = [
    ['a penalty', () => penalties(3, 1, NOW, '2026-11-28'), 'D'],
    ['an entry on a list', () => entry(1, { day: '2026-11-28' }), 'D'],
    ['another state of the registration', () => register(1, later(5), { status: 'REVOKED' }, '2026-11-28'), 'D'],
  ]
  for (const [what, send, grade] of coming) {
    it(`${what} with a future date is scored on its day, without a new record`, async () => {
      await register(1)
      await scored()
      const stood = await last()
      await send()
      await scored(later(60))
      expect(await last()).to.include({ value: stood?.['value'], next: '2026-11-28' })
      expect(await scored(new Date(`2026-11-27${MORNING}`))).to.deep.equal({ scored: 0, stored: 0 })
      await scored(new Date(`2026-11-28${MORNING}`))
      expect((await last())?.['grade']).to.equal(grade)
      expect(await differences()).to.equal(0)
    })
  }

  it('a score of a listed operator is replayed before its merger, after it, and after the undoing', async () => {
    await register(2)
    await published(db(), 1)
    await scored()
    const { decision } = await merge(1, 2, later(10))
    expect(await differences()).to.equal(0)
    await scored(later(20))
    expect((await last(2))?.['grade']).to.equal('D')
    expect(await differences()).to.equal(0)
    await undoDecision(db(), rules, { decision: decision.id, reason: '误', by: 'officer-1', now: later(30) })
    await scored(later(40))
    expect(await differences()).to.equal(0)
  })

  it('an operator merged while it was scored gets no lead of its own', async () => {
    await register(2)
    await scored()
    await penalties(3)
    // The first transaction reads the state of knowledge, the second writes.
    await scored(
      later(5),
      {},
      justBefore(2, () => merge(1, 2, later(6))),
    )
    await scored(later(15))
    expect(await leads()).to.deep.equal([`${await operatorOf(db(), codeOf(2))} LEAD`])
    expect(await rowsOf(db(), 'select 1 from watch_entries where closed_at is null')).to.have.length(1)
  })

  it('records rolled back while they were scored open no lead', async () => {
    await register(1)
    await scored()
    const { run } = await penalties(3)
    await scored(
      later(5),
      {},
      justBefore(2, () => back(run, later(6))),
    )
    await scored(later(15))
    expect(await leads()).to.deep.equal([])
    expect(await last()).to.include({ grade: 'B' })
    expect(await differences()).to.equal(0)
  })

  it('an entry without a day does not replace a lead', async () => {
    await register(1)
    await entry(1, { day: '', body: { list: 'ecommerce-2018', listed_on: null } })
    await scored()
    await penalties(3, 1, later(10))
    await scored(later(60))
    expect(await leads()).to.have.length(1)
  })

  it('an operator still below the line gets a lead once its list entry has ended', async () => {
    await register(1)
    await entry(1)
    await penalties(3)
    await scored()
    expect(await leads()).to.deep.equal([])
    await entry(0, { now: later(86_400) })
    await scored(later(86_460))
    expect((await last())?.['grade']).to.equal('D')
    expect(await leads()).to.have.length(1)
  })

  it('a line raised above a score opens a lead like a fall below it', async () => {
    await register(1)
    await penalties(3, 1, NOW, '2026-10-10', { types: ['罚款'], content: '罚款', fine_yuan: '5000' })
    await scored()
    const value = Number((await last())?.['value'])
    expect(await leads()).to.deep.equal([])
    const card = loadScorecard('ecommerce-1')
    const grades = card.grades.map((line) => (line.grade === 'C' ? { ...line, from: value + 5 } : line))
    const lines = card.lines.map((line) => (line.opens === 'lead' ? { ...line, below: value + 5 } : line))
    const hash = await keepCard(db(), { ...card, version: 'stricter-9', grades, lines }, later(5))
    await db().raw(
      `insert into scorecard_adoptions (scorecard_hash, effective_on, reason, proposed_by, proposed_at, decided_by, decided_at, state)
       values (?, ?, '更严', 'officer-1', ?, 'reviewer-1', ?, 'ADOPTED')`,
      [hash, TODAY, later(5), later(6)] as never,
    )
    await scored(later(60))
    expect(await last()).to.include({ value, cause: 'SCORECARD' })
    expect(await leads()).to.have.length(1)
  })

  it('a lead that an officer dropped is not opened again by the rollback of another run', async () => {
    const { run } = await register(1)
    await scored()
    await penalties(3, 1, later(1))
    await scored(later(5))
    const [lead] = await rowsOf(db(), 'select id from listings')
    const input = { on: TODAY, reason: '已核查，不予列入' }
    await makeMove(db(), rules, { id: String(lead?.['id']), name: 'dropListing', ...OFFICER, input, now: later(20) })
    await back(run, later(30))
    await register(1, later(40))
    await scored(later(50))
    expect((await leads()).map((one) => one.split(' ')[1])).to.deep.equal(['NOT_LISTED'])
  })

  it('the first records of another family cause all operators to be scored again', async () => {
    await register(2)
    await scored(NOW, { families: ['registration'] })
    expect(await scored(later(60), { families: ['registration'] })).to.deep.equal({ scored: 0, stored: 0 })
    expect(await scored(later(120), { families: ['penalties', 'registration'] })).to.deep.equal({
      scored: 2,
      stored: 2,
    })
    expect(await differences()).to.equal(0)
  })

  it('a changed term causes all operators to be scored again, and earlier scores are replayed by their own rules', async () => {
    await register(1)
    await entry(1, { day: '2022-01-01', body: { list: 'ecommerce-2018' } })
    await scored()
    expect((await last())?.['grade']).to.equal('B')
    const lists = rules.lists.map((list) =>
      list.id === 'ecommerce-2018' ? { ...list, terms: list.terms.map((term) => ({ ...term, years: 9 })) } : list,
    )
    const done = await scoreOperators(db(), {
      cause: 'command',
      rules: { ...rules, lists },
      families: FAMILIES,
      now: at(later(60)),
    })
    expect(done?.stored).to.be.greaterThan(0)
    expect((await last())?.['grade']).to.equal('D')
    expect(await differences()).to.equal(0)
  })

  const falsified: [what: string, sql: string][] = [
    ['the cause', `update scores set cause = 'TIME' where id = (select min(id) from scores)`],
    ['the day', `update scores set as_of = as_of - 1 where id = (select min(id) from scores)`],
    ['the card', `update scorecards set card = jsonb_set(card, '{base}', '601')`],
    ['the rules', `update rule_books set lists = jsonb_set(lists, '{0,terms}', '[]')`],
    ['what counts now', 'update current_scores set value = value - 1'],
    ['what standing reads', 'update standing_rows set value = value - 1'],
  ]
  it('verification finds further kinds of falsified scores', async () => {
    await register(1)
    await entry(1)
    await scored()
    expect(await differences()).to.equal(0)
    for (const [what, sql] of falsified) {
      const tx = await db().transaction()
      await tx.raw(sql)
      expect((await verifyScores(tx, { now: at(NOW) })).differences, what).to.be.greaterThan(0)
      await tx.rollback()
    }
  })
})
