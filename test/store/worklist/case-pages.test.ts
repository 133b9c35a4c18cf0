/** A page of the own queue finds a rare task without reading the cases around it. */
import { expect } from 'chai'
import { listWork } from '../../../src/store/worklist/worklist.js'
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
