import http from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { expect } from 'chai'
import { chargeCost, makeContext } from '../../../src/api/request/context.js'
import type { ApiDependencies } from '../../../src/api/request/dependencies.js'
import { findRefusalOfThrown } from '../../../src/api/request/graphql-errors.js'
import { makeQuotas } from '../../../src/api/request/quotas.js'
import { makeSignInLimits } from '../../../src/api/request/rate-limit.js'
import { PUBLIC_VIEWER } from '../../../src/domain/access/viewer.js'
import * as store from '../../../src/store/access/quotas.js'
import { openAnswerPool } from '../../../src/store/db/answer-pool.js'
import { freshDatabase } from '../../support/database.js'
import { database, log } from '../../support/world.js'
import { makeWorld, NOW, type World } from '../world.js'

const MINUTE = new Date('2026-03-02T02:00:00Z')
const later = (ms: number): Date => new Date(MINUTE.getTime() + ms)

describe('quota of a minute', () => {
  let world: World
  before(async () => {
    world = await makeWorld({ quota: 5 })
  })
  after(() => world.close())
  let minute = 0
  beforeEach(() => {
    minute += 1
    world.setNow(new Date(NOW.getTime() + minute * 60_000 + 20_000))
  })

  const QUESTION = '{ standing(code: "x") { status } }'
  const told = (headers: Headers) => ['ratelimit', 'ratelimit-policy', 'retry-after'].map((name) => headers.get(name))

  it('shows in each answer what is left, and refuses further requests until the minute ends', async () => {
    for (let left = 4; left >= 0; left -= 1) {
      const { status, headers } = await world.ask(QUESTION)
      expect([status, ...told(headers)]).to.deep.equal([200, `"minute";r=${left};t=40`, '"minute";q=5;w=60', null])
    }
    const { status, errors, headers } = await world.ask(QUESTION)
    expect([status, errors?.[0]?.extensions['code'], ...told(headers)]).to.deep.equal([
      429,
      'QUOTA_EXCEEDED',
      '"minute";r=0;t=40',
      '"minute";q=5;w=60',
      '40',
    ])
    world.setNow(new Date(NOW.getTime() + minute * 60_000 + 60_000))
    minute += 1
    expect((await world.ask(QUESTION)).status).to.equal(200)
  })

  it('P-A6: one unit is charged for each hundred of Query-Cost, to the next request', async () => {
    const token = world.token('officer', 'costly')
    const codes = Array.from({ length: 250 }, (_, n) => `x${n}`)
    const many = { token, variables: { codes } }
    const question = 'query($codes: [String!]!) { standings(codes: $codes) { status } }'
    const first = await world.ask(question, many)
    expect([first.headers.get('query-cost'), first.headers.get('ratelimit')]).to.deep.equal([
      '250',
      '"minute";r=2;t=40',
    ])
    const second = await world.ask(question, many)
    expect([second.status, second.headers.get('ratelimit')]).to.deep.equal([200, '"minute";r=0;t=40'])
    expect((await world.ask(QUESTION, { token })).status).to.equal(429)
  })

  it('belongs to each holder of a token, or to the address without a valid one', async () => {
    const [one, two] = [world.token('officer', 'one'), world.token('officer', 'two')]
    for (let n = 0; n < 5; n += 1) expect((await world.ask(QUESTION, { token: one })).status).to.equal(200)
    expect((await world.ask(QUESTION, { token: one })).status).to.equal(429)
    expect((await world.ask(QUESTION, { token: two })).status).to.equal(200)
    for (let n = 0; n < 5; n += 1) expect((await world.ask(QUESTION, { token: 'bad' })).status).to.equal(401)
    expect([
      (await world.ask(QUESTION, { token: 'bad' })).status,
      (await world.ask(QUESTION)).status,
      (await world.ask(QUESTION, { token: two })).status,
    ]).to.deep.equal([429, 429, 200])
  })

  it('applies to pages, data and endpoints for programs, and not to /healthz', async () => {
    const get = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${world.url}${path}`, { headers })
      return [answer.status, answer.headers.get('ratelimit')]
    }
    expect(await get('/blacklist')).to.deep.equal([200, '"minute";r=4;t=40'])
    for (let n = 0; n < 4; n += 1) await get('/scorecard')
    const answer = await fetch(`${world.url}/blacklist`)
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([429, '40'])
    expect(await answer.json()).to.include({ code: 'QUOTA_EXCEEDED', status: 429 })
    expect(await get('/healthz')).to.deep.equal([200, null])
    const headers = { authorization: `Bearer ${world.token('officer', 'reader')}` }
    for (let n = 0; n < 5; n += 1) expect((await get('/v1/runs/999/rejects.csv', headers))[0]).to.equal(404)
    expect((await get('/v1/runs/999/rejects.csv', headers))[0]).to.equal(429)
  })

  it('is in no header where the hub has no quota', async () => {
    const free = await makeWorld()
    const { headers } = await free.ask(QUESTION)
    expect(told(headers)).to.deep.equal([null, null, null])
    await free.close()
  })
})

describe('counts shared by several processes', () => {
  const db = database()
  const count = (key: string, used: number) => [{ key, used }]

  it('are added within a minute and restart with the next', async () => {
    expect(await store.addUsage(db(), count('a', 3), MINUTE)).to.deep.equal(new Map([['a', 3]]))
    expect(await store.addUsage(db(), count('a', 4), MINUTE)).to.deep.equal(new Map([['a', 7]]))
    expect(await store.addUsage(db(), count('a', 1), later(60_000))).to.deep.equal(new Map([['a', 1]]))
    // A count that arrives a minute late is not added.
    expect(await store.addUsage(db(), count('a', 9), MINUTE)).to.deep.equal(new Map([['a', 1]]))
    await store.addUsage(db(), count('b', 1), later(120_000))
    expect((await db()('quotas').select('key')).map(({ key }) => key)).to.deep.equal(['b'])
  })

  it('are seen by each process: two together exceed the quota for a second at most', async () => {
    const made = () => makeQuotas({ db: db(), log, quota: 10, now: () => at })
    const [one, two] = [made(), made()]
    const server = http.createServer((request, response) => {
      const of = request.url === '/1' ? one : two
      try {
        of.charge({ response, address: 'here' }, 'holder')
      } catch {
        response.statusCode = 429
      }
      response.end()
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    let at = MINUTE
    const through = async (path: string) => (await fetch(`${url}${path}`)).status
    const statuses: number[] = []
    for (let second = 0; second < 20; second += 1) {
      at = later(second * 1_500)
      statuses.push(await through('/1'), await through('/2'))
      await db().raw('select 1')
    }
    server.close()
    expect(statuses.filter((status) => status === 200).length).to.be.within(10, 19)
    expect(statuses.slice(-10)).to.deep.equal(Array(10).fill(429))
  })
})

describe('a flood from more addresses than are counted', () => {
  const db = database()
  it('shares one count, separate from those of token holders', () => {
    const quotas = makeQuotas({ db: db(), log, quota: 2, now: () => NOW })
    const charged = (address: string, sub: string | null): boolean => {
      const response = new http.ServerResponse(new http.IncomingMessage(new Socket()))
      try {
        quotas.charge({ response, address }, sub)
        return true
      } catch {
        return false
      }
    }
    for (let n = 0; n < 10_000; n += 1) charged(`address-${n}`, null)
    expect([charged('late-1', null), charged('late-2', null), charged('late-3', null)]).to.deep.equal([
      true,
      true,
      false,
    ])
    expect([charged('late-4', 'one'), charged('late-4', 'two'), charged('address-9', null)]).to.deep.equal([
      true,
      true,
      true,
    ])
  })
})

describe('a statement of an answer', () => {
  it('that takes too long is cancelled by PostgreSQL and refused with ANSWER_TIMEOUT', async () => {
    const test = await freshDatabase()
    const answers = openAnswerPool(test.url, { what: 'answers', statementMs: 50 })
    const error = await answers.raw('select pg_sleep(30)').then(null, (thrown: unknown) => thrown)
    expect(findRefusalOfThrown(error)?.code).to.equal('ANSWER_TIMEOUT')
    const { rows } = await test.db.raw(
      `select count(*)::int as n from pg_stat_activity where query like '%pg_sleep%' and state = 'active' and pid <> pg_backend_pid()`,
    )
    expect(rows[0].n).to.equal(0)
    await answers.close()
    await test.drop()
  })
})

describe('an answer', () => {
  it('that takes a minute, or whose client has left, is not continued', () => {
    const limits = makeSignInLimits()
    const asked = { now: NOW, requestId: 'r', address: 'here', purpose: null, log, refused: [] }
    const parts = { answerPath: { lookups: () => ({ standings: async () => [] }) } } as unknown as ApiDependencies
    const refusal = (hasLeft: boolean, agoMs: number) => {
      try {
        chargeCost(
          makeContext(
            parts,
            { asked, viewer: PUBLIC_VIEWER, limits },
            { reader: { destroyed: hasLeft }, began: performance.now() - agoMs },
          ),
          1,
        )
        return null
      } catch (error) {
        return findRefusalOfThrown(error)?.code
      }
    }
    expect([refusal(false, 0), refusal(false, 59_000), refusal(false, 60_001), refusal(true, 0)]).to.deep.equal([
      null,
      null,
      'ANSWER_TIMEOUT',
      'ANSWER_TIMEOUT',
    ])
  })
})
