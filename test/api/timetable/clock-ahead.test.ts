import { expect } from 'chai'
import { isTokenAhead, TOKEN_LIFETIME_SECONDS } from '../../../src/foundation/keys.js'
import { partySessions, personSessions } from '../../../src/store/access/sessions.js'
import { getRaw, type Manifest, verified } from '../../support/holder.js'
import { shown } from '../../support/public-list.js'
import { mirrored, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, TODAY, type World } from '../world.js'

const DAY = 86_400_000
const AHEAD = new Date('2028-03-02T02:00:00Z')

describe('R-5: after a clock that was ahead is set back', () => {
  let world: World
  beforeEach(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(uscc(1), '虚构松云商贸有限公司')])
    world.setNow(AHEAD)
  })
  afterEach(() => world.close())
  const manifest = async (): Promise<Manifest> =>
    verified(world.url, (await getRaw(`${world.url}/data/manifest.jws`, {}, 'GET')).text)

  it('a manifest from then is signed again, for a day at most', async () => {
    await shown(world.database.db, 1, { publishedOn: '2026-02-01', endsOn: '2029-02-01' })
    expect(Date.parse((await manifest()).validUntil)).to.equal(AHEAD.getTime() + DAY)
    world.setNow(NOW)
    expect(Date.parse((await manifest()).validUntil)).to.equal(NOW.getTime() + DAY)
  })

  it('a token from then is refused, also after an earlier success', async () => {
    const token = world.token('officer')
    const asked = () => world.ask('{ viewer { role } }', { token })
    expect((await asked()).data.viewer.role).to.equal('officer')
    world.setNow(NOW)
    expect((await asked()).errors?.[0]?.extensions['code']).to.equal('UNAUTHENTICATED')
    world.setNow(AHEAD)
    expect((await asked()).data.viewer.role).to.equal('officer')
  })

  it('a token may be issued up to a minute ahead, with its end a minute later', () => {
    const now = NOW.getTime()
    const at = (seconds: number) => ({
      issuedAt: now / 1_000 + seconds,
      expiresAt: now / 1_000 + seconds + TOKEN_LIFETIME_SECONDS,
    })
    expect([isTokenAhead(at(60), now), isTokenAhead(at(61), now)]).to.deep.equal([false, true])
    expect(isTokenAhead({ issuedAt: now / 1_000, expiresAt: now / 1_000 + 2 * 365 * 86_400 }, now)).to.equal(true)
  })

  it('a pull from then does not count, and answers are stale', async () => {
    await world.bring('dishonest', [mirrored(uscc(1), 'old-1', '2024-05-15')], AHEAD)
    const asked = async () => (await world.ask(`{ standing(code: "${uscc(1)}") { asOf stale } }`)).data.standing
    expect(await asked()).to.deep.equal({ asOf: AHEAD.toISOString(), stale: false })
    world.setNow(NOW)
    expect(await asked()).to.deep.equal({ asOf: new Date(0).toISOString(), stale: true })
    await world.bring('dishonest', [mirrored(uscc(1), 'old-1', '2024-05-15')], NOW)
    expect(await asked()).to.deep.equal({ asOf: NOW.toISOString(), stale: false })
  })

  it('a session from then is refused', async () => {
    const { db } = world.database
    await db('people').insert({ id: 'o-1', role: 'officer', password_hash: 'x', created_at: NOW })
    const endsAt = new Date(AHEAD.getTime() + DAY)
    await personSessions.start(db, { cookie: 'c', before: null, holder: 'o-1', now: AHEAD, endsAt })
    expect((await personSessions.use(db, 'c', DAY, AHEAD))?.person).to.equal('o-1')
    expect(await personSessions.use(db, 'c', DAY, NOW)).to.equal(null)
    expect(await partySessions.use(db, 'c', DAY, NOW)).to.equal(null)
  })
})

describe('a future asOf', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(uscc(1), '虚构松云商贸有限公司')])
    await world.bring('dishonest', [mirrored(uscc(1), 'old-1', '2024-05-15')], NOW)
  })
  after(() => world.close())

  for (const [day, stale] of [
    ['2026-03-01', false],
    [TODAY, false],
    ['2026-03-03', true],
  ] as const)
    it(`section 5: an answer about ${day}, asked on ${TODAY}, ${stale ? 'is' : 'is not'} stale`, async () => {
      const { data } = await world.ask(`{ standing(code: "${uscc(1)}", asOf: "${day}") { asOf stale } }`)
      expect(data.standing).to.deep.equal({ asOf: NOW.toISOString(), stale })
      const answer = await fetch(`${world.url}/v1/standing/${uscc(1)}?asOf=${day}`)
      expect(await answer.json()).to.deep.include({ asOf: NOW.toISOString(), stale })
    })
})
