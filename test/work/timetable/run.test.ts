import { expect } from 'chai'
import { isConnectionLost } from '../../../src/store/db/db.js'
import { runAlone, runBeside } from '../../../src/work/timetable/run.js'
import { at, database, NOW, refusal, rowsOf } from '../../support/world.js'

const what = { job: 'pull' as const, subject: 'registry', cause: 'command' as const, now: at(NOW) }
const thrownBy = async (act: Promise<unknown>): Promise<unknown> => {
  try {
    await act
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('runs of jobs', () => {
  const db = database()

  it('keep the counts so far of a failed run, and never the text of a fault', async () => {
    await thrownBy(
      runAlone(db(), what, async (run) => {
        run.counts['received'] = 7
        throw new Error('select secret from somewhere')
      }),
    )
    const [run] = await rowsOf(db(), 'select * from runs')
    expect(run).to.deep.include({ outcome: 'FAILED', counts: { received: 7 } })
    expect(JSON.stringify(run?.['error'])).to.not.include('secret')
  })

  it('report the true cause where the connection of the lock has died', async () => {
    const cause = await thrownBy(
      runAlone(db(), what, async () => {
        await db().raw(
          `select pg_terminate_backend(l.pid) from pg_locks l where l.locktype = 'advisory' and l.pid <> pg_backend_pid()
             and l.database = (select oid from pg_database where datname = current_database())`,
        )
        throw new Error('the true cause')
      }),
    )
    expect((cause as Error).message).to.equal('the true cause')
    expect(await runAlone(db(), what, async () => 'free again')).to.equal('free again')
  })

  it('change nothing more once another process took them for dead, though their work goes on', async () => {
    const added = (name: string) => `insert into written_by_runs (name) values ('${name}')`
    await db().raw('create table written_by_runs (name text)')
    const overtaken = await refusal(
      runAlone(db(), what, async (_, fenced) => {
        await fenced.transaction(async (tx) => tx.raw(added('first')))
        await db().raw(
          `select pg_terminate_backend(l.pid) from pg_locks l where l.locktype = 'advisory' and l.pid <> pg_backend_pid()
             and l.database = (select oid from pg_database where datname = current_database())`,
        )
        await runAlone(db(), what, (_, second) => second.transaction(async (tx) => tx.raw(added('second'))))
        await fenced.transaction(async (tx) => tx.raw(added('late')))
      }),
    )
    expect(overtaken.code).to.equal('RUN_BUSY')
    expect(await rowsOf(db(), 'select name from written_by_runs')).to.deep.equal([
      { name: 'first' },
      { name: 'second' },
    ])
    expect(await rowsOf(db(), 'select outcome from runs order by id')).to.deep.equal([
      { outcome: 'ABANDONED' },
      { outcome: 'DONE' },
    ])
    await db().raw('drop table written_by_runs')
  })

  it('distinguish a lost database from a wrong statement', async () => {
    const lost = await thrownBy(
      db().transaction(async (tx) => {
        const { rows } = await tx.raw('select pg_backend_pid() as pid')
        await db().raw('select pg_terminate_backend(?)', [rows[0].pid])
        await tx.raw('select 1')
      }),
    )
    const wrong = await thrownBy(db().raw('select nothing from nowhere'))
    const unnamed = Object.assign(new Error('getaddrinfo ENOTFOUND db'), { code: 'ENOTFOUND' })
    expect([
      isConnectionLost(lost),
      isConnectionLost(unnamed),
      isConnectionLost(wrong),
      isConnectionLost('no error at all'),
    ]).to.deep.equal([true, true, false, false])
  })

  it('refuse a command as RUN_BUSY while another run is active, and skip a scheduled run', async () => {
    const planned = { ...what, plannedFor: NOW }
    await runAlone(db(), what, async () => {
      expect(await runAlone(db(), planned, async () => 'twice')).to.equal(null)
    })
    expect(
      await refusal(
        runAlone(db(), { ...what, waitMs: 0 }, async () => runAlone(db(), { ...what, waitMs: 0 }, async () => 'twice')),
      ),
    ).to.include({
      code: 'RUN_BUSY',
    })
  })

  it('may overlap for some jobs, and a silent run is closed by the next', async () => {
    const push = { ...what, job: 'push' as const, subject: 'national' }
    const lapse = `update runs set lease_until = clock_timestamp() - interval '1 s' where outcome = 'RUNNING'`
    const outcomes = async () =>
      (await rowsOf(db(), 'select outcome from runs order by id')).map((run) => run['outcome'])
    await runBeside(db(), push, async () => {
      await runBeside(db(), push, async () => {
        expect(await outcomes()).to.deep.equal(['RUNNING', 'RUNNING'])
      })
      await db().raw(lapse)
      await runBeside(db(), push, async () => 'next')
    })
    expect(await outcomes()).to.deep.equal(['ABANDONED', 'DONE', 'DONE'])
  })

  it('begin each attempt at an occurrence once, and a further attempt is another run', async () => {
    const planned = { ...what, job: 'push' as const, plannedFor: NOW, cause: 'timetable' as const }
    expect(await runBeside(db(), planned, async () => 'one')).to.equal('one')
    expect(await runBeside(db(), planned, async () => 'one')).to.equal(null)
    expect(await runBeside(db(), { ...planned, attempt: 2 }, async () => 'two')).to.equal('two')
  })
})
