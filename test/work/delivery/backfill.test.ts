import { expect } from 'chai'
import { platforms } from '../../../src/platforms/index.js'
import { startPlatformStandIns } from '../../../src/sandbox/platforms/index.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as platformStates from '../../../src/store/delivery/platform-states.js'
import * as listings from '../../../src/store/listing/listings.js'
import { queueBackfill } from '../../../src/work/delivery/backfill.js'
import { declarePlatformWiped } from '../../../src/work/delivery/platforms.js'
import { pushDeliveries } from '../../../src/work/delivery/push.js'
import { makeMove } from '../../../src/work/listing/listing.js'
import {
  at,
  database,
  later,
  log,
  NOW,
  OFFICER,
  published,
  removed,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

/** Rules without the national platform, as before it was configured. */
const without = { ...rules, platforms: rules.platforms.filter(({ id }) => id !== 'national') }
const fillNational = (db: JobDb, now = NOW) => queueBackfill(db, rules, 'national', { now: at(now) })
const told = (db: JobDb) =>
  rowsOf(
    db,
    `select number, action, state, subject_id as id, notice->>'key' as key, (notice->>'sequence')::int as sequence
     from deliveries where platform = 'national' order by subject_id, number`,
  )
const brief = async (db: JobDb) => (await told(db)).map(({ number, action, state }) => [number, action, state])
const confirmAll = (db: JobDb) =>
  db.raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1 where state = 'OWED'`, [NOW])
const filledAt = async (db: JobDb) => (await platformStates.of(db, 'national'))?.filledAt ?? null
const wipe = (db: JobDb, now: Date) =>
  declarePlatformWiped(db, rules, { platform: 'national', reason: '平台数据库重建', by: 'officer-1', now })

describe('backfill of a new platform', () => {
  const db = database()

  it('queues every entry in force once, with the same keys as at other platforms', async () => {
    const one = await published(db(), 1, without)
    const gone = await published(db(), 2, without)
    await removed(db(), gone.id, TODAY, without)
    expect(await fillNational(db())).to.equal(1)
    expect(await told(db())).to.deep.equal([
      { number: 1, action: 'ADD', state: 'OWED', id: one.id, key: one.id, sequence: 1 },
    ])
    expect(await filledAt(db())).to.deep.equal(NOW)
    const same = await rowsOf(
      db(),
      `select count(distinct notice - 'sequence')::int as n from deliveries where subject_id = ?`,
      [one.id],
    )
    expect(same).to.deep.equal([{ n: 1 }])
    expect(await fillNational(db())).to.equal(0)
  })

  it('queues no entry that is already queued or confirmed', async () => {
    await published(db(), 1)
    const confirmed = await published(db(), 2)
    await db().raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1 where subject_id = ?`, [
      NOW,
      confirmed.id,
    ])
    expect(await fillNational(db())).to.equal(0)
    expect(await filledAt(db())).to.deep.equal(NOW)
  })

  it('queues nothing for lists and platforms that are not configured', async () => {
    await published(db(), 1, without)
    const deaf = { ...rules, platforms: rules.platforms.map((one) => ({ ...one, lists: ['ecommerce'] })) }
    expect(await queueBackfill(db(), deaf, 'national', { now: at(NOW) })).to.equal(0)
    expect(await queueBackfill(db(), without, 'national', { now: at(NOW) })).to.equal(0)
  })

  it('numbers deliveries above the platform’s floor', async () => {
    await published(db(), 1, without)
    await db().raw(`insert into platform_states (platform, sequence_floor) values ('national', 41)`)
    await fillNational(db())
    expect((await told(db())).map(({ number, sequence }) => [number, sequence])).to.deep.equal([[42, 42]])
  })

  it('queues an entry locked by another transaction later, and never one removed meanwhile', async () => {
    const held = await published(db(), 1, without)
    await published(db(), 2, without)
    await db().transaction(async (tx) => {
      await listings.lockForMove(tx, held.id)
      expect(await fillNational(db())).to.equal(1)
    })
    expect(await filledAt(db())).to.equal(null)
    await removed(db(), held.id, TODAY, without)
    expect(await fillNational(db())).to.equal(0)
    expect(await filledAt(db())).to.deep.equal(NOW)
    expect(await brief(db())).to.deep.equal([[1, 'ADD', 'OWED']])
  })

  it('leaves no open addition of an entry removed during the backfill', async () => {
    const ids: string[] = []
    for (let n = 1; n <= 6; n += 1) ids.push((await published(db(), n, without)).id)
    const leaving = ids.map((id, i) => (i % 2 === 0 ? removed(db(), id, TODAY, rules) : Promise.resolve()))
    await Promise.all([fillNational(db()), ...leaving, fillNational(db())])
    await fillNational(db())
    const open = (await told(db())).filter(({ state }) => state === 'OWED')
    expect(open.map(({ id, action }) => [id, action])).to.deep.equal(
      ids
        .filter((_, i) => i % 2 === 1)
        .sort()
        .map((id) => [id, 'ADD']),
    )
  })

  it('continues where it was interrupted and queues nothing twice', async () => {
    const listing = await published(db(), 1, without)
    await db().raw(
      `with more as (
         insert into listings (list, operator_id, state, reason, facts, created_at, removed_on, authority, authority_code, published_on, ends_on)
         select list, operator_id, 'REMOVED', reason, facts, created_at, '2026-11-20', authority, authority_code, published_on, ends_on
         from listings, generate_series(1, 450) where id = ? returning id)
       insert into public_entries (listing_id, body, body_hash, published_on, shown_from, ends_on, masks)
       select more.id, p.body, p.body_hash, p.published_on, p.shown_from, p.ends_on, p.masks from more, public_entries p`,
      [listing.id],
    )
    const stop = new AbortController()
    const heard = ({ sql }: { sql: string }) => {
      if (sql.includes('deliveries.owe')) stop.abort(new Error('killed'))
    }
    db().on('query', heard)
    const killed = await queueBackfill(db(), rules, 'national', { now: at(NOW), signal: stop.signal }).catch(
      (error) => error,
    )
    db().off('query', heard)
    expect(killed).to.be.an('error')
    expect(await told(db())).to.have.length(200)
    expect(await filledAt(db())).to.equal(null)
    const both = await Promise.all([fillNational(db()), fillNational(db())])
    expect(both[0] + both[1]).to.equal(251)
    await fillNational(db())
    expect(new Set((await told(db())).map(({ id }) => id)).size).to.equal(451)
    expect(await told(db())).to.have.length(451)
  })
})

