import { rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'chai'
import type { FactFamily } from '../../../src/domain/records/facts.js'
import type { Scorecard } from '../../../src/domain/scoring/scorecard.js'
import { schemaDocument } from '../../../src/foundation/contracts.js'
import { isRefusal, type Refusal } from '../../../src/foundation/errors.js'
import type { JobDb } from '../../../src/store/db/db.js'
import { latestOf } from '../../../src/store/scoring/trials.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { hashCard, keepCard } from '../../../src/work/scoring/scorecards.js'
import { type TrialOptions, tryScorecard, tryScorecardForRequest } from '../../../src/work/scoring/trial.js'
import { at, codeOf, database, later, NOW, operatorOf, pullItems, rowsOf, rules, TODAY } from '../../support/world.js'

const FAMILIES: FactFamily[] = ['registration', 'trademarks', 'inspections', 'penalties', 'lists']
const NEW = 'strict-9'
const options: TrialOptions = { version: NEW, lists: rules.lists, families: FAMILIES, now: at(NOW) }
const inForce = schemaDocument('scorecards/ecommerce-1.json') as Scorecard

/** Returns a changed copy of the card in force. */
const card = (change: (copy: Scorecard) => void, version = NEW): Scorecard => {
  const copy = structuredClone(inForce)
  copy.version = version
  change(copy)
  return copy
}
const stricter = card((copy) => {
  const penalties = copy.rules.find((rule) => rule.id === 'penalties')
  if (penalties?.kind !== 'units') throw new Error('the card has no rule of penalties')
  for (const unit of penalties.units) unit.points *= 2
  penalties.cap = null
})

const register = (db: JobDb, many: number) =>
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
const penalty = (db: JobDb, now = NOW) =>
  pullItems(db, [{ key: 'P1', code: codeOf(1), value: '违法', day: '2026-10-10' }], {
    id: 'penalties',
    kind: 'penalty',
    now: at(now),
  })
const scoreAll = (db: JobDb, now = NOW) =>
  scoreOperators(db, { cause: 'command', rules, families: FAMILIES, now: at(now) })
const kept = (db: JobDb, one = stricter) => keepCard(db, one, NOW)
const counts = async (db: JobDb) => {
  const tables = ['scores', 'listings', 'trials', 'runs', 'scorecards', 'dirty_operators']
  const all = await Promise.all(tables.map((table) => rowsOf(db, `select count(*)::int as n from ${table}`)))
  return Object.fromEntries(tables.map((table, i) => [table, all[i]?.[0]?.['n']]))
}

const refused = async (asked: Promise<unknown>): Promise<Refusal> => {
  const thrown: unknown = await asked.then(
    () => new Error('not refused'),
    (error: unknown) => error,
  )
  if (isRefusal(thrown)) return thrown
  throw thrown
}

describe('trial of a scorecard', () => {
  const db = database()

  it('compares two cards over all operators and stores only the result', async () => {
    await register(db(), 3)
    await penalty(db())
    await kept(db())
    const before = await counts(db())
    const heard: number[] = []
    const { ms, trial, ...rest } = await tryScorecard(db(), { ...options, progress: (n) => heard.push(n) })
    expect(rest).to.deep.equal({ scored: 3, stored: 0, unchanged: 2 })
    expect(ms).to.be.a('number')
    expect(heard).to.deep.equal([3])
    expect(await counts(db())).to.deep.equal({ ...before, trials: 1 })
    expect(trial).to.deep.include({
      scorecard: { version: NEW, hash: hashCard(stricter) },
      against: { version: 'ecommerce-1', hash: hashCard(inForce) },
      asOf: TODAY,
      operators: 3,
      better: 0,
      worse: 1,
      spread: { mean: -53.33, lowest: -160, p5: -160, p25: -160, median: 0, p75: 0, p95: 0, highest: 0 },
      up: [],
    })
    const [down] = trial.down
    expect(down).to.deep.include({
      points: -160,
      before: { value: 540, grade: 'C' },
      after: { value: 380, grade: 'D' },
    })
    expect(down?.operator).to.deep.include({ code: codeOf(1), kind: 'ENTERPRISE' })
    expect(down?.reasons).to.have.length(1)
    expect(down?.reasons[0]).to.deep.include({ rule: 'penalties', fact: 'penalty_heavy' })
    expect(down?.reasons[0]?.before).to.deep.include({ points: -160 })
    expect(down?.reasons[0]?.after).to.deep.include({ points: -320 })
    expect(trial.regions.map(({ region, operators }) => [region, operators])).to.deep.equal([['2201', 3]])
    expect(trial.kinds.map(({ kind, operators }) => [kind, operators])).to.deep.equal([['ENTERPRISE', 3]])
  })

  it('uses the facts of a future day', async () => {
    await register(db(), 1)
    await penalty(db())
    await kept(db())
    const { trial } = await tryScorecard(db(), { ...options, asOf: '2040-01-01' })
    expect(trial).to.include({ asOf: '2040-01-01', operators: 1, unchanged: 1 })
  })

  it('leaves out merged operators and those that have ended', async () => {
    await register(db(), 3)
    await kept(db())
    const [one, two] = await Promise.all([1, 2].map((n) => operatorOf(db(), codeOf(n))))
    await db().raw('update operators set merged_into = ? where id = ?', [Number(two), Number(one)])
    expect((await tryScorecard(db(), options)).scored).to.equal(2)
  })

  it('compares with the named card instead of the one in force', async () => {
    await register(db(), 1)
    await kept(db())
    const { trial, unchanged } = await tryScorecard(db(), { ...options, version: 'ecommerce-1', against: NEW })
    expect([trial.scorecard.version, trial.against.version, unchanged]).to.deep.equal(['ecommerce-1', NEW, 1])
  })

  it('refuses an unknown card and one whose file differs from the stored one, and stores nothing', async () => {
    await register(db(), 1)
    await kept(
      db(),
      card((copy) => {
        copy.base -= 1
      }, 'ecommerce-1'),
    )
    for (const [version, code] of [
      ['none-1', 'SCORECARD_UNKNOWN'],
      ['ecommerce-1', 'SCORECARD_CHANGED'],
    ] as const)
      expect((await refused(tryScorecard(db(), { ...options, version }))).code, version).to.equal(code)
    expect(await rowsOf(db(), 'select 1 from trials')).to.have.length(0)
  })

  it('refuses a card with a broken file with place and reason', async () => {
    const version = 'broken-trial-test'
    const path = resolve('schema/scorecards', `${version}.json`)
    const broken = card((copy) => {
      copy.base = 600.5
    }, version)
    try {
      writeFileSync(path, JSON.stringify(broken))
      const { code, message } = await refused(tryScorecard(db(), { ...options, version }))
      expect(code).to.equal('SCORECARD_BROKEN')
      expect(message).to.contain('base: ')
    } finally {
      rmSync(path)
    }
  })

  it('ends when aborted, and stores nothing', async () => {
    await register(db(), 1)
    await kept(db())
    const thrown = await tryScorecard(db(), { ...options, signal: AbortSignal.abort(new Error('enough')) }).catch(
      (error: Error) => error.message,
    )
    expect(thrown).to.equal('enough')
    expect(await rowsOf(db(), 'select 1 from trials')).to.have.length(0)
  })

  it('returns today’s result to a repeated request, and a new one after further scoring', async () => {
    await register(db(), 2)
    await scoreAll(db())
    await kept(db())
    const first = await tryScorecardForRequest(db(), { ...options, by: 'officer-1' })
    expect(first).to.deep.include({ madeBy: 'officer-1', asOf: TODAY })
    expect((await tryScorecardForRequest(db(), { ...options, now: at(later(60)) })).id).to.equal(first.id)
    await penalty(db(), later(120))
    expect((await tryScorecardForRequest(db(), { ...options, now: at(later(180)) })).id).to.equal(first.id)
    await scoreAll(db(), later(240))
    const second = await tryScorecardForRequest(db(), { ...options, now: at(later(300)) })
    expect(second.id).to.not.equal(first.id)
    expect([first.result.worse, second.result.worse]).to.deep.equal([0, 1])
  })

  it('does not reuse a result of yesterday, for another day or against another card', async () => {
    await register(db(), 1)
    await kept(db())
    const other = card((copy) => {
      copy.base += 1
    }, 'other-9')
    await kept(db(), other)
    const yesterday = await tryScorecardForRequest(db(), options)
    await tryScorecard(db(), { ...options, asOf: '2026-11-26' })
    const tomorrow = await tryScorecardForRequest(db(), { ...options, now: at(later(86_400)) })
    expect(tomorrow).to.include({ asOf: '2026-11-26' })
    expect(tomorrow.id).to.be.greaterThan(yesterday.id + 1)
    const against = await tryScorecardForRequest(db(), { ...options, now: at(later(86_400)), against: 'other-9' })
    expect(against.result).to.deep.include({ against: 'other-9', scorecard: NEW })
    expect((await latestOf(db(), [hashCard(stricter)])).get(hashCard(stricter))?.id).to.equal(against.id)
  })

  it('runs once for simultaneous equal requests', async () => {
    await register(db(), 2)
    await kept(db())
    const asked = await Promise.all(Array.from({ length: 5 }, () => tryScorecardForRequest(db(), options)))
    expect(new Set(asked.map(({ id }) => id)).size).to.equal(1)
    expect(await rowsOf(db(), 'select 1 from trials')).to.have.length(1)
  })

  it('is refused over too many operators, naming the command, and answered once that has run', async () => {
    await register(db(), 3)
    await kept(db())
    const few = { ...options, operatorsMost: 2 }
    const { code, details } = await refused(tryScorecardForRequest(db(), few))
    expect(code).to.equal('TRIAL_TOO_LARGE')
    expect(details).to.deep.equal({ limit: 2, command: `hub score --dry-run --scorecard ${NEW}` })
    const { trial } = await tryScorecard(db(), options)
    expect((await tryScorecardForRequest(db(), few)).id).to.equal(trial.id)
    const against = await refused(tryScorecardForRequest(db(), { ...few, against: NEW }))
    expect(against.details['command']).to.equal(`hub score --dry-run --scorecard ${NEW} --against ${NEW}`)
    expect((await tryScorecardForRequest(db(), { ...few, operatorsMost: 3 })).id).to.equal(trial.id)
  })

  it('continues each batch of operators where the last one ended', async () => {
    await register(db(), 1)
    await kept(db())
    await db().raw(
      `insert into operators (uscc, kind, name, name_key, first_run, created_at)
       select 'TEST' || lpad(n::text, 14, '0'), 'ENTERPRISE', '虚构' || n, '虚构' || n, (select min(first_run) from operators), now()
       from generate_series(1, 4500) n`,
    )
    const heard: number[] = []
    const { scored } = await tryScorecard(db(), { ...options, progress: (n) => heard.push(n) })
    expect([scored, heard]).to.deep.equal([4501, [2000, 4000, 4501]])
  })
})
