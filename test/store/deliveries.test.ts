import { expect } from 'chai'
import type { Action, Notice } from '../../src/domain/delivery.js'
import * as deliveries from '../../src/store/deliveries.js'
import { database, later, lead, NOW, penalised, rowsOf } from '../support/world.js'

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
