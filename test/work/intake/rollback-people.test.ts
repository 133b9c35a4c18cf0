import { expect } from 'chai'
import * as unmatched from '../../../src/store/intake/unmatched.js'
import * as operators from '../../../src/store/operators/operators.js'
import * as versions from '../../../src/store/records/versions.js'
import * as runs from '../../../src/store/timetable/runs.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { decideSubject, undoDecision } from '../../../src/work/operators/identity.js'
import { back, HOUR, penalties, penalty, registry, rescored, twins, wrongFile } from '../../support/taking-back.js'
import {
  at,
  codeOf,
  database,
  later,
  lead,
  NOW,
  operatorOf,
  refusal,
  rowsOf,
  rules,
  step,
} from '../../support/world.js'

describe('rollback and decisions of people', () => {
  const one = database()
  const other = database()

  it('a score that stays D for another reason opens its lead for that reason alone', async () => {
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

  it('keeps a lead that an officer has taken up, and opens a concern', async () => {
    await registry(one(), 1, 1)
    await rescored(one(), later(60))
    const run = await wrongFile(
      one(),
      [1, 2, 3].map((nth) => penalty(1, nth)),
    )
    await rescored(one(), later(180))
    await penalties(one(), [penalty(1, 9)], later(240))
    const [opened] = await rowsOf(one(), 'select id from listings')
    const decision = await versions.findCurrentVersion(one(), 'penalties', 'P1/9')
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

  it('keeps an operator for which a person opened a case', async () => {
    const run = await wrongFile(one(), [penalty(1)])
    await lead(one(), await operatorOf(one(), codeOf(1)))
    await back(one(), run)
    expect(await operators.countOperators(one())).to.equal(1)
  })

  it('keeps an operator to which a person attached a record, until that is undone', async () => {
    const run = await wrongFile(one(), [penalty(1)])
    await penalties(one(), [penalty(1, 2, { code: '' })], later(180))
    const [open] = await unmatched.listOpen(one(), 1)
    const attached = { unmatched: open?.id ?? 0, verdict: 'ATTACH' as const, operator: codeOf(1) }
    const act = { reason: '核实', by: 'officer-1', now: later(240) }
    const { decision } = await decideSubject(one(), rules, { ...attached, ...act })
    await back(one(), run)
    expect(await operators.countOperators(one())).to.equal(1)
    await undoDecision(one(), rules, { ...act, decision: decision.id })
    expect(await operators.countOperators(one())).to.equal(0)
  })

  it('reopens a reject whose correction the run stored', async () => {
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

  it('makes the next pull of the feed fetch everything', async () => {
    const run = await wrongFile(one(), [penalty(1)])
    await one().raw(
      `insert into feed_states (feed, state, run_id) values ('penalties', '{"cursor": 7}', ?), ('registry', '1', ?)`,
      [run, run],
    )
    await back(one(), run)
    expect(await rowsOf(one(), 'select feed from feed_states')).to.deep.equal([{ feed: 'registry' }])
  })

  it('is refused with the reason where it is not possible, and changes nothing', async () => {
    const run = await wrongFile(one(), [penalty(1)])
    await rescored(one(), later(180))
    const [scoring] = await rowsOf(one(), `select id from runs where job = 'score'`)
    const failed = await runs.startRun(one(), { job: 'pull', subject: 'penalties', cause: 'command', now: NOW })
    await runs.finishRun(one(), failed ?? 0, { outcome: 'FAILED', now: NOW })
    const code = async (id: number, reason = '误报') =>
      (await refusal(rollBack(one(), { run: id, reason, by: 'r', rules, now: at(later(HOUR)) }))).code
    expect(await code(999_999)).to.equal('RUN_UNKNOWN')
    expect(await code(Number(scoring?.['id']))).to.equal('RUN_NOT_TAKEN_BACK')
    expect(await code(failed ?? 0)).to.equal('RUN_NOT_TAKEN_BACK')
    expect(await code(run, ' ')).to.equal('INPUT_INVALID')
    expect(await code(run, '长'.repeat(1_001))).to.equal('INPUT_INVALID')
    expect(await rowsOf(one(), `select 1 from runs where job = 'takeback'`)).to.have.length(0)
    expect(await code(run)).to.equal('none')
    expect(await code(run)).to.equal('RUN_NOT_TAKEN_BACK')
  })

  it('of two simultaneous rollbacks one succeeds and the other is refused', async () => {
    const run = await wrongFile(one(), [penalty(1)])
    const both = await Promise.all([1, 2].map(() => refusal(back(one(), run))))
    expect(both.map(({ code }) => code).sort()).to.deep.equal(['RUN_NOT_TAKEN_BACK', 'none'])
    expect(await rowsOf(one(), `select count(*)::int as n from versions where wrong_from is not null`)).to.deep.equal([
      { n: 1 },
    ])
  })

  it('that fails half-way changes nothing except its own run', async () => {
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
