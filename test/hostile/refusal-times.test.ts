/** The time of a refusal tells nothing, compared as a share of pairs, because milliseconds depend on the machine. */
import { expect } from 'chai'
import { makeWorld, NOW, type World } from '../api/world.js'
import { confirmedClient, confirmedPerson } from '../support/accounts.js'
import { makeSignIns, OWN } from '../support/sign-ins.js'

/** Attempts of each of two kinds. */
const TIMED = 24
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

describe('the time of a refusal', () => {
  let world: World
  let now = NOW
  let recoveryCodes: string[]
  const later = (ms: number) => {
    now = new Date(now.getTime() + ms)
    world.setNow(now)
  }
  const { login, withCodes } = makeSignIns(() => world, { now: () => now, later })
  before(async () => {
    world = await makeWorld()
    const { db } = world.database
    await confirmedClient(db, { name: 'guard', role: 'agency' }, [], NOW)
    await confirmedPerson(db, { name: 'warden', role: 'officer' }, [], NOW)
    recoveryCodes = (await withCodes('careful')).recoveryCodes
    for (const code of recoveryCodes)
      expect((await login({ name: 'careful', password: OWN, code })).status).to.equal(200)
  })
  after(() => world.close())

  const getsToken = async (name: string): Promise<number> => {
    const given = { grant_type: 'client_credentials', client_id: name, client_secret: 'wrong' }
    return (await fetch(`${world.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(given) })).status
  }
  const signsIn = async (given: object): Promise<number> => (await login(given)).status
  const neverValid = (n: number) => `AAAA-BBBB-CCCC-${'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.charAt(n % 26).repeat(4)}`

  const doors: [string, (isOne: boolean, n: number) => Promise<number>][] = [
    ['known systems from unknown ones', (isOne, n) => getsToken(isOne ? 'guard' : `nobody ${n}`)],
    [
      'known people from unknown ones',
      (isOne, n) => signsIn({ name: isOne ? 'warden' : `nobody ${n}`, password: 'wrong' }),
    ],
    [
      'people with a second factor from people without one before the password is right',
      (isOne) => signsIn({ name: isOne ? 'careful' : 'warden', password: 'wrong', code: '123456' }),
    ],
    [
      'used recovery codes from those that never existed',
      (isOne, n) =>
        signsIn({ name: 'careful', password: OWN, code: (isOne && recoveryCodes[n % 10]) || neverValid(n) }),
    ],
  ]
  for (const [what, knock] of doors)
    it(`does not distinguish ${what}`, async () => {
      const times: { isOne: boolean; ms: number }[] = []
      later(DAY_MS)
      for (let n = 0; n < TIMED * 2; n += 1) {
        later(HOUR_MS)
        const isOne = n % 4 === 0 || n % 4 === 3
        const began = performance.now()
        expect(await knock(isOne, n)).to.equal(401)
        times.push({ isOne, ms: performance.now() - began })
      }
      const [a, b] = [true, false].map((is) => times.filter(({ isOne }) => isOne === is).map(({ ms }) => ms)) as [
        number[],
        number[],
      ]
      const higher = a
        .flatMap((x) => b.map((y) => (x > y ? 1 : x === y ? 0.5 : 0)))
        .reduce<number>((sum, one) => sum + one, 0)
      // Share of pairs in which the first kind took longer: 0.5 without a difference. With so few attempts chance spreads it
      // widely, but a skipped scrypt would give 0 or 1.
      expect(higher / (a.length * b.length)).to.be.within(0.2, 0.8)
    })
})
