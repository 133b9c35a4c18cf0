import { expect } from 'chai'
import { RECORD_KINDS } from '../../src/domain/records.js'
import type { Db } from '../../src/store/db.js'
import * as directory from '../../src/store/directory.js'
import * as listings from '../../src/store/listings.js'
import * as mergers from '../../src/store/mergers.js'
import * as operators from '../../src/store/operators.js'
import * as runs from '../../src/store/runs.js'
import * as scores from '../../src/store/scores.js'
import * as standings from '../../src/store/standings.js'
import * as versions from '../../src/store/versions.js'
import { score } from '../../src/work/score.js'
import { type TakenBack, takeBack } from '../../src/work/takeback.js'
import { verify } from '../../src/work/verify.js'
import {
  at,
  codeOf,
  database,
  type FeedGiven,
  later,
  lead,
  NOW,
  operatorOf,
  type PullGiven,
  pullItems,
  type Row,
  refusal,
  rowsOf,
  rules,
  step,
  TODAY,
} from '../support/world.js'

const HOUR = 3_600
const ALL = new Date('9999-01-01T00:00:00Z')

/** Pulls, and gives the id of its run. */
const bring = async (db: Db, rows: readonly Row[], given: FeedGiven & PullGiven): Promise<number> => {
  await pullItems(db, rows, { rules, ...given })
  const [run] = await rowsOf(db, `select max(id) as id from runs where job = 'pull' and outcome = 'DONE'`)
  return Number(run?.['id'])
}
const back = (db: Db, run: number, now = later(HOUR)): Promise<TakenBack> =>
  takeBack(db, { run, reason: '整批误报', by: 'reviewer-1', rules, now: at(now) })
const rescored = (db: Db, now: Date) =>
  score(db, {
    cause: 'command',
    rules,
    families: ['registration', 'penalties', 'lists', 'inspections', 'trademarks'],
    now: at(now),
  })

/** What the hub answers now, in words that know neither ids nor instants: two databases that believe the same say the same. */
const answers = async (db: Db): Promise<unknown> => {
  const all = await directory.list(db, {}, { first: 10_000, after: null })
  const codes = all.map(({ uscc, shop }, place) => ({
    place,
    scheme: uscc ? 'uscc' : 'shop',
    code: uscc ?? shop ?? '',
  }))
  const ids = all.map(({ id }) => id)
  const when = { asOf: TODAY, knownAt: ALL }
  const [stood, records, graded, own, former, further] = await Promise.all([
    standings.of(db, codes, { asOf: TODAY, today: TODAY }),
    versions.ofOperators(db, ids, when, { kinds: RECORD_KINDS, removed: true, first: 100, after: null }),
    scores.latest(db, ids, when),
    listings.ofOperators(db, ids),
    operators.formerNames(db, ids),
    operators.codesOf(db, ids),
  ])
  const of = <V extends { operatorId: number | null }>(rows: readonly V[], id: number) =>
    rows.filter(({ operatorId }) => operatorId === id)
  const each = all.map(({ id, uscc, shop, kind, name, region, status }) => {
    const standing = of(stood, id)[0]
    const scored = graded.get(id)
    return {
      code: uscc ?? shop,
      kind,
      name,
      region,
      status,
      standing: [standing?.status, standing?.score, standing?.grade, standing?.entries?.length],
      records: of(records, id)
        .map(({ feed, key, body, validFrom, row, page }) => JSON.stringify({ feed, key, body, validFrom, row, page }))
        .sort(),
      score: scored && {
        value: scored.value,
        grade: scored.grade,
        next: scored.nextChangeOn,
        reasons: scored.reasons.map(({ records: cited, ...reason }) => ({ ...reason, cited: cited.length })),
      },
      listings: of(own, id)
        .filter(({ wrongFrom }) => wrongFrom === null)
        .map((one) => [one.list, one.state, one.reason, one.moves]),
      former: of(former, id)
        .map((one) => one.name)
        .sort(),
      codes: of(further, id)
        .map((one) => `${one.scheme} ${one.code}`)
        .sort(),
    }
  })
  return {
    operators: each.sort((a, b) => String(a.code).localeCompare(String(b.code))),
    count: await operators.count(db),
    waiting: await rowsOf(
      db,
      `select feed, record_key, body, reason, digest, name_key, row_number from unmatched where state = 'OPEN' order by 1, 2`,
    ),
    owed: await rowsOf(
      db,
      `select d.platform, d.action, d.notice->'operator'->>'uscc' as uscc from deliveries d where d.state in ('OWED', 'REFUSED') order by 1, 2, 3`,
    ),
    entries: await rowsOf(db, `select body->>'uscc' as uscc from public_entries order by 1`),
    board: await listings.board(db),
    fresh: [...(await runs.lastGoodPulls(db)).keys()].sort(),
  }
}

