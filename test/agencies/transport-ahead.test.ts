import { expect } from 'chai'
import { limitsFor } from '../../src/agencies/transports/http/attempt.js'
import { byCursor, type Cursoring, type Limits, type Paging, pages } from '../../src/agencies/transports/http.js'
import { type Answer, agency, all, listens, pageOf, reasonOf, record, registryPage } from './answering.js'
import { feedOf } from './samples.js'

const SHAPES = [{ names: Object.keys(record(1)) }]
const LIMITS: Limits = { pageMs: 10_000, pullMs: 60_000 }

const paging: Paging = {
  ask: (page) => ({ path: `/x?page=${page}` }),
  open: (body) => {
    const { data } = JSON.parse(String(body))
    return { items: data.list, total: data.total, page: data.page }
  },
}
const cursoring: Cursoring = {
  ask: (cursor) => ({ path: `/x?page=${cursor ?? 1}` }),
  open: (body) => {
    const { data } = JSON.parse(String(body))
    return { items: data.list, next: data.page < 4 ? String(data.page + 1) : null }
  },
  resumes: false,
}
/** Four pages of two items each. */
const fourPages: Answer = (request, response) => {
  const page = pageOf(request)
  response.end(registryPage(8, page, [record(2 * page), record(2 * page + 1)]))
}
const arrives = async (number: number): Promise<void> => {
  while (agency.asked < number) await new Promise((resolve) => setImmediate(resolve))
}

describe('feeds over HTTP in many pages', () => {
  listens()

  const opened = (limits = LIMITS) => ({
    pages: () => pages({ url: agency.url, state: null }, paging, SHAPES, 'registry', limits),
    cursor: () => byCursor({ url: agency.url, state: null }, cursoring, SHAPES, 'icp', limits),
  })
  for (const way of ['pages', 'cursor'] as const) {
    it(`I-B4: by ${way}, ask for the next page while the items of the one before are taken in`, async () => {
      agency.answer = fourPages
      const { items } = await opened()[way]()
      const taking = items[Symbol.asyncIterator]()
      for (const [page, asked] of [
        [1, 2],
        [2, 3],
        [3, 4],
        [4, 4],
      ] as const) {
        const { value } = await taking.next()
        expect(value).to.include({ page, row: 1 })
        // Nobody has asked for another item, and the next page is on its way.
        await arrives(asked)
        expect(agency.asked).to.equal(asked)
        await taking.next()
      }
      expect((await taking.next()).done).to.equal(true)
      expect(agency.asked).to.equal(4)
    })

    it(`I-B4: by ${way}, leave no question behind when they are given up`, async () => {
      let left: Promise<unknown> = Promise.resolve()
      agency.answer = (request, response, asked) => {
        if (pageOf(request) === 1) return fourPages(request, response, asked)
        left = new Promise((resolve) => response.on('close', resolve))
      }
      const { items } = await opened()[way]()
      for await (const _ of items) {
        await arrives(2)
        break
      }
      await left
      expect(agency.asked).to.equal(2)
    })

    it(`I-B4: by ${way}, keep what was read while the agency is away for longer than three tries`, async () => {
      let refused = 0
      const asked: number[] = []
      agency.answer = (request, response, at) => {
        asked.push(pageOf(request))
        if (pageOf(request) !== 3 || refused === 7) return fourPages(request, response, at)
        refused += 1
        response.writeHead(503, { 'retry-after': '0' }).end()
      }
      const delivery = await opened({ ...LIMITS, outageMs: 60_000 })[way]()
      expect(await all(delivery)).to.have.length(8)
      expect(asked).to.deep.equal([1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4])
    })
  }

  it('I-B4: an agency that has not begun to answer is not waited for', async () => {
    agency.answer = (_, response) => response.writeHead(503, { 'retry-after': '0' }).end()
    const { items } = await opened({ ...LIMITS, outageMs: 60_000 }).pages()
    expect(await reasonOf(items[Symbol.asyncIterator]().next())).to.equal('FEED_UNREACHABLE HTTP 503')
    expect(agency.asked).to.equal(3)
  })

  it('I-B4: the limits of a feed let pass as many items as its bounds promise', async () => {
    const { most } = feedOf('individuals').bounds
    const { pages: many = 0, pullMs } = limitsFor(most, 500)
    expect(many * 200).to.be.at.least(most)
    // Also of an agency that takes 200 ms for each page.
    expect((most / 500) * 200).to.be.at.most(pullMs)
    agency.answer = (request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://x')
      expect(searchParams.get('size')).to.equal('500')
      response.end(registryPage(0, 1, []))
    }
    expect(await all(await feedOf('individuals').open({ url: agency.url }, { state: null }))).to.deep.equal([])
  })
})
