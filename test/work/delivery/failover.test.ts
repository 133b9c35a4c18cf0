/**
 * A failover under a running hub. Its database becomes an older copy of itself on another timeline, so that transactions
 * acknowledged since are lost. The long form promotes a real standby: `npm run soak failover`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../../src/config.js'
import { type Hub, makeHub } from '../../../src/hub/hub.js'
import { makeLog } from '../../../src/hub/log.js'
import { type PlatformStandIn, startPlatformStandIns } from '../../../src/sandbox/platforms/index.js'
import { connect, type JobDb } from '../../../src/store/db/db.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { later, published, removed, rowsOf } from '../../support/world.js'

/** Longest wait for a terminated connection to close, in milliseconds. */
const GONE_MS = 30_000
const COMMAND = { cause: 'command' as const }

describe('a failover that loses the last acknowledged transactions', () => {
  let live: TestDatabase
  let admin: JobDb
  let standIns: PlatformStandIn[] = []
  let folder = ''
  let hub: Hub
  let web = ''
  let now = later(3_600)
  const officer = (sub = 'officer-1') =>
    hub.keys.sign({ sub, role: 'officer', agency: null, region: null }, now.getTime()).token
  const nameOf = () => new URL(live.url).pathname.slice(1)

  before(async () => {
    live = await freshDatabase()
    await live.db.destroy()
    const address = new URL(live.url)
    address.pathname = '/postgres'
    admin = connect(address.href)
    standIns = await startPlatformStandIns()
    folder = mkdtempSync(join(tmpdir(), 'hub-failover-'))
    const config = readConfig({ PORT: '0', DATABASE_URL: live.url, DATA_DIR: folder, LOG_LEVEL: 'silent' })
    hub = await makeHub(config, {
      now: () => now,
      log: makeLog(config.log),
      settleSeconds: 0,
      addresses: {
        agencies: {},
        platforms: Object.fromEntries(standIns.map(({ id, url, secret }) => [id, { url, secret }])),
      },
    })
    web = await hub.serve()
  })
  after(async () => {
    await hub.close()
    await Promise.all(standIns.map((one) => one.close()))
    await admin.raw(`drop database if exists ${nameOf()}_lost with (force)`)
    await admin.raw(`drop database if exists ${nameOf()}_copy with (force)`)
    await admin.destroy()
    await live.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Runs `act` while nobody is connected to the database. The hub connects again afterwards. */
  const alone = async (name: string, act: () => Promise<void>): Promise<void> => {
    await admin.raw(`alter database ${name} allow_connections false`)
    await admin.raw('select pg_terminate_backend(pid, ?) from pg_stat_activity where datname = ?', [GONE_MS, name])
    await act()
  }
  /** Copies the database, as a standby that loses its connection now. */
  const cutOff = (): Promise<void> =>
    alone(nameOf(), async () => {
      await admin.raw(`create database ${nameOf()}_copy template ${nameOf()}`)
      await admin.raw(`alter database ${nameOf()} allow_connections true`)
    })
  const failOver = async (): Promise<void> => {
    const address = new URL(live.url)
    address.pathname = `/${nameOf()}_copy`
    const copy = connect(address.href)
    await copy.raw(`update database_identity set timeline = '0000ABCD'`)
    await copy.destroy()
    await alone(nameOf(), async () => {
      await admin.raw(`alter database ${nameOf()} rename to ${nameOf()}_lost`)
      await admin.raw(`alter database ${nameOf()}_copy rename to ${nameOf()}`)
    })
  }
  // biome-ignore lint/suspicious/noExplicitAny: an answer's shape is its question's
  const ask = async (query: string, token?: string): Promise<any> => {
    const answer = await fetch(`${web}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query }),
    })
    return answer.json()
  }
  const listed = async (): Promise<string[] | string> => {
    const { data, errors } = await ask('{ blacklist(first: 9) { nodes { operator { uscc } } } }')
    return (
      errors?.[0].extensions.code ??
      data.blacklist.nodes.map(({ operator }: { operator: { uscc: string } }) => operator.uscc)
    )
  }
  const codeOf = async (id: string): Promise<string> =>
    String(
      (
        await rowsOf(hub.db, 'select uscc from operators o join listings l on l.operator_id = o.id where l.id = ?', [
          id,
        ])
      )[0]?.['uscc'],
    )
  const everywhere = (key: string): number[] =>
    standIns.map((one) => one.entries().filter((entry) => entry.key === key).length)
  const lastDelivery = async (): Promise<number> =>
    Number((await rowsOf(hub.db, 'select max(id)::int as id from deliveries'))[0]?.['id'])

  it('R-3: reports each lost delivery, entry and audit row, and withholds the list until the release', async () => {
    const [gone, stays] = [await published(hub.db, 1), await published(hub.db, 2)]
    await hub.push(null, COMMAND)
    await hub.publish(COMMAND)
    const codes = { gone: await codeOf(gone.id), stays: await codeOf(stays.id) }
    expect(await listed()).to.have.members([codes.gone, codes.stays])
    const kept = await lastDelivery()
    const keptRows = Number((await rowsOf(hub.db, 'select max(number)::int as n from trail'))[0]?.['n'])
    await cutOff()

    now = later(7_200)
    await removed(hub.db, gone.id)
    const late = await published(hub.db, 3)
    await hub.push(null, COMMAND)
    expect([everywhere(gone.id), everywhere(late.id)]).to.deep.equal([
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ])
    await ask(`{ standing(code: "${codes.stays}") { score } }`, officer())
    const lost = await lastDelivery()
    const lostRows = Number((await rowsOf(hub.db, 'select max(number)::int as n from trail'))[0]?.['n'])
    await failOver()

    expect(await listed(), 'before the hub has noticed').to.equal('LIST_WITHHELD')
    // New deliveries exceed the ids of the lost ones before the hub compares its notes.
    now = later(10_800)
    for (let n = 4; n <= 6; n += 1) await published(hub.db, n)
    expect(await lastDelivery()).to.be.at.least(lost)
    await hub.push(null, COMMAND)
    const { data } = await ask('{ databaseRestored { cause deliveries { noted had } } }', officer())
    expect(data.databaseRestored).to.deep.include({ cause: 'DELIVERY_NOTED' })
    expect(data.databaseRestored.deliveries.noted).to.equal(lost)
    expect(kept).to.be.below(lost)
    const verified = await hub.verifyAuditLog({})
    expect(verified.cuts).to.have.length(1)
    expect(verified.cuts[0]).to.include({ after: keptRows, noted: lostRows })

    await hub.reconcile(null, COMMAND)
    expect(
      await rowsOf(hub.db, `select distinct key, what from findings where key in (?, ?) order by what`, [
        gone.id,
        late.id,
      ]),
    ).to.deep.equal([
      { key: gone.id, what: 'MISSING' },
      { key: late.id, what: 'UNKNOWN' },
    ])
    expect(await listed()).to.equal('LIST_WITHHELD')
    for (const [name, isReleased] of [
      ['officer-1', false],
      ['officer-2', true],
    ] as const) {
      const made = await ask('mutation { releaseRestored(reason: "已逐一核对") { releasedBy } }', officer(name))
      expect(made.errors).to.equal(undefined)
      expect(made.data.releaseRestored.releasedBy !== null, name).to.equal(isReleased)
    }
    await hub.push(null, COMMAND)
    expect(await listed())
      .to.include(codes.stays)
      .and.not.include(codes.gone)
    expect([everywhere(gone.id), everywhere(stays.id)]).to.deep.equal([
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ])
  })
})
