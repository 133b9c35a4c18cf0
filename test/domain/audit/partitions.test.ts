import { expect } from 'chai'
import { type AuditPartition, needsRoom, nextPartitionRows } from '../../../src/domain/audit/partitions.js'

const NOW = new Date('2026-11-25T02:00:00.000Z')
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000)
const part = (first: number, rows: number): AuditPartition => ({
  name: `trail_${first}`,
  first,
  last: first + rows - 1,
})

describe('partitions of the audit log', () => {
  for (const [what, rows, began, expected] of [
    ['as many rows as a month brought', 1_000_000, daysAgo(30), 1_000_000],
    ['twice as many at twice the pace', 1_000_000, daysAgo(15), 2_000_000],
    ['at most four times as many after a busy day', 1_000_000, daysAgo(0.1), 4_000_000],
    ['fewer at a slower pace, in hundred thousands', 1_000_000, daysAgo(70), 500_000],
    ['never fewer than a hundred thousand', 100_000, daysAgo(900), 100_000],
    ['a hundred thousand without a row', 100_000, null, 100_000],
    ['no endless number when the clock stands still', 100_000, NOW, 400_000],
  ] as const)
    it(`have ${what}`, () => {
      expect(nextPartitionRows(part(1, rows), began, NOW)).to.equal(expected)
    })

  it('are made once the newest may be reached by the rows that wait', () => {
    const newest = part(100_001, 100_000)
    expect([1, 90_000, 90_001, 150_000].map((head) => needsRoom(newest, head))).to.deep.equal([
      false,
      false,
      true,
      true,
    ])
  })
})
