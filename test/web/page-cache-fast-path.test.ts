import { expect } from 'chai'
import { makeWorld, TODAY, type World } from '../api/world.js'
import { letGo } from '../support/public-list.js'
import { type Read, read } from '../support/reading.js'
import { firms, listFirms } from '../support/site-world.js'

/** The fast path leaves a request that also accepts CSV to express. */
const ROUTED = 'text/html, text/csv;q=0.1'

describe('the fast path of the page cache', () => {
  let world: World
  let ids: string[]
  const given = firms(TODAY, 12)
  before(async () => {
    world = await makeWorld()
    ids = await listFirms(world.database.db, given)
    await world.publish()
  })
  after(() => world.close())

  const get = (path: string, headers = {}, method = 'GET') => read(`${world.url}${path}`, headers, method)
  const told = ({ status, headers: { date: _, 'x-request-id': __, ...headers }, text }: Read) => ({
    status,
    headers,
    text,
  })

  for (const path of [
    '/',
    '/?lang=en',
    '/blacklist',
    '/blacklist?reason=counterfeit&lang=en',
    'ENTRY',
    'ENTRY?lang=en',
  ])
    for (const coding of ['gzip, br', 'gzip', 'identity'])
      it(`answers ${path} to ${coding} as express does`, async () => {
        const asked = path.replace('ENTRY', `/blacklist/${ids[0]}`)
        const headers = { 'accept-encoding': coding }
        // This answer also fills the page cache.
        const routed = await get(asked, { ...headers, accept: ROUTED })
        const atOnce = await get(asked, headers)
        expect(told(atOnce)).to.deep.equal(told(routed))
        expect(atOnce.status).to.equal(200)
        const again = await get(asked, { ...headers, 'if-none-match': String(routed.headers['etag']) })
        expect([again.status, again.bytes]).to.deep.equal([304, 0])
      })

  it('leaves CSV, HEAD, other methods, unknown pages and bad requests to express', async () => {
    await get('/blacklist')
    expect((await get('/blacklist', { accept: 'text/csv' })).headers['content-type']).to.include('text/csv')
    expect((await get('/blacklist', {}, 'HEAD')).bytes).to.equal(0)
    expect((await get('/blacklist', {}, 'POST')).status).to.equal(404)
    expect((await get('/blacklist?sort=name')).status).to.equal(400)
    expect((await get('/blacklist/00000000-0000-4000-8000-000000000000')).status).to.equal(404)
  })

  it('never names a removed entry in a later answer', async () => {
    const gone = ids.pop() ?? ''
    const paths = ['/blacklist', '/blacklist?sort=oldest', `/blacklist/${gone}`]
    for (const path of [...paths, ...paths]) expect((await get(path)).text, path).to.include(gone)
    await letGo(world.database.db, gone)
    expect((await get(`/blacklist/${gone}`)).status).to.equal(410)
    for (const path of paths.slice(0, 2)) expect((await get(path)).text, path).not.to.include(gone)
    expect((await get('/blacklist')).text).to.include(`共 ${ids.length - given.filter(({ left }) => left).length} 条`)
  })

  it('has a request id and the security headers', async () => {
    const { headers } = await get('/blacklist')
    expect(headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/)
    expect(headers['content-security-policy']).to.include("default-src 'none'")
  })
})
