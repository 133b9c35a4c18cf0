import { expect } from 'chai'
import type { JobDb } from '../../../src/store/db/db.js'
import { expireListings } from '../../../src/work/listing/expire.js'
import { at, database, lead, log, NOW, PATH, penalised, removed, rowsOf, rules, step } from '../../support/world.js'

/** Publishes an entry decided on `day`. Its term ends three years later. */
const decidedOn = async (db: JobDb, n: number, day: string): Promise<string> => {
  const { operatorId, decision } = await penalised(db, n)
  const { id } = await lead(db, operatorId)
  for (const [name, who, input] of PATH(decision))
    await step(db, id, [
      name,
      who,
      name === 'decideListing' ? { ...input, on: day } : name === 'serveListing' ? { on: '2026-11-16' } : input,
    ])
  return id
}

const run = (db: JobDb, instant: string, more: { plannedFor?: Date } = {}) =>
  expireListings(db, {
    rules,
    cause: more.plannedFor ? 'timetable' : 'command',
    now: at(new Date(instant)),
    log,
    ...more,
  })
const publicIds = async (db: JobDb) =>
  (await rowsOf(db, 'select listing_id as id from public_entries')).map((row) => row['id'])

describe('expire', () => {
  const db = database()

  it('P-B3: ends exactly the due entries, from the first minute after their last day', async () => {
    const first = await decidedOn(db(), 1, '2026-11-12')
    const second = await decidedOn(db(), 2, '2026-11-16')
    expect(await run(db(), '2029-11-12T15:59:00Z')).to.deep.equal({ expired: 0 })
    expect(await publicIds(db())).to.have.length(2)
    expect(await run(db(), '2029-11-12T16:01:00Z')).to.deep.equal({ expired: 1 })
    expect(await publicIds(db())).to.deep.equal([second])
    expect(await run(db(), '2029-12-24T00:00:00Z')).to.deep.equal({ expired: 1 })
    expect(await run(db(), '2029-12-25T00:00:00Z')).to.deep.equal({ expired: 0 })
    const ended = await rowsOf(db(), 'select id, state, removal_reason as reason, removed_on as on from listings')
    expect(ended).to.have.deep.members([
      { id: first, state: 'REMOVED', reason: 'EXPIRED', on: '2029-11-13' },
      { id: second, state: 'REMOVED', reason: 'EXPIRED', on: '2029-11-17' },
    ])
    const events = await rowsOf(
      db(),
      `select made_by as by, role, made_on as on from listing_events where move = 'removeListing' order by id`,
    )
    expect(events).to.deep.equal([
      { by: 'clock', role: 'clock', on: '2029-11-13' },
      { by: 'clock', role: 'clock', on: '2029-11-17' },
    ])
  })

  it('owes the removal, with its reason, to platforms that received the entry', async () => {
    await decidedOn(db(), 1, '2026-11-12')
    await db()('deliveries').where({ platform: 'jilin' }).update({ state: 'CONFIRMED', confirmed_at: NOW, attempts: 1 })
    await run(db(), '2029-11-20T00:00:00Z')
    const owed = await rowsOf(
      db(),
      `select platform, action, notice->'removal' as removal from deliveries where state = 'OWED'`,
    )
    expect(owed).to.have.length(1)
    expect(owed[0]).to.deep.include({ platform: 'jilin', action: 'REMOVE' })
    expect(owed[0]?.['removal']).to.include({ reason: 'EXPIRED', removedOn: '2029-11-13' })
  })

  it('does not end an entry that an officer has removed', async () => {
    const id = await decidedOn(db(), 1, '2026-11-12')
    await removed(db(), id)
    expect(await run(db(), '2030-01-01T00:00:00Z')).to.deep.equal({ expired: 0 })
  })

  it('continues past an entry that cannot be ended', async () => {
    const stuck = await decidedOn(db(), 1, '2026-11-12')
    const free = await decidedOn(db(), 2, '2026-11-12')
    await db().raw(`update listings set facts = jsonb_set(facts, '{endsOn}', '"2031-01-01"') where id = ?`, [stuck])
    expect(await run(db(), '2029-12-01T00:00:00Z')).to.deep.equal({ expired: 1 })
    expect(await publicIds(db())).to.deep.equal([stuck])
    expect(free).to.not.equal(stuck)
  })

  it('P-A4: ends an entry whose last step is dated in the future', async () => {
    const id = await decidedOn(db(), 1, '2026-11-12')
    await db().raw(`update listings set facts = jsonb_set(facts, '{lastOn}', '"2036-01-01"') where id = ?`, [id])
    expect(await run(db(), '2029-12-01T00:00:00Z')).to.deep.equal({ expired: 1 })
    const [ended] = await rowsOf(db(), `select removed_on as on, facts->>'lastOn' as last from listings`)
    expect(ended).to.deep.equal({ on: '2029-11-13', last: '2029-11-13' })
  })

  it('runs a scheduled occurrence once, and ends each entry once in simultaneous runs', async () => {
    await decidedOn(db(), 1, '2026-11-12')
    const both = await Promise.all([run(db(), '2029-12-01T00:00:00Z'), run(db(), '2029-12-01T00:00:00Z')])
    expect(both.reduce((sum, one) => sum + (one?.expired ?? 0), 0)).to.equal(1)
    const planned = { plannedFor: NOW }
    const twice = await Promise.all([
      run(db(), '2029-12-01T00:01:00Z', planned),
      run(db(), '2029-12-01T00:01:00Z', planned),
    ])
    expect(twice.filter((one) => one === null)).to.have.length(1)
    expect(await rowsOf(db(), `select distinct outcome from runs where job = 'expire'`)).to.deep.equal([
      { outcome: 'DONE' },
    ])
  })
})
