/** Two hubs that serve one database: what they share, and what is noticed where they do not. */
import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../src/config.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { type Hub, makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { replaceSellers } from '../../src/work/standing/sellers.js'
import { confirmedClient } from '../support/accounts.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'
import { type Listening, listen } from '../support/events.js'
import { codeOf, penalised } from '../support/world.js'

/** Failures of one client at one address, after which it is locked out. */
const FAILURES_MOST = 60
/** Connections of a stream, in turns at each hub. */
const CONNECTIONS = 6
const LETTER = { type: 'LETTER', name: '协查函.pdf', sha256: hash('sha256', 'letter'), bytes: 6 }
const ASSIST = { kind: 'assist', to: 'market-regulator@210000', attachments: [LETTER] }

describe('two hubs of one database', () => {
  let database: TestDatabase
  const folder = mkdtempSync(join(tmpdir(), 'hub-two-'))
  const hubs: Hub[] = []
  const urls: string[] = []
  const makeOne = (env: Record<string, string> = {}): Promise<Hub> => {
    const shared = {
      DATA_DIR: join(folder, 'data'),
      KEYS_DIR: join(folder, 'keys'),
      MATTERS_FOLDER: join(folder, 'matters'),
    }
    const config = readConfig({ PORT: '0', DATABASE_URL: database.url, LOG_LEVEL: 'silent', ...shared, ...env })
    return makeHub(config, { log: makeLog(config.log) })
  }
  const refusalOf = async (env: Record<string, string>): Promise<string> => {
    const hub = await makeOne(env)
    const refused = await hub.serve().catch((error) => error)
    await hub.close()
    return isRefusal(refused) ? `${refused.code} ${refused.details['setting']}` : String(refused)
  }
  before(async () => {
    database = await freshDatabase()
    for (const _ of ['one', 'two']) {
      const hub = await makeOne()
      hubs.push(hub)
      urls.push(await hub.serve())
    }
  })
  after(async () => {
    for (const hub of hubs) await hub.close()
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('share the folders of data, of the archive and of matters, and a third that does not is refused', async () => {
    for (const setting of ['DATA_DIR', 'ARCHIVE_DIR', 'MATTERS_FOLDER'])
      expect(await refusalOf({ [setting]: join(folder, `own-${setting}`) })).to.equal(`FOLDER_NOT_SHARED ${setting}`)
  })

  it('count the failures of a client together, and lock it out at both', async () => {
    const { db, now } = hubs[0] as Hub
    const { client_id, client_secret } = await confirmedClient(db, { name: 'mall', role: 'marketplace' }, [], now())
    const statusAt = async (url: string | undefined, secret: string): Promise<number> => {
      const form = { grant_type: 'client_credentials', client_id, client_secret: secret }
      return (await fetch(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) })).status
    }
    expect(await Promise.all(urls.map((url) => statusAt(url, client_secret)))).to.deep.equal([200, 200])
    for (const url of urls)
      await Promise.all(Array.from({ length: FAILURES_MOST / urls.length }, () => statusAt(url, 'wrong')))
    expect(await Promise.all(urls.map((url) => statusAt(url, client_secret)))).to.deep.equal([429, 429])
  })

  const tokenOf = (sub: string, role: string, agency: string | null = null, region: string | null = null): string =>
    (hubs[0] as Hub).keys.sign({ sub, role, agency, region }, Date.now()).token

  /** Cuts the stream during a change and goes on at the other hub. Returns the numbers of all events, and those of the pages. */
  const hearInTurns = async (
    { stream, pages }: { stream: string; pages: string },
    token: string,
    change: (n: number) => Promise<unknown>,
  ): Promise<{ heard: number[]; numbered: number[] }> => {
    const heard: number[] = []
    const connect = (n: number, lastId: string | null) =>
      listen(`${urls[n % 2]}${stream}`, token, lastId === null ? {} : { 'last-event-id': lastId })
    const keep = async (one: Listening): Promise<void> => {
      one.kill()
      await one.ended
      heard.push(...one.events.filter(({ event }) => event !== 'start').map(({ data }) => data.sequence))
    }
    let from: number | null = null
    let lastId: string | null = null
    for (let n = 0; n < CONNECTIONS; n += 1) {
      const one = await connect(n, lastId)
      const { data } = await one.until(({ event }) => event === 'start')
      from ??= data.after
      await change(2 * n)
      await one.until(({ id }) => Number(id) > data.after)
      const during = change(2 * n + 1)
      await keep(one)
      await during
      lastId = one.lastId
    }
    const last = await connect(CONNECTIONS, lastId)
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
    const page = await (await fetch(`${urls[0]}${pages}?after=${from}`, { headers })).json()
    const numbered = (page as { changes: { sequence: number }[] }).changes.map(({ sequence }) => sequence)
    await last.until(({ id }) => Number(id) === numbered.at(-1))
    await keep(last)
    return { heard, numbered }
  }

  it('carry on the stream of matters of each other: nothing is missed and nothing comes twice', async () => {
    const token = tokenOf('虚构县局', 'agency', 'market-regulator', '220104')
    const paths = { stream: '/v1/matters/stream', pages: '/v1/matters' }
    const { heard, numbered } = await hearInTurns(paths, token, async (n) => {
      const answer = await fetch(`${urls[n % 2]}/v1/matters`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...ASSIST, reference: `虚构-${n}`, fields: { purpose: 'EVIDENCE', request: '虚构' } }),
      })
      expect(answer.status, await answer.text()).to.equal(201)
    })
    expect(heard).to.deep.equal(numbered)
    expect(heard.length).to.be.greaterThan(CONNECTIONS)
  })

  it('carry on the stream of sellers of each other: nothing is missed and nothing comes twice', async () => {
    const { db, now } = hubs[0] as Hub
    await penalised(db, 1)
    const dated = now().toISOString().slice(0, 10)
    await replaceSellers(db, { client: 'mall', bytes: Buffer.from(codeOf(1)), dated, marketplace: null, now: now() })
    const token = tokenOf('mall', 'marketplace')
    const paths = { stream: '/v1/changes', pages: '/v1/changes' }
    const { heard, numbered } = await hearInTurns(paths, token, async (n) => {
      await db.raw('update operators set name = ? where uscc = ?', [`虚构第${n}名有限公司`, codeOf(1)])
    })
    expect(heard).to.deep.equal(numbered)
    expect(heard.length).to.be.greaterThan(CONNECTIONS)
  })

  it('let another folder be used once they are gone', async () => {
    for (const hub of hubs.splice(0)) await hub.close()
    const hub = await makeOne({ DATA_DIR: join(folder, 'moved') })
    hubs.push(hub)
    expect(await hub.serve()).to.match(/^http/)
  })
})
