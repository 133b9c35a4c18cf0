import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import * as rejects from '../../../src/store/intake/rejects.js'
import * as watch from '../../../src/store/intake/watch.js'
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
    const found = await watch.healthOfFeeds(db(), [FEED], later(-3_600, NOW))
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
})
