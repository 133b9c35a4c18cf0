import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { MoveName } from '../../../src/domain/listing/moves.js'
import { canonicalJson, type Json } from '../../../src/domain/records/records.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as listings from '../../../src/store/listing/listings.js'
import type { MoveInput } from '../../../src/work/listing/listing.js'
import {
  beliefsOf,
  codeOf,
  database,
  later,
  lead,
  listingAt,
  NOW,
  OFFICER,
  operatorOf,
  PATH,
  penalised,
  published,
  pullItems,
  REVIEWER,
  refusal,
  removed,
  rowsOf,
  rules,
  step,
  TODAY,
} from '../../support/world.js'

const deliveriesOf = (db: JobDb, id: string) =>
  rowsOf(db, 'select platform, number, action, state from deliveries where subject_id = ? order by platform, number', [
    id,
  ])
const PLATFORMS = rules.platforms.map(({ id }) => id).sort()

describe('listing', () => {
  const db = database()

  it('the regular procedure leads from a lead to the public list, with nothing public before its end', async () => {
    const { operatorId, decision } = await penalised(db(), 1)
    let listing = await lead(db(), operatorId)
    const states = [listing.state]
    for (const one of PATH(decision)) {
      expect(await rowsOf(db(), 'select 1 from public_entries union all select 1 from deliveries')).to.have.length(0)
      listing = await step(db(), listing.id, one)
      states.push(listing.state)
    }
    expect(states).to.deep.equal([
      'LEAD',
      'LEAD',
      'PROPOSED',
      'NOTIFIED',
      'REVIEWED',
      'CONSENTED',
      'DECIDED',
      'SERVED',
      'PUBLISHED',
    ])
    expect(listing).to.include({
      publishedOn: '2026-11-16',
      endsOn: '2029-11-12',
      documentNumber: '测市监列〔2026〕1号',
      reason: '销售假冒商品',
      authorityCode: '220102',
      moves: 9,
    })
    const events = await listings.eventsOf(db(), [listing.id])
    expect(events.map((event) => [event.number, event.move])).to.deep.equal(
      ['openLead', ...PATH(decision).map(([name]) => name)].map((name, i) => [i + 1, name]),
    )
    expect(events.every((event, i) => i === 0 || event.stateBefore === events[i - 1]?.stateAfter)).to.equal(true)
    const [entry] = await rowsOf(db(), 'select body, body_hash as hash from public_entries')
    expect(entry?.['body']).to.include({
      id: listing.id,
      uscc: codeOf(1),
      decidedOn: '2026-11-12',
      endsOn: '2029-11-12',
    })
    expect(entry?.['hash']).to.equal(
      createHash('sha256')
        .update(canonicalJson(entry?.['body'] as Json))
        .digest('hex'),
    )
    expect(await deliveriesOf(db(), listing.id)).to.deep.equal(
      PLATFORMS.map((platform) => ({ platform, number: 1, action: 'ADD', state: 'OWED' })),
    )
  })

  it('publication and removal mark the operator to be scored', async () => {
    const listing = await published(db(), 1)
    await db()('dirty_operators').delete()
    await removed(db(), listing.id)
    expect(await rowsOf(db(), 'select 1 from dirty_operators')).to.have.length(1)
  })

  it('the proposer cannot review, also in the role of a reviewer', async () => {
    const listing = await listingAt(db(), 1, 'notifyListing')
    const same = { by: OFFICER.by, role: 'reviewer' as const }
    expect(await refusal(step(db(), listing.id, ['reviewListing', same, { on: '2026-11-12' }]))).to.include({
      because: 'SAME_PERSON',
    })
  })

  it('the linked decision is a standing penalty of this operator', async () => {
    const one = await penalised(db(), 1)
    const other = await penalised(db(), 2)
    const listing = await lead(db(), one.operatorId)
    const link = (decision: number) =>
      refusal(step(db(), listing.id, ['linkDecision', OFFICER, { on: '2026-11-02', decision }]))
    expect((await link(other.decision)).code).to.equal('INPUT_INVALID')
    expect((await link(999_999)).code).to.equal('INPUT_INVALID')
    await pullItems(db(), [{ key: 'P1', code: codeOf(1), value: '改正后的违法行为', day: '2026-10-10' }], {
      id: 'penalties-1',
      kind: 'penalty',
    })
    expect((await link(one.decision)).code).to.equal('INPUT_INVALID')
    await pullItems(db(), [{ key: 'T', code: codeOf(1), value: '商标', day: '2020-01-01' }], {
      id: 'trademarks',
      kind: 'trademark',
    })
    const [mark] = await rowsOf(db(), `select id from versions where kind = 'trademark'`)
    expect((await link(Number(mark?.['id']))).code).to.equal('INPUT_INVALID')
  })

  it('a light penalty does not support a proposal', async () => {
    const body = () => ({ types: ['罚款'], content: '罚款100元', fine_yuan: '100' })
    await pullItems(db(), [{ key: 'P', code: codeOf(1), value: '标签不清', day: '2026-10-10' }], {
      id: 'penalties',
      kind: 'penalty',
      body,
    })
    const [version] = await rowsOf(db(), 'select id from versions')
    const listing = await lead(db(), await operatorOf(db(), codeOf(1)))
    await step(db(), listing.id, ['linkDecision', OFFICER, { on: '2026-11-02', decision: Number(version?.['id']) }])
    const propose = step(db(), listing.id, ['proposeListing', OFFICER, { on: '2026-11-03', reason: 'x' }])
    expect(await refusal(propose)).to.include({ because: 'DECISION_NOT_HEAVY' })
  })

  it('an unknown listing and a day that does not exist are refused with their own codes', async () => {
    const nobody = step(db(), '00000000-0000-4000-8000-000000000000', ['serveListing', OFFICER, { on: TODAY }])
    expect((await refusal(nobody)).code).to.equal('LISTING_UNKNOWN')
    const listing = await listingAt(db(), 1, 'decideListing')
    const odd = step(db(), listing.id, ['serveListing', OFFICER, { on: '2026-02-30' }])
    expect((await refusal(odd)).code).to.equal('DATE_INVALID')
  })

  it('a delivery that cannot be written rolls the whole move back', async () => {
    const listing = await listingAt(db(), 1, 'serveListing')
    const before = await beliefsOf(db())
    // PostgreSQL rejects NUL in a text, so the statement for this platform's delivery fails after all other writes.
    const broken = {
      ...rules,
      platforms: [...rules.platforms, { id: 'no\0where', kinds: ['listing' as const], lists: null }],
    }
    let failed = ''
    await step(db(), listing.id, ['publishListing', OFFICER, { on: '2026-11-16' }], NOW, broken).catch(
      (error: Error) => {
        failed = error.message
      },
    )
    expect(failed).to.match(/(insert into|update) deliveries/)
    expect(await beliefsOf(db())).to.equal(before)
    expect((await step(db(), listing.id, ['publishListing', OFFICER, { on: '2026-11-16' }])).state).to.equal(
      'PUBLISHED',
    )
  })

  it('one of twenty simultaneous moves succeeds', async () => {
    const listing = await listingAt(db(), 1, 'serveListing')
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        refusal(step(db(), listing.id, ['publishListing', OFFICER, { on: '2026-11-16' }])),
      ),
    )
    expect(all.filter(({ code }) => code === 'none')).to.have.length(1)
    expect(all.filter(({ because }) => because === 'STATE')).to.have.length(19)
    expect(await deliveriesOf(db(), listing.id)).to.have.length(PLATFORMS.length)
    expect(await listings.eventsOf(db(), [listing.id])).to.have.length(9)
  })

  it('one of twenty simultaneous leads on one operator is opened', async () => {
    const { operatorId } = await penalised(db(), 1)
    const all = await Promise.all(Array.from({ length: 20 }, () => refusal(lead(db(), operatorId))))
    expect(all.filter(({ code }) => code === 'none')).to.have.length(1)
    expect(await rowsOf(db(), 'select 1 from listing_events')).to.have.length(1)
  })

  it('a removal before anything was sent owes nothing and folds the additions', async () => {
    const listing = await published(db(), 1)
    await removed(db(), listing.id)
    expect(await deliveriesOf(db(), listing.id)).to.deep.equal(
      PLATFORMS.map((platform) => ({ platform, number: 1, action: 'ADD', state: 'FOLDED' })),
    )
    expect(await rowsOf(db(), 'select 1 from public_entries')).to.have.length(0)
  })

  it('a removal owes one delivery to each platform that confirmed, also to one no longer configured', async () => {
    const listing = await published(db(), 1)
    await db()('deliveries').update({ state: 'CONFIRMED', confirmed_at: NOW, attempts: 1 })
    await removed(
      db(),
      listing.id,
      TODAY,
      { ...rules, platforms: rules.platforms.filter(({ id }) => id === 'national') },
      later(60),
    )
    const owed = await rowsOf(db(), `select platform, number, notice from deliveries where state = 'OWED' order by 1`)
    expect(owed.map((row) => [row['platform'], row['number']])).to.deep.equal(
      PLATFORMS.map((platform) => [platform, 2]),
    )
    for (const row of owed)
      expect(row['notice']).to.deep.include({
        key: listing.id,
        sequence: 2,
        action: 'REMOVE',
        removal: {
          reason: 'REVOKED',
          reasonText: rules.lists[0]?.removals.find((one) => one.reason === 'REVOKED')?.zh,
          documentNumber: null,
          removedOn: TODAY,
        },
      })
  })

  it('a removal folds a sent and unanswered addition and is owed at once', async () => {
    const listing = await published(db(), 1)
    await db()('deliveries')
      .where({ platform: 'national' })
      .update({ attempts: 3, due_at: later(3_000) })
    await removed(db(), listing.id)
    expect((await deliveriesOf(db(), listing.id)).filter((row) => row['platform'] === 'national')).to.deep.equal([
      { platform: 'national', number: 1, action: 'ADD', state: 'FOLDED' },
      { platform: 'national', number: 2, action: 'REMOVE', state: 'OWED' },
    ])
  })

  it('after a removal a new case with an entry of its own may be opened', async () => {
    const first = await published(db(), 1)
    await removed(db(), first.id)
    const second = await lead(db(), first.operatorId, later(60))
    expect(second.id).to.not.equal(first.id)
    expect((await refusal(lead(db(), first.operatorId, later(120)))).code).to.equal('MOVE_NOT_ALLOWED')
  })

  it('a dropped case is closed and never public', async () => {
    const listing = await listingAt(db(), 1, 'serveListing')
    await step(db(), listing.id, ['dropListing', REVIEWER, { on: TODAY, reason: '无主观故意' }])
    expect(await refusal(step(db(), listing.id, ['publishListing', OFFICER, { on: TODAY }]))).to.include({
      because: 'STATE',
    })
    expect(await rowsOf(db(), 'select 1 from public_entries union all select 1 from deliveries')).to.have.length(0)
  })
})

