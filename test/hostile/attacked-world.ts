/** A world under attack: each request has an id, by which the lines of its log are found. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turned } from 'node:timers/promises'
import { expect } from 'chai'
import { makeLog } from '../../src/hub/log.js'
import { makeWorld, NOW, type World } from '../api/world.js'

export type SentRequest = RequestInit & { headers?: Record<string, string> }

export const codeInAnswer = async (answer: Response): Promise<string | undefined> => {
  const text = await answer.text()
  if (!text.startsWith('{')) return undefined
  const { errors, error, code } = JSON.parse(text)
  return errors?.[0]?.extensions?.code ?? code ?? error?.code ?? error
}

/** Registers the hooks of the suite around it; `prepare` runs once. */
export const attackedWorld = (prepare: (world: World) => Promise<unknown> = async () => undefined) => {
  let world: World
  let folder: string
  let logFile: string
  let n = 0
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hub-attacked-'))
    logFile = join(folder, 'hub.log')
    world = await makeWorld({ log: makeLog({ level: 'info', file: logFile }) })
    await prepare(world)
  })
  after(async () => {
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  })
  afterEach(() => world.setNow(NOW))

  /** Id of the next request. */
  const nextId = (): string => {
    n += 1
    return `attack-${n}`
  }
  const send = (path: string, init: SentRequest = {}) => {
    const headers = { 'content-type': 'application/json', ...init.headers, 'x-request-id': nextId() }
    return fetch(`${world.url}${path}`, { method: 'POST', redirect: 'manual', ...init, headers })
  }
  const ask = (query: string, headers: Record<string, string> = {}, variables?: unknown) =>
    send('/graphql', { headers, body: JSON.stringify({ query, variables }) })
  /** Messages and statuses in the log lines of the last attack. */
  const logged = async () => {
    // The log writes the lines of one turn of the event loop together at its end.
    await turned()
    return readFileSync(logFile, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"attack-${n}"`))
      .map((line) => JSON.parse(line))
  }
  /** Expects this refusal and one log line of it, which is returned. */
  const refused = async (answer: Response, status: number, code: string) => {
    expect([answer.status, await codeInAnswer(answer)]).to.deep.equal([status, code])
    const lines = await logged()
    expect(lines.map(({ msg, status: told }) => [msg, told])).to.deep.equal([['answered', status]])
    return lines[0]
  }
  return { world: () => world, logText: () => readFileSync(logFile, 'utf8'), nextId, send, ask, logged, refused }
}
