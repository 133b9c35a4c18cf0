import { expect } from 'chai'
import { type RowOutcome, runEach } from '../../../src/web/desk/pieces/lists/run-each.js'

describe('one act on many rows', () => {
  const run = async (rows: readonly number[], stopAfter = Number.POSITIVE_INFINITY) => {
    const told = new Map<number, RowOutcome>()
    const acts: number[] = []
    await runEach(
      rows,
      async (row) => {
        acts.push(row)
        if (row % 3 === 0) throw new Error(`row ${row}`)
        return `done ${row}`
      },
      {
        tell: (row, outcome) => told.set(row, outcome),
        refusalOf: (error) => (error as Error).message,
        isStopped: () => acts.length >= stopAfter,
      },
    )
    return { acts, told }
  }

  it('answers each row, also after one was refused', async () => {
    const { acts, told } = await run([1, 2, 3, 4])
    expect(acts).to.deep.equal([1, 2, 3, 4])
    expect(told.get(3)).to.deep.equal({ isDone: false, words: 'row 3' })
    expect(told.get(4)).to.deep.equal({ isDone: true, words: 'done 4' })
  })

  it('stops between rows, and tells nothing of those not begun', async () => {
    const { acts, told } = await run([1, 2, 4, 5], 2)
    expect(acts).to.deep.equal([1, 2])
    expect([...told.keys()]).to.deep.equal([1, 2])
  })
})
