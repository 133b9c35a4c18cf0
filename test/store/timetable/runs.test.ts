import { expect } from 'chai'
import * as runs from '../../../src/store/timetable/runs.js'
import { database, later, NOW, rowsOf } from '../../support/world.js'

describe('runs', () => {
  const db = database()
  const start = (more: Partial<runs.NewRun> = {}) =>
    runs.startRun(db(), { job: 'pull', subject: 'registry', cause: 'timetable', now: NOW, ...more })

  it('only one of many processes starts the run of a scheduled occurrence', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => start({ plannedFor: NOW })))
    expect(all.filter((id) => id !== null)).to.have.length(1)
  })

  it('runs at another minute, for another subject and by command start as well', async () => {
    const all = [
      await start({ plannedFor: NOW }),
      await start({ plannedFor: later(60) }),
      await start({ plannedFor: NOW, subject: 'quality' }),
      await start({ cause: 'command' }),
      await start({ cause: 'command' }),
    ]
    expect(all.every((id) => id !== null)).to.equal(true)
  })

  it('an open run is marked abandoned by the next run of its own job and subject only', async () => {
    const dead = await start()
    const other = await start({ subject: 'quality' })
    await start({ now: later(60) })
    expect(await runs.findRun(db(), dead ?? 0)).to.deep.include({ outcome: 'ABANDONED', endedAt: later(60) })
    expect(await runs.findRun(db(), other ?? 0)).to.deep.include({ outcome: 'RUNNING', endedAt: null })
  })

  it('a finished run keeps its counts or its fault', async () => {
    const id = (await start()) ?? 0
    await runs.finishRun(db(), id, { outcome: 'DONE', counts: { received: 7 }, now: later(5) })
    expect(await runs.findRun(db(), id)).to.deep.include({
      outcome: 'DONE',
      counts: { received: 7 },
      error: null,
      endedAt: later(5),
    })
    const bad = (await start()) ?? 0
    await runs.finishRun(db(), bad, { outcome: 'REFUSED', error: { code: 'RUN_BUSY', message: 'x' }, now: later(6) })
    expect(await runs.findRun(db(), bad)).to.deep.include({
      outcome: 'REFUSED',
      counts: {},
      error: { code: 'RUN_BUSY', message: 'x' },
    })
  })

  it('only a successful full pull makes a feed current', async () => {
    const at = async (more: Partial<runs.NewRun>, outcome: 'DONE' | 'REFUSED', now: Date) =>
      runs.finishRun(db(), (await start(more)) ?? 0, { outcome, counts: {}, now })
    await at({ whole: true }, 'DONE', later(1))
    await at({ whole: true }, 'REFUSED', later(2))
    await at({ whole: false }, 'DONE', later(3))
    await at({ whole: true, subject: 'quality' }, 'REFUSED', later(4))
    const good = await runs.lastGoodPulls(db())
    expect([...good].map(([feed, { at: when }]) => [feed, when])).to.deep.equal([['registry', later(1)]])
  })

  it('runs are listed page by page, newest first', async () => {
    const ids: number[] = []
    for (let i = 0; i < 5; i += 1) ids.push((await start({ subject: `s${i}` })) ?? 0)
    const first = await runs.listRuns(db(), { first: 3, before: null })
    const rest = await runs.listRuns(db(), { first: 3, before: first.at(-1)?.id ?? null })
    expect([...first, ...rest].map((run) => run.id)).to.deep.equal(ids.reverse())
  })

  it('an abandoned run cannot be locked', async () => {
    const id = (await start()) ?? 0
    expect(await db().transaction((tx) => runs.lockIfRunning(tx, id))).to.equal(true)
    await start()
    expect(await db().transaction((tx) => runs.lockIfRunning(tx, id))).to.equal(false)
    expect(await rowsOf(db(), 'select 1 from runs')).to.have.length(2)
  })
})
