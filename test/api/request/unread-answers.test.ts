import http, { type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { makeUnreadAnswers } from '../../../src/api/request/unread-answers.js'
import { makeServer } from '../../../src/server/server.js'
import { until } from '../../support/until.js'
import { makeWorld, type World } from '../world.js'

/** More than the kernel buffers of a connection. */
const ANSWER = Buffer.alloc(20_000_000)

describe('answers that nobody reads', () => {
  const servers: http.Server[] = []
  const clients: Socket[] = []
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy()
    for (const server of servers.splice(0)) {
      server.close()
      server.closeAllConnections()
    }
  })
  const listen = async (server: http.Server): Promise<number> => {
    servers.push(server)
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    return (server.address() as AddressInfo).port
  }
  const serve = async (stalledMs: number, most?: number) => {
    const unread = makeUnreadAnswers(stalledMs, most)
    const server = http.createServer((_request, response) => {
      response.end(ANSWER)
      unread.add(response)
    })
    const open = connectionsOf(server)
    return { port: await listen(server), open }
  }
  const connectionsOf = (server: http.Server): Set<Socket> => {
    const open = new Set<Socket>()
    server.on('connection', (socket: Socket) => {
      open.add(socket)
      socket.once('close', () => open.delete(socket))
    })
    return open
  }
  /** Sends `requests` at once and reads nothing. */
  const ask = (port: number, requests = ['GET / HTTP/1.1\r\nHost: h\r\n\r\n']): void => {
    const client = connect(port, '127.0.0.1').pause()
    client.on('error', () => undefined)
    client.write(requests.join(''))
    clients.push(client)
  }

  it('end when their client takes nothing for a while, pipelined ones too', async () => {
    const { port, open } = await serve(200)
    ask(port)
    ask(port, Array(3).fill('GET / HTTP/1.1\r\nHost: h\r\n\r\n'))
    await until('both are connected', () => open.size === 2)
    await until('both are disconnected', () => open.size === 0)
  })

  it('are held up to a number of bytes, beyond which the oldest leave', async () => {
    const { port, open } = await serve(60_000, 2 * ANSWER.length + 1_000)
    const connected: Socket[] = []
    for (let n = 1; n <= 4; n += 1) {
      ask(port)
      await until('it is answered', () =>
        [...open].some((socket) => socket.writableLength > 0 && !connected.includes(socket)),
      )
      connected.push(...[...open].filter((socket) => !connected.includes(socket)))
    }
    await until('two are left', () => open.size === 2)
    expect(connected.map((socket) => open.has(socket))).to.deep.equal([false, false, true, true])
  })

  it('that are read are whole, and their connection serves on', async () => {
    const { port } = await serve(60_000, 10 * ANSWER.length)
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let n = 0; n < 3; n += 1) {
      const answer = await new Promise<IncomingMessage>((resolve) => void http.get({ port, agent }, resolve))
      expect((await buffer(answer)).length).to.equal(ANSWER.length)
    }
    agent.destroy()
  })

  describe('of a hub', () => {
    let world: World
    before(async () => {
      world = await makeWorld()
    })
    after(() => world.close())

    const PIPELINED = 40
    const aliases = Array.from({ length: 30 }, (_, n) => `a${n}: code`).join(' ')
    const query = `query($codes: [String!]!) { standings(codes: $codes) { ${aliases} } }`
    const question = JSON.stringify({ query, variables: { codes: Array(900).fill('x'.repeat(900)) } })
    const names = Array.from({ length: 900 }, (_, n) => `${n},${'x'.repeat(150)}`).join('\n')
    const stories: [what: string, path: string, type: string, body: string, requests: number][] = [
      ['a question', '/graphql', 'application/json', question, 1],
      ['pages', '/check', 'application/x-www-form-urlencoded', `codes=${encodeURIComponent(names)}`, PIPELINED],
    ]
    for (const [what, path, type, body, requests] of stories)
      it(`are cut off: ${what}`, async () => {
        const server = await makeServer({ ...world.parts, slowMs: 200 })
        const open = connectionsOf(server)
        const port = await listen(server)
        const head = `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`
        ask(port, Array(requests).fill(head + body))
        await until('it is connected', () => open.size === 1)
        await until('it is disconnected', () => open.size === 0)
      })
  })
})
