import type { IncomingMessage } from 'node:http'
import { expect } from 'chai'
import type { FeedDelivery } from '../../src/agencies/delivery.js'
import { openHttpFile } from '../../src/agencies/transports/http/file.js'
import { type CursorOptions, openByCursor } from '../../src/agencies/transports/http/pages.js'
import type { Json } from '../../src/domain/records/records.js'
import { type Answer, agency, all, listens, pageOf, reasonOf, twoPages } from './answering.js'
import { feedOf } from './samples.js'

describe('a second pull of a feed over HTTP', () => {
  listens()

  const marked =
    (answer: Answer, mark: (request: IncomingMessage) => string): Answer =>
    (request, response, asked) => {
      const etag = mark(request)
      if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end()
      response.setHeader('etag', etag)
      answer(request, response, asked)
    }
  const open = (id: string, state: Json): Promise<FeedDelivery> => feedOf(id).open({ url: agency.url }, { state })

  it('is unmodified if every page is unmodified', async () => {
    agency.answer = marked(twoPages, (request) => `"${pageOf(request)}"`)
    const first = await open('registry', null)
    expect(await all(first)).to.have.length(3)
    const again = await open('registry', first.next?.() ?? null)
    expect(again.unmodified).to.equal(true)
    expect(await all(again)).to.deep.equal([])
    expect(again.next?.()).to.deep.equal(first.next?.())
  })

  it('reads every page if only a later one changed', async () => {
    let version = 1
    agency.answer = marked(twoPages, (request) => (pageOf(request) === 1 ? '"1"' : `"2.${version}"`))
    const first = await open('registry', null)
    await all(first)
    version = 2
    const again = await open('registry', first.next?.() ?? null)
    expect(again.unmodified).to.equal(undefined)
    expect(await all(again)).to.have.length(3)
  })

  it('is unmodified if a single file is, by ETag or by date', async () => {
    const date = 'Wed, 25 Nov 2026 02:00:00 GMT'
    for (const [head, question] of [
      ['etag', 'if-none-match'],
      ['last-modified', 'if-modified-since'],
    ] as const) {
      agency.answer = (request, response) =>
        request.headers[question] === date
          ? response.writeHead(304).end()
          : response.writeHead(200, { [head]: date }).end('ILLID,ENTNAME,UNISCID\n1,2,3\n')
      const ask = (state: Json) =>
        openHttpFile(
          { url: agency.url, state, feed: 'x', shapes: [{ names: ['ILLID', 'ENTNAME', 'UNISCID'] }] },
          '/x.csv',
        )
      const first = await ask(null)
      expect(await all(first)).to.have.length(1)
      expect((await ask(first.next?.() ?? null)).unmodified).to.equal(true)
    }
  })

  for (const [title, state] of [
    ['of another address', { address: 'x', marks: [{ etag: '"1"', modified: null }] }],
    ['of no known form', [1, { marks: 'x' }]],
  ] as const) {
    it(`ignores a state ${title}`, async () => {
      agency.answer = marked(twoPages, (request) => `"${pageOf(request)}"`)
      expect(await all(await open('registry', state as unknown as Json))).to.have.length(3)
    })
  }

  it('keeps no state if the agency sends neither ETag nor date', async () => {
    agency.answer = twoPages
    const first = await open('registry', null)
    await all(first)
    expect(first.next?.()).to.equal(null)
  })

  it('treats a 304 to an unconditional request as a failure', async () => {
    agency.answer = (_, response) => response.writeHead(304).end()
    expect(await reasonOf(open('registry', null).then(all))).to.equal('FEED_UNREACHABLE HTTP 304')
  })
})

describe('feeds by cursor', () => {
  listens()

  const shapes = [{ names: ['a', 'b', 'c'] }]
  const cursoring: CursorOptions = {
    pageItems: 2,
    ask: (cursor) => ({ path: `/changes?cursor=${cursor ?? ''}&limit=2` }),
    open: (body) => JSON.parse(body.toString()),
  }
  const open = (state: Json = null): Promise<FeedDelivery> =>
    openByCursor({ url: agency.url, state, feed: 'changes', shapes }, cursoring)
  const place = (request: IncomingMessage): string =>
    new URL(request.url ?? '', 'http://x').searchParams.get('cursor') ?? ''
  const one = (n: number) => ({ a: n, b: 1, c: 1 })
  /** Answers each cursor with its piece. */
  const stream =
    (pieces: Record<string, { items: unknown[]; next: string | null }>): Answer =>
    (request, response) => {
      const piece = pieces[place(request)]
      if (piece) response.end(JSON.stringify(piece))
      else response.writeHead(404).end()
    }

  it('are read piece by piece until there is no next cursor', async () => {
    agency.answer = stream({ '': { items: [one(1), one(2)], next: 'x' }, x: { items: [one(3)], next: null } })
    const delivery = await open()
    expect((await all(delivery)).map(({ page, row }) => `${page}/${row}`)).to.deep.equal(['1/1', '1/2', '2/1'])
    expect(delivery.whole).to.equal(undefined)
  })

  it('end when the last cursor comes again without items', async () => {
    agency.answer = stream({ '': { items: [one(1)], next: 'x' }, x: { items: [], next: 'x' } })
    expect(await all(await open())).to.have.length(1)
  })

  it('restart each time at the beginning', async () => {
    agency.answer = stream({ '': { items: [one(1)], next: 'x' }, x: { items: [one(2)], next: null } })
    const first = await open()
    await all(first)
    expect(first.next?.()).to.equal(null)
    expect(await all(await open(first.next?.() ?? null))).to.have.length(2)
  })

  const loops: [title: string, pieces: Parameters<typeof stream>[0], reason: string][] = [
    [
      'a cursor that came before',
      { '': { items: [one(1)], next: 'x' }, x: { items: [one(2)], next: 'x' } },
      '游标已用过',
    ],
    [
      'the same items under the next cursor',
      { '': { items: [one(1)], next: 'x' }, x: { items: [one(1)], next: 'y' } },
      '第 2 段与第 1 段相同',
    ],
    ['an empty cursor', { '': { items: [one(1)], next: '' } }, '游标'],
  ]
  for (const [title, pieces, reason] of loops) {
    it(`are refused for ${title}`, async () => {
      agency.answer = stream(pieces)
      expect(await reasonOf(open().then(all)))
        .to.include('FEED_UNREACHABLE')
        .and.include(reason)
    })
  }

  it('are refused if a piece has unknown records', async () => {
    agency.answer = stream({ '': { items: [{ x: 1 }], next: 'x' } })
    expect(await reasonOf(open().then(all))).to.match(/^CONTENT_UNKNOWN/)
  })
})
