import { expect } from 'chai'
import { platforms } from '../../../src/platforms/index.js'
import { listRestores, mayPublishList } from '../../../src/store/db/restored.js'
import * as comparisons from '../../../src/store/delivery/comparisons.js'
import * as queue from '../../../src/store/delivery/delivery-queue.js'
import * as feedHealth from '../../../src/store/intake/feed-health.js'
import * as listings from '../../../src/store/listing/listings.js'
import * as publicList from '../../../src/store/publication/public-list.js'
import * as runs from '../../../src/store/timetable/runs.js'
import { makeHeadNotesInMemory } from '../../../src/work/audit/head-notes.js'
import type { PublicationNote, SentNote } from '../../../src/work/audit/restore-guard.js'
import {
  areAdditionsStopped,
  awaitsComparison,
  declareRestored,
  detectRestore,
  lockReleasable,
  notePlatformAhead,
  noteReceiptsAhead,
  releaseRestored,
} from '../../../src/work/delivery/restored.js'
import {
  database,
  later,
  log,
  NOW,
  pseudonymOf,
  published,
  refusal,
  removed,
  rowsOf,
  TODAY,
} from '../../support/world.js'

const IDS = platforms.map(({ id }) => id)
const SOUGHT = { day: TODAY, region: null, authority: null, pattern: null, from: null, to: null, contested: false }
const NOBODY = { pseudonymOf, platforms: IDS, log }

