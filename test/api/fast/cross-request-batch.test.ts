import { expect } from 'chai'
import fc from 'fast-check'
import { batchAcrossRequests, waitingEach } from '../../../src/api/fast/cross-request-batch.js'

/** A promise that the test resolves. */
const gate = () => {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

const turns = async (many: number): Promise<void> => {
  for (let turn = 0; turn < many; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('batch across requests', () => {
  it('runs one query for all callers of one turn of the event loop, and returns each its own answers in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.integer(), { maxLength: 5 }), { maxLength: 30 }), async (askers) => {
        const asked: number[][] = []
        const ask = batchAcrossRequests<number, string>(async (keys) => {
          asked.push(keys)
          return keys.map((key) => `=${key}`)
        })
        const answers = await Promise.all(askers.map(ask))
        expect(answers).to.deep.equal(askers.map((keys) => keys.map((key) => `=${key}`)))
        expect(asked).to.have.length(askers.length > 0 ? 1 : 0)
      }),
      { numRuns: 50 },
    )
  })

  it('runs at most two queries at once, and batches the callers that wait', async () => {
    const gates = [gate(), gate(), gate()]
    const asked: number[][] = []
    const ask = batchAcrossRequests<number, number>(async (keys) => {
      asked.push(keys)
      await gates[asked.length - 1]?.opened
      return keys
    })
    const answers: Promise<number[]>[] = []
    for (const key of [1, 2, 3, 4, 5]) {
      answers.push(ask([key]))
      await turns(3)
    }
    expect(asked).to.deep.equal([[1], [2]])
    gates[1]?.open()
    await turns(3)
    expect(asked).to.deep.equal([[1], [2], [3, 4, 5]])
    gates[0]?.open()
    gates[2]?.open()
    expect(await Promise.all(answers)).to.deep.equal([[1], [2], [3], [4], [5]])
  })

  it('starts another costly query only for many keys', async () => {
    const gates = [gate(), gate(), gate()]
    const asked: number[] = []
    const ask = batchAcrossRequests<number, number>(
      async (keys) => {
        asked.push(keys.length)
        await gates[asked.length - 1]?.opened
        return keys
      },
      { worth: 10, patienceMs: 60_000 },
    )
    const answers: Promise<number[]>[] = []
    for (const keys of [2, 3, 4]) {
      answers.push(ask(Array(keys).fill(keys)))
      await turns(3)
    }
    expect(asked).to.deep.equal([2])
    answers.push(ask([1]))
    await turns(3)
    expect(asked).to.deep.equal([2, 8])
    gates[0]?.open()
    await turns(3)
    answers.push(ask([5]))
    await turns(3)
    expect(asked).to.deep.equal([2, 8])
    gates[1]?.open()
    gates[2]?.open()
    expect((await Promise.all(answers)).map(({ length }) => length)).to.deep.equal([2, 3, 4, 1, 1])
    expect(asked).to.deep.equal([2, 8, 1])
  })

  it('keeps no caller waiting behind a slow query', async () => {
    const slow = gate()
    const ask = batchAcrossRequests<number, number>(
      async (keys) => {
        if (keys.includes(1)) await slow.opened
        return keys
      },
      { worth: 10 },
    )
    const first = ask([1])
    await turns(3)
    expect(await ask([2])).to.deep.equal([2])
    expect(await ask([3])).to.deep.equal([3])
    slow.open()
    expect(await first).to.deep.equal([1])
  })

  it('keeps the keys of one caller together, and splits more than a thousand', async () => {
    const sizes: number[] = []
    const ask = batchAcrossRequests<number, number>(async (keys) => {
      sizes.push(keys.length)
      return keys
    })
    await Promise.all([ask(Array(600).fill(1)), ask(Array(400).fill(2)), ask([3]), ask(Array(2_000).fill(4)), ask([5])])
    expect(sizes).to.deep.equal([1_000, 1, 2_000, 1])
  })

  it('passes an error to the callers of that batch, and continues', async () => {
    let broken = true
    const ask = batchAcrossRequests<number, number>(async (keys) => {
      if (broken) throw new Error('broken')
      return keys
    })
    const told = await Promise.allSettled([ask([1]), ask([2])])
    expect(told.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected'])
    broken = false
    expect(await ask([3])).to.deep.equal([3])
  })

  it('never answers a call from data read before it', async () => {
    let state = 0
    const first = gate()
    const ask = batchAcrossRequests<null, number>(async (keys) => {
      const seen = state
      await first.opened
      return keys.map(() => seen)
    })
    const early = ask([null])
    await turns(2)
    state = 1
    const late = ask([null])
    await turns(2)
    first.open()
    expect([await early, await late]).to.deep.equal([[0], [1]])
  })

  const lost = Object.assign(new Error('lost'), { code: 'ECONNREFUSED' })
  const LONG_MS = 60_000

  it('lets each caller wait for a lost database, and holds nobody in a batch meanwhile', async () => {
    let away = 3
    const asked: number[][] = []
    const batch = batchAcrossRequests<number, number>(
      async (keys) => {
        asked.push([...keys])
        away -= 1
        if (away >= 0) throw lost
        return keys
      },
      { most: 1 },
    )
    const waits = waitingEach(batch, LONG_MS)
    const patient = Promise.all([waits([1]), waits([2])])
    // Fails at once although two others wait.
    expect(await waitingEach(batch, 0)([3]).catch((error) => error)).to.equal(lost)
    expect(await patient).to.deep.equal([[1], [2]])
    expect(asked[0]).to.deep.equal([1, 2, 3])
  })

  it('does not ask again after a failure that is no lost connection', async () => {
    let asked = 0
    const batch = batchAcrossRequests<number, number>(async () => {
      asked += 1
      throw new Error('wrong')
    })
    await waitingEach(batch, LONG_MS)([1]).catch(() => undefined)
    expect(asked).to.equal(1)
  })
})
