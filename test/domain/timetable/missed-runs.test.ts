import { expect } from 'chai'
import fc from 'fast-check'
import { findOwedRun, isClockSetBack } from '../../../src/domain/timetable/missed-runs.js'

const NOW = new Date('2026-11-25T02:00:30Z')
/** Planned times, each so many minutes before the present minute. */
const ago = (...minutes: number[]): Date[] => minutes.map((m) => new Date(Date.UTC(2026, 10, 25, 2, 0) - m * 60_000))
const minutesBefore = (at: Date) => (Date.UTC(2026, 10, 25, 2, 0) - at.getTime()) / 60_000

describe('missed occurrences', () => {
  const HOUR = 3_600_000
  const table: [
    title: string,
    planned: Date[],
    withinMs: number | null,
    owed: [minutes: number, missed: number] | null,
  ][] = [
    ['nothing planned: nothing runs', [], null, null],
    ['an occurrence on time runs', ago(0), null, [0, 0]],
    ['the last occurrence runs for all', ago(30, 20, 10), null, [10, 2]],
    ['an occurrence too late is dropped', ago(300, 120), HOUR, null],
    ['the last occurrence in time runs for those before', ago(300, 50), HOUR, [50, 1]],
  ]
  for (const [title, planned, withinMs, expected] of table)
    it(title, () => {
      const owed = findOwedRun(planned, NOW, withinMs)
      expect(owed && [minutesBefore(owed.plannedFor), owed.missed]).to.deep.equal(expected)
    })

  it('only a planned occurrence runs, for planned ones before it', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 3_000 }), { maxLength: 300 }),
        fc.option(fc.integer({ min: 0, max: 10 * HOUR })),
        (minutes, withinMs) => {
          const planned = ago(...minutes.sort((a, b) => b - a))
          const owed = findOwedRun(planned, NOW, withinMs)
          if (owed === null) return
          expect(planned.at(-1)).to.equal(owed.plannedFor)
          expect(owed.missed).to.equal(planned.length - 1)
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
