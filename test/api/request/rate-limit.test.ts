import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect } from 'chai'
import { makeRateLimit, makeSignInLimits } from '../../../src/api/request/rate-limit.js'
import { beginRequestContext } from '../../../src/api/request/request-context.js'
import { isRefusal } from '../../../src/foundation/errors.js'
import { makeLog } from '../../../src/hub/log.js'
import type { AnswerPool } from '../../../src/store/db/answer-pool.js'

const START = Date.parse('2026-03-02T02:00:00Z')

/** `wait`: seconds to wait; 0 when the attempt was admitted. */
const tried = (take: () => () => void): { wait: number; giveBack: () => void } => {
  try {
    return { wait: 0, giveBack: take() }
  } catch (error) {
    if (!isRefusal(error) || error.code !== 'TOO_MANY_REQUESTS') throw error
    return { wait: Number(error.details['retryAfter']), giveBack: () => {} }
  }
}

describe('a caller known from earlier successes', () => {
  const rates = { overall: { most: 5, everyMs: 1_000 }, each: [{ most: 2, everyMs: 10_000 }] }
  const at = (seconds: number) => new Date(START + seconds * 1_000)

  it('is not locked out by failures from other addresses, and has its own rate', () => {
    const limit = makeRateLimit(rates)
    tried(() => limit.take(['good here'], at(0))).giveBack()
    for (let n = 0; n < 20; n += 1) tried(() => limit.take([`good ${n}`], at(1)))
    const waits = ['good here', 'good here', 'good here', 'good elsewhere'].map(
      (key) => tried(() => limit.take([key], at(1), key === 'good here')).wait,
    )
    expect(waits).to.deep.equal([0, 0, 10, 1])
  })

  it('is not known where only failures came from its address', () => {
    const limit = makeRateLimit(rates)
    tried(() => limit.take(['good here'], at(0)))
    for (let n = 0; n < 20; n += 1) tried(() => limit.take([`good ${n}`], at(0)))
    expect(tried(() => limit.take(['good here'], at(0))).wait).to.equal(1)
  })
})

