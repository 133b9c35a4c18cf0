import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'chai'
import { world } from '../../../seeds/world.js'
import { feeds } from '../../../src/agencies/index.js'
import type { FactFamily } from '../../../src/domain/records/facts.js'
import type { RecordBody } from '../../../src/domain/records/records.js'
import { startAgencyStandIns } from '../../../src/sandbox/agencies/index.js'
import type { JobDb } from '../../../src/store/db/db.js'
import { latest } from '../../../src/store/scoring/scores.js'
import * as watchEntries from '../../../src/store/scoring/watch-entries.js'
import { type ScoringOptions, type ScoringResult, scoreOperators } from '../../../src/work/scoring/score.js'
import { loadScorecard } from '../../../src/work/scoring/scorecards.js'
import { verifyScores } from '../../../src/work/scoring/verify.js'
import {
  at,
  codeOf,
  database,
  later,
  lead,
  NOW,
  operatorOf,
  pullFeed,
  pullItems,
  refusal,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

const REAL = resolve('../shared/data/creditchina-blacklists-2018/dev/ecommerce-blacklist-90.csv')
const FAMILIES: FactFamily[] = ['registration', 'trademarks', 'inspections', 'penalties', 'lists']
const options = { cause: 'command' as const, rules, families: FAMILIES, now: at(NOW) }

const scored = async (db: JobDb, given: Partial<ScoringOptions> = {}): Promise<Omit<ScoringResult, 'ms'>> => {
  const done = await scoreOperators(db, { ...options, ...given })
  if (done === null) throw new Error('another process has this occurrence')
  const { ms: _, ...counts } = done
  return counts
}
const verified = async (db: JobDb, sample?: number) => {
  const {
    ms: _,
    found: __,
    ...counts
  } = await verifyScores(db, { ...options, ...(sample === undefined ? {} : { sample }) })
  return counts
}

interface Reason {
  rule: string
  fact: string | null
  points: number
  records: number[]
}
interface Row {
  value: number
  grade: string
  asOf: string
  cause: string
  reasons: Reason[]
}
const scoresOf = async (db: JobDb, n: number): Promise<Row[]> =>
  (await rowsOf(
    db,
    `select value, grade, as_of as "asOf", cause, reasons from scores where operator_id = ? order by id`,
    [await operatorOf(db, codeOf(n))],
  )) as unknown as Row[]
const last = async (db: JobDb, n = 1): Promise<Row> => {
  const row = (await scoresOf(db, n)).at(-1)
  if (row === undefined) throw new Error('no score')
  return row
}

const register = (db: JobDb, many = 1, day = '2019-05-06') =>
  pullItems(
    db,
    Array.from({ length: many }, (_, i) => ({ key: `R${i + 1}`, code: codeOf(i + 1), value: '某路1号', day })),
    {
      id: 'registry',
      kind: 'registration',
    },
  )
const penalties = (db: JobDb, many: number, more: { now?: () => Date } = {}) =>
  pullItems(
    db,
    Array.from({ length: many }, (_, i) => ({ key: `P${i}`, code: codeOf(1), value: `违法${i}`, day: '2026-10-10' })),
    { id: 'penalties', kind: 'penalty', ...more },
  )
const entries = (db: JobDb, many: number, given: { body?: () => RecordBody; day?: string } = {}) =>
  pullItems(
    db,
    [
      { key: 'OTHER', code: codeOf(2), value: '另案', day: '2026-06-01' },
      ...Array.from({ length: many }, (_, i) => ({
        key: `L${i}`,
        code: codeOf(1),
        value: '严重失信',
        ...('day' in given ? { day: given.day } : { day: '2026-06-01' }),
      })),
    ],
    { id: 'dishonest', ...(given.body ? { body: given.body } : {}) },
  )
const leads = (db: JobDb) => rowsOf(db, `select operator_id, state from listings`)

describe('score', () => {
  const db = database()

  it('reasons add up for every operator of the synthetic world, and every score is replayed', async () => {
    const agencies = await startAgencyStandIns(world())
    try {
      for (const from of feeds.values()) {
        const url = agencies.find((agency) => agency.id === from.agency)?.url
        if (url !== undefined) await pullFeed(db(), from, { url })
      }
    } finally {
      await Promise.all(agencies.map((agency) => agency.close()))
    }
    const first = await scored(db())
    expect(first.scored).to.be.greaterThan(100)
    expect(first).to.deep.equal({ scored: first.scored, stored: first.scored, unchanged: 0 })
    const wrong = await rowsOf(
      db(),
      `select id from scores where value <> (select sum((r->>'points')::int) from json_array_elements(reasons) r)`,
    )
    expect(wrong).to.have.length(0)
    const grades = await rowsOf(db(), 'select distinct grade from scores order by 1')
    expect(grades.map((row) => row['grade'])).to.include.members(['A', 'B', 'D'])
    expect(await verified(db())).to.deep.equal({ verified: first.scored, differences: 0 })
    expect(await scored(db(), { all: true, now: at(later(60)) })).to.deep.equal({
      scored: first.scored,
      stored: 0,
      unchanged: first.scored,
    })
    expect(await verified(db(), 10)).to.deep.equal({ verified: 10, differences: 0 })
  })

  it('only operators with new records are scored, and unchanged facts add no row', async () => {
    await register(db(), 3)
    expect(await scored(db())).to.deep.equal({ scored: 3, stored: 3, unchanged: 0 })
    expect(await scored(db())).to.deep.equal({ scored: 0, stored: 0, unchanged: 0 })
    await penalties(db(), 1)
    expect(await scored(db())).to.deep.equal({ scored: 1, stored: 1, unchanged: 0 })
    expect((await scoresOf(db(), 1)).map((row) => row.cause)).to.deep.equal(['FIRST', 'RECORD'])
    expect(await scored(db(), { all: true })).to.deep.equal({ scored: 3, stored: 0, unchanged: 3 })
  })

  it('a penalty is a reason that names its version', async () => {
    await register(db())
    await penalties(db(), 1)
    await scored(db())
    const [version] = await rowsOf(db(), `select id from versions where kind = 'penalty'`)
    const { value, reasons } = await last(db())
    expect(reasons.find((reason) => reason.fact === 'penalty_heavy')).to.deep.include({
      points: -160,
      records: [Number(version?.['id'])],
    })
    expect(value).to.equal(600 + 80 + 20 - 160)
  })

  it('a removed record leaves the score', async () => {
    await register(db())
    await scored(db())
    const before = await last(db())
    await entries(db(), 1)
    await scored(db(), { now: at(later(60)) })
    expect((await last(db())).grade).to.equal('D')
    await entries(db(), 0)
    await scored(db(), { now: at(later(86_400)) })
    expect(await last(db())).to.deep.include({ value: before.value, grade: before.grade })
  })

  it('a fall to D opens one lead, also when scored again and lower', async () => {
    await register(db())
    await scored(db())
    await penalties(db(), 3)
    await scored(db(), { now: at(later(60)) })
    expect((await last(db())).grade).to.equal('D')
    await scored(db(), { all: true, now: at(later(120)) })
    await penalties(db(), 4)
    await scored(db(), { now: at(later(180)) })
    expect(await leads(db())).to.deep.equal([{ operator_id: await operatorOf(db(), codeOf(1)), state: 'LEAD' }])
    const [event] = await rowsOf(db(), 'select move, made_by as by, role, made_on as on from listing_events')
    expect(event).to.deep.equal({ move: 'openLead', by: 'score', role: 'clock', on: TODAY })
  })

  it('an operator below the watch line is on the internal watch list once, until its score rises above it', async () => {
    const watched = async () => {
      const found = await rowsOf(db(), 'select value, opened_on as on, closed_on as off from watch_entries order by id')
      return found.map(({ value, on, off }) => [value, on, off])
    }
    await register(db())
    await scored(db())
    expect(await watched()).to.deep.equal([])
    await penalties(db(), 1)
    await scored(db(), { now: at(later(60)) })
    expect((await last(db())).grade).to.equal('C')
    expect(await watched()).to.deep.equal([[540, TODAY, null]])
    await penalties(db(), 2)
    await scored(db(), { now: at(later(120)) })
    expect(await watched()).to.deep.equal([[540, TODAY, null]])
    const when = (seconds: number) => ({ asOf: TODAY, knownAt: later(seconds) })
    const one = await operatorOf(db(), codeOf(1))
    const known = async (seconds: number) => (await watchEntries.ofOperators(db(), [one], when(seconds))).size
    await db().raw(`update versions set body = jsonb_set(body, '{status}', '"REVOKED"') where kind = 'penalty'`)
    await scored(db(), { all: true, now: at(later(180)) })
    expect(await watched()).to.deep.equal([[540, TODAY, TODAY]])
    expect([await known(30), await known(150), await known(240)]).to.deep.equal([0, 1, 0])
  })

  it('a fall to D opens no second lead beside an officer’s open case', async () => {
    await register(db())
    await scored(db())
    await lead(db(), await operatorOf(db(), codeOf(1)))
    await penalties(db(), 3)
    await scored(db(), { now: at(later(60)) })
    expect(await leads(db())).to.have.length(1)
  })

  it('a mirrored serious entry gives D with its version, and no lead', async () => {
    await register(db())
    await scored(db())
    await entries(db(), 1)
    await scored(db(), { now: at(later(60)) })
    const [version] = await rowsOf(db(), `select id from versions where record_key = 'L0'`)
    const { grade, reasons } = await last(db())
    expect(grade).to.equal('D')
    expect(reasons.find((reason) => reason.fact === 'serious_list')?.records).to.deep.equal([Number(version?.['id'])])
    expect(await leads(db())).to.have.length(0)
  })

  it('an undated entry of 2018 is shown and not counted', async () => {
    await register(db())
    await entries(db(), 1, { body: () => ({ list: 'ecommerce-2018', listed_on: null }), day: '' })
    await scored(db())
    const { grade, reasons } = await last(db())
    expect(grade).to.not.equal('D')
    const shown = reasons.filter((reason) => reason.fact === 'serious_list')
    expect(shown.map((reason) => reason.points)).to.deep.equal([0])
    expect(shown[0]?.records).to.have.length(1)
  })

  it('scoring a past day opens no lead and keeps the operator in the queue', async () => {
    await register(db())
    await penalties(db(), 3)
    expect(await scored(db(), { asOf: '2026-11-01' })).to.deep.equal({ scored: 1, stored: 1, unchanged: 0 })
    expect(await last(db())).to.include({ asOf: '2026-11-01', grade: 'D' })
    expect(await scored(db(), { all: true, asOf: '2026-10-01' })).to.include({ stored: 1 })
    expect((await last(db())).grade).to.not.equal('D')
    expect(await leads(db())).to.have.length(0)
    expect((await scored(db())).scored).to.equal(1)
  })

  it('a dry run counts what it would store and stores nothing', async () => {
    await register(db(), 2)
    expect(await scored(db(), { dryRun: true })).to.deep.equal({ scored: 2, stored: 2, unchanged: 0 })
    expect(await rowsOf(db(), 'select 1 from scores')).to.have.length(0)
    expect(await scored(db())).to.deep.equal({ scored: 2, stored: 2, unchanged: 0 })
  })

  it('a score changes by time alone on the predicted day', async () => {
    await register(db(), 1, '2025-12-01')
    await scored(db())
    expect(await scored(db(), { now: at(new Date('2026-11-30T02:00:00Z')) })).to.include({ scored: 0 })
    expect(await scored(db(), { now: at(new Date('2026-12-01T02:00:00Z')) })).to.include({ stored: 1 })
    expect(await last(db())).to.include({ cause: 'TIME', asOf: '2026-12-01', value: 640 })
  })

  it('a future day is scored only in a dry run', async () => {
    await register(db(), 1, '2025-12-01')
    const future = { ...options, all: true, asOf: '2035-01-01' }
    expect((await refusal(scoreOperators(db(), future))).code).to.equal('SCORE_OF_FUTURE')
    expect(await scored(db(), { ...future, dryRun: true })).to.include({ scored: 1 })
    expect(await rowsOf(db(), 'select * from scores')).to.deep.equal([])
  })

  it('a score of a past day is used for that day and no later one', async () => {
    await register(db(), 1, '2025-12-01')
    await scored(db(), { all: true, asOf: '2026-01-01' })
    const [operator] = await rowsOf(db(), 'select id from operators')
    const valueOn = async (asOf: string) => {
      const found = await latest(db(), [Number(operator?.['id'])], { asOf, knownAt: new Date('2100-01-01') })
      return found.size
    }
    expect([await valueOn('2026-01-01'), await valueOn('2026-01-02')]).to.deep.equal([1, 0])
  })

  const falsifications: Record<string, string> = {
    'a value': 'update scores set value = value - 1 where id = (select min(id) from scores)',
    'a grade': `update scores set grade = 'C' where id = (select min(id) from scores)`,
    'a reason': `update scores set reasons = jsonb_set(reasons::jsonb, '{1,points}', '5') where id = (select min(id) from scores)`,
    'how many a reason counts': `update scores set reasons = jsonb_set(reasons::jsonb, '{1,count}', '7') where id = (select min(id) from scores)`,
    'a value and its reason together': `update scores set value = value + 1, reasons = jsonb_set(reasons::jsonb, '{0,points}', '601') where id = (select min(id) from scores)`,
    'the day of the next change': `update scores set next_change_on = '2031-01-01' where id = (select min(id) from scores)`,
    'the body of a record': `update versions set body = jsonb_set(body, '{status}', '"REVOKED"') where kind = 'registration' and operator_id = (select operator_id from scores order by id limit 1)`,
    'the day a record was known': `update versions set known_from = now() + interval '50 years' where kind = 'registration' and operator_id = (select operator_id from scores order by id limit 1)`,
  }
  it('verification finds every kind of falsified score', async () => {
    await register(db(), 3)
    await scored(db())
    expect(await verified(db())).to.deep.equal({ verified: 3, differences: 0 })
    for (const [what, sql] of Object.entries(falsifications)) {
      const tx = await db().transaction()
      await tx.raw(sql)
      expect(await verified(tx), what).to.deep.equal({ verified: 3, differences: 1 })
      await tx.rollback()
    }
  })

  it('scores stay replayable after records changed, ended and came back', async () => {
    await register(db())
    await scored(db())
    for (let day = 1; day <= 4; day += 1) {
      const now = at(later(day * 86_400))
      await pullItems(db(), [{ key: 'R1', code: codeOf(1), value: `某路${day}号`, day: '2019-05-06' }], {
        id: 'registry',
        kind: 'registration',
        now,
      })
      await pullItems(
        db(),
        [
          { key: 'X', code: codeOf(3), value: '别家', day: '2026-01-01' },
          ...(day % 2 ? [{ key: 'Y', code: codeOf(1), value: '严重失信', day: '2026-02-02' }] : []),
        ],
        { id: 'dishonest', now },
      )
      await penalties(db(), day, { now })
      await scored(db(), { now })
    }
    const { verified: all, differences } = await verified(db())
    expect(all).to.be.greaterThan(4)
    expect(differences).to.equal(0)
  })

  it('a sample has the requested size, or contains all scores', async () => {
    await register(db(), 15)
    await scored(db())
    for (const [asked, got] of [
      [1, 1],
      [4, 4],
      [10, 10],
      [15, 15],
      [99, 15],
    ] as const)
      expect((await verified(db(), asked)).verified, String(asked)).to.equal(got)
  })

  it('two simultaneous runs score each operator once', async () => {
    await register(db(), 20)
    const both = await Promise.all([scored(db()), scored(db())])
    expect(both.map((one) => one.stored).sort((a, b) => a - b)).to.deep.equal([0, 20])
  })

  it('a scheduled scoring runs once', async () => {
    await register(db())
    const both = await Promise.all(
      [1, 2].map(() => scoreOperators(db(), { ...options, cause: 'timetable', plannedFor: NOW })),
    )
    expect(both.filter((one) => one === null)).to.have.length(1)
  })

  it('an unknown scorecard is refused before a run begins', async () => {
    expect((await refusal(scoreOperators(db(), { ...options, scorecard: '../ecommerce-1' }))).code).to.equal(
      'SCORECARD_UNKNOWN',
    )
    expect(() => loadScorecard('none')).to.throw(/none/)
    expect(await rowsOf(db(), 'select 1 from runs')).to.have.length(0)
  })

  it('the firms of the real 2018 file are D while their entry stands and not afterwards (skipped without the file)', async function () {
    const dishonest = feeds.get('dishonest')
    if (!existsSync(REAL) || dishonest === undefined) return this.skip()
    const pulled = await pullFeed(db(), dishonest, { file: { path: REAL, dated: '2018-05-15' } })
    expect(pulled).to.include({ received: 90, new: 84, unmatched: 6, rejected: 0 })
    expect((await scored(db(), { asOf: '2018-12-31' })).stored).to.equal(84)
    const then = await rowsOf(
      db(),
      `select s.grade, count(*)::int as n, count(v.id)::int as behind from scores s
       left join versions v on v.operator_id = s.operator_id and v.row_number > 1 and v.id = (
         select (r->'records'->>0)::bigint from json_array_elements(s.reasons) r where r->>'fact' = 'serious_list')
       where s.as_of = '2018-12-31' group by 1`,
    )
    expect(then).to.deep.equal([{ grade: 'D', n: 84, behind: 84 }])
    await scored(db(), { all: true, asOf: '2021-05-14' })
    await scored(db(), { all: true, asOf: '2021-05-16' })
    const after = await rowsOf(
      db(),
      `select distinct on (operator_id) grade from scores order by operator_id, as_of desc, id desc`,
    )
    expect(after.filter((row) => row['grade'] === 'D')).to.have.length(0)
    expect(await leads(db())).to.have.length(0)
  })
})
