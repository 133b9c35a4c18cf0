import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { LIST_COUNTED_MOST } from '../../../src/foundation/pages.js'
import * as feedHealth from '../../../src/store/intake/feed-health.js'
import * as rejects from '../../../src/store/intake/rejects.js'
import { explaining, type Plan, rowsRead } from '../../support/plans.js'
import { codeOf, database, later, NOW, pullItems, rowsOf } from '../../support/world.js'

const FEED = 'test'

describe('watch of feeds', () => {
  const db = database()

  const bad = (row: number, note: string): rejects.NewReject => ({
    page: 1,
    row,
    problems: [{ field: 'day', rule: 'date', message: '日期无效 no such day' }],
    item: { key: `K${row}`, note },
    map: null,
  })
  /** TOAST pages of `rejects` read so far. */
  const largePagesRead = async (): Promise<number> => {
    await db().raw('select pg_stat_force_next_flush()')
    const [row] = await rowsOf(
      db(),
      `select (toast_blks_read + toast_blks_hit)::int as n from pg_statio_user_tables where relname = 'rejects'`,
    )
    return Number(row?.['n'])
  }

  it('I-B8: counts distinct open rejects without reading their items', async () => {
    const { run } = await pullItems(db(), [{ key: 'K', code: codeOf(1), value: '某值' }], { whole: false })
    const [note, other] = [randomBytes(50_000).toString('hex'), randomBytes(50_000).toString('hex')]
    const waiting = [bad(1, note), bad(1, note), bad(1, other), bad(2, note)]
    await rejects.add(db(), run, FEED, waiting)
    await db().raw('vacuum analyze rejects')
    const before = await largePagesRead()
    const found = await feedHealth.healthOfFeeds(db(), [FEED], later(-3_600, NOW))
    expect(found.get(FEED)?.openRejects).to.equal(3)
    expect((await rejects.countOpenRows(db())).rejects).to.equal(3)
    expect((await largePagesRead()) - before).to.equal(0)
  })

  it('I-B8: counts older rejects without a digest by their items', async () => {
    const { run } = await pullItems(db(), [{ key: 'K', code: codeOf(1), value: '某值' }], { whole: false })
    await rejects.add(db(), run, FEED, [bad(1, 'a'), bad(1, 'a'), bad(1, 'b')])
    await db().raw('update rejects set item_digest = null where id = (select min(id) from rejects)')
    expect((await rejects.countOpenRows(db())).rejects).to.equal(2)
  })

  it('counts open rejects and unmatched records up to a bound, and reads no more of them', async () => {
    const { run } = await pullItems(db(), [{ key: 'K', code: codeOf(1), value: '某值' }], { whole: false })
    const rows = LIST_COUNTED_MOST + 2_000
    for (const feed of [FEED, 'other'])
      await db().raw(
        `insert into rejects (run_id, feed, page, row_number, field, rule, message, problems, item, item_digest)
         select :run::bigint, :feed::text, 1, i, 'day', 'date', '无效', '[]', '{}', md5(i::text) from generate_series(1, :rows::int) i`,
        { run, feed, rows },
      )
    await db().raw(
      `insert into unmatched (feed, record_key, kind, first_run, last_run, page, row_number, subject, fact, body, findings, valid_from, digest, reason, state)
       select :feed::text, 'X' || i, 'penalty', :run::bigint, :run::bigint, 1, i, '{}', '{}', '{}', '[]', '2026-01-01', md5(i::text), 'name.only', 'OPEN'
       from generate_series(1, :rows::int) i`,
      { run, feed: FEED, rows },
    )
    await db().raw('vacuum analyze rejects, unmatched')
    const found = await feedHealth.healthOfFeeds(db(), [FEED], later(-3_600, NOW))
    expect(found.get(FEED)).to.include({ openRejects: LIST_COUNTED_MOST, unmatched: LIST_COUNTED_MOST })
    const explained = explaining(db())
    await feedHealth.healthOfFeeds(explained.db, [FEED, 'none'], later(-3_600, NOW))
    for (const table of ['rejects', 'unmatched'])
      expect(rowsRead(explained.plans[0] as Plan, table), table).to.be.at.most(LIST_COUNTED_MOST)
  })
})
