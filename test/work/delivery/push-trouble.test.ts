/** Pushes that lose their database or folder. They resume by themselves, and every platform ends up showing what it should. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import { makeReceipt, type Notice, type Receipt } from '../../../src/domain/delivery/delivery.js'
import { Refusal } from '../../../src/foundation/errors.js'
import type { Platform } from '../../../src/platforms/platform.js'
import { connect, type JobDb, migrate } from '../../../src/store/db/db.js'
import * as embedded from '../../../src/store/embedded/index.js'
import type { PushOptions } from '../../../src/work/delivery/push/sender.js'
import { pushDeliveries } from '../../../src/work/delivery/push.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { later, log, NOW, rowsOf } from '../../support/world.js'

const ROWS = 25
const POLL_MS = 20
const KEYS = Array.from({ length: ROWS }, (_, n) => `k${n}`)

const receipt = ({ key }: Notice): Receipt => makeReceipt(key, '00', '', { accepted: true })

/** A platform that takes batches of ten and keeps what it received. `first` runs during its first call. */
const receiver = (first: () => Promise<unknown>) => {
  const shown = new Map<string, number>()
  let calls = 0
  const platform: Platform = {
    id: 'national',
    name: { zh: '测试', en: 'test' },
    kinds: ['listing'],
    hears: ['listing'],
    lists: null,
    ways: ['http:'],
    batchSize: 10,
    callsPerSecond: null,
    hours: null,
    codes: {},
    check: () => [],
    send: async ({ notices }) => {
      calls += 1
      for (const { key, sequence } of notices) shown.set(key, sequence)
      if (calls === 1) await first()
      return notices.map(receipt)
    },
    shown: async () => [],
  }
  return { platform, shown }
}

const owed = async (db: JobDb): Promise<void> => {
  await db.raw(
    `insert into deliveries (platform, kind, subject_id, number, action, notice, due_at, created_at)
     select 'national', 'listing', gen_random_uuid(), 1, 'ADD', jsonb_build_object('key', k, 'sequence', 1), :now, :now
     from unnest(:keys::text[]) k`,
    { keys: KEYS, now: NOW },
  )
}
const states = async (db: JobDb): Promise<unknown[]> =>
  rowsOf(db, 'select state, count(*) as n from deliveries group by state')
const ALL_CONFIRMED = [{ state: 'CONFIRMED', n: ROWS }]

const options = (platform: Platform, more: Partial<PushOptions>): PushOptions => ({
  platforms: [{ platform, url: 'http://127.0.0.1:9', secret: 's' }],
  silent: [],
  cause: 'command',
  now: () => NOW,
  random: () => 0.5,
  log,
  pause: async () => {},
  ...more,
})

describe('a push whose connection is cut', () => {
  let fresh: TestDatabase
  beforeEach(async () => {
    fresh = await freshDatabase()
    await owed(fresh.db)
  })
  afterEach(() => fresh.drop())

  /** Locks a table, terminates the first connection that waits for it, and releases the lock. */
  const cutAt = async (held: string): Promise<() => Promise<void>> => {
    const other = connect(fresh.url)
    const holding = await other.transaction()
    await holding.raw(`lock table ${held} in access exclusive mode`)
    return async () => {
      for (;;) {
        const { rows } = await other.raw(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()`,
        )
        if (rows.length > 0) break
        await wait(POLL_MS)
      }
      await holding.rollback()
      await other.destroy()
    }
  }

  const steps: [what: string, held: string, during: 'start' | 'call', fails?: true][] = [
    ['before its run is written', 'runs', 'start'],
    ['while it reads the state of the platform', 'platform_states', 'start'],
    ['while it claims deliveries', 'deliveries', 'start'],
    ['while it books answers', 'deliveries', 'call'],
    ['while it notes a failure of the platform', 'platform_states', 'call', true],
    ['while it closes its run', 'runs', 'call'],
  ]
  for (const [what, held, during, fails] of steps)
    it(`is continued by the next push where it is cut ${what}`, async () => {
      let cut = async (): Promise<void> => {}
      const { platform, shown } = receiver(async () => {
        if (during === 'call') cut = await cutAt(held)
        cutting = cut()
        if (fails) throw new Refusal('PLATFORM_UNREACHABLE', { reason: 'HTTP 503' })
      })
      let cutting: Promise<void> | undefined
      if (during === 'start') {
        cut = await cutAt(held)
        cutting = cut()
      }
      await pushDeliveries(fresh.db, options(platform, {})).catch(() => {})
      await cutting
      // 20 s later every lease has ended. A new pool is used, because the old one may still hold terminated connections.
      const again = connect(fresh.url)
      await pushDeliveries(again, options(platform, { now: () => later(20) })).finally(() => again.destroy())
      const after = connect(fresh.url)
      expect(await states(after).finally(() => after.destroy())).to.deep.equal(ALL_CONFIRMED)
      expect([...shown.keys()].sort()).to.deep.equal([...KEYS].sort())
    })
})

describe('a lingering push', () => {
  it('continues after PostgreSQL restarts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-restart-'))
    const server = await embedded.joinDatabase(folder, { durable: false })
    const db = connect(server.url)
    const postmaster = (): number => {
      const file = join(folder, 'pg', 'postmaster.pid')
      return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : 0
    }
    try {
      await migrate(db)
      await owed(db)
      const before = postmaster()
      const { platform, shown } = receiver(async () => process.kill(before, 'SIGINT'))
      let clock = NOW
      const done = new AbortController()
      const result = await pushDeliveries(
        db,
        options(platform, {
          now: () => clock,
          until: later(9_999),
          signal: done.signal,
          pause: async () => {
            await wait(POLL_MS)
            clock = new Date(clock.getTime() + POLL_MS * 10)
            const all = await states(db).catch(() => [])
            if (JSON.stringify(all) === JSON.stringify(ALL_CONFIRMED)) done.abort(new Error('all is confirmed'))
          },
        }),
      )
      expect(result.platforms[0]).to.include({ outstanding: 0 })
      expect(postmaster()).to.not.equal(before)
      expect(shown.size).to.equal(ROWS)
    } finally {
      await db.destroy()
      await server.leave()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('continues once an unwritable folder accepts files again', async () => {
    const fresh = await freshDatabase()
    const folder = mkdtempSync(join(tmpdir(), 'hub-folder-'))
    const exchange = join(folder, 'in')
    try {
      await owed(fresh.db)
      const { platform } = receiver(async () => {})
      const intoFolder: Platform = {
        ...platform,
        send: async ({ id, notices }) => {
          try {
            writeFileSync(join(exchange, `${id}.csv`), notices.map(({ key }) => key).join('\n'))
          } catch (error) {
            throw new Refusal('PLATFORM_UNREACHABLE', { reason: (error as NodeJS.ErrnoException).code })
          }
          return notices.map(receipt)
        },
      }
      let clock = NOW
      const result = await pushDeliveries(
        fresh.db,
        options(intoFolder, {
          now: () => clock,
          until: later(200),
          pause: async (ms) => {
            clock = new Date(clock.getTime() + ms)
            if (clock >= later(100)) mkdirSync(exchange, { recursive: true })
          },
        }),
      )
      expect(result.platforms[0]).to.include({ accepted: ROWS, outstanding: 0 })
      const written = readdirSync(exchange).flatMap((name) => readFileSync(join(exchange, name), 'utf8').split('\n'))
      expect(written.sort()).to.deep.equal([...KEYS].sort())
    } finally {
      await fresh.drop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
