import { expect } from 'chai'
import { platforms } from '../../../src/platforms/index.js'
import { type PlatformStandIn, startPlatformStandIns } from '../../../src/sandbox/platforms/index.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as queue from '../../../src/store/delivery/delivery-queue.js'
import type { PushOptions } from '../../../src/work/delivery/push/sender.js'
import { pushDeliveries } from '../../../src/work/delivery/push.js'
import { at, codeOf, database, later, log, NOW, published, removed, rowsOf, TODAY } from '../../support/world.js'

const CALM = { delayMs: 0, failNext: 0, refuse: null, cutAfterAccept: 0 }
const NOBODY = 'http://127.0.0.1:2'
const IDS = platforms.map((platform) => platform.id)

describe('push', () => {
  const db = database()
  let standIns: PlatformStandIn[] = []
  before(async () => {
    standIns = await startPlatformStandIns()
  })
  after(() => Promise.all(standIns.map((one) => one.close())))
  afterEach(() => {
    for (const one of standIns) one.behave(CALM)
  })

  const standIn = (id: string): PlatformStandIn => {
    const found = standIns.find((one) => one.id === id)
    if (found === undefined) throw new Error(`no ${id}`)
    return found
  }
  const pushed = async (
    now: Date,
    given: { url?: Record<string, string>; only?: string[] } & Partial<PushOptions> = {},
  ) => {
    const { url = {}, only = IDS, ...more } = given
    const to = platforms
      .filter(({ id }) => only.includes(id))
      .map((platform) => ({
        platform,
        url: url[platform.id] ?? standIn(platform.id).url,
        secret: standIn(platform.id).secret,
      }))
    const { ms: _, ...result } = await pushDeliveries(db(), {
      platforms: to,
      silent: [],
      cause: 'command',
      now: at(now),
      random: () => 0.5,
      log,
      ...more,
    })
    return result
  }
  const of = (result: Awaited<ReturnType<typeof pushed>>, id: string) =>
    result.platforms.find((one) => one.platform === id)
  const deliveryOf = async (platform: string, number = 1, from: JobDb = db()) =>
    (
      await rowsOf(
        from,
        'select state, attempts, due_at as "dueAt", receipt, last_error as error from deliveries where platform = ? and number = ?',
        [platform, number],
      )
    )[0]
  const shows = (id: string, key: string): number =>
    standIn(id)
      .entries()
      .filter((entry) => entry.key === key).length

  it('every platform receives the entry, confirms it with a receipt and shows it', async () => {
    const listing = await published(db(), 1)
    const result = await pushed(NOW)
    expect(result.unreachable).to.deep.equal([])
    for (const id of IDS) {
      expect(of(result, id)).to.deep.equal({ platform: id, sent: 1, accepted: 1, rejected: 0, outstanding: 0 })
      const delivery = await deliveryOf(id)
      expect(delivery).to.include({ state: 'CONFIRMED', attempts: 1 })
      expect(delivery?.['receipt']).to.include({ key: listing.id, accepted: true })
      expect(shows(id, listing.id)).to.equal(1)
    }
    expect((await pushed(later(60))).platforms.map((one) => one.sent)).to.deep.equal([0, 0, 0, 0])
  })

  it('delivers a removal in the same way', async () => {
    const listing = await published(db(), 1)
    await pushed(NOW)
    await removed(db(), listing.id)
    await pushed(later(60))
    for (const id of IDS) {
      expect(await deliveryOf(id, 2)).to.include({ state: 'CONFIRMED' })
      expect(shows(id, listing.id)).to.equal(0)
    }
  })

  it('retries a busy platform later without losing a delivery', async () => {
    const listing = await published(db(), 1)
    standIn('national').behave({ failNext: 1 })
    const first = await pushed(NOW)
    expect(first.unreachable).to.deep.equal(['national'])
    expect(of(first, 'national')).to.deep.equal({
      platform: 'national',
      sent: 0,
      accepted: 0,
      rejected: 0,
      outstanding: 1,
    })
    expect(of(first, 'jilin')).to.include({ accepted: 1, outstanding: 0 })
    const waiting = await deliveryOf('national')
    expect(waiting).to.include({ state: 'OWED', attempts: 1 })
    expect(waiting?.['dueAt']).to.deep.equal(later(2))
    expect(waiting?.['error']).to.contain('503')
    expect(of(await pushed(later(1)), 'national')).to.include({ sent: 0, outstanding: 1 })
    expect(of(await pushed(later(3)), 'national')).to.include({ accepted: 1, outstanding: 0 })
    expect(await deliveryOf('national')).to.include({ state: 'CONFIRMED', attempts: 2, error: null })
    expect(shows('national', listing.id)).to.equal(1)
  })

  it('waits longer after each failure', async () => {
    await published(db(), 1)
    const waits: number[] = []
    let now = NOW
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await pushed(now, { only: ['national'], url: { national: NOBODY } })
      const due = (await deliveryOf('national'))?.['dueAt'] as Date
      waits.push((due.getTime() - now.getTime()) / 1_000)
      now = due
    }
    expect(waits).to.deep.equal([2, 4, 8, 16])
  })

  it('an accepted message sent again after a lost answer leaves one entry', async () => {
    const listing = await published(db(), 1)
    for (const one of standIns) one.behave({ cutAfterAccept: 1 })
    expect((await pushed(NOW)).unreachable.sort()).to.deep.equal([...IDS].sort())
    await pushed(later(60))
    for (const id of IDS) {
      expect(await deliveryOf(id)).to.include({ state: 'CONFIRMED', attempts: 2 })
      expect(shows(id, listing.id)).to.equal(1)
    }
  })

  it('a refused row waits for a person and delays no other', async () => {
    await published(db(), 1)
    const other = await published(db(), 2)
    standIn('national').behave({ refuse: codeOf(1) })
    const result = await pushed(NOW)
    expect(of(result, 'national')).to.deep.equal({
      platform: 'national',
      sent: 2,
      accepted: 1,
      rejected: 1,
      outstanding: 1,
    })
    expect(result.unreachable).to.deep.equal([])
    const [refused] = await rowsOf(
      db(),
      `select receipt, last_error as error, attempts from deliveries where state = 'REFUSED'`,
    )
    expect(refused?.['receipt']).to.include({ accepted: false, code: '1001' })
    expect(refused?.['error']).to.match(/^1001 /)
    expect(shows('national', other.id)).to.equal(1)
    expect(of(await pushed(later(86_400)), 'national')).to.include({ sent: 0, outstanding: 1 })
  })

  it('a removal is sent past a refused addition', async () => {
    const listing = await published(db(), 1)
    standIn('national').behave({ refuse: codeOf(1) })
    await pushed(NOW)
    await removed(db(), listing.id)
    standIn('national').behave(CALM)
    expect(of(await pushed(later(60)), 'national')).to.deep.equal({
      platform: 'national',
      sent: 1,
      accepted: 1,
      rejected: 0,
      outstanding: 0,
    })
    expect(shows('national', listing.id)).to.equal(0)
  })

  it('an unanswered addition is not sent after its removal, and the removal waits only as long as the platform asked', async () => {
    const listing = await published(db(), 1)
    standIn('national').behave({ failNext: 1 })
    await pushed(NOW)
    const toldBefore = standIn('national').told
    await removed(db(), listing.id, TODAY)
    expect((await pushed(NOW)).unreachable).to.deep.equal(['national'])
    expect(of(await pushed(later(1)), 'national')).to.deep.equal({
      platform: 'national',
      sent: 1,
      accepted: 1,
      rejected: 0,
      outstanding: 0,
    })
    expect(standIn('national').told - toldBefore).to.equal(1)
    expect(await deliveryOf('national', 1)).to.include({ state: 'FOLDED' })
    expect(await deliveryOf('national', 2)).to.include({ state: 'CONFIRMED' })
  })

  it('an addition refused after the removal was decided does not delay the removal', async () => {
    const listing = await published(db(), 1)
    const [claimed] = await queue.claim(db(), 'national', { limit: 1, now: NOW, leaseUntil: later(60) })
    if (claimed === undefined) throw new Error('nothing was due')
    await removed(db(), listing.id)
    const refusal = {
      delivery: claimed,
      state: 'REFUSED',
      receipt: { key: listing.id, accepted: false, code: '1001', text: '', field: null, value: null, receiverId: null },
      error: '1001',
      dueAt: null,
      failures: 0,
    } as const
    expect(await queue.bookResults(db(), [refusal], NOW)).to.equal(0)
    expect(of(await pushed(later(1)), 'national')).to.include({ accepted: 1, outstanding: 0 })
  })

  it('an unreachable platform delays no other', async () => {
    await published(db(), 1)
    const result = await pushed(NOW, { url: { national: NOBODY } })
    expect(result.unreachable).to.deep.equal(['national'])
    expect(result.platforms.map((one) => one.outstanding)).to.deep.equal([1, 0, 0, 0])
    const runs = await rowsOf(db(), `select subject, outcome from runs where job = 'push' order by subject`)
    expect(runs.filter((run) => run['outcome'] === 'FAILED').map((run) => run['subject'])).to.deep.equal(['national'])
  })

  it('with a wrong secret every delivery stays owed', async () => {
    await published(db(), 1)
    const platform = platforms.find((one) => one.id === 'jilin')
    if (platform === undefined) throw new Error('no jilin')
    const result = await pushed(NOW, { platforms: [{ platform, url: standIn('jilin').url, secret: 'not the secret' }] })
    expect(result.unreachable).to.deep.equal(['jilin'])
    expect(await deliveryOf('jilin')).to.include({ state: 'OWED' })
  })

  it('a row that the format cannot carry is refused by the hub, never sent, and delays no other', async () => {
    const bad = await published(db(), 1)
    await published(db(), 2)
    await db().raw(
      `update deliveries set notice = jsonb_set(notice, '{operator,name}', '""') where subject_id = ? and platform = 'national'`,
      [bad.id],
    )
    const toldBefore = standIn('national').told
    expect(of(await pushed(NOW), 'national')).to.deep.equal({
      platform: 'national',
      sent: 1,
      accepted: 1,
      rejected: 1,
      outstanding: 1,
    })
    expect(standIn('national').told - toldBefore).to.equal(1)
  })

  it('a push sends batch after batch until nothing is due', async () => {
    const listing = await published(db(), 1)
    await db().raw(
      `with more as (
         insert into listings (list, operator_id, state, reason, facts, created_at, removed_on)
         select list, operator_id, 'REMOVED', reason, facts, created_at, '2026-11-20' from listings, generate_series(1, 450) returning id)
       insert into deliveries (kind, platform, subject_id, number, action, notice, due_at, created_at)
       select d.kind, d.platform, more.id, 1, d.action, jsonb_set(d.notice, '{key}', to_jsonb(more.id::text)), d.due_at, d.created_at
       from more, deliveries d where d.subject_id = ? and d.platform = 'national'`,
      [listing.id],
    )
    const progress: number[] = []
    const result = await pushed(NOW, { only: ['national'], progress: (sent) => progress.push(sent) })
    expect(of(result, 'national')).to.deep.equal({
      platform: 'national',
      sent: 451,
      accepted: 451,
      rejected: 0,
      outstanding: 0,
    })
    expect(progress[0]).to.equal(200)
    expect(progress.at(-1)).to.equal(451)
  })

  it('two simultaneous pushes send each message once', async () => {
    await published(db(), 1)
    const toldBefore = standIn('creditchina').told
    const both = await Promise.all([pushed(NOW), pushed(NOW)])
    expect(both.map((one) => of(one, 'creditchina')?.sent).sort()).to.deep.equal([0, 1])
    expect(standIn('creditchina').told - toldBefore).to.equal(1)
    const runs = await rowsOf(db(), `select outcome from runs where subject = 'creditchina'`)
    expect(runs).to.deep.equal([{ outcome: 'DONE' }, { outcome: 'DONE' }])
  })

  it('a scheduled push runs once', async () => {
    const planned = { cause: 'timetable' as const, plannedFor: NOW, only: ['national'] }
    await Promise.all([pushed(NOW, planned), pushed(NOW, planned)])
    await pushed(later(1), planned)
    expect(await rowsOf(db(), `select 1 from runs where job = 'push'`)).to.have.length(1)
  })
})
