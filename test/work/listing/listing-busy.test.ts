import { expect } from 'chai'
import type { JobDb } from '../../../src/store/db/db.js'
import * as knowledge from '../../../src/store/db/knowledge.js'
import { expireListings } from '../../../src/work/listing/expire.js'
import { makeMove } from '../../../src/work/listing/listing.js'
import { until } from '../../support/until.js'
import {
  at,
  database,
  lead,
  log,
  NOW,
  OFFICER,
  PATH,
  penalised,
  published,
  rowsOf,
  rules,
  step,
} from '../../support/world.js'

const PATIENCE_MS = 120_000

/** Holds the knowledge lock until `end` is called, as a merge of a full register does. */
const merging = async (db: JobDb) => {
  let [begun, end] = [() => {}, () => {}]
  const holds = new Promise<void>((resolve) => {
    begun = resolve
  })
  const ends = new Promise<void>((resolve) => {
    end = resolve
  })
  const merged = db.transaction(async (tx) => {
    await knowledge.nextInstant(tx, NOW)
    begun()
    await ends
  })
  await holds
  return { end, merged }
}

const waitsFor = (db: JobDb): Promise<void> =>
  until('one connection waits for a lock', async () => {
    const [row] = await rowsOf(
      db,
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return row?.['n'] === 1
  })

describe('a running merge', () => {
  const db = database()

  it('does not delay the hiding of a wrong entry', async () => {
    const { id } = await published(db(), 1)
    const { end, merged } = await merging(db())
    const input = { on: '2026-11-25', hiding: 'ERROR' as const, reason: '列错主体' }
    const hidden = await makeMove(db(), rules, { id, name: 'hideListing', ...OFFICER, input, now: NOW })
    expect(hidden.state).to.equal('HIDDEN')
    expect(await rowsOf(db(), 'select 1 from public_entries')).to.have.length(0)
    end()
    await merged
  })

  it('that locked a whole table is not stopped by a hub that began meanwhile and hides an entry', async () => {
    const { id } = await published(db(), 1)
    const loading = await db().transaction()
    await knowledge.nextInstant(loading, NOW)
    await loading.raw('lock table versions in access exclusive mode')
    const input = { on: '2026-11-25', hiding: 'ERROR' as const, reason: '列错主体' }
    const hiding = makeMove(db(), rules, { id, name: 'hideListing', ...OFFICER, input, now: NOW, waitMs: PATIENCE_MS })
    await waitsFor(db())
    expect(await rowsOf(loading, 'select 1 from listings where id = ? for update nowait', [id])).to.have.length(1)
    await loading.commit()
    expect((await hiding).state).to.equal('HIDDEN')
  })

  it('delays the expiry, which then ends the due entries', async () => {
    await published(db(), 1)
    const { end, merged } = await merging(db())
    const ending = expireListings(db(), { rules, cause: 'command', now: at(new Date('2029-12-01T02:00:00Z')), log })
    await waitsFor(db())
    end()
    await merged
    expect(await ending).to.deep.equal({ expired: 1 })
  })
})

describe('a decided entry that was never published', () => {
  const db = database()

  it('ends with its term by the clock, and owes nothing', async () => {
    const { operatorId, decision } = await penalised(db(), 1)
    const { id } = await lead(db(), operatorId)
    for (const one of PATH(decision).slice(0, -1)) await step(db(), id, one)
    expect(
      await expireListings(db(), { rules, cause: 'command', now: at(new Date('2029-12-01T02:00:00Z')), log }),
    ).to.deep.equal({
      expired: 1,
    })
    const [ended] = await rowsOf(db(), 'select state, removal_reason as reason, published_on as shown from listings')
    expect(ended).to.deep.equal({ state: 'REMOVED', reason: 'EXPIRED', shown: null })
    expect(await rowsOf(db(), 'select 1 from deliveries')).to.have.length(0)
  })
})
