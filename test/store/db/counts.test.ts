/** A count of a list stops at its bound: rows beyond it are not read. */
import { expect } from 'chai'
import { CASE_STATES } from '../../../src/domain/listing/case.js'
import { AUTHORITY_DEADLINES } from '../../../src/domain/listing/deadlines.js'
import * as timeliness from '../../../src/store/delivery/timeliness.js'
import * as rejects from '../../../src/store/intake/reject-desk.js'
import * as cases from '../../../src/store/listing/cases.js'
import * as deadlines from '../../../src/store/listing/deadlines.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { explaining, type Plan, rowsRead } from '../../support/plans.js'

const ROWS = 5_000
const MOST = 100
const TODAY = '2026-03-02'
/** A hash or a page of the table may be read in advance. */
const READ_MOST = 10 * MOST

describe('bounded counts of lists', () => {
  let database: TestDatabase
  before(async () => {
    database = await freshDatabase()
    const { db } = database
    const [{ id: run }] = (
      await db.raw(`insert into runs (job, subject, cause, started_at, ended_at, outcome, whole)
        values ('pull', 'penalties', 'timetable', now(), now(), 'DONE', true) returning id`)
    ).rows
    await db.raw(
      `insert into operators (uscc, kind, name, region, status, first_run, created_at)
       select 'X' || i, 'ENTERPRISE', '虚构' || i, '220102', 'ACTIVE', 1, now() from generate_series(1, ?::int) i`,
      [ROWS],
    )
    await db.raw(
      `insert into listings (list, operator_id, state, reason, facts, created_at) select 'serious', id, 'LEAD', '虚构', '{}', now() from operators`,
    )
    await db.raw(
      `insert into listing_deadlines (listing_id, name, starts_on, due_on, provisional, rule, rule_version, begun_at)
       select id, 'DEFENCE', '2026-02-01', '2026-03-09', false, '{}', '1', now() from listings`,
    )
    await db.raw(
      `insert into rejects (run_id, feed, page, row_number, field, rule, message, problems, item, item_digest)
       select ?::bigint, 'penalties', 1, i, 'day', 'date', '无效', '[]', '{}', md5(i::text) from generate_series(1, ?::int) i`,
      [run, ROWS],
    )
    await db.raw(
      `insert into deliveries (platform, kind, subject_id, number, head, action, notice, state, due_at, created_at)
       select 'national', 'listing', id, 1, true, 'ADD', '{"decidedOn": "2026-01-05"}', 'OWED', now(), now() from listings`,
    )
    await db.raw('vacuum analyze')
  })
  after(() => database.drop())

  const words = { region: null, name: null }
  const caseFilter = {
    ...words,
    states: CASE_STATES,
    list: null,
    late: false,
    keeper: null,
    penalty: null,
    heavy: null,
  }
  const counts = {
    listings: (db: TestDatabase['db'], most: number | null) =>
      cases.count(db, { ...caseFilter, within: null, today: TODAY, duties: AUTHORITY_DEADLINES }, most),
    listing_deadlines: (db: TestDatabase['db'], most: number | null) =>
      deadlines.count(
        db,
        { ...words, state: 'COMING', today: TODAY, partys: [], ended: true, kind: null, list: null, sight: null },
        most,
      ),
    deliveries: (db: TestDatabase['db'], most: number | null) =>
      timeliness.countOpenDuties(db, { until: { LISTING: TODAY }, platform: null }, most),
    rejects: (db: TestDatabase['db'], most: number | null) => rejects.count(db, { feeds: null, state: 'OPEN' }, most),
  }
  for (const [table, count] of Object.entries(counts))
    it(`of ${table} count all rows, or stop at the bound and read no more`, async () => {
      expect(await count(database.db, null)).to.equal(ROWS)
      expect(await count(database.db, MOST)).to.equal(MOST)
      const explained = explaining(database.db)
      await count(explained.db as TestDatabase['db'], MOST)
      expect(rowsRead(explained.plans[0] as Plan, table)).to.be.at.most(READ_MOST)
    })
})
