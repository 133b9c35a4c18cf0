/** A page of the own queue finds a rare task without reading the cases around it. */
import { expect } from 'chai'
import { listWork, type WorkKey } from '../../../src/store/worklist/worklist.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { explaining, type Plan, rowsRead } from '../../support/plans.js'

const CASES = 5_000
const OF_COUNTY = 3
const READ_MOST = 100

describe('pages of open tasks', () => {
  let database: TestDatabase
  before(async () => {
    database = await freshDatabase()
    const { db } = database
    await db.raw(
      `insert into operators (uscc, kind, name, region, status, first_run, created_at)
       select 'X' || i, 'ENTERPRISE', '虚构' || i, '220102', 'ACTIVE', 1, now() from generate_series(1, ?::int) i`,
      [CASES],
    )
    await db.raw(
      `insert into listings (list, operator_id, state, reason, facts, created_at)
       select 'serious', id, 'REVIEWED', '虚构', jsonb_build_object('level', case when substr(uscc, 2)::int > :from::int then 'COUNTY' else 'PROVINCE' end), now()
       from operators`,
      { from: CASES - OF_COUNTY },
    )
    await db.raw('vacuum analyze')
  })
  after(() => database.drop())

  const view = { today: '2026-03-02', sight: null, consents: ['serious/COUNTY'], feeds: null, sender: null, until: {} }
  const own = { scope: 'MINE', self: '复核1', keepers: ['复核1'], levels: null } as const

  it('find the cases that await a consent among those that await none', async () => {
    const query = { ...own, kinds: ['REVIEW', 'CONSENT'] as const }
    const found = await listWork(database.db, query, view, { first: 51, after: null })
    expect(found.map(({ kind }) => kind)).to.deep.equal(Array(OF_COUNTY).fill('CONSENT'))
    const explained = explaining(database.db)
    await listWork(explained.db, query, view, { first: 51, after: null })
    expect(rowsRead(explained.plans[0] as Plan, 'listings')).to.be.at.most(READ_MOST)
  })

  it('hold each case once where decisions are read too', async () => {
    const query = { ...own, scope: 'OFFICE', kinds: ['CONSENT', 'DECIDE'] } as const
    const found = await listWork(database.db, query, view, { first: CASES + 1, after: null })
    expect(found.map(({ subject }) => subject)).to.have.lengthOf(CASES)
    expect(new Set(found.map(({ subject }) => subject)).size).to.equal(CASES)
    expect(found.filter(({ kind }) => kind === 'CONSENT')).to.have.lengthOf(OF_COUNTY)
  })
})

describe('pages of the own cases', () => {
  const KEPT = 5_000
  const FIRST = 51
  const KINDS = ['LINK_DECISION', 'AWAIT_DEFENCE', 'SERVE', 'DECIDE', 'ACCEPT_REPAIR'] as const
  const STATES = ['LEAD', 'DECIDED'] as const
  const OF_DEPUTISED = 20
  let database: TestDatabase
  before(async () => {
    database = await freshDatabase()
    const { db } = database
    await db.raw(
      `insert into operators (uscc, kind, name, region, status, first_run, created_at)
       select 'X' || i, 'ENTERPRISE', '虚构' || i, '220102', 'ACTIVE', 1, now() from generate_series(1, ?::int) i`,
      [KEPT],
    )
    // Another person keeps as many, and each of them is older.
    await db.raw(
      `insert into listings (list, operator_id, state, reason, facts, created_at, keeper)
       select s || k.keeper, o.id, s, '虚构', '{}', timestamptz '2026-01-01' + o.id * interval '1 minute' + k.later,
         case when k.keeper = '经办1' and substr(o.uscc, 2)::int <= :deputised::int and s = 'DECIDED' then '经办3' else k.keeper end
       from operators o cross join unnest(:states::text[]) s cross join (values ('经办1', interval '9 days'), ('经办2', interval '0')) k(keeper, later)`,
      { states: [...STATES], deputised: OF_DEPUTISED },
    )
    await db.raw(
      `insert into listing_deadlines (listing_id, name, starts_on, due_on, provisional, rule, rule_version, begun_at)
       select l.id, 'PUBLICATION', '2026-01-01', date '2026-01-09' + (l.operator_id % 50)::int + case when l.keeper = '经办2' then 0 else 9 end,
         false, '{}', '1', now() from listings l where l.state = 'DECIDED'`,
    )
    await db.raw('vacuum analyze')
  })
  after(() => database.drop())

  const view = { today: '2026-03-02', sight: null, consents: [], feeds: null, sender: null, until: {} }
  const query = { scope: 'MINE', self: '经办1', keepers: ['经办1', '经办3'], levels: null, kinds: KINDS } as const

  it('hold each kept case once, those with a last day first, and read a page alone', async () => {
    const seen: WorkKey[] = []
    const pages = 2 * KEPT
    let after: Parameters<typeof listWork>[3]['after'] = null
    const page = 2_500
    do {
      const found = await listWork(database.db, query, view, { first: page, after })
      seen.push(...found.map(({ key }) => key))
      after = found.length < page ? null : (found.at(-1)?.key ?? null)
    } while (after !== null)
    expect(seen).to.have.lengthOf(pages)
    expect(new Set(seen.map(({ subject }) => subject)).size).to.equal(pages)
    const keys = seen.map(({ due, since }) => `${due} ${since}`)
    expect([...keys].sort()).to.deep.equal(keys)
    const last = { due: seen[KEPT]?.due ?? '', since: seen[KEPT]?.since ?? '', kind: 'LINK_DECISION', subject: '' }
    for (const from of [null, { ...last, due: '2026-02-01', since: '' }]) {
      const explained = explaining(database.db)
      await listWork(explained.db, query, view, { first: FIRST, after: from })
      const plan = explained.plans[0] as Plan
      expect(rowsRead(plan, 'listing_deadlines')).to.be.at.most(5 * FIRST)
      expect(rowsRead(plan, 'listings')).to.be.at.most(5 * FIRST)
    }
  })

  it('follow a handover, and a deadline that begins', async () => {
    const { db } = database
    const [{ id }] = (await db.raw(`select id from listings where keeper = '经办3' limit 1`)).rows
    await db.raw(`update listings set keeper = '经办4' where id = ?`, [id])
    const own = async () => {
      const found = await listWork(db, { ...query, self: '经办4', keepers: ['经办4'] }, view, {
        first: FIRST,
        after: null,
      })
      return found.map(({ kind, subject, dueOn }) => [kind, subject, dueOn === null])
    }
    expect(await own()).to.deep.equal([['SERVE', id, false]])
    await db.raw(`delete from listing_deadlines where listing_id = ?`, [id])
    expect(await own()).to.deep.equal([['SERVE', id, true]])
    await db.raw(
      `insert into listing_deadlines (listing_id, name, starts_on, due_on, provisional, rule, rule_version, begun_at)
       values (?, 'PUBLICATION', '2026-01-01', '2026-01-09', false, '{}', '1', now())`,
      [id],
    )
    expect(await own()).to.deep.equal([['SERVE', id, false]])
  })
})
