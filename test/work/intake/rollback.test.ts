import { expect } from 'chai'
import type { JobDb } from '../../../src/store/db/db.js'
import * as mergers from '../../../src/store/operators/mergers.js'
import * as operators from '../../../src/store/operators/operators.js'
import * as versions from '../../../src/store/records/versions.js'
import * as scores from '../../../src/store/scoring/scores.js'
import * as standings from '../../../src/store/standing/standings.js'
import { verifyScores } from '../../../src/work/scoring/verify.js'
import {
  answers,
  back,
  bring,
  HOUR,
  penalties,
  penalty,
  registry,
  rescored,
  twins,
  wrongFile,
} from '../../support/taking-back.js'
import { at, codeOf, database, later, NOW, operatorOf, rowsOf, TODAY } from '../../support/world.js'

describe('rollback of a run', () => {
  const one = database()
  const other = database()

  it('3,000 wrong rows in a valid file leave standing, score, leads, deliveries and operators as if never sent', async () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => [1, 2, 3].map((nth) => penalty(i + 1, nth))).flat()
    const { run, taken } = await twins(one(), other(), {
      before: async (db) => {
        await registry(db, 1, 400)
        await penalties(db, [penalty(1), penalty(7, 9), penalty(2, 1, { value: '标签不清' })], NOW)
      },
      wrong: (db) => wrongFile(db, rows),
    })
    expect(taken).to.include({ wrong: 2_999, restored: 1, gone: 600 })
    const [opened] = await rowsOf(one(), `select count(*)::int as n from listing_events where move = 'openLead'`)
    expect(opened?.['n']).to.equal(1_000)
    const [noted] = await rowsOf(
      one(),
      'select taken_back_by as by, taken_back_reason as reason from runs where id = ?',
      [run],
    )
    expect(noted).to.deep.equal({ by: 'reviewer-1', reason: '整批误报' })
    expect((await verifyScores(one(), { now: at(later(2 * HOUR)) })).differences).to.equal(0)
  })

  it('still shows for questions about that time what was believed then', async () => {
    await registry(one(), 1, 1)
    const run = await wrongFile(one(), [penalty(1), penalty(2)])
    await rescored(one(), later(180))
    const then = { asOf: TODAY, knownAt: later(300) }
    const sight = { kinds: ['penalty'] as const, removed: true, first: 10, after: null }
    const ids = [await operatorOf(one(), codeOf(1)), await operatorOf(one(), codeOf(2))]
    const before = await versions.ofOperators(one(), ids, then, sight)
    expect(before).to.have.length(2)
    const scoresThen = await scores.latest(one(), ids, then)
    await back(one(), run)
    await rescored(one(), later(HOUR + 60))
    const after = await versions.ofOperators(one(), ids, then, sight)
    expect(after.map(({ id, body }) => [id, body])).to.deep.equal(before.map(({ id, body }) => [id, body]))
    expect(await scores.latest(one(), ids, then)).to.deep.equal(scoresThen)
    expect(await versions.ofOperators(one(), ids, { ...then, knownAt: later(2 * HOUR) }, sight)).to.deep.equal([])
    const asked = { scheme: 'uscc', code: codeOf(2) }
    expect((await operators.operatorsByCode(one(), [asked])).size).to.equal(0)
    expect(await mergers.idOfBearer(one(), asked, later(300))).to.equal(ids[1])
    expect(await mergers.idOfBearer(one(), asked, later(2 * HOUR))).to.equal(null)
    const days = { asOf: TODAY, today: TODAY }
    expect(await standings.readStandings(one(), [asked], { days, grades: 'ALL' })).to.deep.equal([null])
  })

  it('restores the former content and source of a record that the run changed', async () => {
    await twins(one(), other(), {
      before: (db) => registry(db, 1, 3),
      wrong: (db) => registry(db, 2, 3, { name: '错名', value: '错址', reg: '220102000000017', now: at(later(120)) }),
    })
    const [run] = await rowsOf(one(), 'select min(id) as id from runs')
    const current = await versions.findCurrentVersion(one(), 'registry', codeOf(2))
    expect([current?.run, current?.row, current?.body['address']]).to.deep.equal([run?.['id'], 2, '某路1号'])
  })

  it('keeps a record that a later run changed again', async () => {
    await twins(one(), other(), {
      before: (db) => registry(db, 1, 2),
      wrong: (db) => registry(db, 1, 2, { name: '错名', value: '错址', now: at(later(120)) }),
      after: (db) => registry(db, 1, 1, { name: '新名', value: '新址', now: at(later(240)) }),
    })
    expect((await versions.findCurrentVersion(one(), 'registry', codeOf(1)))?.body['name']).to.equal('新名')
    const names = await operators.formerNames(one(), [await operatorOf(one(), codeOf(1))])
    expect(names.map(({ name }) => name)).to.deep.equal(['长春虚构商贸第1有限公司'])
  })

  const entries = (db: JobDb, keys: readonly number[], seconds: number) =>
    bring(
      db,
      keys.map((n) => ({ key: `L${n}`, code: codeOf(n), value: '严重失信', day: '2026-06-01' })),
      { id: 'dishonest', kind: 'list_entry', now: at(later(seconds)), bounds: { shrinkShare: 1 } },
    )

  it('restores what the run ended by absence, and removes what it added', async () => {
    await twins(one(), other(), {
      before: (db) => entries(db, [1, 2, 3, 4], 0),
      wrong: (db) => entries(db, [4, 5], 120),
    })
    expect((await versions.findCurrentVersion(one(), 'dishonest', 'L1'))?.stands).to.equal(true)
    expect(await versions.findCurrentVersion(one(), 'dishonest', 'L5')).to.equal(null)
  })

  it('ends what a later full delivery lacks, whatever the wrong run changed in it', async () => {
    const wrongly = (db: JobDb) =>
      bring(
        db,
        [1, 2, 3].map((n) => ({ key: `L${n}`, code: codeOf(n), value: '误', day: '2026-06-02' })),
        {
          id: 'dishonest',
          kind: 'list_entry',
          now: at(later(120)),
        },
      )
    await twins(one(), other(), {
      before: (db) => entries(db, [1, 2, 3], 0),
      wrong: wrongly,
      after: (db) => entries(db, [1, 2], 240),
    })
    const [ended] = await rowsOf(
      one(),
      `select body->>'reason' as reason, ended_on as ended from versions where record_key = 'L3' and known_to is null`,
    )
    expect(ended).to.deep.equal({ reason: '严重失信', ended: TODAY })
  })

  const partly = (db: JobDb, keys: readonly number[], seconds: number) =>
    bring(
      db,
      keys.map((n) => ({ key: `L${n}`, code: codeOf(n), value: '严重失信', day: '2026-06-01' })),
      { id: 'dishonest', kind: 'list_entry', whole: false, now: at(later(seconds)) },
    )
  const partial = (key: string) =>
    rowsOf(
      one(),
      'select partial, held_by as held, ended_on is null as stands from versions where record_key = ? and known_to is null',
      [key],
    )

  it('returns a record to its partial file when the full run that held it is rolled back', async () => {
    await twins(one(), other(), {
      before: async (db) => {
        await entries(db, [1, 2], 0)
        await partly(db, [3], 10)
      },
      wrong: (db) => entries(db, [1, 2, 3], 120),
    })
    expect(await partial('L3')).to.deep.equal([{ partial: true, held: null, stands: true }])
    for (const db of [one(), other()]) await entries(db, [1, 2], 2 * HOUR)
    expect(await answers(one())).to.deep.equal(await answers(other()))
    expect(await partial('L3')).to.deep.equal([{ partial: true, held: null, stands: true }])
  })

  it('restores a record of a partial file where a later full run ended it only because of the wrong run', async () => {
    await twins(one(), other(), {
      before: async (db) => {
        await entries(db, [1, 2], 0)
        await partly(db, [3], 10)
      },
      wrong: (db) => entries(db, [1, 2, 3], 120),
      after: (db) => entries(db, [1, 2], 240),
    })
    expect(await partial('L3')).to.deep.equal([{ partial: true, held: null, stands: true }])
  })

  it('restores a record of a partial file also where another partial file has changed it since', async () => {
    await twins(one(), other(), {
      before: async (db) => {
        await entries(db, [1, 2], 0)
        await partly(db, [3], 10)
      },
      wrong: (db) => entries(db, [1, 2, 3], 120),
      after: (db) =>
        bring(db, [{ key: 'L3', code: codeOf(3), value: '更正', day: '2026-06-01' }], {
          id: 'dishonest',
          kind: 'list_entry',
          whole: false,
          now: at(later(240)),
        }),
    })
    expect(await partial('L3')).to.deep.equal([{ partial: true, held: null, stands: true }])
  })

  const waiting = (db: JobDb, value: string, seconds: number) =>
    penalties(db, [{ key: 'W', reg: '220102000000017', name: '某店', value, day: '2026-10-10' }], later(seconds))

  it('reopens an unmatched item that the run matched', async () => {
    await twins(one(), other(), {
      before: (db) => waiting(db, '无照经营', 0),
      wrong: (db) => registry(db, 1, 1, { reg: '220102000000017', now: at(later(120)) }),
    })
    expect(await rowsOf(one(), 'select state from unmatched')).to.deep.equal([{ state: 'OPEN' }])
    expect(await operators.countOperators(one())).to.equal(0)
  })

  it('removes an unmatched item that only the run brought, and restores one that it changed', async () => {
    await twins(one(), other(), {
      before: (db) => waiting(db, '无照经营', 0),
      wrong: (db) =>
        penalties(
          db,
          [
            { key: 'W', reg: '220102000000017', name: '某店', value: '误', day: '2026-10-10' },
            { key: 'X', name: '别店', value: '误', day: '2026-10-10' },
          ],
          later(120),
        ),
    })
    expect(await rowsOf(one(), 'select record_key as key, state from unmatched order by 1')).to.deep.equal([
      { key: 'W', state: 'OPEN' },
      { key: 'X', state: 'TAKEN_BACK' },
    ])
  })

  it('the same file pulled again brings new versions, restored operators and new leads', async () => {
    const rows = [1, 2, 3].map((nth) => penalty(1, nth))
    const run = await wrongFile(one(), rows)
    await rescored(one(), later(180))
    await back(one(), run)
    await rescored(one(), later(HOUR + 60))
    expect(await operators.countOperators(one())).to.equal(0)
    const again = await penalties(one(), rows, later(2 * HOUR))
    expect(again).to.be.greaterThan(run)
    await rescored(one(), later(2 * HOUR + 60))
    await penalties(other(), rows, later(2 * HOUR))
    await rescored(other(), later(2 * HOUR + 60))
    expect(await answers(one())).to.deep.equal(await answers(other()))
  })

  for (const order of ['the later first', 'the earlier first'] as const)
    it(`two runs rolled back, ${order}, leave the state before both`, async () => {
      for (const db of [one(), other()]) await registry(db, 1, 3)
      const first = await registry(one(), 1, 2, { name: '错一', value: '错址一', now: at(later(60)) })
      const second = await registry(one(), 1, 4, { name: '错二', value: '错址二', now: at(later(120)) })
      for (const run of order === 'the later first' ? [second, first] : [first, second]) await back(one(), run)
      for (const db of [one(), other()]) await rescored(db, later(2 * HOUR))
      expect(await answers(one())).to.deep.equal(await answers(other()))
    })
})
