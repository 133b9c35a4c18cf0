/** Wrong passwords sent in a person's name must not lock that person out at a known address. */
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { isRefusal } from '../../src/foundation/errors.js'
import { makeLog } from '../../src/hub/log.js'
import { makeServer } from '../../src/server/server.js'
import * as lockouts from '../../src/work/access/lockouts.js'
import { signIn } from '../../src/work/access/sign-in.js'
import { makeWorld, NOW, type World } from '../api/world.js'
import { confirmedClient, confirmedPerson } from '../support/accounts.js'

const PASSWORD = 'a river of nine stones'
const FAILURES = 100

describe('a person whose name others try with wrong passwords', () => {
  let world: World
  const log = makeLog({ level: 'silent', file: null })
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  const login = async (body: object, url = world.url): Promise<number> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/desk/login`, { method: 'POST', headers, body: JSON.stringify(body) })
    await answer.text()
    return answer.status
  }

  it('still signs in from a known address, and from nowhere else', async () => {
    const { db } = world.database
    const { pseudonymOf } = world.keys
    const name = 'warden'
    const first = (await confirmedPerson(db, { name, role: 'officer' }, [], NOW)).one_time_password
    expect(await login({ name, password: first, newPassword: PASSWORD })).to.equal(200)
    for (let n = 0; n < FAILURES; n += 1) {
      const knock = { kind: 'PERSON' as const, name, address: `192.0.2.${n}` }
      await lockouts.noteFailedSignIn(db, knock, { pseudonymOf, known: true, now: NOW, log })
    }
    const place = { address: '198.51.100.1', userAgent: '', cookie: null }
    const elsewhere = { name, password: PASSWORD, newPassword: null, code: null, passkey: null, place }
    const parts = { keys: world.keys, policy: 'nobody', party: null, administratorNetworks: [], now: NOW, log } as const
    const refused = await signIn(db, elsewhere, parts).catch((error: unknown) => error)
    expect(isRefusal(refused) && refused.code).to.equal('TOO_MANY_REQUESTS')
    expect(await login({ name, password: PASSWORD })).to.equal(200)
  })

  it('P-B6: still signs in from a known address after a restart, during any number of wrong attempts', async () => {
    const { db } = world.database
    const name = 'keeper'
    const { client_id, client_secret } = await confirmedClient(db, { name: 'at-home', role: 'agency' }, [], NOW)
    const token = async (url: string): Promise<number> => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
      const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body })
      await answer.text()
      return answer.status
    }
    const first = (await confirmedPerson(db, { name, role: 'officer' }, [], NOW)).one_time_password
    expect(await login({ name, password: first, newPassword: PASSWORD })).to.equal(200)
    expect(await token(world.url)).to.equal(200)
    // A new process remembers no success, and strangers exhaust its overall rate before the person and the system return.
    const server = await makeServer({ ...world.parts, proxies: 1 })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      for (let n = 0; n < FAILURES; n += 1) {
        const knock = { kind: 'PERSON' as const, name, address: `192.0.2.${n}` }
        await lockouts.noteFailedSignIn(db, knock, { pseudonymOf: world.keys.pseudonymOf, known: true, now: NOW, log })
      }
      expect(await login({ name, password: PASSWORD }, url)).to.equal(200)
      expect(await token(url)).to.equal(200)
      // After 90 days without a sign-in the address is no longer known.
      const pseudonymOf = world.keys.pseudonymOf
      const knock = { kind: 'PERSON' as const, name, address: '127.0.0.1' }
      const days = (n: number) => new Date(NOW.getTime() + n * 86_400_000)
      expect([
        await lockouts.isProven(db, knock, pseudonymOf, days(89)),
        await lockouts.isProven(db, knock, pseudonymOf, days(91)),
        await lockouts.isProven(db, { ...knock, address: '192.0.2.1' }, pseudonymOf, NOW),
      ]).to.deep.equal([true, false, false])
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
})
