import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { Refusal } from '../../src/foundation/errors.js'
import { makeServer } from '../../src/server/server.js'
import { makeWorld, type World } from '../api/world.js'
import { read } from '../support/reading.js'

describe('an error page', () => {
  let world: World
  before(async () => {
    world = await makeWorld({ quota: 12 })
  })
  after(() => world.close())

  const get = (path: string, headers = {}) => read(`${world.url}${path}`, headers)
  const FROM_ELSEWHERE = { accept: 'application/json' }

  it('explains the error in both languages and is never cached', async () => {
    for (const [path, status, said] of [
      ['/nothing', 404, '没有这个页面'],
      ['/blacklist/nobody', 404, '没有这个页面'],
      ['/blacklist?from=yesterday', 400, '地址里有写错的内容'],
    ] as const) {
      const answer = await get(path)
      expect(answer.status).to.equal(status)
      expect(answer.text).to.include(said).and.include('action="/blacklist"').and.include('href="/data"')
      expect(answer.headers['cache-control']).to.equal('no-store')
      expect(answer.headers['content-security-policy']).to.include("default-src 'none'")
    }
    const english = await get('/nothing?lang=en')
    expect(english.text).to.include('<html lang="en">').and.include('No such page').and.include('/data?lang=en')
  })

  it('escapes text from the request', async () => {
    const { text } = await get(`/blacklist?sort=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect(text).to.include('&lt;script&gt;')
    expect(text).not.to.include('<script>')
  })

  it('is a problem document for a client that asks for JSON', async () => {
    const { status, headers, text } = await get('/nothing', FROM_ELSEWHERE)
    expect(status).to.equal(404)
    expect(headers['content-type']).to.match(/^application\/problem\+json/)
    expect(JSON.parse(text)).to.include({ code: 'NOT_FOUND' })
  })

  it('says that the list is being published, with Retry-After', async () => {
    const busy = () => Promise.reject(new Refusal('RUN_BUSY', { job: 'publish' }))
    const server = await makeServer({ ...world.parts, publish: busy })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { status, headers, text } = await read(`${at}/data?lang=en`)
    const program = await read(`${at}/data/blacklist.csv`)
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
    expect([status, program.status]).to.deep.equal([503, 503])
    expect(headers['retry-after']).to.equal('10')
    expect(text).to.include('Out of service for the moment').and.include('being published anew')
    expect(program.headers['content-type']).to.match(/^application\/problem\+json/)
  })

  it('reveals no details of an internal fault and is never cached', async () => {
    const { db } = world.parts
    await db.raw('alter table public_changes rename to public_changes_away')
    const broken = await get('/blacklist')
    await db.raw('alter table public_changes_away rename to public_changes')
    expect(broken.status).to.equal(500)
    expect(broken.text).to.include('无法显示').and.include('请稍后再试')
    expect(broken.text).not.to.include('public_changes')
    // The failure is not remembered: the next request reads again.
    expect((await get('/blacklist')).status).to.equal(200)
  })

  it('points to the whole list when the quota is used up', async () => {
    let last = await get('/')
    for (let time = 0; time < 12 && last.status === 200; time += 1) last = await get('/')
    expect(last.status).to.equal(429)
    expect(last.headers['retry-after']).to.match(/^\d+$/)
    expect(last.headers['content-type']).to.match(/^text\/html/)
    expect(last.text).to.include('查询过于频繁').and.include('请下载整份名单')
    const program = await get('/blacklist', FROM_ELSEWHERE)
    expect(JSON.parse(program.text)).to.include({ code: 'QUOTA_EXCEEDED' })
  })
})