describe('a database restored to an older state', () => {
  const db = database()
  const noticed = (noted: { sent?: SentNote; published?: PublicationNote }, now = NOW) =>
    detectRestore(db(), {
      notes: { sent: () => noted.sent ?? null, published: () => noted.published ?? null, heads: makeHeadNotesInMemory },
      platforms: IDS,
      now,
      log,
    })
  const said = (sequence: number, more: Partial<PublicationNote> = {}): PublicationNote => ({
    sequence,
    hash: 'h',
    publishedAt: NOW.toISOString(),
    ...more,
  })
  const highestId = async (): Promise<number> =>
    Number((await rowsOf(db(), 'select max(id)::int as id from deliveries'))[0]?.['id'])
  const compared = async (platform: string, given: Partial<comparisons.PlatformComparison> = {}, now = later(60)) => {
    const run = await runs.startRun(db(), { job: 'reconcile', subject: platform, cause: 'command', now })
    const none = { shown: 0, expected: 0, missing: 0, stale: 0, unwanted: 0, hidden: 0, onTheirWay: 0, others: 0 }
    await comparisons.add(db(), {
      platform,
      run: run ?? 0,
      comparedAt: now,
      ...none,
      highest: null,
      alarm: null,
      ...given,
    })
  }
  const released = (configured = IDS, now = later(120)) =>
    db().transaction(async (tx) =>
      releaseRestored(tx, await lockReleasable(tx, configured), {
        platforms: IDS,
        proposedBy: 'officer-1',
        by: 'reviewer-1',
        reason: '已逐一核对',
        now,
      }),
    )

  it('is not detected where the notes are older than the database, or there are none', async () => {
    await published(db(), 1)
    expect(await noticed({})).to.equal(false)
    expect(await noticed({ sent: { deliveryId: await highestId(), number: 1 } })).to.equal(false)
    expect(await areAdditionsStopped(db())).to.equal(false)
  })

  it('is detected once by a noted delivery id above its own, which stops additions', async () => {
    await published(db(), 1)
    const sent = { deliveryId: (await highestId()) + 1, number: 7 }
    expect([await noticed({ sent }), await noticed({ sent })]).to.deep.equal([true, true])
    expect(await areAdditionsStopped(db())).to.equal(true)
    expect(await rowsOf(db(), 'select cause, noted_number as number from database_restored')).to.deep.equal([
      { cause: 'DELIVERY_NOTED', number: 7 },
    ])
  })

  it('stays detected although new deliveries have caught up with the note', async () => {
    await published(db(), 1)
    const sent = { deliveryId: (await highestId()) + 1, number: 7 }
    await noticed({ sent })
    await published(db(), 2)
    expect(await noticed({ sent })).to.equal(true)
  })

  it('is detected by a noted snapshot sequence above its own, also in an old note without a database identity', async () => {
    expect(await noticed({ published: said(3) })).to.equal(true)
    expect((await rowsOf(db(), 'select cause from database_restored'))[0]).to.deep.equal({ cause: 'SNAPSHOT_NOTED' })
  })

  it('is not detected by the note of another database', async () => {
    expect(await noticed({ published: said(3, { database: '00000000-0000-4000-8000-000000000009' }) })).to.equal(false)
  })

  it('numbers new deliveries above the noted number', async () => {
    const listing = await published(db(), 1)
    await noticed({ sent: { deliveryId: 9_999, number: 7 } })
    await removed(db(), listing.id)
    const rows = await rowsOf(db(), `select number from deliveries where action = 'REMOVE'`)
    expect(rows.map((row) => row['number'])).to.deep.equal(IDS.map(() => 8))
  })

  it('treats owed deliveries as sent, so that their removal is owed', async () => {
    const listing = await published(db(), 1)
    await noticed({ published: said(3) })
    await removed(db(), listing.id)
    expect(await rowsOf(db(), `select 1 from deliveries where action = 'REMOVE'`)).to.have.length(IDS.length)
  })

  it('leaves a gap in the numbers where no note names the last number sent', async () => {
    const listing = await published(db(), 1)
    await noticed({ published: said(3) })
    await removed(db(), listing.id)
    const [row] = await rowsOf(db(), `select number from deliveries where action = 'REMOVE'`)
    expect(Number(row?.['number'])).to.be.above(1_000)
  })

  it('is suspected where a platform answers that it holds a version newer than the last one sent and booked, and not otherwise', async () => {
    const { id } = await published(db(), 1)
    await db().raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1`, [NOW])
    await removed(db(), id)
    const ids = async (number: number): Promise<number[]> =>
      (await rowsOf(db(), `select id from deliveries where platform = 'national' and number = ?`, [number])).map(
        (row) => Number(row['id']),
      )
    const heard = async (number: number): Promise<boolean> => {
      const deliveryIds = await ids(number)
      await noteReceiptsAhead(db(), { platform: 'national', platforms: IDS, deliveryIds, now: NOW, log })
      return areAdditionsStopped(db())
    }
    await db().raw(`update deliveries set attempts = 1 where action = 'REMOVE'`)
    expect(await heard(1), 'an answer to the addition that comes after the removal').to.equal(false)
    expect(await heard(2), 'an answer that was not booked').to.equal(false)
    await db().raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ? where action = 'REMOVE'`, [NOW])
    const held = () => rowsOf(db(), 'select platform from platform_states where paused_at is not null order by 1')
    expect(await heard(2), 'one platform says so').to.equal(false)
    expect(await held()).to.deep.equal([{ platform: 'national' }])
    await db().raw('update platform_states set paused_at = null, paused_by = null, paused_reason = null')
    expect(await heard(2), 'below the floor').to.equal(false)
    expect(await held()).to.deep.equal([])
  })

  it('P-B2: is detected by a second platform that shows more than it was sent; for the first alone only its additions are held', async () => {
    await published(db(), 1)
    const ahead = (platform: string) => notePlatformAhead(db(), { platform, platforms: IDS, highest: 9, now: NOW, log })
    await ahead('national')
    expect(await areAdditionsStopped(db())).to.equal(false)
    await ahead('national')
    expect(await areAdditionsStopped(db())).to.equal(false)
    expect(await rowsOf(db(), 'select platform from platform_states where sequence_floor > 0')).to.deep.equal([
      { platform: 'national' },
    ])
    await ahead('jilin')
    expect(await areAdditionsStopped(db())).to.equal(true)
    expect(await rowsOf(db(), 'select cause, platform from database_restored')).to.deep.equal([
      { cause: 'SHOWN', platform: 'jilin' },
    ])
    for (const platform of IDS) await compared(platform)
    await released()
    expect(await rowsOf(db(), 'select 1 from platform_states where paused_at is not null')).to.deep.equal([])
    expect(await areAdditionsStopped(db())).to.equal(false)
  })

  it('is detected when two platforms show more than they were sent at the same moment', async () => {
    await published(db(), 1)
    for (let round = 0; round < 20; round += 1) {
      await db().raw('delete from database_restored; delete from platform_states')
      await Promise.all(
        IDS.slice(0, 2).map((platform) =>
          notePlatformAhead(db(), { platform, platforms: IDS, highest: 9, now: NOW, log }),
        ),
      )
      expect(await areAdditionsStopped(db())).to.equal(true)
    }
  })

  it('R-3: is detected by a missing noted delivery, also after new deliveries have exceeded its id', async () => {
    await published(db(), 1)
    const [row] = await rowsOf(
      db(),
      `select id::int, subject_id as key, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from deliveries order by id desc limit 1`,
    )
    const sent = {
      deliveryId: Number(row?.['id']),
      number: 1,
      key: String(row?.['key']),
      at: new Date(String(row?.['at'])).toISOString(),
    }
    expect(await noticed({ sent })).to.equal(false)
    // A delivery made again by a retrying client has the same id, subject and number, but another instant.
    await db().raw('update deliveries set created_at = ? where id = ?', [later(60), sent.deliveryId])
    expect(await noticed({ sent })).to.equal(true)
    expect(await rowsOf(db(), 'select cause from database_restored')).to.deep.equal([{ cause: 'DELIVERY_NOTED' }])
  })

  it('R-3: is detected by a noted delivery whose id was skipped', async () => {
    await published(db(), 1)
    const sent = { deliveryId: await highestId(), number: 1 }
    await db().raw('delete from deliveries where id = ?', [sent.deliveryId])
    await db().raw(`select setval(pg_get_serial_sequence('deliveries', 'id'), ?)`, [sent.deliveryId + 32])
    await published(db(), 2)
    expect(await noticed({ sent })).to.equal(true)
  })

  it('R-3: is detected at once on a timeline other than the confirmed one', async () => {
    await published(db(), 1)
    expect(await noticed({})).to.equal(false)
    await db().raw(`update database_identity set timeline = '0000ABCD'`)
    expect(await areAdditionsStopped(db()), 'before anybody has noticed').to.equal(true)
    expect(await queue.claim(db(), 'national', { limit: 9, now: NOW, leaseUntil: later(12) })).to.deep.equal([])
    expect(await noticed({})).to.equal(true)
    expect(await rowsOf(db(), 'select cause from database_restored')).to.deep.equal([{ cause: 'SERVER_CHANGED' }])
    for (const platform of IDS) await compared(platform)
    await released()
    expect([await areAdditionsStopped(db()), await noticed({})]).to.deep.equal([false, false])
  })

  it('R-3: is detected on a database system other than the confirmed one', async () => {
    expect(await noticed({})).to.equal(false)
    await db().raw(`update database_identity set system = '1'`)
    expect(await noticed({})).to.equal(true)
  })

  it('R-4: withholds the list until it is released, and marks its answers as stale', async () => {
    const { id, operatorId } = await published(db(), 1)
    const days = { asOf: TODAY, today: TODAY }
    const seen = async () => ({
      entries: (await listings.listPublicEntries(db(), { days }, { first: 9, after: null })).length,
      operator: (await listings.listPublicOfOperators(db(), [operatorId], days)).length,
      bodies: (await listings.readShownEntries(db(), [id])).size,
      page: (await publicList.readListPage(db(), SOUGHT, { order: 'newest', first: 9, after: null })).length,
      signed: (await publicList.readSignedEntries(db(), [id])).size,
      listed: (await publicList.readListStamp(db())).listed,
      may: await mayPublishList(db()),
    })
    const all = { entries: 1, operator: 1, bodies: 1, page: 1, signed: 1, listed: true, may: true }
    const none = { entries: 0, operator: 0, bodies: 0, page: 0, signed: 0, listed: false, may: false }
    expect(await seen()).to.deep.equal(all)
    await noticed({ sent: { deliveryId: (await highestId()) + 1, number: 7 } })
    expect(await seen()).to.deep.equal(none)
    expect([...(await feedHealth.lastVouchedPulls(db(), ['penalties-1'])).values()]).to.deep.equal([null])
    // The hub itself still reads the public entries.
    expect((await listings.readPublicEntries(db(), [id])).size).to.equal(1)
    for (const platform of IDS) await compared(platform)
    await released()
    expect(await seen()).to.deep.equal(all)
  })

  it('can be declared by a person with a reason', async () => {
    expect(
      (await refusal(declareRestored(db(), { ...NOBODY, by: 'officer-1', reason: '  ', now: NOW }))).code,
    ).to.equal('INPUT_INVALID')
    const made = await declareRestored(db(), { ...NOBODY, by: 'officer-1', reason: '磁盘损坏，自备份恢复', now: NOW })
    expect(made).to.include({ cause: 'DECLARED', saidBy: 'officer-1', said: '磁盘损坏，自备份恢复' })
    expect(await areAdditionsStopped(db())).to.equal(true)
  })

  it('waits for a comparison of each platform since its detection', async () => {
    await compared('national', {}, later(-60))
    await noticed({ published: said(3) })
    expect(await awaitsComparison(db(), 'national')).to.equal(true)
    await compared('national')
    expect([await awaitsComparison(db(), 'national'), await awaitsComparison(db(), 'jilin')]).to.deep.equal([
      false,
      true,
    ])
  })

  it('is released by two persons with a reason, after a good comparison of every configured platform', async () => {
    expect((await refusal(released())).code).to.equal('NOT_RESTORED')
    await published(db(), 1)
    await noticed({ sent: { deliveryId: 9_999, number: 7 }, published: said(3) })
    for (const id of IDS.slice(1)) await compared(id)
    await compared('national', { alarm: 'MASS_ABSENCE' })
    expect((await refusal(released())).code).to.equal('RESTORED_NOT_COMPARED')
    await compared('national', { highest: 12 })
    await released()
    const [made] = await listRestores(db())
    expect(made).to.include({ releaseProposedBy: 'officer-1', releasedBy: 'reviewer-1', releasedReason: '已逐一核对' })
    expect(await areAdditionsStopped(db())).to.equal(false)
    const floors = await rowsOf(
      db(),
      `select sequence_floor as floor from platform_states where platform in ('national', 'jilin') order by platform`,
    )
    expect(floors).to.deep.equal([{ floor: 7 }, { floor: 12 }])
  })

  it('is not detected again by the same notes after its release, and does not reuse delivery ids', async () => {
    const noted = { sent: { deliveryId: 9_999, number: 7 }, published: said(3) }
    await noticed(noted)
    await released([])
    expect(await noticed(noted)).to.equal(false)
    await published(db(), 1)
    expect(await highestId()).to.be.above(9_999)
    expect(await noticed({ sent: { deliveryId: 99_999, number: 1 } })).to.equal(true)
  })

  describe('and restored again before its release', () => {
    const AGAIN = later(90)
    const found = async () => {
      const [one] = await listRestores(db())
      const { foundAt, cause, earlier = [] } = one ?? {}
      return [foundAt, cause, ...earlier.map((was) => [new Date(was.foundAt), was.cause, was.said, was.notedDelivery])]
    }

    it('keeps what was found first, and must be compared with every platform anew', async () => {
      await published(db(), 1)
      await noticed({ sent: { deliveryId: 9_999, number: 7 } })
      for (const platform of IDS) await compared(platform)
      await db().raw('update deliveries set attempts = 0')
      await declareRestored(db(), { ...NOBODY, by: 'officer-1', reason: '第一份备份有误，另行恢复', now: AGAIN })
      expect(await found()).to.deep.equal([AGAIN, 'DECLARED', [NOW, 'DELIVERY_NOTED', null, 9_999]])
      expect(await rowsOf(db(), 'select distinct attempts from deliveries'), 'all may have been sent').to.deep.equal([
        { attempts: 1 },
      ])
      expect((await refusal(released())).code).to.equal('RESTORED_NOT_COMPARED')
      expect(await awaitsComparison(db(), 'national')).to.equal(true)
      for (const platform of IDS) await compared(platform, {}, AGAIN)
      await released()
      const floors = await rowsOf(db(), 'select min(sequence_floor) as floor from platform_states')
      expect(Number(floors[0]?.['floor'])).to.be.above(1_000)
      expect(await found(), 'after the release too').to.have.length(3)
    })

    it('keeps each of two declarations with its reason', async () => {
      for (const [reason, now] of [
        ['虚构：一', NOW],
        ['虚构：二', NOW],
      ] as const)
        await declareRestored(db(), { ...NOBODY, by: 'officer-1', reason, now })
      const [one] = await listRestores(db())
      expect([one?.said, one?.earlier.map(({ said }) => said)]).to.deep.equal(['虚构：二', ['虚构：一']])
    })

    it('is detected by another change of server, once, although the first loss is still noted', async () => {
      await noticed({})
      const sent = { deliveryId: 9_999, number: 7, at: later(-60).toISOString() }
      await noticed({ sent })
      await db().raw(`update database_identity set timeline = '0000ABCD'`)
      await Promise.all([1, 2, 3].map(() => noticed({ sent }, AGAIN)))
      await noticed({ sent }, later(100))
      expect(await found()).to.deep.equal([AGAIN, 'SERVER_CHANGED', [NOW, 'DELIVERY_NOTED', null, 9_999]])
    })

    it('is detected by a delivery that was made after the first was found, once', async () => {
      await noticed({ sent: { deliveryId: 9_999, number: 7, at: later(-60).toISOString() } })
      const since = { sent: { deliveryId: 10_000, number: 8, at: later(30).toISOString() } }
      for (const now of [AGAIN, later(100)]) await noticed(since, now)
      expect(await found()).to.deep.equal([AGAIN, 'DELIVERY_NOTED', [NOW, 'DELIVERY_NOTED', null, 9_999]])
    })

    it('is not taken for another restore where one hub notes more of the same loss', async () => {
      await noticed({ sent: { deliveryId: 9_999, number: 7, at: later(-60).toISOString() } })
      await noticed({ sent: { deliveryId: 10_000, number: 8, at: later(-30).toISOString() } }, AGAIN)
      expect(await found()).to.deep.equal([NOW, 'DELIVERY_NOTED'])
      expect((await listRestores(db()))[0]).to.include({ notedDelivery: 10_000, notedNumber: 8 })
    })
  })

  it('is recorded once when several processes detect it', async () => {
    await Promise.all([1, 2, 3].map((n) => noticed({ sent: { deliveryId: 100 * n, number: n } })))
    expect(await rowsOf(db(), 'select noted_delivery::int as id from database_restored')).to.deep.equal([{ id: 300 }])
  })
})
