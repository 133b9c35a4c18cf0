import { expect } from 'chai'
import type { Action, Notice } from '../../src/domain/delivery.js'
import type { Db } from '../../src/store/db.js'
import * as deliveries from '../../src/store/deliveries.js'
import { database, later, lead, NOW, penalised, rowsOf } from '../support/world.js'

const receipt = { key: 'k', accepted: true, code: '00', text: '', field: null, value: null, receiverId: null }

describe('deliveries', () => {
  const db = database()
  const listing = async (n: number): Promise<string> => (await lead(db(), (await penalised(db(), n)).operatorId)).id
  const owe = (subjectId: string, number: number, action: Action, more: { platform?: string; dueAt?: Date } = {}) =>
    db().transaction((tx) =>
      deliveries.owe(tx, [
        {
          platform: 'national',
          kind: 'listing',
          subjectId,
          number,
          action,
          notice: { key: subjectId } as Notice,
          dueAt: NOW,
          ...more,
        },
      ]),
    )
  const claim = (limit = 10, now = NOW, from: Db = db()) =>
    deliveries.claim(from, 'national', { limit, now, leaseUntil: later(60, now) })

  it('removals are claimed first', async () => {
    const [a, b] = [await listing(1), await listing(2)]
    await owe(a, 1, 'ADD')
    await owe(b, 1, 'REMOVE', { dueAt: NOW })
    expect((await claim(1)).map((one) => one.action)).to.deep.equal(['REMOVE'])
    expect((await claim(1)).map((one) => one.action)).to.deep.equal(['ADD'])
  })

  it('messages about one entry are claimed in their order, one after the other', async () => {
    const a = await listing(1)
    await owe(a, 1, 'ADD')
    await owe(a, 2, 'CHANGE')
    const [first, ...none] = await claim()
    expect(none).to.have.length(0)
    expect(first?.number).to.equal(1)
    expect(await claim()).to.have.length(0)
    if (first) await deliveries.confirm(db(), first, receipt, NOW)
    expect((await claim()).map((one) => one.number)).to.deep.equal([2])
  })

  it('a refused message holds up the later ones about its entry only', async () => {
    const [a, b] = [await listing(1), await listing(2)]
    await owe(a, 1, 'ADD')
    await owe(a, 2, 'CHANGE')
    await owe(b, 1, 'ADD')
    for (const one of await claim())
      if (one.subjectId === a) await deliveries.refuse(db(), one, { ...receipt, accepted: false })
    expect(await claim(10, later(30))).to.have.length(0)
    expect((await claim(10, later(61))).map((one) => one.subjectId)).to.deep.equal([b])
  })

  it('what is not due yet, or owed to another platform, is not claimed', async () => {
    const a = await listing(1)
    await owe(a, 1, 'ADD', { dueAt: later(1) })
    await owe(a, 1, 'ADD', { platform: 'jilin' })
    expect(await claim()).to.have.length(0)
    expect(await claim(10, later(1))).to.have.length(1)
  })

  it('many who claim at once get each row once', async () => {
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

  it('folding leaves what was confirmed, and what was tried only if it is asked to', async () => {
    const a = await listing(1)
    for (const number of [1, 2, 3, 4]) await owe(a, number, 'ADD')
    await db()('deliveries').where({ number: 1 }).update({ state: 'CONFIRMED', confirmed_at: NOW, attempts: 1 })
    await db()('deliveries').where({ number: 2 }).update({ state: 'REFUSED', attempts: 1 })
    await db()('deliveries').where({ number: 3 }).update({ attempts: 1 })
    const states = async () =>
      (await rowsOf(db(), 'select state from deliveries order by number')).map((row) => row['state'])
    await db().transaction((tx) => deliveries.fold(tx, [{ subjectId: a, platform: 'national', what: 'untried' }]))
    expect(await states()).to.deep.equal(['CONFIRMED', 'FOLDED', 'OWED', 'FOLDED'])
    await db().transaction((tx) => deliveries.fold(tx, [{ subjectId: a, platform: 'national', what: 'unconfirmed' }]))
    expect(await states()).to.deep.equal(['CONFIRMED', 'FOLDED', 'FOLDED', 'FOLDED'])
  })

  it('one message of a number is owed to a platform about an entry', async () => {
    const a = await listing(1)
    await owe(a, 1, 'ADD')
    let failed = false
    await owe(a, 1, 'ADD').catch(() => {
      failed = true
    })
    expect(failed).to.equal(true)
  })

  it('the backlog counts what is owed and refused as outstanding', async () => {
    const a = await listing(1)
    for (const number of [1, 2, 3]) await owe(a, number, 'ADD')
    await db()('deliveries')
      .where({ number: 1 })
      .update({ state: 'CONFIRMED', confirmed_at: later(5) })
    await db()('deliveries').where({ number: 2 }).update({ state: 'REFUSED' })
    expect(await deliveries.backlog(db())).to.deep.equal([
      { platform: 'national', outstanding: 2, refused: 1, confirmed: 1, lastConfirmedAt: later(5) },
    ])
  })
})
