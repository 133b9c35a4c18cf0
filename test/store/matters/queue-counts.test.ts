/** The counts beside an inbox read a bounded part of one index, however many matters wait for the seat or for others. */
import { expect } from 'chai'
import { rangeOfSeat } from '../../../src/domain/matters/seats.js'
import type { Db } from '../../../src/store/db/db.js'
import { countQueue, listQueue, OVERDUE_READ_MOST } from '../../../src/store/matters/queues.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { explaining, type Plan, rowsRead } from '../../support/plans.js'

const MOST = 1_000
const NOW = new Date('2026-09-30T09:00:00+08:00')
const [BUSY, UNCONFIRMED, QUIET] = ['market-regulator@220104', 'market-regulator@220204', 'market-regulator@220302']
const MATTERS = { [BUSY]: 6_000, [UNCONFIRMED]: OVERDUE_READ_MOST + 2_000, [QUIET]: 3 }

describe('counts of an inbox', () => {
  let database: TestDatabase
  const count = (seat: string, on: Db = database.db) => countQueue(on, rangeOfSeat(seat), { most: MOST, now: NOW })
  const planOf = async (seat: string): Promise<Plan> => {
    const { db, plans } = explaining(database.db)
    await count(seat, db)
    return plans[0] as Plan
  }

  before(async () => {
    database = await freshDatabase()
    const { db } = database
    await db.raw(`insert into matter_kinds values ('assist', '1', '{}', now())`)
    await db.raw(
      `insert into matters (id, kind, kind_version, number, opened_by, reference, request_sha256, state, content, moves, opened_at)
       select gen_random_uuid(), 'assist', '1', 'B' || s.seat || n, s.seat, n, '', 'SENT', '{"clocks": [], "receivedAt": null}', 1, now()
       from jsonb_each_text(:matters::jsonb) as s(seat, many), generate_series(1, s.many::int) n`,
      { matters: JSON.stringify(MATTERS) },
    )
    // One of three is overdue in the busy seat, all of them where no rule is confirmed.
    await db.raw(
      `insert into matter_clocks (matter_id, place, clock, due_at, confirmed, running)
       select id, 0, 'ANSWER', :now::timestamptz + case when opened_by = :unconfirmed or reference::int % 3 = 1 then -1 else 1 end * make_interval(hours => reference::int),
         opened_by <> :unconfirmed, true from matters`,
      { now: NOW, unconfirmed: UNCONFIRMED },
    )
    await db.raw(
      `insert into matter_seats (matter_id, seat, place, from_move, queue, due_at, late_at)
       select m.id, m.opened_by, 'holder', 1, 'WAITING', c.due_at, case when c.confirmed then c.due_at end
       from matters m join matter_clocks c on c.matter_id = m.id`,
    )
    await db.raw('vacuum analyze')
  })
  after(() => database.drop())

  it('are exact below the bound and stop at it', async () => {
    expect(await count(QUIET)).to.deep.equal({ waiting: 3, late: 1, answered: 0 })
    expect(await count(BUSY)).to.deep.equal({ waiting: MOST, late: MOST, answered: 0 })
    expect(await count(UNCONFIRMED)).to.deep.equal({ waiting: MOST, late: 0, answered: 0 })
  })

  it('read as many rows of the seat as they count, and no clock', async () => {
    const plan = await planOf(BUSY)
    expect(rowsRead(plan, 'matter_seats')).to.be.at.most(2 * MOST + 10)
    expect(rowsRead(plan, 'matter_clocks')).to.equal(0)
  })

  it('seek late matters among a bounded number of overdue ones', async () => {
    const plan = await planOf(UNCONFIRMED)
    expect(rowsRead(plan, 'matter_seats')).to.be.at.most(OVERDUE_READ_MOST + MOST + 10)
    expect(rowsRead(plan, 'matter_clocks')).to.be.at.most(OVERDUE_READ_MOST)
  })

  it('believe the clocks where the seat has no time or an outdated one, as the release before leaves it', async () => {
    const late = async () => [
      (await count(QUIET)).late,
      (
        await listQueue(database.db, rangeOfSeat(QUIET), 'LATE', {
          first: 10,
          after: null,
          now: NOW,
          kind: null,
          region: null,
        })
      ).length,
    ]
    for (const lateAt of [null, new Date(0)]) {
      await database.db.raw('update matter_seats set late_at = ? where seat = ?', [lateAt as never, QUIET])
      expect(await late()).to.deep.equal([1, 1])
    }
    await database.db.raw(
      'update matter_clocks set confirmed = false where matter_id in (select matter_id from matter_seats where seat = ?)',
      [QUIET],
    )
    expect(await late()).to.deep.equal([0, 0])
  })
})
