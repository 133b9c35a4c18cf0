import { expect } from 'chai'
import fc from 'fast-check'
import { NO_RECEIPT_CODE } from '../../src/domain/delivery/delivery.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { nationalPlatform } from '../../src/platforms/national.js'
import { makeJsonAnswer, type StandInReply, type StandInRequest, startStandInServer } from '../../src/sandbox/server.js'
import { noticeOf, removalOf } from './notices.js'

const keyOf = (n: number): string => `k${String(n).padStart(6, '0')}`
const rowOf = (n: number, changes: Record<string, unknown> = {}) => ({
  ILLID: keyOf(n),
  SN: n,
  ENTNAME: `甲${n}`,
  ...changes,
})
const rows = (count: number) => Array.from({ length: count }, (_, n) => rowOf(n))

const against = async <T>(
  answer: (asked: StandInRequest) => StandInReply,
  use: (to: { url: string; secret: string }) => Promise<T>,
): Promise<T> => {
  const server = await startStandInServer(answer)
  try {
    return await use({ url: server.url, secret: 'a secret' })
  } finally {
    await server.close()
  }
}

const reasonOf = async (working: Promise<unknown>): Promise<unknown> => {
  const error = await working.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (isRefusal(error) && error.code === 'PLATFORM_UNREACHABLE') return error.details['reason']
  throw error ?? new Error('nothing was refused')
}

/** Pages as agreed, but returns at most `most` entries. */
const paging =
  (all: readonly { ILLID: string }[], most: number) =>
  ({ query }: StandInRequest): StandInReply => {
    const after = query.get('after') ?? ''
    const limit = Math.min(Number(query.get('limit')), most)
    return makeJsonAnswer(200, all.filter(({ ILLID }) => ILLID > after).slice(0, limit))
  }

describe('reading what a platform displays', () => {
  it('is complete for any page size', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 12 }), async (count, most) => {
        const shown = await against(paging(rows(count), most), (to) => nationalPlatform.shown(to))
        expect(shown.map(({ key }) => key)).to.deep.equal(rows(count).map(({ ILLID }) => ILLID))
      }),
      { numRuns: 20 },
    ))

  it('asks for the next page by the key as the platform writes it', async () => {
    const capitals = ['A0', 'B0', 'B1'].map((ILLID) => ({ ILLID, SN: 1, ENTNAME: '甲' }))
    const shown = await against(paging(capitals, 1), (to) => nationalPlatform.shown(to))
    expect(shown.map(({ key }) => key)).to.deep.equal(['a0', 'b0', 'b1'])
  })

  it('requests pages of a thousand', async () => {
    const asked: string[] = []
    const answer = paging(rows(2_000), 5_000)
    const shown = await against(
      (one) => {
        asked.push(String(one.query))
        return answer(one)
      },
      (to) => nationalPlatform.shown(to),
    )
    expect(shown).to.have.length(2_000)
    expect(asked).to.deep.equal(['limit=1000', `after=${keyOf(999)}&limit=1000`, `after=${keyOf(1_999)}&limit=1000`])
  })

  it('is complete from a platform without paging, unless its list may be truncated', async () => {
    for (const count of [3, 999, 1_001]) {
      expect(
        await against(
          () => makeJsonAnswer(200, rows(count)),
          (to) => nationalPlatform.shown(to),
        ),
      ).to.have.length(count)
    }
    expect(
      await reasonOf(
        against(
          () => makeJsonAnswer(200, rows(1_000)),
          (to) => nationalPlatform.shown(to),
        ),
      ),
    ).to.match(/overlap/)
  })

  it('is never read from a cache between', async () => {
    const cached = new Map<string, StandInReply>()
    let displayed = rows(1)
    const answer = ({ path, query, headers }: StandInRequest): StandInReply => {
      const kept = headers['cache-control'] === 'no-cache' ? undefined : cached.get(`${path}?${query}`)
      const reply = kept ?? makeJsonAnswer(200, query.get('after') === null ? displayed : [])
      cached.set(`${path}?${query}`, reply)
      return reply
    }
    await against(answer, async (to) => {
      expect(await nationalPlatform.shown(to)).to.have.length(1)
      displayed = rows(2)
      expect(await nationalPlatform.shown(to)).to.have.length(2)
    })
  })

  it('fails when pages overlap', async () => {
    const answer = ({ query }: StandInRequest) => makeJsonAnswer(200, query.get('after') === null ? rows(3) : rows(4))
    expect(await reasonOf(against(answer, (to) => nationalPlatform.shown(to)))).to.match(/overlap/)
  })

  it('fails when the list never ends', async () => {
    let n = 0
    const answer = () => {
      n += 1
      return makeJsonAnswer(200, [rowOf(n)])
    }
    expect(await reasonOf(against(answer, (to) => nationalPlatform.shown(to)))).to.match(/more than 1000 pages/)
  })

  it('fails when one of the pages fails', async () => {
    for (const failing of [
      { status: 500, body: '' },
      { status: 404, body: '' },
      { status: 200, body: '[{' },
      'cut',
    ] as const) {
      const answer = ({ query }: StandInRequest): StandInReply =>
        query.get('after') === null ? makeJsonAnswer(200, rows(3)) : failing
      expect(await reasonOf(against(answer, (to) => nationalPlatform.shown(to)))).to.be.a('string')
    }
  })

  it('fails at a key that is too long', async () => {
    const answer = () => makeJsonAnswer(200, [{ ILLID: 'x'.repeat(201) }])
    expect(await reasonOf(against(answer, (to) => nationalPlatform.shown(to)))).to.match(/without ILLID/)
  })

  it('keeps the kind that the platform states', async () => {
    const answer = paging(
      [rowOf(1), rowOf(2, { kind: 'penalty' }), rowOf(3, { kind: 'permit' }), rowOf(4, { kind: 'other' })],
      9,
    )
    const shown = await against(answer, (to) => nationalPlatform.shown(to))
    expect(shown.map(({ kind }) => kind)).to.deep.equal(['listing', 'penalty', 'permit', 'listing'])
  })
})

