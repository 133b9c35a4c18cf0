import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { uscc } from '../api/record-drafts.js'
import { NDJSON } from '../api/rows.js'
import { makeWorld, NOW, type World } from '../api/world.js'

const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000)
const QUOTA = 5

describe('a request held back by its sender', () => {
  let world: World
  before(async () => {
    world = await makeWorld({ quota: QUOTA })
  })
  after(() => world.close())

  it('returns nobody the quota of the present minute', async () => {
    const ask = async () =>
      (await world.ask('{ standing(code: "x") { status } }', { token: world.token('officer', 'fast') })).status
    const headers = { 'content-type': NDJSON, authorization: `Bearer ${world.token('marketplace', 'slow')}` }
    const slow = http.request(`${world.url}/v1/standings`, { method: 'POST', headers })
    const rows = (most: number): string => Array.from({ length: most }, (_, n) => `"${uscc(n)}"\n`).join('')
    slow.write(rows(50))
    const [answer] = (await once(slow, 'response')) as [http.IncomingMessage]
    world.setNow(later(60))
    for (let n = 0; n < QUOTA; n += 1) expect(await ask()).to.equal(200)
    expect(await ask()).to.equal(429)
    slow.end(rows(150))
    expect(await text(answer)).to.include('"end":true,"rows":200')
    expect(await ask()).to.equal(429)
  })
})

describe('sign-in attempts held back by their sender', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  const PLACES = [
    {
      what: 'clients',
      path: '/oauth/token',
      body: { grant_type: 'client_credentials', client_id: 'nobody', client_secret: 'no' },
      everySeconds: 10,
    },
    {
      what: 'access codes',
      path: '/graphql',
      body: { query: 'mutation { partyToken(accessCode: "0000") }' },
      everySeconds: 30,
    },
  ]
  for (const { what, path, body, everySeconds } of PLACES) {
    it(`admit no more attempts of ${what}`, async () => {
      const [headers, content] = [{ 'content-type': 'application/json' }, JSON.stringify(body)]
      const isAdmitted = (answer: string): boolean => !/TOO_MANY_REQUESTS|temporarily_unavailable/.test(answer)
      const attempt = async (): Promise<boolean> =>
        isAdmitted(await (await fetch(`${world.url}${path}`, { method: 'POST', headers, body: content })).text())
      world.setNow(later(0))
      const held = http.request(`${world.url}${path}`, {
        method: 'POST',
        headers: { ...headers, expect: '100-continue' },
      })
      held.flushHeaders()
      await once(held, 'continue')
      world.setNow(later(29))
      let tried = 0
      while (await attempt()) tried += 1
      expect(tried).to.be.greaterThan(5)
      world.setNow(later(29 + 2 * everySeconds))
      expect(await attempt()).to.equal(true)
      held.end(content)
      const [answer] = (await once(held, 'response')) as [http.IncomingMessage]
      expect(isAdmitted(await text(answer))).to.equal(true)
      expect(await attempt()).to.equal(false)
    })
  }
})
