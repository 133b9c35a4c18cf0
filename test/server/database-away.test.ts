/** While the database does not answer, every endpoint says so and asks the client to retry. */
import { createServer, type Server, type Socket } from 'node:net'
import { expect } from 'chai'
import { makeServer } from '../../src/server/server.js'
import { openAnswerPool } from '../../src/store/db/answer-pool.js'
import { makeAuditLog } from '../../src/work/audit/audit-log.js'
import { makeWorld, NOW, type World } from '../api/world.js'

const GIVEN_UP: [what: string, met: (socket: Socket) => void][] = [
  ['refuses connections', (socket) => void socket.destroy()],
  ['takes connections and says nothing', () => undefined],
]

describe('a hub whose database does not answer', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  const listening = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    return (server.address() as { port: number }).port
  }
  const away = async (met: (socket: Socket) => void, use: (url: string) => Promise<void>) => {
    const absent = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      met(socket)
    })
    const sockets = new Set<Socket>()
    const db = openAnswerPool(`postgres://hub:none@127.0.0.1:${await listening(absent)}/hub`, { what: 'answers' })
    const trail = makeAuditLog(db, { log: world.parts.log, now: () => NOW, seal: world.parts.keys.audit.seal })
    const server = await makeServer({ ...world.parts, db, auditLog: trail })
    try {
      await use(`http://127.0.0.1:${await listening(server)}`)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => void absent.close(resolve))
      await db.close()
    }
  }

  for (const [what, met] of GIVEN_UP)
    it(`R-8: every endpoint answers 503 UNAVAILABLE with Retry-After while the database ${what}`, async () => {
      await away(met, async (url) => {
        const headers = { authorization: `Bearer ${world.token('officer')}`, 'content-type': 'application/json' }
        const marketplace = { authorization: `Bearer ${world.token('marketplace', 'm')}`, 'content-type': 'text/plain' }
        const body = JSON.stringify({ query: '{ viewer { sub } }' })
        const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'a', client_secret: 'b' })
        const answers = await Promise.all([
          fetch(`${url}/graphql`, { method: 'POST', headers, body }),
          fetch(`${url}/v1/standing/91220101MA0000000X`),
          fetch(`${url}/v1/scores/1`, { headers }),
          fetch(`${url}/v1/runs/1/rejects.csv`, { headers }),
          fetch(`${url}/v1/timeliness.csv`, { headers }),
          fetch(`${url}/v1/sellers`, { method: 'POST', headers: marketplace, body: '91220101MA0000000X\n' }),
          fetch(`${url}/data/blacklist.csv`),
          fetch(`${url}/oauth/token`, { method: 'POST', body: form }),
        ])
        for (const answer of answers) {
          expect(answer.status, answer.url).to.equal(503)
          expect(answer.headers.get('retry-after'), answer.url).to.equal('5')
          expect(await answer.text(), answer.url).to.match(/"code":"UNAVAILABLE"/)
        }
      })
    })
})