describe('asking whether a platform has a notice', () => {
  const ask = (
    answer: (asked: StandInRequest) => StandInReply,
    ...notices: Parameters<NonNullable<typeof nationalPlatform.ask>>[0]
  ) => against(answer, async (to) => (await nationalPlatform.ask?.(notices, to)) ?? [])
  const displaying = (sequence: unknown) => () =>
    makeJsonAnswer(200, [{ ILLID: 'lst_test_1', SN: sequence, ENTNAME: '甲', recordId: 'N-7' }])

  it('counts it as done when it or a newer one is displayed', async () => {
    for (const sequence of [2, 3, '2']) {
      const [receipt] = await ask(displaying(sequence), noticeOf(1, { sequence: 2 }))
      expect(receipt).to.include({ key: 'lst_test_1', accepted: true, receiverId: 'N-7' })
    }
  })

  it('stays unknown when an older or unnumbered entry is displayed', async () => {
    for (const sequence of [1, null, 'x']) {
      const [receipt] = await ask(displaying(sequence), noticeOf(1, { sequence: 2 }))
      expect(receipt).to.include({ accepted: false, code: NO_RECEIPT_CODE })
    }
  })

  it('never confirms a removal from a display', async () => {
    let questions = 0
    const answer = () => {
      questions += 1
      return makeJsonAnswer(200, [])
    }
    const [receipt] = await ask(answer, removalOf(1, 2))
    expect(receipt).to.include({ accepted: false, code: NO_RECEIPT_CODE })
    expect(questions).to.equal(0)
  })

  it('stays unknown, so that the notice is sent again, when the platform does not support the question', async () => {
    for (const status of [400, 404, 405, 501]) {
      const [receipt] = await ask(() => ({ status, body: '' }), noticeOf(1))
      expect(receipt).to.include({ accepted: false, code: NO_RECEIPT_CODE })
    }
  })

  it('stays unknown after an unrelated answer, and is PLATFORM_UNREACHABLE after a failure', async () => {
    for (const body of ['<html></html>', '{}', '[{}]', '']) {
      const [receipt] = await ask(() => ({ status: 200, body }), noticeOf(1))
      expect(receipt).to.include({ accepted: false, code: NO_RECEIPT_CODE })
    }
    for (const answer of [{ status: 500, body: '' }, { status: 401, body: '' }, 'cut'] as const)
      expect(await reasonOf(ask(() => answer, noticeOf(1)))).to.be.a('string')
  })

  it('asks for fifty keys at a time, and sends them unchanged', async () => {
    const keys: string[][] = []
    const notices = [noticeOf(0, { key: 'a/b&c' }), ...Array.from({ length: 100 }, (_, n) => noticeOf(n + 1))]
    const receipts = await ask(
      ({ query }) => {
        keys.push((query.get('keys') ?? '').split(','))
        return makeJsonAnswer(200, [])
      },
      ...notices,
    )
    expect(keys.map(({ length }) => length)).to.deep.equal([50, 50, 1])
    expect(keys[0]?.[0]).to.equal('a/b&c')
    expect(receipts).to.have.length(101)
  })
})
