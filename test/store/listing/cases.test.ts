/** The board counts each state up to a bound, and reads no more, however many cases there are. */
import { expect } from 'chai'
import { AUTHORITY_DEADLINES } from '../../../src/domain/listing/deadlines.js'
import { type CaseFilter, countBoardColumns } from '../../../src/store/listing/cases.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { explaining, type Plan, rowsRead } from '../../support/plans.js'

const OPERATORS = 2_000
const STATES = ['LEAD', 'NOTIFIED', 'SERVED', 'PUBLISHED', 'HIDDEN', 'REMOVED'] as const
const LATE = '10'
const MOST = 100
const READ_MOST = 3 * MOST * STATES.length

describe('board of cases, counted', () => {
  let database: TestDatabase
  before(async () => {
    database = await freshDatabase()
    const { db } = database
    await db.raw(
      `insert into operators (uscc, kind, name, region, status, first_run, created_at)
       select 'X' || i, 'ENTERPRISE', '虚构' || i, '220102', 'ACTIVE', 1, now() from generate_series(1, ?::int) i`,
      [OPERATORS],
    )
    await db.raw(
      `insert into listings (list, operator_id, state, reason, facts, created_at, removed_on)
       select 'list ' || s, o.id, s, '虚构', '{}', now(), case when s = 'REMOVED' then date '2026-01-01' end from operators o cross join unnest(?::text[]) s`,
      [[...STATES]],
    )
    // Each case of two states is late, twice in one of them; of another some are. What the party may still say is never late.
    await db.raw(
      `insert into listing_deadlines (listing_id, name, starts_on, due_on, provisional, rule, rule_version, begun_at)
       select l.id, d.name, '2026-01-01', case when d.state = 'SERVED' and o.uscc > 'X' || :late::text then '2026-05-01' else '2026-02-01' end::date,
         false, '{}', '1', now()
       from (values ('NOTIFIED', 'DEFENCE'), ('SERVED', 'PUBLICATION'), ('HIDDEN', 'HIDING_CONFIRMATION'), ('HIDDEN', 'REPAIR_DECISION'), ('REMOVED', 'WITHDRAWAL')) d(state, name)
       join listings l on l.state = d.state join operators o on o.id = l.operator_id`,
      { late: LATE },
    )
    await db.raw('vacuum analyze')
  })
  after(() => database.drop())

  const filter: CaseFilter = {
    states: STATES,
    list: null,
    region: null,
    name: null,
    late: false,
    keeper: null,
    penalty: null,
    heavy: null,
    within: null,
    today: '2026-03-02',
    duties: AUTHORITY_DEADLINES,
  }
  const board = async (change: Partial<CaseFilter>, most: number) =>
    Object.fromEntries(
      (await countBoardColumns(database.db, { ...filter, ...change }, most)).map(({ state, cases, late }) => [
        state,
        [cases, late],
      ]),
    )
  const lateOf = async (state: string): Promise<number> =>
    (
      await database.db.raw(
        `select count(*)::int as n from listing_deadlines where state = ? and due_on < '2026-03-02'`,
        [state],
      )
    ).rows[0].n

  it('is exact below the bound', async () => {
    const all = OPERATORS
    const served = await lateOf('SERVED')
    expect(served).to.be.within(1, MOST)
    expect(await board({}, 2 * all)).to.deep.equal({
      LEAD: [all, 0],
      NOTIFIED: [all, 0],
      SERVED: [all, served],
      PUBLISHED: [all, 0],
      HIDDEN: [all, all],
      REMOVED: [all, all],
    })
    const late = await board({ late: true, states: ['SERVED', 'HIDDEN'] }, 2 * all)
    expect(late).to.deep.equal({ SERVED: [served, served], HIDDEN: [all, all] })
  })

  it('stops at the bound in each state and reads no more', async () => {
    expect(await board({}, MOST)).to.deep.include({ LEAD: [MOST, 0], HIDDEN: [MOST, MOST] })
    for (const change of [{}, { late: true }]) {
      const explained = explaining(database.db)
      await countBoardColumns(explained.db, { ...filter, ...change }, MOST)
      for (const table of ['listings', 'listing_deadlines', 'operators'])
        expect(rowsRead(explained.plans[0] as Plan, table), table).to.be.at.most(READ_MOST)
    }
  })

  it('follows a case to another state', async () => {
    const { db } = database
    await db.raw(`update listings set state = 'PUBLISHED' where state = 'SERVED'`)
    const published = await board({ states: ['SERVED', 'PUBLISHED'] }, 3 * OPERATORS)
    expect(published).to.deep.equal({ SERVED: [0, 0], PUBLISHED: [2 * OPERATORS, await lateOf('PUBLISHED')] })
    expect(published['PUBLISHED']?.[1]).to.be.greaterThan(0)
  })
})