describe('rate limit of attempts', () => {
  const overall = { most: 5, everyMs: 1_000 }
  const each = [{ most: 2, everyMs: 10_000 }]

  // `at`: seconds after the start. `key`: whose attempt. `wait`: seconds to wait; 0 when admitted.
  type Try = [at: number, key: string, wait: number]
  const stories: [string, Try[]][] = [
    [
      'a burst is admitted, then one attempt per interval',
      [
        [0, 'a', 0],
        [0, 'a', 0],
        [0, 'a', 10],
        [4, 'a', 6],
        [9.5, 'a', 1],
        [10, 'a', 0],
        [10, 'a', 10],
        [99, 'a', 0],
        [99, 'a', 0],
        [99, 'a', 10],
      ],
    ],
    [
      'one address does not use up the rate of another',
      [
        [0, 'a', 0],
        [0, 'a', 0],
        [0, 'a', 10],
        [0, 'b', 0],
        [0, 'b', 0],
        [0, 'b', 10],
      ],
    ],
    [
      'refused attempts count against nobody',
      [
        [0, 'a', 0],
        [0, 'a', 0],
        ...Array.from({ length: 50 }, (): Try => [0, 'a', 10]),
        [0, 'b', 0],
        [0, 'c', 0],
        [0, 'd', 0],
        [10, 'a', 0],
      ],
    ],
    [
      'the overall rate bounds attempts from any number of addresses',
      [
        [0, 'a', 0],
        [0, 'b', 0],
        [0, 'c', 0],
        [0, 'd', 0],
        [0, 'e', 0],
        [0, 'f', 1],
        [0, 'g', 1],
        [1, 'f', 0],
        [1, 'g', 1],
        [6, 'g', 0],
      ],
    ],
    [
      'the longer of two waits is reported',
      [
        [0, 'a', 0],
        [0, 'a', 0],
        [0, 'b', 0],
        [0, 'c', 0],
        [0, 'd', 0],
        [0, 'a', 10],
        [0, 'e', 1],
      ],
    ],
    [
      'a clock set back neither admits anybody earlier nor locks anybody out longer',
      [
        [100, 'a', 0],
        [100, 'a', 0],
        [0, 'a', 10],
        [0, 'b', 0],
        [100, 'a', 10],
        [110, 'a', 0],
      ],
    ],
  ]
  for (const [what, tries] of stories) {
    it(what, () => {
      const limit = makeRateLimit({ overall, each })
      const waits = tries.map(([at, key]) => tried(() => limit.take([key], new Date(START + at * 1_000))).wait)
      expect(waits).to.deep.equal(tries.map(([, , wait]) => wait))
    })
  }

  it('an attempt that is given back never counts', () => {
    const limit = makeRateLimit({ overall, each })
    for (let n = 0; n < 100; n += 1) {
      const { wait, giveBack } = tried(() => limit.take(['a'], new Date(START)))
      expect(wait).to.equal(0)
      giveBack()
    }
    expect(limit.size()).to.equal(0)
  })

  it('the narrowest of several keys decides, and a refusal charges none of them', () => {
    const limit = makeRateLimit({
      overall: { most: 100, everyMs: 1 },
      each: [each[0] ?? overall, { most: 3, everyMs: 1_000 }],
    })
    const take = (pair: string, address: string) => tried(() => limit.take([pair, address], new Date(START))).wait
    expect([take('x 1', '1'), take('x 1', '1'), take('x 1', '1'), take('y 1', '1'), take('z 1', '1')]).to.deep.equal([
      0, 0, 10, 0, 1,
    ])
    expect(take('z 2', '2')).to.equal(0)
  })

  it('memory is bounded: unused buckets are dropped, and a stranger waits where all are in use', () => {
    const limit = makeRateLimit({ overall: { most: 1_000_000, everyMs: 1 }, each, most: 100 })
    const take = (key: string, at: number) => tried(() => limit.take([key], new Date(START + at))).wait
    for (let n = 0; n < 100; n += 1) expect(take(`${n}`, 0)).to.equal(0)
    expect(take('stranger', 0)).to.equal(10)
    expect(take('7', 0)).to.equal(0)
    expect(limit.size()).to.equal(100)
    expect(take('stranger', 10_000)).to.equal(0)
    expect(limit.size()).to.equal(2)
    for (let n = 0; n < 20_000; n += 1) take(`later ${n}`, 20_000 + n)
    expect(limit.size()).to.be.at.most(100)
  })

  it('strangers from any number of addresses lock out only themselves where newcomers are let in', () => {
    const limit = makeRateLimit({ overall, each, most: 100, newcomers: true })
    const take = (key: string) => tried(() => limit.take([key], new Date(START))).wait
    for (let n = 0; n < 1_000; n += 1) take(`stranger ${n % 200}`)
    // A newcomer gets half of the rate plus one attempt.
    expect([take('party'), take('party')]).to.deep.equal([0, 0])
    expect(take('party')).to.be.greaterThan(0)
    expect(limit.size()).to.be.at.most(100)
  })

  it('more buckets are kept than can be exhausted at once, so that nobody resets their own by using many addresses', () => {
    for (const limit of Object.values(makeSignInLimits())) {
      const at = (n: number) => new Date(START + n * 100)
      const mine = () => ['mine', 'mine']
      let n = 0
      while (tried(() => limit.take(mine(), at(0))).wait === 0) n += 1
      expect(n).to.be.within(10, 100)
      for (let i = 0; i < 3_000; i += 1) {
        tried(() => limit.take([`other ${i}`, `other ${i}`], at(0)))
      }
      expect(tried(() => limit.take(mine(), at(0))).wait).to.be.greaterThan(0)
      let most = 0
      for (let i = 0; i < 20_000; i += 1) {
        tried(() => limit.take([`far ${i}`, `far ${i}`], at(i)))
        most = Math.max(most, limit.size())
      }
      expect(most).to.be.at.most(20_000)
    }
  })

  it('the counted address is the one appended by the hub’s own proxies, or the peer without proxies', () => {
    const log = makeLog({ level: 'silent', file: null })
    const addressOf = (proxies?: number) => {
      const socket = new Socket()
      Object.defineProperty(socket, 'remoteAddress', { value: '::ffff:192.0.2.1' })
      const request = new IncomingMessage(socket)
      request.headers['x-forwarded-for'] = '203.0.113.9, 198.51.100.1'
      return beginRequestContext(request, new ServerResponse(request), {
        answers: {} as AnswerPool,
        now: () => new Date(START),
        log,
        keys: { pseudonymOf: () => '' },
        ...(proxies !== undefined && { proxies }),
      }).address
    }
    expect([addressOf(), addressOf(0), addressOf(1), addressOf(2)]).to.deep.equal([
      '192.0.2.1',
      '192.0.2.1',
      '198.51.100.1',
      '203.0.113.9',
    ])
  })
})
