/** Whoever knocks wrongly in another's name must not keep that one out of where it is at home. */
import { expect } from 'chai'
import { isRefusal } from '../../src/errors.js'
import { makeLog } from '../../src/log.js'
import * as lockouts from '../../src/work/lockouts.js'
import * as people from '../../src/work/people.js'
import { makeWorld, NOW, type World } from '../api/world.js'

const PASSWORD = 'a river of nine stones'
const FAILURES = 100

describe('a person in whose name others knock wrongly', () => {
  let world: World
  const log = makeLog({ level: 'silent', file: null })
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  const login = async (body: object): Promise<number> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${world.url}/desk/login`, { method: 'POST', headers, body: JSON.stringify(body) })
    await answer.text()
    return answer.status
  }

  it('still signs in from where it has before, and from nowhere else', async () => {
    const { db } = world.database
    const { mark } = world.keys
    const name = 'warden'
    const first = (await people.add(db, { name, role: 'officer' }, [], NOW)).one_time_password
    expect(await login({ name, password: first, newPassword: PASSWORD })).to.equal(200)
    for (let n = 0; n < FAILURES; n += 1) {
      const knock = { kind: 'PERSON' as const, name, address: `192.0.2.${n}` }
      await lockouts.failed(db, knock, { mark, known: true, now: NOW, log })
    }
    const elsewhere = { name, password: PASSWORD, newPassword: null, address: '198.51.100.1', cookie: null }
    const refused = await people.signIn(db, elsewhere, { mark, now: NOW, log }).catch((error: unknown) => error)
    expect(isRefusal(refused) && refused.code).to.equal('TOO_MANY_REQUESTS')
    expect(await login({ name, password: PASSWORD })).to.equal(200)
  })
})
