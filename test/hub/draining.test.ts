/** A hub in its own process gets SIGTERM under load: every accepted request is answered completely. */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect as connectTo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { begin, ended, printed } from '../support/command.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'

const WITHIN_MS = 150_000
const CONNECTIONS = 8

type Heard = 'whole' | 'refused' | `broken: ${string}`

describe('a hub that receives SIGTERM', () => {
  let database: TestDatabase
  let folder: string
  let child: ChildProcess | null = null
  before(async () => {
    database = await freshDatabase()
    folder = mkdtempSync(join(tmpdir(), 'hub-drain-'))
  })
  afterEach(() => {
    child?.kill('SIGKILL')
  })
  after(async () => {
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  const start = async (lingerSeconds: number): Promise<string> => {
    const env = { DATABASE_URL: database.url, DATA_DIR: folder, PORT: '0', LINGER_SECONDS: String(lingerSeconds) }
    child = begin(['start'], { ...env, LOG_FILE: join(folder, 'hub.log') })
    const text = await printed(child, /http:\/\/localhost:\d+/, WITHIN_MS)
    return (/http:\/\/localhost:\d+/.exec(text)?.[0] ?? '').replace('localhost', '127.0.0.1')
  }

  it('reports draining first, answers accepted requests, closes idle connections, and ends with status 0', async function () {
    this.timeout(WITHIN_MS * 2)
    const url = await start(1)
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
    const heard: Heard[] = []
    let going = true
    let saidAt = Number.POSITIVE_INFINITY
    const closing: boolean[] = []
    const load = async (n: number) => {
      for (let i = 0; going; i += 1) {
        const askedAt = performance.now()
        const one = await ask(agent, `${url}${(i + n) % 2 ? '/blacklist' : '/graphql'}`)
        heard.push(one.heard)
        if (askedAt > saidAt && one.heard === 'whole') closing.push(one.closes)
        if (one.heard === 'refused') return
      }
    }
    const loads = Array.from({ length: CONNECTIONS }, (_, n) => load(n))
    const ready = async () => (await ask(new Agent({ keepAlive: false }), `${url}/readyz`)).status
    expect(await ready()).to.equal(200)
    child?.kill('SIGTERM')
    const told: number[] = []
    for (let status = await ready(); status !== 0; status = await ready()) {
      told.push(status)
      if (status === 503) saidAt = Math.min(saidAt, performance.now())
    }
    going = false
    await Promise.all(loads)
    agent.destroy()
    expect(told.slice(0, -1)).to.include(503)
    expect(told.lastIndexOf(200)).to.be.lessThan(told.indexOf(503))
    expect(heard.filter((one) => one.startsWith('broken'))).to.deep.equal([])
    expect(heard.filter((one) => one === 'whole').length).to.be.greaterThan(CONNECTIONS)
    expect(closing).to.include(true).and.not.include(false)
    expect(await ended(child as ChildProcess)).to.equal(0)
  })

  it('waits no longer than its bound for open requests, and ends at once on a second signal', async function () {
    this.timeout(WITHIN_MS * 2)
    const url = await start(60)
    const { hostname, port } = new URL(url)
    const slow = connectTo(Number(port), hostname)
    slow.on('error', () => undefined)
    slow.write(
      'POST /graphql HTTP/1.1\r\nHost: hub.test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    )
    child?.kill('SIGTERM')
    for (;;) if ((await ask(new Agent(), `${url}/readyz`)).status === 503) break
    const told = performance.now()
    // npm may pass the same signal on, so the hub ignores a second signal that follows at once.
    while (performance.now() - told < 700) await ask(new Agent(), `${url}/healthz`)
    child?.kill('SIGTERM')
    expect(await ended(child as ChildProcess)).to.equal(130)
    slow.destroy()
  })
})

/** `refused`: the hub did not accept the request. `broken`: it did, but the answer is incomplete. `status` 0: no answer. */
const ask = (agent: Agent, url: string): Promise<{ heard: Heard; status: number; closes: boolean }> =>
  new Promise((resolve) => {
    let answer: IncomingMessage | null = null
    const asks = url.endsWith('/graphql')
    const headers = asks ? { 'content-type': 'application/json' } : { accept: 'text/html' }
    const asked = request(url, { agent, method: asks ? 'POST' : 'GET', headers }, (given) => {
      answer = given
      given.resume()
      given.on('end', () =>
        resolve({
          heard: given.complete ? 'whole' : 'broken: cut short',
          status: given.statusCode ?? 0,
          closes: given.headers.connection === 'close',
        }),
      )
      given.on('error', () => resolve({ heard: 'broken: answer', status: 0, closes: true }))
    })
    asked.on('error', (error: NodeJS.ErrnoException) => {
      const isNew = !asked.reusedSocket
      const untaken = error.code === 'ECONNREFUSED' || (isNew && answer === null)
      resolve({ heard: untaken ? 'refused' : `broken: ${error.code}`, status: 0, closes: true })
    })
    asked.end(asks ? JSON.stringify({ query: '{ standing(code: "x") { status } }' }) : undefined)
  })
