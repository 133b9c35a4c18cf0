import { expect } from 'chai'
import type { Notice, NoticeAction } from '../../../src/domain/delivery/delivery.js'
import * as deliveries from '../../../src/store/delivery/deliveries.js'
import * as queue from '../../../src/store/delivery/delivery-queue.js'
import { until } from '../../support/until.js'
import { database, later, lead, NOW, penalised, rowsOf } from '../../support/world.js'

const RECEIPT = { key: 'k', accepted: true, code: '00', text: '', field: null, value: null, receiverId: null }

describe('delivery queue of a platform', () => {
  const db = database()
  const listing = async (n: number): Promise<string> => (await lead(db(), (await penalised(db(), n)).operatorId)).id
  const owe = (
    subjectId: string,
    number: number,
    action: NoticeAction,
    more: { platform?: string; dueAt?: Date } = {},
  ) =>
    db().transaction((tx) =>
      deliveries.addOwed(tx, [
        {
          platform: 'national',
          kind: 'listing',
          subjectId,
          above: number - 1,
          action,
          notice: { key: subjectId } as Notice,
          dueAt: NOW,
          ...more,
        },
      ]),
    )
  const claim = (limit = 10, now = NOW, only?: queue.ClaimScope) =>
    queue.claim(db(), 'national', { limit, now, leaseUntil: later(60, now), only })
  const outcome = (
    delivery: queue.ClaimedDelivery,
    state: queue.DeliveryResult['state'],
    more: Partial<queue.DeliveryResult> = {},
  ) => ({
    delivery,
    state,
    receipt: RECEIPT,
    error: null,
    dueAt: null,
    failures: 0,
    ...more,
  })
  const book = (
    delivery: queue.ClaimedDelivery,
    state: queue.DeliveryResult['state'],
    more: Partial<queue.DeliveryResult> = {},
  ) => queue.bookResults(db(), [outcome(delivery, state, more)], NOW)
  const row = async (number: number) => (await rowsOf(db(), 'select * from deliveries where number = ?', [number]))[0]

  it('removals are claimed first', async () => {
    const [a, b] = [await listing(1), await listing(2)]
    await owe(a, 1, 'ADD')
    await owe(b, 1, 'REMOVE', { dueAt: NOW })
    expect((await claim(1)).map((one) => one.action)).to.deep.equal(['REMOVE'])
    expect((await claim(1)).map((one) => one.action)).to.deep.equal(['ADD'])
  })

  it('P-A1: deliveries of one entry are claimed in order, each after the previous one has settled', async () => {
    const a = await listing(1)
    await owe(a, 1, 'ADD')
    await owe(a, 2, 'CHANGE')
    const [first, ...none] = await claim()
    expect(none).to.have.length(0)
    expect(first?.number).to.equal(1)
    expect(await claim()).to.have.length(0)
    if (first) await book(first, 'CONFIRMED')
    expect(await claim(10, later(59))).to.have.length(0)
    expect((await claim(10, later(60))).map((one) => one.number)).to.deep.equal([2])
  })

  it('a refused delivery blocks later ones of its entry only', async () => {
    const [a, b] = [await listing(1), await listing(2)]
    await owe(a, 1, 'ADD')
    await owe(a, 2, 'CHANGE')
    await owe(b, 1, 'ADD')
    for (const one of await claim()) if (one.subjectId === a) await book(one, 'REFUSED')
    expect(await claim(10, later(30))).to.have.length(0)
    expect((await claim(10, later(61))).map((one) => one.subjectId)).to.deep.equal([b])
  })

  it('deliveries not yet due, or owed to another platform, are not claimed', async () => {
    const a = await listing(1)
    await owe(a, 1, 'ADD', { dueAt: later(1) })
    await owe(a, 1, 'ADD', { platform: 'jilin' })
    expect(await claim()).to.have.length(0)
    expect(await claim(10, later(1))).to.have.length(1)
  })

  it('simultaneous claims get each row once', async () => {
    const a = await listing(1)
    await db().raw(
      `with more as (insert into listings (list, operator_id, state, reason, facts, created_at, removed_on)
         select list, operator_id, 'REMOVED', reason, facts, created_at, '2026-11-20' from listings, generate_series(1, 100) where id = ? returning id)
       insert into deliveries (kind, platform, subject_id, number, action, notice, due_at, created_at)
       select 'listing', 'national', id, 1, 'ADD', '{}', ?, ? from more`,
      [a, NOW, NOW],
    )
    const all = (await Promise.all(Array.from({ length: 8 }, () => claim(30)))).flat().map((one) => one.id)
    expect(new Set(all).size).to.equal(all.length)
    while ((await claim(30)).length > 0);
    const attempts = await rowsOf(db(), 'select distinct attempts from deliveries')
    expect(attempts).to.deep.equal([{ attempts: 1 }])
  })

  it('a claim may be limited to additions or to removals', async () => {
    const [a, b] = [await listing(1), await listing(2)]
    await owe(a, 1, 'ADD')
    await owe(b, 1, 'REMOVE')
    const due = (only?: queue.ClaimScope) => queue.hasDueDelivery(db(), 'national', { now: NOW, only })
    expect((await claim(10, NOW, 'REMOVE')).map((one) => one.action)).to.deep.equal(['REMOVE'])
    expect([await due('REMOVE'), await due()]).to.deep.equal([false, true])
    expect(await claim(10, NOW, 'REMOVE')).to.have.length(0)
    expect((await claim(10, later(61), 'OTHERS')).map((one) => one.action)).to.deep.equal(['ADD'])
    expect(await due()).to.equal(false)
  })

  it('the holder of an expired claim changes nothing', async () => {
    await owe(await listing(1), 1, 'ADD')
    const [first] = await claim()
    const [second] = await claim(10, later(61))
    if (first === undefined || second === undefined) throw new Error('nothing was due')
    expect([first.attempts, second.attempts]).to.deep.equal([1, 2])
    for (const state of ['CONFIRMED', 'REFUSED', 'OWED'] as const) expect(await book(first, state)).to.equal(0)
    await queue.putBack(db(), [first])
    expect(await queue.renewLeases(db(), [first], later(999))).to.deep.equal(new Set())
    expect(await row(1)).to.deep.include({ state: 'OWED', leased_until: later(121), receipt: null, attempts: 2 })
    expect(await queue.renewLeases(db(), [second], later(130))).to.deep.equal(new Set([second.id]))
    expect(await book(second, 'CONFIRMED')).to.equal(1)
    expect(await row(1)).to.deep.include({ state: 'CONFIRMED', receipt: RECEIPT })
  })

  it('a returned claim leaves the row as if it had never been claimed', async () => {
    await owe(await listing(1), 1, 'ADD')
    await queue.putBack(db(), await claim())
    expect(await row(1)).to.deep.include({ attempts: 0, sent_at: null, due_at: NOW, leased_until: null })
    const [again] = await claim(10, later(5))
    if (again) await book(again, 'REFUSED', { unsent: true })
    expect(await row(1)).to.deep.include({ attempts: 0, sent_at: null, state: 'REFUSED' })
  })

  it('one statement stores confirmed, refused and retried results', async () => {
    const ids = [await listing(1), await listing(2), await listing(3)]
    for (const [i, id] of ids.entries()) await owe(id, i + 1, 'ADD')
    const [a, b, c] = (await claim()) as [queue.ClaimedDelivery, queue.ClaimedDelivery, queue.ClaimedDelivery]
    const refusal = { ...RECEIPT, accepted: false, code: '1001', batch: '7-1', row: 2 }
    const booked = await queue.bookResults(
      db(),
      [
        outcome(a, 'CONFIRMED'),
        outcome(b, 'REFUSED', { receipt: refusal, error: '1001 unknown' }),
        outcome(c, 'OWED', { receipt: null, error: 'HTTP 503', dueAt: later(8), failures: 1 }),
      ],
      later(1),
    )
    expect(booked).to.equal(3)
    expect(await row(1)).to.deep.include({ state: 'CONFIRMED', confirmed_at: later(1), last_error: null })
    expect(await row(2)).to.deep.include({ state: 'REFUSED', receipt: refusal, last_error: '1001 unknown' })
    expect(await row(3)).to.deep.include({ state: 'OWED', due_at: later(8), receipt: null, failures: 1 })
    expect(await queue.countOutstanding(db(), ['national', 'jilin'])).to.deep.equal(
      new Map([
        ['national', 2],
        ['jilin', 0],
      ]),
    )
  })

  const heads = async (): Promise<number[]> =>
    (
      await rowsOf(db(), `select number from deliveries where head and state in ('OWED', 'REFUSED') order by number`)
    ).map((found) => Number(found['number']))

  it('the head of a subject’s queue is its earliest owed or refused delivery', async () => {
    const a = await listing(1)
    await db().transaction((tx) =>
      deliveries.addOwed(
        tx,
        [1, 2, 3].map((number) => ({
          platform: 'national',
          kind: 'listing',
          subjectId: a,
          above: number - 1,
          action: 'CHANGE',
          notice: { key: a } as Notice,
          dueAt: NOW,
        })),
      ),
    )
    expect(await heads()).to.deep.equal([1])
    await db().raw(`update deliveries set state = 'FOLDED' where number = 1`)
    expect(await heads()).to.deep.equal([2])
    await db().raw(`update deliveries set state = 'REFUSED' where number = 2`)
    expect(await heads()).to.deep.equal([2])
    await db().raw(
      `update deliveries set state = 'CLOSED', closed_at = now(), closed_by = 'x', closed_reason = 'x' where number = 2`,
    )
    expect(await heads()).to.deep.equal([3])
    await db().raw(`update deliveries set state = 'OWED' where number = 1`)
    expect(await heads()).to.deep.equal([1])
    await owe(a, 4, 'REMOVE')
    await db().raw(`update deliveries set state = 'FOLDED' where number in (1, 3)`)
    expect(await heads()).to.deep.equal([4])
  })

  it('a delivery added while the previous one is being confirmed becomes the head, whichever transaction commits first', async () => {
    const a = await listing(1)
    for (const first of ['telling', 'booking']) {
      await db().raw('delete from deliveries')
      await owe(a, 1, 'ADD')
      const [claimed] = await claim()
      if (claimed === undefined) throw new Error('nothing was due')
      const telling = await db().transaction()
      if (first === 'booking') {
        const booking = await db().transaction()
        await queue.bookResults(booking, [outcome(claimed, 'CONFIRMED')], NOW)
        const told = owing(a, telling)
        await waits(db(), 'deliveries_line_up|deliveries.owe')
        await booking.commit()
        await told
        await telling.commit()
      } else {
        await owing(a, telling)
        const booked = book(claimed, 'CONFIRMED')
        await waits(db(), 'delivery-queue.book')
        await telling.commit()
        expect(await booked).to.equal(1)
      }
      expect(
        (await claim(10, later(61))).map((one) => one.number),
        first,
      ).to.deep.equal([2])
    }
  })
})

const owing = (subjectId: string, tx: Parameters<typeof deliveries.addOwed>[0]) =>
  deliveries.addOwed(tx, [
    {
      platform: 'national',
      kind: 'listing',
      subjectId,
      action: 'CHANGE',
      notice: { key: subjectId } as Notice,
      dueAt: NOW,
    },
  ])

const waits = (db: Parameters<typeof rowsOf>[0], name: string): Promise<void> =>
  until(`${name} waits for a lock`, async () => {
    const found = await rowsOf(
      db,
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ ?`,
      [name],
    )
    return found.length > 0
  })
