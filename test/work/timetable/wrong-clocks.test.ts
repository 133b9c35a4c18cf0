/** The short form of `npm run soak clocks`: the hosts' clocks are replaced, PostgreSQL's is right. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../../src/config.js'
import { shanghaiDate } from '../../../src/foundation/time/dates.js'
import { type Hub, makeHub } from '../../../src/hub/hub.js'
import { makeLog } from '../../../src/hub/log.js'
import { type PlatformStandIn, startPlatformStandIns } from '../../../src/sandbox/platforms/index.js'
import type { ClientCredentials } from '../../../src/work/access/clients.js'
import { globalOf } from '../../api/global-ids.js'
import { isGood, verdictOf } from '../../soak/push/verdict.js'
import { randomOf } from '../../soak/random.js'
import { confirmedClient } from '../../support/accounts.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { endingIn } from '../../support/ending.js'
import { rowsOf } from '../../support/world.js'

const DAY_MS = 86_400_000
const WRONG_DAYS = [2, -2, 3_650, -3_650, 0]
const TURNS = 12
const SEED = 20_261_129
const REAL = Date

/** A Date class of a host whose clock is `ms` off. */
const hostOff = (ms: number): DateConstructor =>
  class extends REAL {
    constructor(...given: unknown[]) {
      if (given.length === 0) super(REAL.now() + ms)
      else super(...(given as [number]))
    }
    static override now(): number {
      return REAL.now() + ms
    }
  } as DateConstructor

describe('P-A3: two hubs on hosts whose clocks are days and years wrong', () => {
  let database: TestDatabase
  let platforms: PlatformStandIn[]
  const folder = mkdtempSync(join(tmpdir(), 'hub-wrong-clocks-'))
  const hubs: { hub: Hub; url: string }[] = []

  before(async () => {
    database = await freshDatabase()
    platforms = await startPlatformStandIns({}, null, { now: () => new REAL() })
    for (const _ of ['one', 'two']) {
      const env = { PORT: '0', DATABASE_URL: database.url, LOG_LEVEL: 'silent', KEYS_DIR: join(folder, 'keys') }
      const config = readConfig({ ...env, DATA_DIR: join(folder, 'data') })
      const to = Object.fromEntries(platforms.map(({ id, url, secret }) => [id, { url, secret }]))
      const addresses = { agencies: {}, platforms: to }
      // Entries are hidden and unhidden within seconds, so messages must not wait a minute to settle.
      const hub = await makeHub(config, { log: makeLog(config.log), addresses, settleSeconds: 0 })
      hubs.push({ hub, url: await hub.serve() })
    }
  })
  afterEach(() => {
    globalThis.Date = REAL
  })
  after(async () => {
    for (const { hub } of hubs) await hub.close()
    await Promise.all(platforms.map((one) => one.close()))
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  const tokenAt = async (url: string, { client_id, client_secret }: ClientCredentials): Promise<string> => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
    const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body })
    return ((await answer.json()) as { access_token: string }).access_token
  }

  it('end no entry early, hide and unhide throughout, send nothing twice, and sign no manifest for more than a day', async () => {
    const { db } = database
    const random = randomOf(SEED)
    const shown = new Map((await endingIn(db, 1, 3)).map((id) => [id, true]))
    const officer = await confirmedClient(db, { name: 'officer-1', role: 'officer' }, [], new REAL())
    for (let turn = 0; turn < TURNS; turn += 1) {
      globalThis.Date = hostOff(random.one(WRONG_DAYS) * DAY_MS)
      const [first, second] = [random.one(hubs), random.one(hubs)]
      const id = random.one([...shown.keys()])
      const name = shown.get(id) ? 'hideListing' : 'unhideListing'
      const token = await tokenAt(first.url, officer)
      globalThis.Date = hostOff(random.one(WRONG_DAYS) * DAY_MS)
      const input = { id: globalOf('Listing', id), on: shanghaiDate(new REAL()), reason: '核查', hiding: 'ERROR' }
      const answer = await fetch(`${second.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({
          query: `mutation($i: MoveInput!) { ${name}(input: $i) { listing { state } } }`,
          variables: { i: input },
        }),
      })
      expect(((await answer.json()) as { errors?: unknown }).errors, `${name} of turn ${turn}`).to.equal(undefined)
      shown.set(id, !shown.get(id))
      expect(await first.hub.expire({ cause: 'command' })).to.deep.equal({ expired: 0 })
      await Promise.all(hubs.map(({ hub }) => hub.push(null, { cause: 'command' })))
      await second.hub.publish({ cause: 'command' })
      const manifest = await (await fetch(`${first.url}/data/manifest.jws`)).text()
      const { validUntil } = JSON.parse(Buffer.from(manifest.split('.')[1] ?? '', 'base64url').toString())
      expect(Date.parse(validUntil)).to.be.within(REAL.now(), REAL.now() + DAY_MS + 1_000)
    }
    globalThis.Date = REAL
    // The hub does this by itself within a second.
    await Promise.all(hubs.map(({ hub }) => hub.clock.look()))
    await Promise.all(hubs.map(({ hub }) => hub.push(null, { cause: 'command' })))
    const [knowledge] = await rowsOf(db, 'select latest <= clock_timestamp() as past from knowledge')
    expect(knowledge).to.deep.equal({ past: true })
    expect(await rowsOf(db, `select 1 from listings where state not in ('PUBLISHED', 'HIDDEN')`)).to.deep.equal([])
    expect(await rowsOf(db, 'select 1 from clock_doubts')).to.deep.equal([])
    for (const platform of platforms) {
      const verdict = await verdictOf(db, platform, shown)
      expect(isGood(verdict), `${platform.id} ${JSON.stringify(verdict)}`).to.equal(true)
    }
  })
})
