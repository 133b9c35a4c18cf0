import { expect } from 'chai'
import { usccOf } from '../../../seeds/world/codes.js'
import type { RemovalReason } from '../../../src/domain/listing/lists.js'
import type { MoveName } from '../../../src/domain/listing/moves.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as listings from '../../../src/store/listing/listings.js'
import * as versions from '../../../src/store/records/versions.js'
import { readOwnEntries } from '../../../src/store/scoring/evidence.js'
import type { WorkRules } from '../../../src/work/calendar/rules.js'
import { expireListings } from '../../../src/work/listing/expire.js'
import { type MoveInput, makeMove } from '../../../src/work/listing/listing.js'
import { mergeOperators } from '../../../src/work/operators/identity.js'
import { until } from '../../support/until.js'
import {
  at,
  beliefsOf,
  codeOf,
  database,
  later,
  lead,
  listingAt,
  log,
  NOW,
  OFFICER,
  operatorOf,
  PATH,
  penalised,
  published,
  pullItems,
  REVIEWER,
  refusal,
  rowsOf,
  rules,
  step,
  TODAY,
} from '../../support/world.js'

const PLATFORMS = rules.platforms.map(({ id }) => id).sort()
const dayOf = (instant: Date): string => new Date(instant.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
/** Makes a move dated today, by `now`. */
const on = (
  db: JobDb,
  id: string,
  name: MoveName,
  who: typeof OFFICER | typeof REVIEWER,
  input: Partial<MoveInput>,
  now = NOW,
) => makeMove(db, rules, { id, name, ...who, input: { on: dayOf(now), ...input }, now })
const hide = (db: JobDb, id: string, now = NOW) =>
  on(db, id, 'hideListing', OFFICER, { hiding: 'ERROR', reason: '主体认定有误' }, now)
const entries = (db: JobDb) => rowsOf(db, 'select body from public_entries')
const deliveries = (db: JobDb) =>
  rowsOf(db, 'select platform, number, action, state from deliveries order by platform, number')
const confirmAll = (db: JobDb) =>
  db.raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1 where state = 'OWED'`, [NOW])
const year = (n: number): Date => new Date(`${2026 + n}-12-01T02:00:00Z`)
const removeAs = (db: JobDb, id: string, removal: RemovalReason, now: Date) =>
  on(db, id, 'removeListing', OFFICER, { removal, reason: '已履行', documentNumber: '测市监修〔2027〕1号' }, now)

describe('a hidden entry', () => {
  const db = database()

  it('published and hidden within a minute leaves the list at once and is sent to nobody', async () => {
    const { operatorId, decision } = await penalised(db(), 1)
    const { id } = await lead(db(), operatorId)
    for (const one of PATH(decision).slice(0, -1)) await step(db(), id, one)
    const instant = new Date('2026-11-25T02:00:00Z')
    await on(db(), id, 'publishListing', OFFICER, {}, instant)
    expect(await entries(db())).to.have.length(1)
    const hidden = await hide(db(), id, later(40, instant))
    expect([hidden.state, hidden.endsOn]).to.deep.equal(['HIDDEN', '2029-11-12'])
    expect(await entries(db())).to.have.length(0)
    expect(await deliveries(db())).to.deep.equal(
      PLATFORMS.map((platform) => ({ platform, number: 1, action: 'ADD', state: 'FOLDED' })),
    )
    const correction = { removal: 'CORRECTED', documentNumber: '虚市监更〔2026〕1号', reason: '主体认定有误' } as const
    const alone = await refusal(on(db(), id, 'removeListing', OFFICER, correction))
    expect(alone).to.include({ because: 'CORRECTION_ALONE' })
    const corrected = await on(db(), id, 'removeListing', REVIEWER, correction)
    expect([corrected.state, corrected.removalReason]).to.deep.equal(['REMOVED', 'CORRECTED'])
    expect(await deliveries(db())).to.have.length(PLATFORMS.length)
  })

  it('owes a removal to platforms that received it, and an addition when it is unhidden', async () => {
    const { id } = await published(db(), 1)
    await confirmAll(db())
    await hide(db(), id)
    const [first] = await rowsOf(db(), `select notice->'removal' as removal from deliveries where state = 'OWED'`)
    expect(first?.['removal']).to.deep.equal({
      reason: 'HIDDEN',
      reasonText: '暂停公示',
      documentNumber: null,
      removedOn: TODAY,
    })
    await confirmAll(db())
    const again = await on(db(), id, 'unhideListing', OFFICER, { reason: '核实无误' }, later(60))
    expect([again.state, again.facts.hiding, again.publishedOn]).to.deep.equal(['PUBLISHED', null, '2026-11-16'])
    expect(await entries(db())).to.have.length(1)
    expect((await deliveries(db())).filter((row) => row['platform'] === 'jilin')).to.deep.equal([
      { platform: 'jilin', number: 1, action: 'ADD', state: 'CONFIRMED' },
      { platform: 'jilin', number: 2, action: 'REMOVE', state: 'CONFIRMED' },
      { platform: 'jilin', number: 3, action: 'ADD', state: 'OWED' },
    ])
  })

  it('is confirmed only by another person, and hidden or unhidden only as of today', async () => {
    const { id } = await published(db(), 1)
    const past = on(db(), id, 'hideListing', OFFICER, { on: '2026-11-24', hiding: 'ERROR', reason: 'x' })
    expect(await refusal(past)).to.include({ because: 'NOT_TODAY' })
    await hide(db(), id)
    const same = { by: OFFICER.by, role: 'reviewer' as const }
    expect(await refusal(on(db(), id, 'confirmHiding', same, {}))).to.include({ because: 'SAME_PERSON' })
    expect((await on(db(), id, 'confirmHiding', REVIEWER, {})).facts.hiding).to.include({ confirmedBy: REVIEWER.by })
  })

  it('ends with its term like a public one, and by the clock where its penalty is withdrawn', async () => {
    const [one, two] = [await published(db(), 1), await published(db(), 2)]
    await hide(db(), one.id)
    await hide(db(), two.id)
    await pullItems(db(), [{ key: 'P2', code: codeOf(2), value: '销售假冒商品', day: '2026-10-10' }], {
      id: 'penalties-2',
      kind: 'penalty',
      body: () => ({ status: 'REVOKED', revoked_on: TODAY }),
      now: at(later(60)),
      rules,
    })
    expect(await listings.byId(db(), two.id)).to.include({ state: 'REMOVED', removalReason: 'REVOKED' })
    const ended = await expireListings(db(), {
      rules,
      cause: 'command',
      now: at(new Date('2029-11-12T16:01:00Z')),
      log,
    })
    expect(ended).to.deep.equal({ expired: 1 })
    expect(await listings.byId(db(), one.id)).to.include({ state: 'REMOVED', removedOn: '2029-11-13' })
  })
})

describe('an entry repaired on false materials', () => {
  const db = database()

  it('is public again and owed as an addition, with a new term', async () => {
    const { id } = await published(db(), 1)
    await confirmAll(db())
    await removeAs(db(), id, 'REPAIRED', year(1))
    await confirmAll(db())
    const restored = await on(
      db(),
      id,
      'restoreListing',
      OFFICER,
      { reason: '材料虚假', documentNumber: '测市监撤〔2028〕1号' },
      year(2),
    )
    expect(restored).to.include({ state: 'PUBLISHED', removedOn: null, removalReason: null, endsOn: '2029-11-12' })
    expect((await entries(db())).map(({ body }) => (body as { endsOn: string }).endsOn)).to.deep.equal(['2029-11-12'])
    expect((await deliveries(db())).filter((row) => row['state'] === 'OWED').map((row) => row['action'])).to.deep.equal(
      PLATFORMS.map(() => 'ADD'),
    )
  })

  it('is not restored while another case is open, nor after a removal for another reason', async () => {
    const { id, operatorId } = await published(db(), 1)
    await removeAs(db(), id, 'REPAIRED', year(1))
    await lead(db(), operatorId, year(1))
    const restore = (one: string) =>
      refusal(on(db(), one, 'restoreListing', OFFICER, { reason: '材料虚假', documentNumber: 'x' }, year(2)))
    expect(await restore(id)).to.include({ code: 'MOVE_NOT_ALLOWED', because: 'ANOTHER_OPEN' })
    const other = await published(db(), 2)
    await removeAs(db(), other.id, 'CEASED', NOW)
    expect(await restore(other.id)).to.include({ because: 'NOT_REPAIRED' })
  })

  it('is not restored once its penalty is withdrawn', async () => {
    const { id } = await published(db(), 1)
    await removeAs(db(), id, 'REPAIRED', year(1))
    await pullItems(db(), [{ key: 'P1', code: codeOf(1), value: '销售假冒商品', day: '2026-10-10' }], {
      id: 'penalties-1',
      kind: 'penalty',
      body: () => ({ status: 'REVOKED', revoked_on: '2027-12-20' }),
      now: at(later(3_600, year(1))),
      rules,
    })
    expect(await listings.byId(db(), id)).to.include({ state: 'REMOVED', removalReason: 'REPAIRED' })
    const back = on(db(), id, 'restoreListing', OFFICER, { reason: 'x', documentNumber: 'x' }, year(2))
    expect(await refusal(back)).to.include({ because: 'NO_DECISION' })
  })
})

describe('an entry repaired elsewhere', () => {
  const db = database()
  const told = (value: string, more: { body?: () => Record<string, string> } = {}) =>
    pullItems(db(), [{ key: 'R1', code: codeOf(1), name: '虚构', value, day: TODAY }], {
      id: 'repairs',
      kind: 'repair',
      whole: false,
      now: at(later(60)),
      rules,
      ...more,
    })

  it('is removed in the pull that reports it, by the number of its decision, with the result’s document', async () => {
    const { id, documentNumber } = await published(db(), 1)
    await told(String(documentNumber).replace('〔2026〕', '[2026]'))
    expect(await listings.byId(db(), id)).to.include({ state: 'REMOVED', removalReason: 'REPAIRED' })
    const [last] = (await listings.eventsOf(db(), [id])).slice(-1)
    expect([last?.role, last?.act['documentNumber']]).to.deep.equal(['clock', '测信修〔2026〕1号'])
  })

  it('stays where another number is reported, or a refusal', async () => {
    const { id, documentNumber } = await published(db(), 1)
    await told('测市监列〔2026〕999号')
    await told(String(documentNumber), { body: () => ({ outcome: 'REFUSED' }) })
    expect(await listings.byId(db(), id)).to.include({ state: 'PUBLISHED' })
  })
})

describe('score of a hidden entry', () => {
  const db = database()

  it('does not count the entry from the day of hiding on, and past scores are unchanged', async () => {
    const { id, operatorId } = await published(db(), 1)
    const before = later(10)
    await hide(db(), id, later(60))
    const seen = async (asOf: string, knownAt: Date) =>
      (await readOwnEntries(db(), [operatorId], { asOf, knownAt }))
        .filter(({ hidden }) => !hidden)
        .map(({ endsOn, removedOn }) => [endsOn, removedOn])
    expect(await seen(TODAY, before)).to.deep.equal([['2029-11-12', null]])
    expect(await seen(TODAY, later(120))).to.deep.equal([])
    expect(await seen('2026-11-20', later(120))).to.deep.equal([['2029-11-12', null]])
    await on(db(), id, 'unhideListing', OFFICER, { reason: 'x' }, later(180))
    await removeAs(db(), id, 'REPAIRED', year(1))
    await on(db(), id, 'restoreListing', OFFICER, { reason: 'x', documentNumber: 'x' }, year(2))
    expect(await seen('2028-01-01', later(60, year(1)))).to.deep.equal([['2029-11-12', '2027-12-01']])
    expect(await seen('2028-12-02', later(60, year(2)))).to.deep.equal([['2029-11-12', null]])
  })
})

describe('a new row for terms', () => {
  const db = database()

  it('is applied by the clock on its first day and sent as a change, and the milder term applies', async () => {
    const { id } = await published(db(), 1)
    await confirmAll(db())
    const shorter: WorkRules = {
      ...rules,
      lists: rules.lists.map((list) =>
        list.id !== 'serious'
          ? list
          : {
              ...list,
              terms: list.terms.flatMap((term) =>
                term.to !== null
                  ? [term]
                  : [
                      { ...term, to: '2027-05-31' },
                      { ...term, years: 2, from: '2027-06-01' },
                    ],
              ),
            },
      ),
    }
    const run = (instant: string) =>
      expireListings(db(), { rules: shorter, cause: 'command', now: at(new Date(instant)), log })
    await run('2027-05-31T15:00:00Z')
    expect(await listings.byId(db(), id)).to.include({ endsOn: '2029-11-12' })
    await run('2027-05-31T16:01:00Z')
    expect(await listings.byId(db(), id)).to.include({ endsOn: '2028-11-12', state: 'PUBLISHED' })
    await run('2027-06-01T16:01:00Z')
    const events = await listings.eventsOf(db(), [id])
    expect(events.slice(-1).map(({ move, role }) => [move, role])).to.deep.equal([['renewTerm', 'clock']])
    expect((await deliveries(db())).filter((row) => row['state'] === 'OWED').map((row) => row['action'])).to.deep.equal(
      PLATFORMS.map(() => 'CHANGE'),
    )
  })
})

describe('twenty-five officers at once', () => {
  const db = database()

  it('one of them makes each step of a listing, and the others are refused with the reason', async () => {
    const { operatorId, decision } = await penalised(db(), 1)
    const { id } = await lead(db(), operatorId)
    const after: [MoveName, typeof OFFICER | typeof REVIEWER, Partial<MoveInput>][] = [
      ['hideListing', OFFICER, { hiding: 'ERROR', reason: '核实' }],
      ['confirmHiding', REVIEWER, {}],
      ['unhideListing', OFFICER, { reason: '核实无误' }],
      ['removeListing', REVIEWER, { removal: 'CEASED', reason: '注销' }],
    ]
    const steps = [
      ...PATH(decision).map(([name, who, input]) => ({ name, who, input })),
      ...after.map(([name, who, input]) => ({ name, who, input: { on: TODAY, ...input } })),
    ]
    const WHY: Partial<Record<MoveName, string>> = { linkDecision: 'ALREADY_LINKED', confirmHiding: 'HIDING_CONFIRMED' }
    for (const { name, who, input } of steps) {
      const now = name === 'publishListing' ? new Date('2026-11-16T02:00:00Z') : NOW
      const all = await Promise.all(
        Array.from({ length: 25 }, (_, n) =>
          refusal(makeMove(db(), rules, { id, name, by: `${who.by}/${n}`, role: who.role, input, now })),
        ),
      )
      const lost = all.filter(({ code }) => code !== 'none')
      expect(lost, name).to.have.length(24)
      expect([...new Set(lost.map(({ code, because }) => `${code} ${because}`))], name).to.deep.equal([
        `MOVE_NOT_ALLOWED ${WHY[name] ?? 'STATE'}`,
      ])
    }
    expect(await listings.eventsOf(db(), [id])).to.have.length(1 + steps.length)
  })
})

describe('a move that names the last step seen', () => {
  const db = database()

  it('is made where nothing has happened since, and refused as LISTING_MOVED_ON otherwise', async () => {
    const { id, moves } = await listingAt(db(), 1, 'notifyListing')
    const all = await Promise.all(
      ['事实有误', '没有故意', '情节轻微'].map((text) =>
        refusal(on(db(), id, 'recordDefence', OFFICER, { text, seen: moves })),
      ),
    )
    expect(all.map(({ code }) => code).sort()).to.deep.equal(['LISTING_MOVED_ON', 'LISTING_MOVED_ON', 'none'])
  })
})

describe('entries of a converted individual business', () => {
  const db = database()

  it('are not shown for the enterprise, while the enterprise’s own are', async () => {
    const [shop, firm] = [usccOf('92', '220102', 7_001), codeOf(2)]
    const mark = (key: string, code: string) => ({ key, code, name: '虚构', value: '未年报', day: '2026-07-01' })
    const body = () => ({ list: 'abnormal' })
    await pullItems(db(), [mark('M1', shop), mark('M2', firm)], { id: 'abnormal', kind: 'list_entry', body })
    await mergeOperators(db(), rules, {
      from: shop,
      into: firm,
      cause: 'CONVERTED',
      reason: '个转企',
      by: 'officer-1',
      now: later(60),
    })
    const when = { asOf: TODAY, knownAt: later(3_600) }
    const seen = await versions.findMirroredEntries(db(), [await operatorOf(db(), firm)], when)
    expect(seen.map(({ key }) => key)).to.deep.equal(['M2'])
  })
})

describe('an interrupted move', () => {
  const db = database()

  const WRITES = ['listings', 'listing_events', 'public_entries', 'deliveries', 'dirty_operators', 'listing_deadlines']
  for (const table of WRITES)
    it(`cut off while it writes ${table} leaves nothing`, async () => {
      const { id } = await published(db(), 1)
      await confirmAll(db())
      const before = await beliefsOf(db())
      const holder = await db().transaction()
      await holder.raw(`lock table ${table} in exclusive mode`)
      const cut = hide(db(), id).then(
        () => 'made',
        () => 'cut off',
      )
      await terminated(db())
      await holder.rollback()
      expect(await cut).to.equal('cut off')
      expect(await beliefsOf(db())).to.equal(before)
      expect((await hide(db(), id)).state).to.equal('HIDDEN')
    })
})

/** Terminates the connection that waits for the lock, as if its process were killed. */
const terminated = (db: JobDb): Promise<void> =>
  until('a connection waits for the lock', async () => {
    const cut = await rowsOf(
      db,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return cut.length > 0
  })
