/**
 * Restores a database from a backup that is older than a removal. The backup is made by `create database … template`.
 * The hub is complete, the platforms are stand-ins, and the data folder is kept.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../../src/config.js'
import { makeHub } from '../../../src/hub/hub.js'
import { makeLog } from '../../../src/hub/log.js'
import { type PlatformStandIn, startPlatformStandIns } from '../../../src/sandbox/platforms/index.js'
import { connect } from '../../../src/store/db/db.js'
import { noticesOfSubjects } from '../../../src/work/delivery/in-force.js'
import { queueForPlatforms } from '../../../src/work/delivery/outbox.js'
import { lockReleasable, releaseRestored } from '../../../src/work/delivery/restored.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { later, published, refusal, removed, rowsOf, TODAY } from '../../support/world.js'

/** Longest wait for a terminated connection to close, in milliseconds. */
const GONE_MS = 30_000
const PUSHES_MAX = 10
/** The wait after a first failed try is shorter. */
const RETRY_SECONDS = 120

describe('a database restored from a backup made before a removal', () => {
  let live: TestDatabase
  let standIns: PlatformStandIn[] = []
  let folder = ''
  /** Keys are in a folder of their own, because a test deletes the folder with the notes. */
  let keysFolder = ''
  let now = later(3_600)
  before(async () => {
    live = await freshDatabase()
    standIns = await startPlatformStandIns()
    folder = mkdtempSync(join(tmpdir(), 'hub-backup-'))
    keysFolder = mkdtempSync(join(tmpdir(), 'hub-backup-keys-'))
  })
  after(async () => {
    await Promise.all(standIns.map((one) => one.close()))
    await live.drop()
    for (const each of [folder, keysFolder]) rmSync(each, { recursive: true, force: true })
  })

  const hubOn = (url: string) => {
    const env = { PORT: '0', DATABASE_URL: url, DATA_DIR: folder, KEYS_DIR: keysFolder, LOG_LEVEL: 'silent' }
    const config = readConfig(env)
    return makeHub(config, {
      now: () => now,
      log: makeLog(config.log),
      addresses: {
        agencies: {},
        platforms: Object.fromEntries(standIns.map(({ id, url, secret }) => [id, { url, secret }])),
      },
    })
  }
  const withHub = async <T>(act: (hub: Awaited<ReturnType<typeof hubOn>>) => Promise<T>): Promise<T> => {
    const hub = await hubOn(live.url)
    try {
      return await act(hub)
    } finally {
      await hub.close()
    }
  }
  /** On a busy machine a stand-in may answer too late; the delivery is then due a minute later. */
  const pushUntilConfirmed = async ({ db, push }: Awaited<ReturnType<typeof hubOn>>): Promise<void> => {
    for (let tries = 0; tries < PUSHES_MAX; tries += 1) {
      await push(null, PUSH)
      const open = await rowsOf(db, `select 1 from deliveries where state not in ('CONFIRMED', 'FOLDED')`)
      if (open.length === 0) return
      now = later(RETRY_SECONDS, now)
    }
    throw new Error(`some delivery is not confirmed after ${PUSHES_MAX} pushes`)
  }
  const everywhere = (key: string): number[] =>
    standIns.map((one) => one.entries().filter((entry) => entry.key === key).length)
  const copied = async (from: string, to: string): Promise<void> => {
    const address = new URL(live.url)
    address.pathname = '/postgres'
    const admin = connect(address.href)
    await live.db.destroy()
    await admin.raw(`drop database if exists ${to} with (force)`)
    // PostgreSQL copies no database in use, and a busy server notices closed connections late.
    await admin.raw('select pg_terminate_backend(pid, ?) from pg_stat_activity where datname = ?', [GONE_MS, from])
    await admin.raw(`create database ${to} template ${from}`)
    await admin.destroy()
    live.db = connect(live.url)
  }
  const PUSH = { cause: 'command' as const }

  it('does not bring back the removed entry, sends no addition before its release, and reuses no sequence', async () => {
    const name = new URL(live.url).pathname.slice(1)
    const backup = `${name}_backup`
    const [gone, stays] = await withHub(async (hub) => {
      const both = [await published(hub.db, 1), await published(hub.db, 2)]
      await pushUntilConfirmed(hub)
      await hub.publish(PUSH)
      return both
    })
    if (gone === undefined || stays === undefined) throw new Error('nothing was published')

    await copied(name, backup)

    now = later(7_200)
    const [late, sequence] = await withHub(async (hub) => {
      await removed(hub.db, gone.id)
      const one = await published(hub.db, 3)
      await pushUntilConfirmed(hub)
      return [one, (await hub.publish(PUSH))?.sequence ?? 0] as const
    })
    expect([everywhere(gone.id), everywhere(late.id)]).to.deep.equal([
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ])

    await copied(backup, name)

    now = later(10_800)
    await withHub(async (hub) => {
      const toldBefore = standIns.map((one) => one.told)
      const after = await published(hub.db, 4)
      await hub.push(null, PUSH)
      const snapshot = await hub.publish(PUSH)
      expect(standIns.map((one) => one.told)).to.deep.equal(toldBefore)
      // No snapshot is made, so the last one of the backup stands.
      expect(snapshot?.sequence).to.be.below(sequence)
      expect(await rowsOf(hub.db, 'select 1 from snapshots')).to.have.length(1)

      const made = {
        proposedBy: 'officer-1',
        by: 'reviewer-1',
        reason: '已逐一核对',
        platforms: standIns.map(({ id }) => id),
        now,
      }
      const configured = Object.keys(hub.addresses.platforms)
      const released = () =>
        hub.db.transaction(async (tx) => releaseRestored(tx, await lockReleasable(tx, configured), made))
      expect((await refusal(released())).code).to.equal('RESTORED_NOT_COMPARED')

      const told = `select distinct state, sent_at <= ? as "isPast" from deliveries where subject_id = ?`
      expect(await rowsOf(hub.db, told, [now, gone.id])).to.deep.equal([{ state: 'CONFIRMED', isPast: true }])
      expect(await rowsOf(hub.db, 'select state from listings where id = ?', [gone.id])).to.deep.equal([
        { state: 'PUBLISHED' },
      ])
      const { platforms } = await hub.reconcile(null, PUSH)
      expect(platforms.map(({ shown, alarm }) => [shown, alarm])).to.deep.equal(standIns.map(() => [1, null]))
      // The platform compared first hides the entry; one compared after that misses it no more.
      expect(Math.max(...platforms.map(({ missing }) => missing))).to.equal(1)
      expect(await rowsOf(hub.db, 'select state from listings where id = ?', [gone.id])).to.deep.equal([
        { state: 'HIDDEN' },
      ])
      expect(await rowsOf(hub.db, `select distinct key from findings where what = 'UNKNOWN'`)).to.deep.equal([
        { key: late.id },
      ])

      // Removals are published nevertheless, under a sequence that was never used.
      const shrunk = await hub.publish(PUSH)
      expect(shrunk).to.deep.include({ sequence: sequence + 1, added: 0, removed: 1, entries: 1 })
      await hub.push(null, PUSH)
      expect(everywhere(after.id)).to.deep.equal([0, 0, 0, 0])

      await released()
      await hub.push(null, PUSH)
      expect([everywhere(gone.id), everywhere(stays.id), everywhere(after.id)]).to.deep.equal([
        [0, 0, 0, 0],
        [1, 1, 1, 1],
        [1, 1, 1, 1],
      ])
      expect((await hub.publish(PUSH))?.sequence).to.equal(sequence + 2)
    })
    expect(TODAY).to.equal('2026-11-25')
    await withHub((hub) => rowsOf(hub.db, 'select 1 from database_restored where released_at is null')).then((open) =>
      expect(open).to.have.length(0),
    )
  })

  it('is detected without notes by the answers of platforms, and the removal that they ignored is sent again', async () => {
    const name = new URL(live.url).pathname.slice(1)
    const backup = `${name}_backup`
    now = later(14_400)
    const { id } = await withHub(async (hub) => {
      const one = await published(hub.db, 5)
      await hub.push(null, PUSH)
      return one
    })
    await copied(name, backup)
    await withHub(async (hub) => {
      for (let n = 1; n <= 2; n += 1) {
        const [standing] = await noticesOfSubjects(hub.db, hub.rules, [id])
        if (standing === undefined) throw new Error('it is not in force')
        const told = { kind: 'listing' as const, subjectId: id, change: 'CHANGE' as const, notice: standing.notice }
        await hub.db.transaction((tx) => queueForPlatforms(tx, hub.rules, [told], now))
        await hub.push(null, PUSH)
        // The next change of an entry waits until this one has settled.
        now = later(14_400 + 60 * n)
      }
    })
    await copied(backup, name)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
    now = later(18_000)
    await withHub(async (hub) => {
      await removed(hub.db, id)
      expect(await rowsOf(hub.db, 'select 1 from database_restored where released_at is null')).to.deep.equal([])
      await hub.push(null, PUSH)
      // The platforms hold newer versions, accept the old removal without effect, and answer so.
      expect(everywhere(id)).to.deep.equal([1, 1, 1, 1])
      const open = await rowsOf(hub.db, 'select cause from database_restored where released_at is null')
      expect(open).to.deep.equal([{ cause: 'SHOWN' }])
      const { platforms } = await hub.reconcile(null, PUSH)
      expect(platforms.map(({ unwanted }) => unwanted)).to.deep.equal([1, 1, 1, 1])
      await hub.push(null, PUSH)
      expect(everywhere(id)).to.deep.equal([0, 0, 0, 0])
    })
  })
})
