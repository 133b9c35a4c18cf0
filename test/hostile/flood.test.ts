/** A server under all floods at once still answers good requests, and drops the connections of the floods. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { HTTP_SERVER_OPTIONS, limitConnectionCount, PIPELINED_REQUESTS_MOST } from '../../src/api/request/sockets.js'
import { makeLog } from '../../src/hub/log.js'
import { makeServer } from '../../src/server/server.js'
import { registration, uscc } from '../api/record-drafts.js'
import { makeWorld, type World } from '../api/world.js'
import { until } from '../support/until.js'
import * as attack from './attackers.js'

const CODE = uscc(1)
/** The hub's options with shorter timeouts (milliseconds), so that the test need not wait. */
const IMPATIENT = { ...HTTP_SERVER_OPTIONS, headersTimeout: 800, connectionsCheckingInterval: 100 }
const GOOD = 150

describe('a flooded server', () => {
  let world: World
  let server: Server
  let url: string
  let folder: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hub-flood-'))
    world = await makeWorld({ log: makeLog({ level: 'info', file: join(folder, 'hub.log') }) })
    await world.bring('registry', [registration(CODE, '虚构堤坝有限公司')])
    server = await makeServer(world.parts, IMPATIENT)
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(async () => {
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const good = () =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${world.token('officer')}` },
      body: attack.question(`{ standing(code: "${CODE}") { name } }`),
    })

  const refused = (status: number) =>
    readFileSync(join(folder, 'hub.log'), 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"status":${status}`)).length

  it('answers every good request meanwhile, and keeps no connection of the flood afterwards', async () => {
    const many = <T>(count: number, each: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => each(n))
    const flood = [
      ...many(100, () => attack.raw(url, attack.nothing, { forMs: 10_000 })),
      ...many(30, () => attack.raw(url, attack.slowHeaders(), { everyMs: 50, forMs: 10_000 })),
      ...many(30, () => attack.raw(url, attack.slowBody(), { everyMs: 50, forMs: 1_000 })),
      ...many(10, () => attack.raw(url, attack.endlessBody(), { forMs: 10_000 })),
      ...many(100, (n) => attack.raw(url, attack.badToken(n))),
      ...many(20, () => attack.raw(url, attack.aliased)),
      ...many(20, () => attack.raw(url, attack.deep)),
      ...many(5, () => attack.raw(url, attack.pipelined(500), { forMs: 1_200 })),
    ]
    const answers: unknown[] = []
    for (let i = 0; i < GOOD; i += 1) {
      const answer = await good()
      answers.push([answer.status, await answer.json()])
    }
    const expected = [200, { data: { standing: { name: '虚构堤坝有限公司' } } }]
    expect(answers).to.deep.equal(Array(GOOD).fill(expected))
    const over = await Promise.all(flood)
    expect(over.slice(0, 100).every(({ statuses }) => statuses.every((status) => status === 408))).to.equal(true)
    expect(over.slice(100, 130).map(({ statuses }) => statuses[0])).to.deep.equal(Array(30).fill(408))
    // A client that is still sending may lose the answer when its connection is closed, but the log has all ten.
    expect(over.slice(160, 170).every(({ statuses }) => statuses.every((status) => status === 413))).to.equal(true)
    expect(refused(413)).to.equal(10)
    expect(over.slice(170, 270).map(({ statuses }) => statuses[0])).to.deep.equal(Array(100).fill(401))
    expect(new Set(over.slice(270, 310).map(({ statuses }) => statuses[0]))).to.deep.equal(new Set([400]))
    await good()
    const open = () => new Promise<number>((resolve) => void server.getConnections((_, count) => resolve(count)))
    await until('the connections of the flood are closed', async () => (await open()) <= 5)
  })

  it('answers a bounded number of pipelined requests on a connection, and refuses the rest', async () => {
    const { statuses } = await attack.raw(url, attack.pipelined(300), { answers: 300 })
    expect(statuses.filter((status) => status === 200).length).to.be.within(1, 300)
    expect(statuses.filter((status) => status === 429).length).to.be.greaterThan(0)
    expect(new Set(statuses)).to.deep.equal(new Set([200, 429]))
    const few = await attack.raw(url, attack.pipelined(PIPELINED_REQUESTS_MOST), {
      answers: PIPELINED_REQUESTS_MOST,
    })
    expect(few.statuses).to.deep.equal(Array(PIPELINED_REQUESTS_MOST).fill(200))
  })

  const unreadable: [string, Iterable<string | Buffer>, number][] = [
    ['headers that are too large', attack.tooManyHeaders, 431],
    ['bytes that are not HTTP', attack.noHttp, 400],
    ['headers without an end', attack.slowHeaders(), 408],
  ]
  for (const [what, pieces, status] of unreadable)
    it(`refuses ${what}, with one line in the log`, async () => {
      const lines = () =>
        readFileSync(join(folder, 'hub.log'), 'utf8')
          .split('\n')
          .filter((line) => line.includes('HTTP_UNREADABLE'))
      const before = lines().length
      const { statuses } = await attack.raw(url, pieces, { everyMs: 50, forMs: 10_000 })
      expect(statuses).to.deep.equal([status])
      const more = lines().slice(before)
      expect(more.map((line) => JSON.parse(line).status)).to.deep.equal([status])
    })

  it('bounds the connections of one address, except those through its own proxies', async () => {
    const held = async (proxies: number): Promise<number> => {
      const small = createServer((_request, response) => void response.end('here'))
      limitConnectionCount(small, { proxies, most: 5 })
      await new Promise<void>((resolve) => {
        small.listen(0, '127.0.0.1', resolve)
      })
      const { port } = small.address() as AddressInfo
      const answered = await Promise.all(
        Array.from(
          { length: 9 },
          () =>
            new Promise<boolean>((resolve) => {
              const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n'))
              socket.on('data', () => resolve(true))
              socket.on('error', () => resolve(false))
              socket.on('close', () => resolve(false))
            }),
        ),
      )
      await new Promise((resolve) => {
        small.close(resolve)
        small.closeAllConnections()
      })
      return answered.filter(Boolean).length
    }
    expect(await held(0)).to.equal(5)
    expect(await held(1)).to.equal(9)
  })
})
