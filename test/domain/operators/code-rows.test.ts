import { expect } from 'chai'
import fc from 'fast-check'
import { quotaUnitsOf } from '../../../src/domain/operators/code-rows.js'

describe('quota units of rows', () => {
  it('are one for each further hundred rows', () => {
    const cases: [number, number][] = [
      [1, 0],
      [100, 0],
      [101, 1],
      [200, 1],
      [1_000, 9],
      [1_001, 10],
    ]
    for (const [rows, units] of cases) expect(quotaUnitsOf(1, rows), String(rows)).to.equal(units)
  })

  it('are the same for one chunk and for any division into chunks', () => {
    const chunkSizes = fc.array(fc.integer({ min: 1, max: 350 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(chunkSizes, (sizes) => {
        let [row, units] = [0, 0]
        for (const size of sizes) {
          units += quotaUnitsOf(row + 1, row + size)
          row += size
        }
        expect(units).to.equal(quotaUnitsOf(1, row))
      }),
    )
  })
})
