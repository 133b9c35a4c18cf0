import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { feeds } from '../../../src/agencies/index.js'
import { nextRun, parseCron } from '../../../src/foundation/time/cron.js'
import { startClock } from '../../../src/work/timetable/clock.js'
import type { OccurrenceTurn } from '../../../src/work/timetable/occurrences.js'
import { JOB_RULES, makeTimetable, type ScheduledJob } from '../../../src/work/timetable/timetable.js'
import { printed } from '../../support/command.js'
import { database, log, NOW, rowsOf } from '../../support/world.js'

const LEAPING = fileURLToPath(new URL('../../support/leaping.ts', import.meta.url))
const PATIENCE_MS = 120_000

describe('timetable', () => {
  const rows = makeTimetable([...feeds.values()], ['national', 'jilin'])

  it('every row is a cron expression that occurs again', () => {
    for (const row of rows) expect(nextRun(parseCron(row.cron), NOW), `${row.job} ${row.subject}`).to.not.equal(null)
  })

  it('every feed, platform and job without a subject has one row', () => {
    const names = rows.map((row) => `${row.job} ${row.subject}`.trim())
    expect(new Set(names).size).to.equal(names.length)
    expect(names).to.include.members([
      'score',
      'expire',
      'publish',
      'trail',
      'audit',
      'standings',
      'changes',
      'notify',
      'tidy',
      'figures',
      'push national',
      'push jilin',
      'reconcile national',
      'reconcile jilin',
      ...[...feeds.keys()].map((id) => `pull ${id}`),
    ])
    expect(names).to.have.length(14 + feeds.size)
  })

  it('the audit log is indexed by operator within a minute', () => {
    expect(nextRun(parseCron(JOB_RULES.trail.cron), NOW)?.getTime()).to.be.at.most(NOW.getTime() + 60_000)
  })

  it('jobs that remove or erase cannot be paused', () => {
    const kept = Object.entries(JOB_RULES).filter(([, { pausable }]) => !pausable)
    expect(kept.map(([job]) => job)).to.have.members([
      'push',
      'publish',
      'expire',
      'trail',
      'audit',
      'standings',
      'changes',
      'tidy',
    ])
  })
})

describe('clock of the timetable', () => {
  const db = database()
  const occasions: ScheduledJob[] = [{ job: 'pull', subject: 'registry', cron: '* * * * *' }]
  /** A simulated clock that advances a second with each call, so that no test waits. */
  const ticking = (start = new Date('2026-11-25T02:00:58Z')) => {
    let ms = start.getTime()
    return () => {
      ms += 1_000
      return new Date(ms)
    }
  }

  it('runs each minute once with its planned time, and a stop lets running jobs end', async () => {
    let ended = false
    const told = await new Promise<{ turn: OccurrenceTurn; stop: Promise<void>; aborted: () => boolean }>((resolve) => {
      const clock = startClock(db(), {
        occasions: () => occasions,
        now: ticking(),
        log,
        act: async (turn, signal) => {
          const stopping = new Promise<void>((left) => signal.addEventListener('abort', () => left()))
          resolve({ turn, stop: clock.stop(), aborted: () => signal.aborted })
          await stopping
          ended = true
          return true
        },
      })
    })
    await told.stop
    expect(told.turn).to.deep.include({ job: 'pull', subject: 'registry', attempt: 1, cause: 'timetable' })
    expect(told.turn.plannedFor.toISOString()).to.equal('2026-11-25T02:01:00.000Z')
    expect([told.aborted(), ended]).to.deep.equal([true, true])
    const [row] = await rowsOf(db(), 'select state from occurrences')
    expect(row).to.deep.equal({ state: 'DONE' })
  })

  it('a host clock that leaps ten years ahead does not block the process', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', LEAPING], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await printed(child, /leapt\nbeats\n/, PATIENCE_MS)
    } finally {
      child.kill('SIGKILL')
    }
  })
})
