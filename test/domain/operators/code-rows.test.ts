import { expect } from 'chai'
import fc from 'fast-check'
import { quotaUnitsOf } from '../../../src/domain/operators/code-rows.js'

describe('quota units of rows', () => {
  it('counts one unit for each further hundred', () => {
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

  it('costs the same in one chunk and in any chunks', () => {
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
