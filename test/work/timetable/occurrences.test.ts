import { expect } from 'chai'
import fc from 'fast-check'
import { connect } from '../../../src/store/db/db.js'
import { type JobRunner, makeScheduler, type OccurrenceTurn } from '../../../src/work/timetable/occurrences.js'
import { runAlone, runBeside } from '../../../src/work/timetable/run.js'
import { JOB_RULES, type ScheduledJob } from '../../../src/work/timetable/timetable.js'
import { freshDatabase } from '../../support/database.js'
import { until } from '../../support/until.js'
import { at, database, log, rowsOf } from '../../support/world.js'

const START = new Date('2026-11-25T02:00:30Z')
const MINUTE = 60_000
const PUSH: ScheduledJob = { job: 'push', subject: 'national', cron: '* * * * *' }
const PULL: ScheduledJob = { job: 'pull', subject: 'registry', cron: '10 * * * *' }

describe('scheduled occurrences', () => {
  const db = database()
  let now = START
  beforeEach(() => {
    now = START
  })
  const set = (text: string) => {
    now = new Date(text)
  }
  const pass = (ms: number) => {
    now = new Date(now.getTime() + ms)
  }
  /** A scheduler process, with its own clock if one is given. */
  const process = (occasions: ScheduledJob[], act: JobRunner = async () => true, clock = () => now) =>
    makeScheduler(db(), { occasions: () => occasions, act, now: clock, log })
  const seen = () => {
    const turns: OccurrenceTurn[] = []
    return { turns, act: async (turn: OccurrenceTurn) => Boolean(turns.push(turn)) }
  }
  const look = async (...all: ReturnType<typeof makeScheduler>[]) => {
    await Promise.all(all.map((one) => one.beat()))
    await Promise.all(all.map((one) => one.idle()))
  }
  const minutes = (turns: readonly OccurrenceTurn[]) =>
    turns.map(({ plannedFor }) => plannedFor.toISOString().slice(11, 16))
  const lapse = () =>
    db().raw(`update occurrences set lease_until = clock_timestamp() - interval '1 s' where ended_at is null`)
  const states = async () =>
    (await rowsOf(db(), 'select state, attempts from occurrences order by planned_for')).map((row) =>
      Object.values(row),
    )

  it('the first start runs no earlier occurrence', async () => {
    const { turns, act } = seen()
    await look(process([PUSH, PULL], act))
    expect(turns).to.deep.equal([])
    pass(MINUTE)
    const { turns: later, act: again } = seen()
    await look(process([PUSH, PULL], again))
    expect(minutes(later)).to.deep.equal(['02:01'])
  })

  it('three processes together run the occurrence of each of ten minutes once', async () => {
    const { turns, act } = seen()
    const three = [1, 2, 3].map(() => process([PUSH], act))
    await look(...three)
    for (let n = 0; n < 10; n += 1) {
      pass(MINUTE)
      await look(...three)
      await look(...three)
    }
    expect(minutes(turns)).to.deep.equal(Array.from({ length: 10 }, (_, n) => `02:${String(n + 1).padStart(2, '0')}`))
  })

  it('one run makes up for a stop of the hub and stores how many occurrences were missed', async () => {
    const { turns, act } = seen()
    await look(process([PULL], act))
    set('2026-11-25T07:30:00Z')
    await look(process([PULL], act))
    expect(minutes(turns)).to.deep.equal(['07:10'])
    expect(await rowsOf(db(), 'select missed, state from occurrences')).to.deep.equal([{ missed: 5, state: 'DONE' }])
  })

  it('a clock set forward and back runs nothing twice and skips nothing unrun', async () => {
    const { turns, act } = seen()
    const one = process([PUSH], act)
    await look(one)
    pass(MINUTE)
    await look(one)
    set('2026-11-25T05:00:30Z')
    await look(one)
    set('2026-11-25T02:01:50Z')
    await look(one)
    set('2026-11-25T02:02:30Z')
    await look(one)
    set('2026-11-25T05:00:40Z')
    await look(one)
    expect(minutes(turns).slice(0, 3)).to.deep.equal(['02:01', '05:00', '02:02'])
    expect(new Set(minutes(turns)).size).to.equal(turns.length)
  })

  it('a stop is made up for as usual, also after the clock was ahead and set back', async () => {
    const { turns, act } = seen()
    await look(process([PULL], act))
    set('2026-11-25T09:30:00Z')
    await look(process([PULL], act))
    set('2026-11-25T02:05:00Z')
    await look(process([PULL], act))
    set('2026-11-25T04:30:00Z')
    await look(process([PULL], act))
    expect(minutes(turns)).to.deep.equal(['09:10', '04:10'])
  })

  it('no planned time has two runs, for any clocks of two processes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -200, max: 200 })), { minLength: 1, maxLength: 12 }),
        async (steps) => {
          await db().raw('delete from occurrences; delete from schedules')
          const { turns, act } = seen()
          const clocks = [START.getTime(), START.getTime()]
          const both = [0, 1].map((i) => process([PUSH, PULL], act, () => new Date(clocks[i] ?? 0)))
          await look(...both)
          for (const [first, by] of steps) {
            const i = first ? 0 : 1
            clocks[i] = (clocks[i] ?? 0) + by * MINUTE
            await look(...both)
          }
          const names = turns.map(({ job, plannedFor }) => `${job} ${plannedFor.toISOString()}`)
          expect(new Set(names).size).to.equal(names.length)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('another process takes over the occurrence of a dead one as a further attempt and closes its run', async () => {
    const dead = process([PUSH], (turn) => {
      void runBeside(db(), { ...turn, now: at(now) }, () => new Promise(() => {}))
      return new Promise(() => {})
    })
    await dead.beat()
    pass(MINUTE)
    await dead.beat()
    await until('a run begins', async () => (await rowsOf(db(), 'select 1 from runs')).length === 1)
    const { turns, act } = seen()
    const living = process([PUSH], async (turn) => {
      await act(turn)
      return (await runBeside(db(), { ...turn, now: at(now) }, async () => true)) === true
    })
    await look(living)
    expect(turns, 'while its lease holds').to.deep.equal([])
    await lapse()
    await look(living)
    expect(turns.map(({ attempt }) => attempt)).to.deep.equal([2])
    expect(await rowsOf(db(), 'select attempt, outcome from runs order by id')).to.deep.equal([
      { attempt: 1, outcome: 'ABANDONED' },
      { attempt: 2, outcome: 'DONE' },
    ])
  })

  it('a process that lost its lease is aborted and cannot end the occurrence', async () => {
    let told = ''
    let free: (() => void) | undefined
    const slow = process([PUSH], (_, signal) => {
      signal.addEventListener('abort', () => {
        told = String(signal.reason)
      })
      return new Promise((resolve) => {
        free = () => resolve(true)
      })
    })
    await slow.beat()
    pass(MINUTE)
    await slow.beat()
    await lapse()
    let other: (() => void) | undefined
    const fast = process([PUSH], () => new Promise((resolve) => (other = () => resolve(true))))
    await fast.beat()
    await slow.renew()
    expect(told).to.include('taken over')
    free?.()
    await slow.idle()
    expect(await states()).to.deep.equal([['RUNNING', 2]])
    other?.()
    await fast.idle()
    expect(await states()).to.deep.equal([['DONE', 2]])
  })

  it('a renewed lease is not taken over', async () => {
    let free: (() => void) | undefined
    const slow = process([PUSH], () => new Promise((resolve) => (free = () => resolve(true))))
    await slow.beat()
    pass(MINUTE)
    await slow.beat()
    await lapse()
    await slow.renew()
    const { turns, act } = seen()
    await look(process([PUSH], act))
    expect(turns).to.deep.equal([])
    free?.()
    await slow.idle()
  })

  it('a run that ended before its process died is not repeated', async () => {
    const dead = process([PULL], (turn) => {
      const done = runAlone(db(), { ...turn, now: at(now) }, async () => 'pulled')
      return done.then(() => new Promise(() => {}))
    })
    await dead.beat()
    set('2026-11-25T02:10:00Z')
    await dead.beat()
    const done = () => rowsOf(db(), `select 1 from runs where outcome = 'DONE'`)
    await until('it is done', async () => (await done()).length === 1)
    await lapse()
    const { turns, act } = seen()
    await look(process([PULL], act))
    expect(turns).to.deep.equal([])
    expect(await states()).to.deep.equal([['DONE', 1]])
  })

  it('a lagging process keeps its job’s lock, and no other works beside it', async () => {
    let free: (() => void) | undefined
    const lags = process([PULL], async (turn) => {
      const waits = new Promise<void>((resolve) => {
        free = resolve
      })
      return (await runAlone(db(), { ...turn, now: at(now) }, () => waits.then(() => true))) === true
    })
    await lags.beat()
    set('2026-11-25T02:10:00Z')
    await lags.beat()
    const begun = () => rowsOf(db(), 'select 1 from runs')
    await until('a run begins', async () => free !== undefined && (await begun()).length === 1)
    await lapse()
    const { turns, act } = seen()
    await look(process([PULL], act))
    expect(turns).to.deep.equal([])
    free?.()
    await lags.idle()
    expect(await states()).to.deep.equal([['DONE', 1]])
  })

  it('an occurrence waits for a command that runs its job, and counts no attempt', async () => {
    const { turns, act } = seen()
    const one = process([PULL], act)
    await look(one)
    set('2026-11-25T02:10:00Z')
    await runAlone(db(), { job: 'pull', subject: 'registry', cause: 'command', now: at(now) }, async () => {
      await look(one)
      expect(turns).to.deep.equal([])
    })
    await look(one)
    expect(turns.map(({ attempt }) => attempt)).to.deep.equal([1])
  })

  it('an occurrence that could not begin is returned to the queue and begun later as the same attempt', async () => {
    const attempts: number[] = []
    const one = process([PULL], async ({ attempt }) => attempts.push(attempt) > 1)
    await look(one)
    set('2026-11-25T02:10:00Z')
    await look(one)
    expect(await states()).to.deep.equal([['DUE', 0]])
    await look(one)
    expect([attempts, await states()]).to.deep.equal([[1, 1], [['DONE', 1]]])
  })

  it('a waiting occurrence is skipped once a later one is planned', async () => {
    const never = process([PULL], async () => false)
    await look(never)
    set('2026-11-25T02:10:00Z')
    await look(never)
    set('2026-11-25T03:10:00Z')
    await look(never)
    expect(await states()).to.deep.equal([
      ['PASSED', 0],
      ['DUE', 0],
    ])
  })

  it('a failed job is not retried before the next planned time', async () => {
    const seen: string[] = []
    const one = process([PULL, PUSH], async ({ job }) => {
      seen.push(job)
      if (job === 'pull') throw new Error('broken')
      return true
    })
    await look(one)
    set('2026-11-25T02:10:00Z')
    await look(one)
    await look(one)
    expect(seen.sort()).to.deep.equal(['pull', 'push'])
    set('2026-11-25T03:10:00Z')
    await look(one)
    expect(seen.filter((job) => job === 'pull')).to.have.length(2)
  })

  it('a stopping process returns its unfinished occurrences to the queue', async () => {
    const leaving = process(
      [PUSH],
      (_, signal) => new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason))),
    )
    await leaving.beat()
    pass(MINUTE)
    await leaving.beat()
    leaving.stop()
    await leaving.idle()
    const { turns, act } = seen()
    await look(process([PUSH], act))
    expect(turns.map(({ attempt }) => attempt)).to.deep.equal([2])
  })

  it('an occurrence that repeatedly kills its process is abandoned after five attempts', async () => {
    for (let n = 0; n < 6; n += 1) {
      const dead = process([PULL], () => new Promise(() => {}))
      await dead.beat()
      if (n === 0) {
        set('2026-11-25T02:10:00Z')
        await dead.beat()
      }
      await lapse()
    }
    expect(await states()).to.deep.equal([['ABANDONED', 5]])
  })

  it('a push may take longer than a minute, and the next begins on time beside it', async () => {
    const frees: (() => void)[] = []
    const one = process([PUSH], () => new Promise((resolve) => frees.push(() => resolve(true))))
    await one.beat()
    for (let n = 0; n < 3; n += 1) {
      pass(MINUTE)
      await one.beat()
    }
    expect(frees).to.have.length(3)
    for (const free of frees) free()
    await one.idle()
    expect(await states()).to.deep.equal([1, 2, 3].map(() => ['DONE', 1]))
  })

  it('the query of each minute reads open rows only', async () => {
    const [one] = [
      process([PUSH], (turn) => runBeside(db(), { ...turn, now: () => now }, async () => true).then(Boolean)),
    ]
    await look(one)
    await db().raw(
      `insert into occurrences (job, subject, planned_for, cause, state, ended_at)
       select 'push', 'national', t, 'timetable', 'DONE', t from generate_series(timestamptz '2026-11-01', '2026-11-20', interval '1 minute') t`,
    )
    await db().raw(
      `insert into runs (job, subject, cause, planned_for, started_at, ended_at, outcome)
       select job, subject, cause, planned_for, planned_for, planned_for, 'DONE' from occurrences`,
    )
    await db().raw('analyze occurrences, runs')
    const asked: { sql: string; bindings: never }[] = []
    const hear = ({ sql, bindings }: { sql: string; bindings: never }) => {
      if (/^\s*update (runs|occurrences)/.test(sql)) asked.push({ sql, bindings })
    }
    db().on('query', hear)
    pass(MINUTE)
    await look(one)
    db().off('query', hear)
    for (const name of ['runs.start', 'occurrences.passOver', 'occurrences.settle', 'occurrences.giveUp']) {
      const found = asked.find(({ sql }) => sql.includes(name))
      const text = found?.sql.replace(/\$\d+/g, '?') ?? ''
      const plan = await db().raw(`explain ${text}`, found?.bindings as never)
      const lines = plan.rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n')
      expect(lines, name).to.match(/runs_open|occurrences_open/)
    }
  })

  it('occurrences older than ninety days are erased', async () => {
    await look(process([PUSH]))
    pass(MINUTE)
    await look(process([PUSH]))
    set('2027-02-23T02:01:30Z')
    await look(process([PUSH]))
    expect(await rowsOf(db(), `select planned_for from occurrences`)).to.deep.equal([
      { planned_for: new Date('2027-02-23T02:01:00Z') },
    ])
  })

  it('the scheduler throws nothing while the database is gone, and resumes when it is back', async () => {
    const own = await freshDatabase()
    const cut = connect(own.url)
    const { turns, act } = seen()
    const one = makeScheduler(cut, { occasions: () => [PUSH], act, now: () => now, log })
    await look(one)
    pass(MINUTE)
    const ended = own.db.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    await Promise.all([ended, one.beat()])
    await look(one)
    await look(one)
    expect(minutes(turns).slice(0, 1)).to.deep.equal(['02:01'])
    await cut.destroy()
    await own.drop()
  })

  it('every job of the timetable has its rules', () => {
    for (const rule of Object.values(JOB_RULES)) expect(rule).to.have.keys('cron', 'withinMs', 'beside', 'pausable')
  })
})
