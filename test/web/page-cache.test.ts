import { expect } from 'chai'
import { isRefusal } from '../../src/foundation/errors.js'
import type { Db } from '../../src/store/db/db.js'
import { batchReads, makePageCache } from '../../src/web/frame/page-cache.js'

const NOW = new Date('2026-03-02T02:00:00Z')
/** The code of the refusal with which the promise rejects; null if it resolves. */
const refusedBy = (asked: Promise<unknown>): Promise<string | null> =>
  asked.then(
    () => null,
    (error) => (isRefusal(error) ? error.code : String(error)),
  )

/** A page cache over a list whose stamp the test sets. Each stamp read waits until the test releases it. */
const listed = () => {
  const readings: (() => void)[] = []
  const state = { changes: '1' }
  const raw = () =>
    new Promise((resolve) => {
      const read = state.changes
      readings.push(() => resolve({ rows: [{ changes: read, sequence: 1 }] }))
    })
  return { state, readings, kept: makePageCache({ raw } as unknown as Db) }
}
const turned = () => new Promise((resolve) => setImmediate(resolve))

describe('the page cache', () => {
  it('reads the stamp again for calls that arrive during a read', async () => {
    const { state, readings, kept } = listed()
    const first = kept.stamp(NOW)
    await turned()
    const [second, third] = [kept.stamp(NOW), kept.stamp(NOW)]
    state.changes = '2'
    readings[0]?.()
    expect((await first).changes).to.equal('1')
    await turned()
    expect(readings).to.have.length(2)
    readings[1]?.()
    expect([(await second).changes, (await third).changes]).to.deep.equal(['2', '2'])
  })

  it('makes a value once per stamp, and again after a failure', async () => {
    const { kept } = listed()
    const stamp = { changes: '1', sequence: 1, day: '2026-03-02' }
    let made = 0
    const make = async () => {
      made += 1
      if (made === 1) throw new Error('away')
      return made
    }
    expect(await refusedBy(kept.getOrMake(stamp, 'x', make))).to.equal('Error: away')
    expect(await Promise.all([kept.getOrMake(stamp, 'x', make), kept.getOrMake(stamp, 'x', make)])).to.deep.equal([
      2, 2,
    ])
    expect(await kept.getOrMake({ ...stamp, changes: '2' }, 'x', make)).to.equal(3)
    expect(await kept.getOrMake({ ...stamp, changes: '2', day: '2026-03-03' }, 'x', make)).to.equal(4)
    const published = () => kept.getOrMakePublished({ ...stamp, changes: '3' }, 'x', make)
    expect([await published(), await kept.getOrMakePublished(stamp, 'x', make)]).to.deep.equal([5, 5])
  })

  it('limits concurrency, queues the rest and refuses long waits', async () => {
    const { kept } = listed()
    let [going, most] = [0, 0]
    const ends: (() => void)[] = []
    const act = () =>
      new Promise<void>((resolve) => {
        going += 1
        most = Math.max(most, going)
        ends.push(() => {
          going -= 1
          resolve()
        })
      })
    const asked = Array.from({ length: 203 }, () => kept.inTurn(act))
    expect(await refusedBy(kept.inTurn(act))).to.equal('HUB_BUSY')
    while (ends.length > 0) {
      ends.shift()?.()
      await turned()
    }
    await Promise.all(asked)
    expect(most).to.equal(3)
    const again = kept.inTurn(async () => 'well')
    expect(await again).to.equal('well')
  })

  it('batches keys requested together', async () => {
    const reads: string[][] = []
    const get = batchReads(async (keys) => {
      reads.push([...keys])
      return new Map([['a', 1]])
    })
    expect(await Promise.all([get('a'), get('b'), get('a')])).to.deep.equal([1, null, 1])
    expect(reads).to.deep.equal([['a', 'b']])
  })
})