/** The same told to two databases, one of which also hears what `wrong` says, which is then taken back. */
const twins = async (
  one: Db,
  other: Db,
  told: {
    before?: (db: Db) => Promise<unknown>
    wrong: (db: Db) => Promise<number>
    after?: (db: Db) => Promise<unknown>
  },
): Promise<{ run: number; taken: TakenBack }> => {
  for (const db of [one, other]) {
    await told.before?.(db)
    await rescored(db, later(60))
  }
  const run = await told.wrong(one)
  await rescored(one, later(180))
  for (const db of [one, other]) await told.after?.(db)
  await rescored(one, later(600))
  const taken = await back(one, run)
  for (const db of [one, other]) await rescored(db, later(HOUR + 60))
  expect(await answers(one)).to.deep.equal(await answers(other))
  return { run, taken }
}

const registry = (db: Db, from: number, to: number, more: Partial<Row> & PullGiven = {}) => {
  const { now = at(NOW), ...row } = more
  return bring(
    db,
    Array.from({ length: to - from + 1 }, (_, i) => ({
      key: codeOf(from + i),
      code: codeOf(from + i),
      name: `长春虚构商贸第${from + i}有限公司`,
      value: '某路1号',
      day: '2019-05-06',
      ...row,
    })),
    { id: 'registry', kind: 'registration', whole: false, now },
  )
}
const penalties = (db: Db, rows: readonly Row[], now: Date) =>
  bring(db, rows, { id: 'penalties', kind: 'penalty', whole: false, now: at(now) })
const penalty = (n: number, nth = 1, more: Partial<Row> = {}): Row => ({
  key: `P${n}/${nth}`,
  code: codeOf(n),
  name: `长春虚构商贸第${n}有限公司`,
  value: '销售假冒商品',
  day: '2026-10-10',
  ...more,
})
const wrongFile = (db: Db, rows: readonly Row[]) => penalties(db, rows, later(120))

