import { expect } from 'chai'
import fc from 'fast-check'
import {
  isClockSetBack,
  MISSED_RUNS_CAUGHT_UP_MOST,
  type MissedRunPolicy,
  runsOwed,
} from '../../../src/domain/timetable/missed-runs.js'

const NOW = new Date('2026-11-25T02:00:30Z')
/** Planned times, each so many minutes before the present minute. */
const ago = (...minutes: number[]): Date[] => minutes.map((m) => new Date(Date.UTC(2026, 10, 25, 2, 0) - m * 60_000))
const minutesOf = (run: readonly Date[]) => run.map((at) => (Date.UTC(2026, 10, 25, 2, 0) - at.getTime()) / 60_000)

describe('missed occurrences', () => {
  const HOUR = 3_600_000
  const table: [string, Date[], MissedRunPolicy, number | null, number[], number][] = [
    ['nothing planned: nothing runs', [], 'once', null, [], 0],
    ['skip: an occurrence on time runs', ago(0), 'skip', null, [0], 0],
    ['once: an occurrence on time runs', ago(0), 'once', null, [0], 0],
    ['all: an occurrence on time runs', ago(0), 'all', null, [0], 0],
    ['skip: a missed occurrence is dropped', ago(20, 10), 'skip', null, [], 0],
    ['skip: only the occurrence on time runs', ago(2, 1, 0), 'skip', null, [0], 0],
    ['once: the last occurrence runs for all', ago(30, 20, 10), 'once', null, [10], 2],
    ['once: an occurrence too late is dropped', ago(300, 120), 'once', HOUR, [], 0],
    ['once: the last occurrence in time runs for those before', ago(300, 50), 'once', HOUR, [50], 1],
    ['all: each runs', ago(30, 20, 10), 'all', null, [30, 20, 10], 0],
    ['all: occurrences within their time run', ago(300, 50, 10), 'all', HOUR, [50, 10], 1],
  ]
  for (const [title, planned, missed, withinMs, run, stands] of table)
    it(title, () => {
      const answer = runsOwed(planned, NOW, { missed, withinMs })
      expect([minutesOf(answer.run), answer.missed]).to.deep.equal([run, stands])
    })

  it('only planned occurrences run, each once, and never more than the bound', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 3_000 }), { maxLength: 300 }),
        fc.constantFrom<MissedRunPolicy>('skip', 'once', 'all'),
        fc.option(fc.integer({ min: 0, max: 10 * HOUR })),
        (minutes, missed, withinMs) => {
          const planned = ago(...minutes.sort((a, b) => b - a))
          const { run, missed: stands } = runsOwed(planned, NOW, { missed, withinMs })
          expect(planned).to.include.members(run)
          expect(new Set(run).size).to.equal(run.length)
          expect(run.length).to.be.at.most(missed === 'all' ? MISSED_RUNS_CAUGHT_UP_MOST : 1)
          expect(run.length + stands).to.be.at.most(planned.length)
        },
      ),
    )
  })

  it('a clock behind by more than the tolerance between machines counts as set back', () => {
    expect(isClockSetBack(new Date(NOW.getTime() + 59_000), NOW)).to.equal(false)
    expect(isClockSetBack(new Date(NOW.getTime() + 3_600_000), NOW)).to.equal(true)
    expect(isClockSetBack(new Date(NOW.getTime() - 3_600_000), NOW)).to.equal(false)
  })
})
