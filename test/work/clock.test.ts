import { expect } from 'chai'
import cron from 'node-cron'
import { feeds } from '../../src/agencies/index.js'
import { startClock } from '../../src/work/clock.js'
import { type Occasion, timetable } from '../../src/work/timetable.js'
import { log } from '../support/world.js'

const EVERY_SECOND = '* * * * * *'
const occasion = (job: Occasion['job'], subject = ''): Occasion => ({ job, subject, cron: EVERY_SECOND })

describe('the timetable', () => {
  const rows = timetable([...feeds.values()], ['national', 'jilin'])

  it('every row is a cron expression that names minutes first', () => {
    for (const row of rows) {
      expect(cron.validate(row.cron), `${row.job} ${row.subject}`).to.equal(true)
      expect(row.cron.split(' '), `${row.job} ${row.subject}`).to.have.length(5)
    }
  })

  it('there is one row for each feed and platform, and one for each job without a subject', () => {
    const names = rows.map((row) => `${row.job} ${row.subject}`.trim())
    expect(new Set(names).size).to.equal(names.length)
    expect(names).to.include.members([
      'score',
      'expire',
      'publish',
      'push national',
      'push jilin',
      'reconcile national',
      'reconcile jilin',
      ...[...feeds.keys()].map((id) => `pull ${id}`),
    ])
    expect(names).to.have.length(7 + feeds.size)
  })
})

describe('the clock', () => {
  it('a tick is told as the minute it was planned for, and a stop lets what runs end', async () => {
    let ended = false
    const ticked = await new Promise<{ plannedFor: Date; stop: Promise<void>; aborted: () => boolean }>((resolve) => {
      const clock = startClock(
        [occasion('pull', 'registry')],
        async (_, plannedFor, signal) => {
          const stopping = new Promise<void>((left) => signal.addEventListener('abort', () => left()))
          resolve({ plannedFor, stop: clock.stop(), aborted: () => signal.aborted })
          await stopping
          ended = true
        },
        log,
      )
    })
    await ticked.stop
    expect(ticked.plannedFor.getTime() % 60_000).to.equal(0)
    expect(ticked.aborted()).to.equal(true)
    expect(ended).to.equal(true)
  })

  it('a job that fails is logged and runs again, and holds up no other', async () => {
    const seen = { score: 0, expire: 0 }
    await new Promise<void>((resolve) => {
      const clock = startClock(
        [occasion('score'), occasion('expire')],
        async ({ job }) => {
          seen[job as 'score' | 'expire'] += 1
          if (seen.score >= 2 && seen.expire >= 1) void clock.stop().then(resolve)
          if (job === 'score') throw new Error('broken')
        },
        log,
      )
    })
    expect(seen.score).to.be.greaterThan(1)
  })
})