describe('taking a run back', function () {
  this.timeout(120_000)
  const one = database()
  const other = database()

  it('3,000 wrong rows in a valid file leave standing, score, leads, deliveries and operators as if they had never come', async () => {
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
    expect((await verify(one(), { now: at(later(2 * HOUR)) })).differences).to.equal(0)
  })

  it('what was believed in between is still shown to whoever asks for then', async () => {
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
    expect((await operators.byCodes(one(), [asked])).size).to.equal(0)
    expect(await mergers.ownId(one(), asked, later(300))).to.equal(ids[1])
    expect(await mergers.ownId(one(), asked, later(2 * HOUR))).to.equal(null)
    expect(await standings.of(one(), [{ place: 0, ...asked }], { asOf: TODAY, today: TODAY })).to.deep.equal([])
  })

  it('a record that the run changed says again what it said before, with its own source', async () => {
    await twins(one(), other(), {
      before: (db) => registry(db, 1, 3),
      wrong: (db) => registry(db, 2, 3, { name: '错名', value: '错址', reg: '220102000000017', now: at(later(120)) }),
    })
    const [run] = await rowsOf(one(), 'select min(id) as id from runs')
    const current = await versions.current(one(), 'registry', codeOf(2))
    expect([current?.run, current?.row, current?.body['address']]).to.deep.equal([run?.['id'], 2, '某路1号'])
  })

  it('a record that a later run changed once more stays as that run said', async () => {
    await twins(one(), other(), {
      before: (db) => registry(db, 1, 2),
      wrong: (db) => registry(db, 1, 2, { name: '错名', value: '错址', now: at(later(120)) }),
      after: (db) => registry(db, 1, 1, { name: '新名', value: '新址', now: at(later(240)) }),
    })
    expect((await versions.current(one(), 'registry', codeOf(1)))?.body['name']).to.equal('新名')
    const names = await operators.formerNames(one(), [await operatorOf(one(), codeOf(1))])
    expect(names.map(({ name }) => name)).to.deep.equal(['长春虚构商贸第1有限公司'])
  })

  const entries = (db: Db, keys: readonly number[], seconds: number) =>
    bring(
      db,
      keys.map((n) => ({ key: `L${n}`, code: codeOf(n), value: '严重失信', day: '2026-06-01' })),
      { id: 'dishonest', kind: 'list_entry', now: at(later(seconds)), bounds: { shrinkShare: 1 } },
    )

  it('what the run ended by lacking it stands again, and what it brought is gone', async () => {
    await twins(one(), other(), {
      before: (db) => entries(db, [1, 2, 3, 4], 0),
      wrong: (db) => entries(db, [4, 5], 120),
    })
    expect((await versions.current(one(), 'dishonest', 'L1'))?.stands).to.equal(true)
    expect(await versions.current(one(), 'dishonest', 'L5')).to.equal(null)
  })

  it('what a later whole delivery lacks has ended, whatever the wrong one had said of it', async () => {
    const wrongly = (db: Db) =>
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

  const partly = (db: Db, keys: readonly number[], seconds: number) =>
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

  it('what only a partial file brought is its alone again when the whole run that held it is taken back', async () => {
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

  it('and stands again where a later whole run had ended it for that reason alone', async () => {
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

  it('and so it is of what a partial file changed since', async () => {
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

  const waiting = (db: Db, value: string, seconds: number) =>
    penalties(db, [{ key: 'W', reg: '220102000000017', name: '某店', value, day: '2026-10-10' }], later(seconds))

  it('an item that waited and was matched by the run waits again', async () => {
    await twins(one(), other(), {
      before: (db) => waiting(db, '无照经营', 0),
      wrong: (db) => registry(db, 1, 1, { reg: '220102000000017', now: at(later(120)) }),
    })
    expect(await rowsOf(one(), 'select state from unmatched')).to.deep.equal([{ state: 'OPEN' }])
    expect(await operators.count(one())).to.equal(0)
  })

  it('an item that only the run brought waits no longer, and one that it changed says what it said before', async () => {
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

  it('its file taken in again brings new versions, operators that are believed again, and leads of their own', async () => {
    const rows = [1, 2, 3].map((nth) => penalty(1, nth))
    const run = await wrongFile(one(), rows)
    await rescored(one(), later(180))
    await back(one(), run)
    await rescored(one(), later(HOUR + 60))
    expect(await operators.count(one())).to.equal(0)
    const again = await penalties(one(), rows, later(2 * HOUR))
    expect(again).to.be.greaterThan(run)
    await rescored(one(), later(2 * HOUR + 60))
    await penalties(other(), rows, later(2 * HOUR))
    await rescored(other(), later(2 * HOUR + 60))
    expect(await answers(one())).to.deep.equal(await answers(other()))
  })

  for (const order of ['the later first', 'the earlier first'] as const)
    it(`two runs taken back one after the other, ${order}, leave what was before both`, async () => {
      for (const db of [one(), other()]) await registry(db, 1, 3)
      const first = await registry(one(), 1, 2, { name: '错一', value: '错址一', now: at(later(60)) })
      const second = await registry(one(), 1, 4, { name: '错二', value: '错址二', now: at(later(120)) })
      for (const run of order === 'the later first' ? [second, first] : [first, second]) await back(one(), run)
      for (const db of [one(), other()]) await rescored(db, later(2 * HOUR))
      expect(await answers(one())).to.deep.equal(await answers(other()))
    })

  it('a score that another reason brought to D as well opens its lead from that reason alone', async () => {
    await twins(one(), other(), {
      before: (db) => registry(db, 1, 1),
      wrong: (db) =>
        wrongFile(
          db,
          [1, 2, 3, 4, 5].map((nth) => penalty(1, nth)),
        ),
      after: (db) =>
        penalties(
          db,
          [6, 7, 8].map((nth) => penalty(1, nth)),
          later(240),
        ),
    })
    const open = await rowsOf(one(), `select state, reason from listings where wrong_from is null`)
    expect(open).to.have.length(1)
    expect(open[0]?.['state']).to.equal('LEAD')
  })

  it('a lead that an officer has taken up stays, and a person is asked', async () => {
    await registry(one(), 1, 1)
    await rescored(one(), later(60))
    const run = await wrongFile(
      one(),
      [1, 2, 3].map((nth) => penalty(1, nth)),
    )
    await rescored(one(), later(180))
    await penalties(one(), [penalty(1, 9)], later(240))
    const [opened] = await rowsOf(one(), 'select id from listings')
    const decision = await versions.current(one(), 'penalties', 'P1/9')
    await step(one(), String(opened?.['id']), [
      'linkDecision',
      { by: 'officer-1', role: 'officer' },
      { on: '2026-11-25', decision: decision?.id ?? 0 },
    ])
    await back(one(), run)
    await rescored(one(), later(HOUR + 60))
    expect(await rowsOf(one(), 'select state, wrong_from as wrong from listings')).to.deep.equal([
      { state: 'LEAD', wrong: null },
    ])
    expect(await rowsOf(one(), 'select cause, settled_at as settled from concerns')).to.deep.equal([
      { cause: 'TAKEN_BACK', settled: null },
    ])
  })

  it('the hub still knows an operator of whom a person opened a case', async () => {
    const run = await wrongFile(one(), [penalty(1)])
    await lead(one(), await operatorOf(one(), codeOf(1)))
    await back(one(), run)
    expect(await operators.count(one())).to.equal(1)
  })

  it('an item that a correction took in waits again as it came', async () => {
    const run = await wrongFile(one(), [penalty(1)])
    await one().raw(
      `insert into rejects (run_id, feed, row_number, rule, message, problems, item, state, corrected, taken_run, settled_at, settled_by, note)
       values (?, 'penalties', 2, 'date', '', '[]', '{}', 'TAKEN', '{}', ?, now(), 'o', '更正')`,
      [run, run],
    )
    await back(one(), run)
    expect(await rowsOf(one(), 'select state, taken_run as taken from rejects')).to.deep.equal([
      { state: 'OPEN', taken: null },
    ])
  })

  it('the next pull of the feed asks for everything again', async () => {
    const run = await wrongFile(one(), [penalty(1)])
    await one().raw(
      `insert into feed_states (feed, state, run_id) values ('penalties', '{"cursor": 7}', ?), ('registry', '1', ?)`,
      [run, run],
    )
    await back(one(), run)
    expect(await rowsOf(one(), 'select feed from feed_states')).to.deep.equal([{ feed: 'registry' }])
  })

  it('a run that cannot be taken back is refused by name, and nothing changes', async () => {
    const run = await wrongFile(one(), [penalty(1)])
    await rescored(one(), later(180))
    const [scoring] = await rowsOf(one(), `select id from runs where job = 'score'`)
    const failed = await runs.start(one(), { job: 'pull', subject: 'penalties', cause: 'command', now: NOW })
    await runs.finish(one(), failed ?? 0, { outcome: 'FAILED', now: NOW })
    const code = async (id: number, reason = '误报') =>
      (await refusal(takeBack(one(), { run: id, reason, by: 'r', rules, now: at(later(HOUR)) }))).code
    expect(await code(999_999)).to.equal('RUN_UNKNOWN')
    expect(await code(Number(scoring?.['id']))).to.equal('RUN_NOT_TAKEN_BACK')
    expect(await code(failed ?? 0)).to.equal('RUN_NOT_TAKEN_BACK')
    expect(await code(run, ' ')).to.equal('INPUT_INVALID')
    expect(await code(run, '长'.repeat(1_001))).to.equal('INPUT_INVALID')
    expect(await rowsOf(one(), `select 1 from runs where job = 'takeback'`)).to.have.length(0)
    expect(await code(run)).to.equal('none')
    expect(await code(run)).to.equal('RUN_NOT_TAKEN_BACK')
  })

  it('of two who take it back at once one does, and the other is told', async () => {
    const run = await wrongFile(one(), [penalty(1)])
    const both = await Promise.all([1, 2].map(() => refusal(back(one(), run))))
    expect(both.map(({ code }) => code).sort()).to.deep.equal(['RUN_NOT_TAKEN_BACK', 'none'])
    expect(await rowsOf(one(), `select count(*)::int as n from versions where wrong_from is not null`)).to.deep.equal([
      { n: 1 },
    ])
  })

  it('a take-back that fails half-way changes nothing but its own run', async () => {
    const run = await wrongFile(one(), [penalty(1)])
    await one().raw(`create function stop() returns trigger as 'begin raise exception ''stop''; end' language plpgsql;
      create trigger stop before update of taken_back_at on runs for each row execute function stop()`)
    try {
      let failed = false
      await back(one(), run).catch(() => {
        failed = true
      })
      expect(failed).to.equal(true)
    } finally {
      await one().raw('drop trigger stop on runs; drop function stop()')
    }
    expect(
      await rowsOf(one(), 'select 1 from versions where known_to is not null or wrong_from is not null'),
    ).to.have.length(0)
    expect(await rowsOf(one(), `select outcome from runs where job = 'takeback'`)).to.deep.equal([
      { outcome: 'FAILED' },
    ])
    expect((await back(one(), run)).wrong).to.equal(1)
  })
})
