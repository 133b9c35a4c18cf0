/** A revocation also ends requests in progress, however slowly the client sends its request or reads the answer. */
import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import * as revocations from '../../src/store/access/revocations.js'
import * as sellers from '../../src/store/standing/sellers.js'
import { registration, uscc } from '../api/record-drafts.js'
import { NDJSON } from '../api/rows.js'
import { makeWorld, NOW, type World } from '../api/world.js'

const LATER = new Date(NOW.getTime() + 5_000)
/** Every token of this world has expired by then. */
const LAST = new Date(NOW.getTime() + 15 * 60_000)

describe('a token revoked during its request', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(uscc(1), '虚构闸门有限公司'),
      registration(uscc(2), '虚构关口有限公司'),
    ])
  })
  after(() => world.close())
  afterEach(() => world.setNow(NOW))

  const begin = (path: string, token: string, type: string, body: string) => {
    const headers = { 'content-type': type, authorization: `Bearer ${token}` }
    const request = http.request(`${world.url}${path}`, { method: 'POST', headers })
    request.write(body)
    return request
  }
  /** Writes the revocation as another process would, so that this server must look it up. */
  const revoke = async (sub: string): Promise<void> => {
    await revocations.addRevocation(world.database.db, { sub, issuedUntil: LATER, endsAt: LAST }, LATER)
    world.setNow(LATER)
  }
  const answerOf = async (request: http.ClientRequest) => {
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    return response
  }
  const statusOf = async (request: http.ClientRequest) => {
    const response = await answerOf(request)
    return { status: response.statusCode, code: JSON.parse(await text(response)).code }
  }
  /** Resolves when an earlier request has been admitted, because the server answers this one after it. */
  const admitted = () => world.ask('{ viewer { sub } }', { token: world.token('officer', 'beside') })

  it('gets no more standings, and the last line says why', async () => {
    const request = begin('/v1/standings', world.token('marketplace', 'one'), NDJSON, `"${uscc(1)}"\n`)
    const response = await answerOf(request)
    const [first] = (await once(response, 'data')) as [Buffer]
    expect(first.toString()).to.include('"status":"KNOWN"')
    await revoke('one')
    request.end(`"${uscc(2)}"\n`)
    const rest = await text(response)
    expect(rest).to.not.include(uscc(2))
    const last = JSON.parse(rest.trim())
    expect([last.end, last.rows, last.error.code]).to.deep.equal([false, 1, 'UNAUTHENTICATED'])
  })

  it('one that only expires meanwhile is answered completely', async () => {
    const request = begin('/v1/standings', world.token('marketplace', 'two'), NDJSON, `"${uscc(1)}"\n`)
    const response = await answerOf(request)
    await once(response, 'data')
    world.setNow(LAST)
    request.end(`"${uscc(2)}"\n`)
    expect(await text(response))
      .to.include(uscc(2))
      .and.include('"end":true')
  })

  it('loads no list of sellers and no file of a feed', async () => {
    // Both tokens are revoked, and also expired, before the bodies are complete.
    const lists = begin('/v1/sellers', world.token('marketplace', 'three'), 'text/csv', `${uscc(1)}\n`)
    const file = begin('/v1/feeds/registry', world.token('administrator', 'four'), 'text/csv', 'uscc\n')
    await admitted()
    await revoke('three')
    await revoke('four')
    world.setNow(new Date(NOW.getTime() + 16 * 60_000))
    await world.ask('{ viewer { sub } }', { token: world.token('officer', 'beside') })
    lists.end(uscc(2))
    file.end(uscc(2))
    const refused = { status: 401, code: 'UNAUTHENTICATED' }
    expect([await statusOf(lists), await statusOf(file)]).to.deep.equal([refused, refused])
    expect(await sellers.readCurrentList(world.database.db, 'three')).to.equal(null)
  })
})