describe('a refused move', () => {
  const db = database({ once: true })

  const refused: [string, MoveName | null, MoveName, typeof OFFICER | typeof REVIEWER, MoveInput, string][] = [
    [
      'a proposal without a decision',
      null,
      'proposeListing',
      OFFICER,
      { on: '2026-11-03', reason: 'x' },
      'NO_DECISION',
    ],
    ['a proposal by a reviewer', 'linkDecision', 'proposeListing', REVIEWER, { on: '2026-11-03', reason: 'x' }, 'ROLE'],
    ['a proposal without a reason', 'linkDecision', 'proposeListing', OFFICER, { on: '2026-11-03' }, 'NO_REASON'],
    [
      'a step before the last one',
      'proposeListing',
      'notifyListing',
      OFFICER,
      { on: '2026-11-02', documentNumber: 'x' },
      'BEFORE_LAST',
    ],
    [
      'a step dated tomorrow',
      'linkDecision',
      'proposeListing',
      OFFICER,
      { on: '2026-11-26', reason: 'x' },
      'AFTER_TODAY',
    ],
    [
      'a notice without a number',
      'proposeListing',
      'notifyListing',
      OFFICER,
      { on: '2026-11-04' },
      'NO_DOCUMENT_NUMBER',
    ],
    [
      'a review while the defence runs',
      'notifyListing',
      'reviewListing',
      REVIEWER,
      { on: '2026-11-11' },
      'DEFENCE_RUNNING',
    ],
    [
      'a decision that skips the review',
      'notifyListing',
      'decideListing',
      REVIEWER,
      { on: '2026-11-12', documentNumber: 'x' },
      'STATE',
    ],
    ['a publication before service', 'decideListing', 'publishListing', OFFICER, { on: '2026-11-16' }, 'STATE'],
    [
      'a removal of a case that is not public',
      'serveListing',
      'removeListing',
      OFFICER,
      { on: TODAY, removal: 'REVOKED', reason: 'x' },
      'STATE',
    ],
    [
      'a repair within a year',
      'publishListing',
      'removeListing',
      OFFICER,
      { on: TODAY, removal: 'REPAIRED', reason: 'x', documentNumber: 'x' },
      'REPAIR_TOO_EARLY',
    ],
    [
      'an expiry by an officer',
      'publishListing',
      'removeListing',
      OFFICER,
      { on: TODAY, removal: 'EXPIRED' },
      'CLOCK_ONLY',
    ],
    ['a publication twice', 'publishListing', 'publishListing', OFFICER, { on: '2026-11-17' }, 'STATE'],
  ]
  for (const [i, [what, upTo, name, who, input, because]] of refused.entries()) {
    it(`${what} is refused (${because}) and changes nothing`, async () => {
      const listing =
        upTo === null ? await lead(db(), (await penalised(db(), i)).operatorId) : await listingAt(db(), i, upTo)
      const before = await beliefsOf(db())
      expect(await refusal(step(db(), listing.id, [name, who, input]))).to.include({
        code: 'MOVE_NOT_ALLOWED',
        because,
      })
      expect(await beliefsOf(db())).to.equal(before)
    })
  }
})
