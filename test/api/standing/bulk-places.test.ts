/** Places for bulk answers: who holds one, who waits, and what a caller that leaves gives back. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { makeServer } from '../../../src/server/server.js'
import { until } from '../../support/until.js'
import { registration, uscc } from '../record-drafts.js'
import { askRows, NDJSON, openRows, problem } from '../rows.js'
import { makeWorld, NOW, type World } from '../world.js'

const KNOWN = Array.from({ length: 50 }, (_, n) => uscc(n + 1))

describe('places for bulk answers', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      KNOWN.map((code, n) => registration(code, `虚构第${n}号网店有限公司`)),
    )
  })
  after(() => world.close())

  const active = async (): Promise<number> => {
    const answer = await world.database.db.raw(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and state = 'active' and query like '%standings.ordinary%'
       and pid <> pg_backend_pid()`,
    )
    return answer.rows[0].n
  }

  it('a caller that leaves midway leaves nothing running in the database', async () => {
    const lock = await world.database.db.transaction()
    try {
      await lock.raw('lock table standing_rows in access exclusive mode')
      const request = openRows(world)
      request.end(JSON.stringify(KNOWN))
      await until('the question runs', async () => (await active()) > 0)
      request.destroy()
      await until('nothing runs', async () => (await active()) === 0)
    } finally {
      await lock.rollback()
    }
  })

  it('runs at most four requests of one caller at once, and reuses a freed place', async () => {
    const requests = Array.from({ length: 4 }, () => openRows(world, {}, NDJSON))
    for (const request of requests) request.write(`"${KNOWN[0]}"\n`)
    await Promise.all(requests.map((request) => once(request, 'response')))
    expect(problem(await askRows(world, KNOWN))).to.deep.equal({ status: 503, code: 'HUB_BUSY' })
    for (const request of requests) request.destroy()
    await until('a place is free', async () => (await askRows(world, KNOWN)).status === 200)
  })

  it('keeps places for callers with a token while many without one ask', async () => {
    const server = await makeServer({ ...world.parts, proxies: 1 })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    const ask = async (headers: Record<string, string>) => {
      const request = http.request({
        port,
        method: 'POST',
        path: '/v1/standings',
        headers: { 'content-type': NDJSON, ...headers },
      })
      request.on('error', () => undefined)
      request.write(`"${KNOWN[0]}"\n`)
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      response.resume()
      return { status: response.statusCode, request }
    }
    const held: Awaited<ReturnType<typeof ask>>[] = []
    for (let n = 0; n < 20; n += 1) held.push(await ask({ 'x-forwarded-for': `192.0.2.${n}` }))
    held.push(
      await ask({ authorization: `Bearer ${world.token('marketplace', 'guguji')}`, 'x-forwarded-for': '192.0.2.1' }),
    )
    for (const { request } of held) request.destroy()
    server.close()
    server.closeAllConnections()
    expect(held.map(({ status }) => status)).to.deep.equal([...Array(8).fill(200), ...Array(12).fill(503), 200])
  })

  it('P-A8: one code is answered, also by /check, while every bulk connection is busy', async () => {
    const waiting = async (): Promise<number> => {
      const answer = await world.database.db.raw(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
         and query like '%operators.formerNames%' and pid <> pg_backend_pid()`,
      )
      return answer.rows[0].n
    }
    const lock = await world.database.db.transaction()
    try {
      // Among these requests, only a bulk row with a name reads this table.
      await lock.raw('lock table operator_names in access exclusive mode')
      const requests = Array.from({ length: 4 }, () => openRows(world))
      for (const request of requests) request.end(JSON.stringify([{ code: KNOWN[0], name: '别的' }]))
      await until('four wait', async () => (await waiting()) === 4)
      expect((await fetch(`${world.url}/v1/standing/${KNOWN[0]}`)).status).to.equal(200)
      const form = new URLSearchParams({ codes: KNOWN[0] as string })
      const checked = await fetch(`${world.url}/check`, { method: 'POST', body: form })
      expect([checked.status, await waiting()]).to.deep.equal([200, 4])
      for (const request of requests) request.destroy()
    } finally {
      await lock.rollback()
    }
    await until('a place is free', async () => (await askRows(world, KNOWN)).status === 200)
  })

  it('P-A8: a request that trickles its rows loses its place to the next and says so in its last line; a fast one keeps it', async () => {
    const trickle = async () => {
      const request = openRows(
        world,
        { authorization: `Bearer ${world.token('marketplace', `trickler-${held.length % 4}`)}` },
        NDJSON,
      )
      request.write(`"${KNOWN[0]}"\n`)
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      return { request, answer: text(response) }
    }
    const held: Awaited<ReturnType<typeof trickle>>[] = []
    while (held.length < 16) held.push(await trickle())
    const late = { token: world.token('marketplace', 'late') }
    expect(problem(await askRows(world, KNOWN, late))).to.deep.equal({ status: 503, code: 'HUB_BUSY' })
    world.setNow(new Date(NOW.getTime() + 60_000))
    try {
      const { lines, end } = await askRows(world, KNOWN, { token: world.token('marketplace', 'late') })
      expect([lines.length, end.end]).to.deep.equal([KNOWN.length, true])
      // Only the first of the held requests lost its place.
      const told = JSON.parse((await (held[0] as (typeof held)[0]).answer).trim().split('\n').at(-1) as string)
      expect([told.end, told.rows, told.error.code]).to.deep.equal([false, 1, 'HUB_BUSY'])
    } finally {
      world.setNow(NOW)
    }
    for (const { request } of held.slice(1)) request.end()
    for (const { answer } of held.slice(1)) expect(await answer).to.contain('"end":true')
  })
})
