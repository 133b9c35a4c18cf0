/** Counts of open tasks read each group by its index, and a bounded number of its rows, however many cases there are. */
import { expect } from 'chai'
import { WORK_KINDS, type WorkKind } from '../../../src/domain/worklist/tasks.js'
import type { WorkGroup } from '../../../src/domain/worklist/worklist.js'
import type { Db } from '../../../src/store/db/db.js'
import { CASE_TRACKS } from '../../../src/store/worklist/case-tasks.js'
import { countTasks, ROWS_COUNTED_MOST, ROWS_COUNTED_MOST_IN_REGION } from '../../../src/store/worklist/task-counts.js'
import type { WorkView } from '../../../src/store/worklist/worklist.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { explaining, nodesOf } from '../../support/plans.js'

const CASES = 5_000
const CASE_KINDS = CASE_TRACKS.flatMap(({ kinds }) => kinds)

describe('counts of open tasks', () => {
  let database: TestDatabase
  const view = (sight: string | null): WorkView => ({
    today: '2026-03-02',
    sight,
    consents: [],
    feeds: null,
    sender: null,
    until: {},
  })
  const count = (kinds: readonly WorkKind[], sight: string | null = null, on: Db = database.db) =>
    countTasks(on, kinds, ['经办1'], view(sight))
  const sum = (groups: readonly WorkGroup[], part: WorkGroup['part'], kind: WorkKind) =>
    groups.filter((group) => group.part === part && group.kind === kind).reduce((all, { n }) => all + n, 0)

  before(async () => {
    database = await freshDatabase()
    const { db } = database
    await db.raw(
      `insert into operators (uscc, kind, name, region, status, first_run, created_at)
       select 'X' || i, 'ENTERPRISE', '虚构' || i, case when i % 10 = 0 then '220203' else '220102' end, 'ACTIVE', 1, now()
       from generate_series(1, :cases::int) i`,
      { cases: CASES },
    )
    await db.raw(
      `insert into listings (list, operator_id, state, reason, facts, created_at, keeper)
       select 'serious', o.id, case when i.n % 100 = 1 then 'PROPOSED' else 'LEAD' end, '虚构',
         jsonb_build_object('decisionLinked', i.n % 2 = 0, 'returned', case when i.n = :cases::int then 'x' end), now(), '经办' || i.n % 20
       from operators o cross join lateral (select substr(o.uscc, 2)::int as n) i`,
      { cases: CASES },
    )
    await db.raw('analyze listings')
  })
  after(() => database.drop())

  it('are exact below the bound, and lower limits above', async () => {
    const groups = await count(CASE_KINDS)
    expect(sum(groups, 'ALL', 'LINK_DECISION')).to.equal(ROWS_COUNTED_MOST)
    expect(groups.filter(({ isCut }) => isCut).map(({ kind }) => kind)).to.include('LINK_DECISION')
    expect(sum(groups, 'ALL', 'NOTIFY')).to.equal(CASES / 100)
    expect(groups.some(({ kind, isCut }) => kind === 'NOTIFY' && isCut)).to.equal(false)
  })

  it('find a rare task among many cases of its state', async () => {
    expect(sum(await count(CASE_KINDS), 'ALL', 'MEND')).to.equal(1)
  })

  it('count the own cases exactly', async () => {
    const groups = await count(CASE_KINDS)
    const own = (['LINK_DECISION', 'PROPOSE', 'NOTIFY', 'MEND'] as const).map((kind) => sum(groups, 'KEPT', kind))
    expect(own.reduce((a, b) => a + b)).to.equal(CASES / 20)
    expect(groups.some(({ part, isCut }) => part === 'KEPT' && isCut)).to.equal(false)
  })

  it('count the cases of a region among more rows', async () => {
    const groups = await count(CASE_KINDS, '2202')
    expect(sum(groups, 'ALL', 'PROPOSE')).to.be.within(1, CASES / 10)
    expect(sum(groups, 'ALL', 'PROPOSE')).to.be.lessThan(ROWS_COUNTED_MOST_IN_REGION)
    expect(sum(groups, 'ALL', 'NOTIFY')).to.equal(0)
  })

  it('read listings by the indexes alone, at most a bounded number of rows of a group', async () => {
    const { db, plans } = explaining(database.db)
    for (const sight of [null, '2202']) await count(WORK_KINDS, sight, db)
    expect(plans).to.have.length(2)
    for (const plan of plans) {
      const scans = nodesOf(plan).filter((node) => node['Relation Name'] === 'listings')
      const grouped = nodesOf(plan).filter(({ 'Index Name': index }) => index === 'listings_task')
      expect(scans.map((node) => node['Node Type'])).to.not.include('Seq Scan')
      expect(grouped.length).to.be.greaterThan(0)
      for (const { 'Actual Rows': rows = 0 } of grouped) expect(rows).to.be.at.most(ROWS_COUNTED_MOST_IN_REGION)
    }
  })
})