describe('backfill of a platform declared wiped', () => {
  const db = database()

  it('queues every entry in force again with the next number, and the next push delivers it', async () => {
    const one = await published(db(), 1)
    const gone = await published(db(), 2)
    await fillNational(db())
    const platform = platforms.find(({ id }) => id === 'national')
    if (platform === undefined) throw new Error('no national')
    const pushTo = async (now: Date, to: { url: string; secret: string }) =>
      pushDeliveries(db(), {
        platforms: [{ platform, ...to }],
        silent: [],
        cause: 'command',
        now: at(now),
        random: () => 0.5,
        log,
        ...{ calendar: rules.calendar },
      })
    const [first, second] = [await startPlatformStandIns(), await startPlatformStandIns()]
    const national = (all: typeof first) => {
      const found = all.find(({ id }) => id === 'national')
      if (found === undefined) throw new Error('no national')
      return found
    }
    try {
      await pushTo(NOW, national(first))
      await removed(db(), gone.id)
      await pushTo(later(60), national(first))
      await wipe(db(), later(120))
      expect(await fillNational(db(), later(130))).to.equal(1)
      expect(await fillNational(db(), later(140))).to.equal(0)
      await pushTo(later(150), national(second))
      expect(
        national(second)
          .entries()
          .map(({ key }) => key),
      ).to.deep.equal([one.id])
    } finally {
      await Promise.all([...first, ...second].map((each) => each.close()))
    }
    const own = (await told(db())).filter(({ id }) => id === one.id)
    expect(own.map(({ number, action, state }) => [number, action, state])).to.deep.equal([
      [1, 'ADD', 'CONFIRMED'],
      [2, 'ADD', 'CONFIRMED'],
    ])
  })

  it('queues only the addition, and folds refused deliveries from before', async () => {
    const { id } = await published(db(), 1)
    await fillNational(db())
    await db().raw(`update deliveries set state = 'REFUSED', attempts = 1`)
    await wipe(db(), later(10))
    expect(await fillNational(db(), later(20))).to.equal(1)
    expect(await brief(db())).to.deep.equal([
      [1, 'ADD', 'FOLDED'],
      [2, 'ADD', 'OWED'],
    ])
    await makeMove(db(), rules, {
      id,
      name: 'hideListing',
      ...OFFICER,
      input: { on: TODAY, hiding: 'ERROR', reason: '有误' },
      now: later(30),
    })
    // The platform may have received the addition or kept data, so a removal is owed.
    expect(await brief(db())).to.deep.equal([
      [1, 'ADD', 'FOLDED'],
      [2, 'ADD', 'FOLDED'],
      [3, 'REMOVE', 'OWED'],
    ])
    expect(await fillNational(db(), later(40))).to.equal(0)
  })

  it('starts again where the platform is wiped during the backfill', async () => {
    await published(db(), 1)
    await confirmAll(db())
    await wipe(db(), later(10))
    const wipedAt = (await platformStates.of(db(), 'national'))?.wipedAt ?? null
    await wipe(db(), later(20))
    const filled = { platform: 'national', kinds: ['listing'] as const, wipedAt, at: later(30) }
    expect(await platformStates.noteFilled(db(), filled)).to.equal(false)
    expect(await filledAt(db())).to.equal(null)
    expect(await fillNational(db(), later(40))).to.equal(1)
    expect(await filledAt(db())).to.deep.equal(later(40))
  })
})
