import { expect } from 'chai'
import type { Notice, NoticeAction } from '../../../src/domain/delivery/delivery.js'
import * as deliveries from '../../../src/store/delivery/deliveries.js'
import { database, later, lead, NOW, penalised, rowsOf } from '../../support/world.js'

describe('deliveries', () => {
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

  it('folding spares confirmed deliveries, and with `untried` also those sent and not answered', async () => {
    const a = await listing(1)
    for (const number of [1, 2, 3, 4]) await owe(a, number, 'ADD')
    await db()('deliveries').where({ number: 1 }).update({ state: 'CONFIRMED', confirmed_at: NOW, attempts: 1 })
    await db()('deliveries').where({ number: 2 }).update({ state: 'REFUSED', attempts: 1 })
    await db()('deliveries').where({ number: 3 }).update({ attempts: 1 })
    const states = async () =>
      (await rowsOf(db(), 'select state from deliveries order by number')).map((row) => row['state'])
    await db().transaction((tx) =>
      deliveries.foldEarlier(tx, [{ subjectId: a, platform: 'national', what: 'untried' }]),
    )
    expect(await states()).to.deep.equal(['CONFIRMED', 'FOLDED', 'OWED', 'FOLDED'])
    await db().transaction((tx) =>
      deliveries.foldEarlier(tx, [{ subjectId: a, platform: 'national', what: 'unconfirmed' }]),
    )
    expect(await states()).to.deep.equal(['CONFIRMED', 'FOLDED', 'FOLDED', 'FOLDED'])
  })

  it('a platform has at most one delivery per entry and number', async () => {
    const a = await listing(1)
    for (const _ of [1, 2]) await owe(a, 1, 'ADD')
    const rows = await rowsOf(db(), 'select number, notice from deliveries order by number')
    expect(rows.map(({ number, notice }) => [number, notice])).to.deep.equal(
      [1, 2].map((number) => [number, { key: a, sequence: number, action: 'ADD' }]),
    )
    const error = await db()('deliveries')
      .where({ number: 2 })
      .update({ number: 1 })
      .catch((thrown: Error) => thrown)
    expect(error).to.include({ constraint: 'deliveries_number' })
  })

  it('open deliveries are found by partial indexes, however many are confirmed', async () => {
    const a = await listing(1)
    for (const number of [1, 2, 3, 4, 5]) await owe(a, number, number === 3 ? 'REMOVE' : 'ADD')
    await db()('deliveries').where({ number: 1 }).update({ state: 'CONFIRMED', confirmed_at: NOW })
    await db()('deliveries').where({ number: 2 }).update({ state: 'REFUSED' })
    await db()('deliveries').where({ number: 4 }).update({ state: 'FOLDED' })
    await owe(await listing(2), 6, 'REMOVE')
    await owe(await listing(3), 7, 'ADD')
    const open = `from deliveries d where ${deliveries.isOpenSql('d')}`
    expect((await rowsOf(db(), `select d.number ${open} order by 1`)).map((row) => row['number'])).to.deep.equal([
      2, 3, 5, 6, 7,
    ])
    await db().transaction(async (tx) => {
      await tx.raw('set local enable_seqscan = off')
      const plan = (await tx.raw(`explain select 1 ${open}`)).rows
      const lines = plan.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n')
      for (const index of ['removals_due', 'others_due', 'refused', 'held'])
        expect(lines).to.contain(`deliveries_${index}`)
    })
  })

  it('the backlog counts owed and refused deliveries as outstanding', async () => {
    const a = await listing(1)
    for (const number of [1, 2, 3]) await owe(a, number, 'ADD')
    await db()('deliveries')
      .where({ number: 1 })
      .update({ state: 'CONFIRMED', confirmed_at: later(5) })
    await db()('deliveries').where({ number: 2 }).update({ state: 'REFUSED' })
    expect(await deliveries.countByPlatform(db())).to.deep.equal([
      { platform: 'national', outstanding: 2, unchecked: 0, refused: 1, confirmed: 1, lastConfirmedAt: later(5) },
    ])
  })
})
