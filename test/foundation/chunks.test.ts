import { expect } from 'chai'
import { requireMarks } from '../../src/agencies/feed-marks.js'
import type { SourceItem } from '../../src/domain/records/records.js'
import { asItems, chunksOfItems, type ItemChunks } from '../../src/foundation/chunks.js'

const itemOf = (row: number, fields: Record<string, unknown> = {}): SourceItem => ({ page: null, row, fields })

const singly = async (items: AsyncIterable<SourceItem>): Promise<number[]> => {
  const rows: number[] = []
  for await (const { row } of items) rows.push(row)
  return rows
}
const inChunks = async (items: AsyncIterable<SourceItem>): Promise<number[]> => {
  const rows: number[] = []
  for await (const chunk of chunksOfItems(items)) for (const { row } of chunk) rows.push(row)
  return rows
}
const WAYS = { singly, 'in chunks': inChunks }

const given = (sizes: readonly number[], closed: () => void = () => {}): AsyncIterable<SourceItem> => {
  let row = 0
  const some = function* (size: number): Iterable<SourceItem> {
    for (let at = 0; at < size; at += 1) {
      row += 1
      yield itemOf(row, row % 7 === 0 ? { 标志: '是' } : {})
    }
  }
  const all = async function* (): ItemChunks<SourceItem> {
    try {
      for (const size of sizes) yield some(size)
    } finally {
      closed()
    }
  }
  return asItems(all())
}

describe('chunks', () => {
  for (const [way, rowsOf] of Object.entries(WAYS)) {
    it(`are read ${way} in order, empty ones included`, async () => {
      expect(await rowsOf(given([3, 0, 1, 2]))).to.deep.equal([1, 2, 3, 4, 5, 6])
      expect(await rowsOf(given([]))).to.deep.equal([])
    })

    for (const sizes of [[20], [7, 1], [6, 1, 3], [3, 10, 2], [1, 1, 1, 1, 1, 1, 1, 1]]) {
      it(`chunks of ${sizes.join(' and ')} items lose no item to the check for required marks, read ${way}`, async () => {
        const total = sizes.reduce((sum, size) => sum + size, 0)
        const rows = await rowsOf(requireMarks(given(sizes), ['标志'], { feed: 'food', shapes: [] }))
        expect(rows).to.deep.equal(Array.from({ length: total }, (_, at) => at + 1))
      })
    }
  }

  it('close their source when the reader stops midway', async () => {
    let closed = 0
    const close = () => {
      closed += 1
    }
    for await (const { row } of given([3, 3], close)) if (row === 2) break
    for await (const chunk of chunksOfItems(given([3, 3], close))) {
      for (const { row } of chunk) if (row === 2) break
      break
    }
    expect(closed).to.equal(2)
  })

  it('are also made from a source of single items', async () => {
    const ones = async function* (): AsyncIterable<SourceItem> {
      yield itemOf(1)
      yield itemOf(2)
    }
    expect(await inChunks(ones())).to.deep.equal([1, 2])
  })
})
