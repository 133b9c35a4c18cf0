import { expect } from 'chai'
import { CHANGES_RETAINED_DAYS } from '../../../src/domain/standing/changes.js'
import { runChanges } from '../../../src/work/standing/changes/run.js'
import { replaceSellers } from '../../../src/work/standing/sellers.js'
import { listen } from '../../support/events.js'
import { startHub, type TestHub } from '../../support/hub.js'
import { at, codeOf, database, later, log, NOW, TODAY } from '../../support/world.js'

describe('numbering of changes', () => {
  const db = database()
  const operator = async (n: number): Promise<void> => {
    const [run] = await db()('runs').insert(
      { job: 'seed', cause: 'command', started_at: NOW, ended_at: NOW, outcome: 'DONE' },
      'id',
    )
    await db()('operators').insert({
      uscc: codeOf(n),
      kind: 'ENTERPRISE',
      name: '虚构有限公司',
      first_run: run.id,
      created_at: NOW,
    })
  }
  const sends = (client: string, codes: readonly string[]) =>
    replaceSellers(db(), { client, bytes: Buffer.from(codes.join('\n')), dated: TODAY, marketplace: null, now: NOW })
  const run = (now = NOW) => runChanges(db(), { cause: 'command', now: at(now), sending: null, log })
  const marks = async (): Promise<number> => Number((await db()('change_marks').count('* as n').first())?.['n'])

  it('marks changes only after the first marketplace has sent a list', async () => {
    await operator(1)
    expect(await marks()).to.equal(0)
    await sends('mall', [codeOf(2)])
    await operator(2)
    await operator(3)
    expect(await marks()).to.equal(2)
    expect(await run()).to.deep.equal({ numbered: 1, confirmed: 0, failed: 0, erased: 0 })
    // Marks of operators that are no marketplace's sellers are dropped.
    expect(await marks()).to.equal(0)
    const row = await db()('runs').where({ job: 'changes' }).first()
    expect(row).to.deep.include({ outcome: 'DONE', cause: 'command' })
  })

  it('makes the first list wait for open writes, and refuses it when these take long', async () => {
    const writing = await db().transaction()
    await writing.raw('select changes_wanted()')
    const refused = await sends('mall', [codeOf(1)]).then(
      () => 'none',
      ({ code }) => code,
    )
    expect(refused).to.equal('RUN_BUSY')
    await writing.rollback()
    expect((await sends('mall', [codeOf(1)])).sequence).to.equal(1)
  })

  it('counts the end of an override as a change on the next day, though no row is written', async () => {
    await operator(1)
    await sends('mall', [codeOf(1)])
    const { id } = await db()('operators').first('id')
    await db()('overrules').insert({
      operator_id: id,
      grade: 'A',
      reason: '理由',
      ends_on: '2026-11-25',
      state: 'IN_FORCE',
      asked_by: 'a',
      asked_at: NOW,
      decided_by: 'b',
      decided_at: NOW,
    })
    await run()
    expect((await run(later(3_600)))?.numbered).to.equal(0)
    expect((await run(later(86_400)))?.numbered).to.equal(1)
    expect((await run(later(86_401)))?.numbered).to.equal(0)
    expect((await db()('changes').orderBy('sequence', 'desc').first()).what).to.deep.equal(['GRADE'])
  })

  it('erases expired changes and does not reuse their numbers', async () => {
    await sends('mall', [codeOf(1)])
    const run_ = await run(later((CHANGES_RETAINED_DAYS + 1) * 86_400))
    expect(run_?.erased).to.equal(1)
    expect(await db()('change_clients').first()).to.deep.include({ client: 'mall', last: 1, erased: 1 })
    expect((await sends('mall', [codeOf(1)])).sequence).to.equal(2)
  })

  it('never alters a numbered change', async () => {
    await sends('mall', [codeOf(1)])
    const altered = await db()('changes')
      .update({ what: ['NAME'] })
      .then(
        () => 'done',
        (error) => error.message,
      )
    expect(altered).to.include('never altered')
  })
})

describe('a hub with listeners', () => {
  let test: TestHub

  it('stops at once and sends them an end event', async () => {
    test = await startHub()
    const one = await listen(`${test.url}/v1/changes`, await test.token('marketplace'))
    await one.until(({ event }) => event === 'start')
    const stopping = test.stop()
    expect((await one.until(({ event }) => event === 'end')).data).to.deep.equal({ reason: 'DRAINING' })
    await one.ended
    await stopping
  })
})
