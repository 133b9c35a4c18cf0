import { expect } from 'chai'
import fc from 'fast-check'
import {
  type DeliveryCounts,
  type FeedBounds,
  findBoundsFault,
  isFeedStale,
} from '../../../src/domain/intake/bounds.js'

const BOUNDS: FeedBounds = { fewest: 5, most: 1_000, rejectShare: 0.5, shrinkShare: 0.5, staleAfterHours: 48 }
const delivered = (more: Partial<DeliveryCounts> = {}): DeliveryCounts => ({
  received: 100,
  rejected: 0,
  records: 100,
  sizeBefore: 100,
  partialFile: false,
  whole: true,
  ...more,
})

describe('bounds of a delivery', () => {
  const cases: [string, Partial<DeliveryCounts>, RegExp | null][] = [
    ['the usual number of items', {}, null],
    ['the fewest', { received: 5, records: 5, sizeBefore: 0 }, null],
    ['fewer items than the minimum', { received: 4, records: 4, sizeBefore: 0 }, /fewer items/],
    ['nothing', { received: 0, records: 0, sizeBefore: 0 }, /fewer items/],
    ['the most', { received: 1_000, records: 1_000 }, null],
    ['more items than the maximum', { received: 1_001, records: 1_001 }, /more items/],
    ['half of the items bad', { rejected: 50 }, null],
    ['more than half of the items bad', { rejected: 51 }, /are bad/],
    ['nine items, all bad', { received: 9, records: 9, rejected: 9, sizeBefore: 0 }, null],
    ['ten items, six bad', { received: 10, records: 10, rejected: 6, sizeBefore: 0 }, /are bad/],
    ['half as many as the records on file', { received: 50, records: 50 }, null],
    ['less than half as many as the records on file', { received: 49, records: 49 }, /shrinks/],
    ['few items that hold many records', { received: 30, records: 90 }, null],
    ['less than half as many, from a feed that sends only changes', { received: 10, records: 10, whole: false }, null],
    ['I-A10: no items, from a feed that sends only changes', { received: 0, records: 0, whole: false }, null],
    [
      'too many items, from a feed that sends only changes',
      { received: 1_001, records: 1_001, whole: false },
      /more items/,
    ],
    ['one row in a partial file', { received: 1, records: 1, partialFile: true, whole: false }, null],
    ['an empty partial file', { received: 0, records: 0, partialFile: true, whole: false }, null],
    ['too many rows in a partial file', { received: 5_000, records: 5_000, partialFile: true, whole: false }, null],
    ['a partial file that is mostly bad', { rejected: 60, partialFile: true, whole: false }, /are bad/],
  ]
  for (const [what, more, reason] of cases) {
    it(`${what}: ${reason === null ? 'accepted' : `refused, ${reason.source}`}`, () => {
      const answer = findBoundsFault(BOUNDS, delivered(more))
      if (reason === null) expect(answer).to.equal(null)
      else expect(answer).to.match(reason)
    })
  }

  it('a delivery identical to the last one never counts as shrunk', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 1_000 }), fc.integer({ min: 1, max: 9 }), (received, each) => {
        const records = received * each
        expect(findBoundsFault(BOUNDS, delivered({ received, records, sizeBefore: records }))).to.equal(null)
      }),
    )
  })

  it('a feed is stale if its last good full pull is older than its bound, or if there was none', () => {
    const now = new Date('2026-11-25T02:00:00Z')
    const ago = (hours: number, ms = 0) => new Date(now.getTime() - hours * 3_600_000 - ms)
    expect(isFeedStale(BOUNDS, ago(48), now)).to.equal(false)
    expect(isFeedStale(BOUNDS, ago(48, 1), now)).to.equal(true)
    expect(isFeedStale(BOUNDS, null, now)).to.equal(true)
  })
})
