import { expect } from 'chai'
import { feeds } from '../../src/agencies/index.js'
import {
  computeTimeAndPageLimits,
  limitPages,
  PAGE_WITHIN_MS,
  type PullTimeAndPageLimits,
} from '../../src/agencies/transports/http/attempt.js'
import {
  type CursorOptions,
  openByCursor,
  openPaged,
  type PagingOptions,
} from '../../src/agencies/transports/http/pages.js'
import { type Answer, agency, all, listens, pageOf, reasonOf, record, registryPage } from './answering.js'
import { feedOf } from './samples.js'

const SHAPES = [{ names: Object.keys(record(1)) }]
const LIMITS: PullTimeAndPageLimits = { pageMs: 10_000, pullMs: 60_000 }

const paging: PagingOptions = {
  pageItems: 2,
  ask: (page) => ({ path: `/x?page=${page}` }),
  open: (body) => {
    const { data } = JSON.parse(String(body))
    return { items: data.list, total: data.total, page: data.page }
  },
}
const cursoring: CursorOptions = {
  pageItems: 2,
  ask: (cursor) => ({ path: `/x?page=${cursor ?? 1}` }),
  open: (body) => {
    const { data } = JSON.parse(String(body))
    return { items: data.list, next: data.page < 4 ? String(data.page + 1) : null }
  },
}
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
    pages: () => openPaged({ url: agency.url, state: null, feed: 'registry', shapes: SHAPES }, paging, limits),
    cursor: () => openByCursor({ url: agency.url, state: null, feed: 'icp', shapes: SHAPES }, cursoring, limits),
  })
  for (const way of ['pages', 'cursor'] as const) {
    it(`I-B4: by ${way}, fetches the next page while items of the previous one are processed`, async () => {
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
        // The next page is requested although the reader asked for no further item.
        await arrives(asked)
        expect(agency.asked).to.equal(asked)
        await taking.next()
      }
      expect((await taking.next()).done).to.equal(true)
      expect(agency.asked).to.equal(4)
    })

    it(`I-B4: by ${way}, leaves no open request when the reader stops early`, async () => {
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

    it(`I-B4: by ${way}, keeps read items while the agency is down for longer than three attempts`, async () => {
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

  it('I-B4: gives up after three attempts if the agency has not answered yet', async () => {
    agency.answer = (_, response) => response.writeHead(503, { 'retry-after': '0' }).end()
    const { items } = await opened({ ...LIMITS, outageMs: 60_000 }).pages()
    expect(await reasonOf(items[Symbol.asyncIterator]().next())).to.equal('FEED_UNREACHABLE HTTP 503')
    expect(agency.asked).to.equal(3)
  })

  for (const way of ['pages', 'cursor'] as const)
    it(`I-B4: by ${way}, retries only the page whose connection broke`, async () => {
      const asked: number[] = []
      agency.answer = (request, response, at) => {
        asked.push(pageOf(request))
        if (asked.filter((page) => page === 3).length === 0 || asked.length > 4) return fourPages(request, response, at)
        const page = registryPage(8, 3, [record(6), record(7)])
        response.writeHead(200, { 'content-length': page.length })
        response.write(page.slice(0, 40), () => response.destroy())
      }
      const items = await all(await opened({ ...LIMITS, outageMs: 60_000 })[way]())
      expect(items.map(({ fields }) => fields['regno'])).to.deep.equal(['2', '3', '4', '5', '6', '7', '8', '9'])
      expect(asked).to.deep.equal([1, 2, 3, 3, 3, 4])
    })

  /** Items per page of each paged feed. The other feeds are one file. */
  const ON_A_PAGE: Record<string, number> = {
    ...{
      registry: 500,
      individuals: 500,
      recalls: 200,
      standards: 200,
      commitments: 200,
      abnormal: 200,
      dishonest: 200,
    },
    ...{ trademarks: 60, icp: 200, shops: 200, repairs: 100, defaulters: 100 },
  }
  const FILES = ['quality', 'food', 'permits', 'penalties', 'trustmarks', 'ratings']
  /** Feeds whose service fixes the page size. */
  const FIXED = ['trademarks']

  it('I-B4: every HTTP feed is either paged or one file', () => {
    expect([...Object.keys(ON_A_PAGE), ...FILES]).to.have.members([...feeds.keys()])
  })

  for (const [id, onPage] of Object.entries(ON_A_PAGE))
    it(`I-B4: ${id} requests the page size of its limits, which allow its largest delivery`, async () => {
      const sizes: number[] = []
      agency.answer = (request, response) => {
        const query = new URL(request.url ?? '', 'http://x').searchParams
        const size = ['size', 'pageSize', 'limit'].map((name) => query.get(name)).find((each) => each !== null)
        const posted = request.method === 'POST' ? JSON.parse(agency.bodies.at(-1) ?? '').content.pageSize : null
        sizes.push(Number(size ?? posted))
        response.end('{}')
      }
      const opening = feedOf(id).open({ url: agency.url }, { state: null })
      expect(await reasonOf(opening.then(all))).to.match(/^CONTENT_UN/)
      expect(sizes).to.deep.equal([FIXED.includes(id) ? 0 : onPage])
      const { most } = feedOf(id).bounds
      const limits = computeTimeAndPageLimits(most, onPage)
      expect(limitPages(limits) * Math.min(onPage, 200), 'items').to.be.at.least(most)
      expect(limits.pullMs / Math.ceil(most / onPage), 'ms a page').to.be.at.least(PAGE_WITHIN_MS)
    })

  for (const way of ['pages', 'cursor'] as const)
    describe(`by ${way}, with a simulated clock`, () => {
      const { now } = performance
      afterEach(() => {
        performance.now = now
      })

      for (const [title, over, reason] of [
        ['reads pages that take half a second each', 0, 'all'],
        ['gives up when the pages take longer', 1, 'FEED_UNREACHABLE 读取总时间超限 the whole pull took too long'],
      ] as const)
        it(`I-B4: ${title}`, async () => {
          const most = 2_000_000
          let passed = 0
          performance.now = () => passed
          agency.answer = (request, response, at) => {
            // The first three pages take the whole time allowed for two million items.
            if (at <= 3) passed += ((most / 2) * PAGE_WITHIN_MS) / 3 - 1 + over
            fourPages(request, response, at)
          }
          const source = { url: agency.url, state: null, most, feed: 'registry', shapes: SHAPES }
          const delivery = way === 'pages' ? openPaged(source, paging) : openByCursor(source, cursoring)
          const taken = await delivery.then(all).then(
            () => 'all',
            (error) => reasonOf(Promise.reject(error)),
          )
          expect(await taken).to.equal(reason)
        })
    })
})
