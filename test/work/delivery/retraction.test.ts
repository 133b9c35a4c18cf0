import { expect } from 'chai'
import type { Db } from '../../../src/store/db/db.js'
import { count as countRetractions, type RetractionFilter } from '../../../src/store/delivery/retractions.js'
import { giveUpRemovals, listRetractions } from '../../../src/work/delivery/retraction.js'
import { renewDeadlines } from '../../../src/work/listing/deadlines.js'
import { makeMove } from '../../../src/work/listing/listing.js'
import {
  database,
  later,
  NOW,
  OFFICER,
  published,
  REVIEWER,
  refusal,
  removed,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

const IDS = rules.platforms.map(({ id }) => id).sort()
const ALL = { open: null, platform: null, subjectId: null }
const PAGE = { first: 20, after: null }
const ledger = (db: Db, filter: Partial<RetractionFilter> = {}) =>
  listRetractions(db, rules, { ...ALL, ...filter }, PAGE)
/** Marks owed deliveries as confirmed, except those of the named platforms. */
const confirm = (db: Db, now: Date, except: readonly string[] = []) =>
  db.raw(
    `update deliveries set state = 'CONFIRMED', confirmed_at = ?, sent_at = ?, attempts = attempts + 1
     where state = 'OWED' and platform <> all(?::text[])`,
    [now, now, [...except]],
  )
/** Every organisation confirms that its measure is lifted. */
const lift = (db: Db) => db.raw(`update matters set state = 'LIFTED' where state = 'LIFT_DUE'`)
const moved = (db: Db, id: string, name: 'hideListing' | 'unhideListing', now: Date) =>
  makeMove(db, rules, {
    id,
    name,
    ...(name === 'hideListing' ? OFFICER : REVIEWER),
    input: { on: TODAY, reason: '有误', ...(name === 'hideListing' && { hiding: 'ERROR' as const }) },
    now,
  })
const states = (one: Awaited<ReturnType<typeof ledger>>[number] | undefined) =>
  Object.fromEntries(one?.receivers.map(({ platform, state }) => [platform, state]) ?? [])
const everywhere = (state: string, more: Record<string, string> = {}) => ({
  ...Object.fromEntries(IDS.map((id) => [id, state])),
  ...more,
})

describe('retraction ledger', () => {
  const db = database()

  it('lists an unreachable platform as outstanding until it confirms', async () => {
    const { id } = await published(db(), 1)
    await confirm(db(), NOW)
    await removed(db(), id, TODAY, rules, later(10))
    await confirm(db(), later(20), ['national'])
    const [one, ...others] = await ledger(db(), { open: true })
    expect(others).to.deep.equal([])
    expect(one).to.deep.include({ subjectId: id, kind: 'listing', done: false })
    expect(one?.removal).to.include({ reason: 'REVOKED', removedOn: TODAY })
    expect(new Date(one?.at ?? '')).to.deep.equal(later(10))
    expect(states(one)).to.deep.equal(everywhere('CONFIRMED', { national: 'OWED' }))
    const national = one?.receivers.find(({ platform }) => platform === 'national')
    expect(national).to.deep.include({ got: true, gotAt: NOW, toldAt: null, confirmedAt: null })
    const other = one?.receivers.find(({ platform }) => platform === 'jilin')
    expect(other).to.deep.include({ got: true, gotAt: NOW, toldAt: later(20), confirmedAt: later(20) })
    await confirm(db(), later(3_600))
    expect((await ledger(db(), { open: true })).map(({ done }) => done)).to.deep.equal([false])
    expect(await ledger(db(), { open: true, platform: 'jilin' })).to.deep.equal([])
    await lift(db())
    expect(await ledger(db(), { open: true })).to.deep.equal([])
    expect((await ledger(db(), { open: false })).map(({ done }) => done)).to.deep.equal([true])
  })

  it('lists exactly the platforms that may have received the entry', async () => {
    const { id } = await published(db(), 1)
    await db().raw(`update deliveries set attempts = 1, sent_at = ? where platform = 'jilin'`, [later(1)])
    await removed(db(), id, TODAY, rules, later(10))
    const [one] = await ledger(db())
    expect(one?.receivers.map(({ platform, got, gotAt }) => ({ platform, got, gotAt }))).to.deep.equal([
      { platform: 'jilin', got: false, gotAt: later(1) },
    ])
  })

  it('lists an entry that no platform got until its measures are lifted, in its place among the others', async () => {
    const ids: string[] = []
    for (let n = 1; n <= 3; n += 1) ids.push((await published(db(), n)).id)
    const [first = '', silent = '', last = ''] = ids
    await db().raw(
      `update deliveries set state = 'CONFIRMED', confirmed_at = ?, sent_at = ?, attempts = 1 where subject_id <> ?`,
      [NOW, NOW, silent],
    )
    for (const [i, id] of ids.entries()) await removed(db(), id, TODAY, rules, later(10 + i))
    await confirm(db(), later(60))
    const [, one] = await ledger(db())
    expect(one).to.deep.include({ subjectId: silent, kind: 'listing', liftsDue: true, done: false, receivers: [] })
    expect(one?.removal).to.include({
      reason: 'REVOKED',
      reasonText: '所依据的行政处罚被撤销、确认违法或者无效，撤销列入',
      removedOn: TODAY,
    })
    expect(one?.name).to.equal('长春虚构商贸第2有限公司')
    expect(new Date(one?.at ?? '')).to.deep.equal(later(11))
    const all = (filter: object) => ledger(db(), filter).then((rows) => rows.map(({ subjectId }) => subjectId))
    expect(await all({ open: true })).to.deep.equal([last, silent, first])
    expect(await all({ subjectId: silent })).to.deep.equal([silent])
    expect(await all({ platform: 'jilin' })).to.deep.equal([last, first])
    expect(await all({ kind: 'penalty' })).to.deep.equal([])
    expect(await all({ name: '第2有限', sight: '2201' })).to.deep.equal([silent])
    expect(await all({ sight: '2202' })).to.deep.equal([])
    const paged = await listRetractions(db(), rules, ALL, { first: 1, after: { at: one?.at ?? '', subjectId: silent } })
    expect(paged.map(({ subjectId }) => subjectId)).to.deep.equal([first])
    const counts = (open: boolean | null) => countRetractions(db(), { ...ALL, open }, null)
    expect(await Promise.all([null, true, false].map(counts))).to.deep.equal([3, 3, 0])
    await lift(db())
    expect(await Promise.all([null, true, false].map(counts))).to.deep.equal([3, 0, 3])
    expect(await all({ open: false })).to.deep.equal([last, silent, first])
  })

  it('lists a hiding until the entry is public again', async () => {
    const { id } = await published(db(), 1)
    await confirm(db(), NOW)
    await moved(db(), id, 'hideListing', later(10))
    const [hidden] = await ledger(db(), { open: true })
    expect(hidden?.removal).to.include({ reason: 'HIDDEN' })
    await moved(db(), id, 'unhideListing', later(20))
    expect(await ledger(db(), { open: true })).to.have.length(1)
    await confirm(db(), later(30))
    const [after] = await ledger(db())
    expect([after?.done, states(after)]).to.deep.equal([true, everywhere('CONFIRMED')])
  })

  it('gives the reason of the removal once a hidden entry is removed', async () => {
    const { id } = await published(db(), 1)
    await confirm(db(), NOW)
    await moved(db(), id, 'hideListing', later(10))
    await removed(db(), id, TODAY, rules, later(20))
    await lift(db())
    await confirm(db(), later(30))
    const all = await ledger(db())
    expect(all.map(({ removal, done }) => ({ ...removal, done }))).to.deep.equal([
      {
        reason: 'REVOKED',
        reasonText: '所依据的行政处罚被撤销、确认违法或者无效，撤销列入',
        documentNumber: null,
        removedOn: TODAY,
        done: true,
      },
    ])
  })

  it('replaces a folded removal by the next removal', async () => {
    const { id } = await published(db(), 1)
    await confirm(db(), NOW)
    await moved(db(), id, 'hideListing', later(10))
    await moved(db(), id, 'unhideListing', later(20))
    await removed(db(), id, TODAY, rules, later(30))
    const open = await ledger(db(), { open: true })
    expect(open.map(({ removal, done }) => [removal?.reason, done])).to.deep.equal([
      ['REVOKED', false],
      ['HIDDEN', false],
    ])
    await confirm(db(), later(40))
    await lift(db())
    expect((await ledger(db())).map(({ done }) => done)).to.deep.equal([true, true])
  })

  it('is done, with its withdrawal deadline, once an officer has closed each remaining delivery', async () => {
    const { id } = await published(db(), 1)
    await confirm(db(), NOW)
    await removed(db(), id, TODAY, rules, later(10))
    await confirm(db(), later(20), ['national'])
    const withdrawal = () =>
      rowsOf(db(), `select outcome, ended_on as on from listing_deadlines where name = 'WITHDRAWAL'`)
    await renewDeadlines(db(), rules)
    expect(await withdrawal()).to.deep.equal([{ outcome: null, on: null }])
    const closing = {
      subjectId: id,
      platform: 'national',
      reason: '平台已停止服务',
      by: 'officer-1',
      now: later(86_400),
    }
    await giveUpRemovals(db(), rules, closing)
    await lift(db())
    const [one] = await ledger(db())
    expect([one?.done, states(one)]).to.deep.equal([true, everywhere('CONFIRMED', { national: 'CLOSED' })])
    expect(one?.receivers.find(({ platform }) => platform === 'national')).to.deep.include({
      closedBy: 'officer-1',
      closedReason: '平台已停止服务',
      closedAt: later(86_400),
      confirmedAt: null,
    })
    await renewDeadlines(db(), rules)
    expect(await withdrawal()).to.deep.equal([{ outcome: 'MET', on: '2026-11-26' }])
    expect((await refusal(giveUpRemovals(db(), rules, closing))).code).to.equal('RETRACTION_UNKNOWN')
    const acts = await rowsOf(db(), 'select act, made_by as by from delivery_acts')
    expect(acts).to.deep.equal([{ act: 'CLOSE', by: 'officer-1' }])
  })

  it('refuses to close an addition', async () => {
    const { id } = await published(db(), 1)
    const closing = { subjectId: id, platform: 'national', reason: '不收', by: 'officer-1', now: NOW }
    expect((await refusal(giveUpRemovals(db(), rules, closing))).code).to.equal('RETRACTION_UNKNOWN')
  })

  it('is read page by page, by platform and by entry', async () => {
    const ids: string[] = []
    for (let n = 1; n <= 3; n += 1) ids.push((await published(db(), n)).id)
    await confirm(db(), NOW)
    for (const [i, id] of ids.entries()) await removed(db(), id, TODAY, rules, later(10 + i))
    await confirm(db(), later(60), ['national'])
    const seen: string[] = []
    let after: { at: string; subjectId: string } | null = null
    for (;;) {
      const page: Awaited<ReturnType<typeof ledger>> = await listRetractions(db(), rules, ALL, { first: 1, after })
      const [one] = page
      if (one === undefined) break
      seen.push(one.subjectId)
      after = { at: one.at, subjectId: one.subjectId }
    }
    expect(seen).to.deep.equal([...ids].reverse())
    expect(await ledger(db(), { open: true, platform: 'national' })).to.have.length(3)
    expect(await ledger(db(), { open: true, platform: 'jilin' })).to.have.length(0)
    expect(await ledger(db(), { open: false, platform: 'jilin' })).to.have.length(3)
    expect((await ledger(db(), { subjectId: ids[1] ?? '' })).map(({ subjectId }) => subjectId)).to.deep.equal([ids[1]])
  })
})
