import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { PullTimeAndPageLimits } from '../../src/agencies/transports/http/attempt.js'
import { openPaged } from '../../src/agencies/transports/http/pages.js'
import type { SourceItem } from '../../src/domain/records/records.js'
import { Refusal } from '../../src/foundation/errors.js'
import { type Answer, agency, listens, pageOf, reasonOf, record, registryPage, twoPages } from './answering.js'
import { draftsOf, feedOf, refusalOf, sample } from './samples.js'

const fetched = async (id: string, signal?: AbortSignal): Promise<SourceItem[]> => {
  const items: SourceItem[] = []
  const source = { url: `${agency.url}/`, ...(signal ? { signal } : {}) }
  for await (const item of (await feedOf(id).open(source, { state: null })).items) items.push(item)
  return items
}

describe('feeds over HTTP', () => {
  listens()

  it('are read page by page, and each item has its page and row', async () => {
    agency.answer = twoPages
    const items = await fetched('registry')
    expect(items.map(({ page, row }) => `${page}/${row}`)).to.deep.equal(['1/1', '1/2', '2/1'])
    expect(agency.asked).to.equal(2)
  })

  it('are read through the gateway by POST', async () => {
    agency.answer = (_, response) => response.end(readFileSync(sample('dishonest.json')))
    const items = await fetched('dishonest')
    expect(items.flatMap((item) => draftsOf('dishonest', item)).map(({ key }) => key)).to.deep.equal(['ILL-1', 'ILL-2'])
    expect(JSON.parse(agency.bodies[0] ?? '')).to.have.keys('appKey', 'messageId', 'userName', 'status', 'content')
    expect(JSON.parse(agency.bodies[0] ?? '').content).to.deep.equal({
      service: 'dishonest',
      pageIndex: 1,
      pageSize: 200,
    })
  })

  it('are read as XML, as GB18030 table and as workbook', async () => {
    const files: Record<string, string> = {
      '/trademarks': 'trademarks.xml',
      '/penalties.csv': 'penalties.csv',
      '/quality.xlsx': 'quality.xlsx',
    }
    agency.answer = (request, response) =>
      response.end(readFileSync(sample(files[(request.url ?? '').split('?')[0] ?? ''] ?? '')))
    for (const id of ['trademarks', 'penalties', 'quality']) {
      const items = await fetched(id)
      expect(
        items.flatMap((item) => draftsOf(id, item)),
        id,
      ).to.have.length(2)
    }
  })

  for (const status of [503, 429]) {
    it(`are retried after a ${status}, when Retry-After allows it`, async () => {
      agency.answer = (request, response, asked) =>
        asked === 1 ? response.writeHead(status, { 'retry-after': '0' }).end() : twoPages(request, response, asked)
      expect(await fetched('registry')).to.have.length(3)
      expect(agency.asked).to.equal(3)
    })
  }

  it('are retried after a truncated answer', async () => {
    agency.answer = (request, response, asked) => {
      if (asked > 1) return twoPages(request, response, asked)
      response.writeHead(200, { 'content-length': '5000' })
      response.write('{"status"', () => response.destroy())
    }
    expect(await fetched('registry')).to.have.length(3)
  })

  it('are requested at most three times', async () => {
    agency.answer = (_, response) => response.writeHead(500, { 'retry-after': '0' }).end()
    expect(await reasonOf(fetched('registry'))).to.equal('FEED_UNREACHABLE HTTP 500')
    expect(agency.asked).to.equal(3)
  })

  const final: [title: string, answer: Answer, reason: RegExp][] = [
    ['a refusal', (_, response) => response.writeHead(403).end(), /^FEED_UNREACHABLE HTTP 403$/],
    ['a redirect', (_, response) => response.writeHead(301, { location: '/x' }).end(), /^FEED_UNREACHABLE redirect/],
    [
      'an answer beyond the limit',
      (_, response) => {
        const part = Buffer.alloc(1024 * 1024, 'x')
        const more = (): void => {
          while (!response.destroyed && response.write(part));
        }
        response.on('drain', more)
        more()
      },
      /^FEED_UNREACHABLE too_large/,
    ],
    [
      'an error in the envelope',
      (_, response) => response.end('{"status":"0","msg":"维护中"}'),
      /^FEED_UNREACHABLE status 0 维护中$/,
    ],
    ['no JSON', (_, response) => response.end('<html>'), /^CONTENT_UNREADABLE/],
    [
      'half of a JSON',
      (_, response) => response.end(registryPage(3, 1, [record(1)]).slice(0, 90)),
      /^CONTENT_UNREADABLE/,
    ],
    ['another envelope', (_, response) => response.end('{"ok":true}'), /^CONTENT_UNKNOWN/],
    ['other records', (_, response) => response.end(registryPage(1, 1, [{ a: 1 }])), /^CONTENT_UNKNOWN/],
  ]
  for (const [title, answer, reason] of final) {
    it(`are refused at once for ${title}`, async () => {
      agency.answer = answer
      expect(await reasonOf(fetched('registry'))).to.match(reason)
      expect(agency.asked).to.equal(1)
    })
  }

  const halves: [title: string, answer: Answer, reason: string][] = [
    [
      'an empty page before the total is reached',
      (r, s) => s.end(registryPage(3, pageOf(r), pageOf(r) === 1 ? [record(1), record(2)] : [])),
      '仅收到 2 条，总数 3',
    ],
    ['more items than the total', (_, s) => s.end(registryPage(1, 1, [record(1), record(2)])), '收到 2 条，多于总数 1'],
    [
      'a total that changes',
      (r, s) => s.end(registryPage(2 + pageOf(r), pageOf(r), [record(pageOf(r))])),
      '读取期间总数由 3 变为 4',
    ],
    [
      'the first page again and again',
      (_, s) => s.end(registryPage(4, 1, [record(1), record(2)])),
      '索取第 2 页，收到第 1 页',
    ],
    [
      'the same items under the next number',
      (r, s) => s.end(registryPage(4, pageOf(r), [record(1), record(2)])),
      '第 2 页与第 1 页相同',
    ],
    [
      'an earlier page coming again later',
      (r, s) => s.end(registryPage(9, pageOf(r), [record(pageOf(r) % 2)])),
      '第 3 页与第 1 页相同',
    ],
  ]
  for (const [title, answer, reason] of halves) {
    it(`are refused as incomplete on ${title}`, async () => {
      agency.answer = answer
      expect(await reasonOf(fetched('registry'))).to.include(`FEED_UNREACHABLE 数据不完整：${reason}`)
    })
  }

  it('are refused as one file if only the end of the connection ends it', async () => {
    agency.answer = (_, { socket }) =>
      socket?.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), readFileSync(sample('penalties.csv'))]))
    expect(await reasonOf(fetched('penalties'))).to.include('FEED_UNREACHABLE 数据不完整：应答未声明长度')
  })

  it('are read as one file in chunks without a declared length', async () => {
    agency.answer = (_, response) => {
      response.write(readFileSync(sample('penalties.csv')))
      response.end()
    }
    expect(await fetched('penalties')).to.have.length(2)
  })

  const slow: [title: string, limits: PullTimeAndPageLimits, reason: RegExp, asked: number][] = [
    [
      'a page that takes longer than the limit of one attempt',
      { pageMs: 300, pullMs: 60_000 },
      /^FEED_UNREACHABLE timeout/,
      3,
    ],
    ['pages that take longer than the limit of the whole pull', { pageMs: 60_000, pullMs: 300 }, /总时间超限/, 1],
  ]
  for (const [title, limits, reason, asked] of slow) {
    it(`are abandoned after ${title}`, async () => {
      agency.answer = (_, response) => {
        const drip = setInterval(() => response.write(' '), 10)
        response.on('close', () => clearInterval(drip))
      }
      const paging = { pageItems: 2, ask: () => ({ path: '/' }), open: () => null }
      const request = { url: agency.url, state: null, feed: 'registry', shapes: [] }
      const { items } = await openPaged(request, paging, limits)
      expect(await reasonOf(items[Symbol.asyncIterator]().next())).to.match(reason)
      expect(agency.asked).to.equal(asked)
    })
  }

  it('report the gateway’s error', async () => {
    agency.answer = (_, s) => s.end('{"IsSuccess":false,"Result":0,"ErrorCode":"E7","Message":"签名错误"}')
    expect(await reasonOf(fetched('dishonest'))).to.equal('FEED_UNREACHABLE 网关报错 gateway says: E7 签名错误')
  })

  it('are refused when nothing listens', async () => {
    const { items } = await feedOf('registry').open({ url: 'http://127.0.0.1:1' }, { state: null })
    expect(await refusalOf(items[Symbol.asyncIterator]().next())).to.equal('FEED_UNREACHABLE')
  })

  it("wait until the Retry-After date, measured by the agency's own clock", async () => {
    const day = 'Wed, 25 Nov 2026 02:00:00 GMT'
    agency.answer = (request, response, asked) =>
      asked === 1
        ? response.writeHead(503, { date: day, 'retry-after': day }).end()
        : twoPages(request, response, asked)
    expect(await fetched('registry')).to.have.length(3)
  })

  it('are refused for items nested so deep that they cannot be compared', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    agency.answer = (_, response) => response.end(registryPage(1, 1, [record(1)]).replace('"存续"', deep))
    expect(await reasonOf(fetched('registry'))).to.match(/^CONTENT_UNREADABLE/)
  })

  it('stop on abort without a retry', async () => {
    const stop = new AbortController()
    agency.answer = () => stop.abort(new Refusal('STOPPING'))
    expect(await refusalOf(fetched('registry', stop.signal))).to.equal('STOPPING')
    expect(agency.asked).to.equal(1)
  })
})
