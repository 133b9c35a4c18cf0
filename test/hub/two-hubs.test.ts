/** Two hubs that serve one database: what they share, and what is noticed where they do not. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../src/config.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { type Hub, makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { confirmedClient } from '../support/accounts.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'

/** Failures of one client at one address, after which it is locked out. */
const FAILURES_MOST = 60

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

  it('let another folder be used once they are gone', async () => {
    for (const hub of hubs.splice(0)) await hub.close()
    const hub = await makeOne({ DATA_DIR: join(folder, 'moved') })
    hubs.push(hub)
    expect(await hub.serve()).to.match(/^http/)
  })
})
