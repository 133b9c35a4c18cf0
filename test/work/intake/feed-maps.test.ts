import { expect } from 'chai'
import { usccOf } from '../../../seeds/world/codes.js'
import type { MapLine } from '../../../src/domain/intake/feed-maps.js'
import * as store from '../../../src/store/intake/feed-maps.js'
import * as rejectDesk from '../../../src/store/intake/reject-desk.js'
import * as runs from '../../../src/store/timetable/runs.js'
import * as feedMaps from '../../../src/work/intake/feed-maps.js'
import { takeCorrection } from '../../../src/work/intake/rejects.js'
import { feedOf, fileOf } from '../../agencies/samples.js'
import { at, database, later, pseudonymOf, pullFeed, refusal } from '../../support/world.js'

const CODE = usccOf('91', '220102', 7)
const TABLE = `主体全称,社会信用代码,列入事由\n长春绯簏运输有限公司,${CODE},拒不履行\n`
const line = (heading: string | null, field: string | null, value: string | null = null): MapLine => ({
  heading,
  field,
  value,
})
const LINES = [line('主体全称', '企业名称'), line('社会信用代码', '统一信用代码'), line('列入事由', '失信领域')]

describe('heading maps', () => {
  const db = database()
  const feed = feedOf('dishonest')
  const add = (lines: readonly MapLine[], by = 'officer one') =>
    feedMaps.add(db(), { feed, lines, by, pseudonymOf, now: later(0) })
  const pull = () => pullFeed(db(), feed, { file: { path: fileOf(TABLE) }, now: at(later(60)) })

  it('F-4: are used by every pull of the feed until they are ended, and keep who made and ended them', async () => {
    expect((await refusal(pull())).code).to.equal('CONTENT_UNKNOWN')
    const { id } = await add(LINES)
    expect(await pull()).to.deep.include({ received: 1, new: 1, rejected: 0 })
    await feedMaps.end(db(), { feed: feed.id, id, by: 'officer two', now: later(90) })
    expect((await refusal(pull())).code).to.equal('CONTENT_UNKNOWN')
    const [kept] = await store.listOfFeed(db(), feed.id)
    expect(kept).to.deep.include({
      id,
      madeBy: 'officer one',
      endedBy: 'officer two',
      madeAt: later(0),
      endedAt: later(90),
    })
    expect((await refusal(feedMaps.end(db(), { feed: feed.id, id, by: 'x', now: later(91) }))).code).to.equal(
      'FEED_MAP_UNKNOWN',
    )
  })

  it('F-4: are refused with a reason where they are contradictory', async () => {
    const wrong: [lines: MapLine[], reason: string][] = [
      [[], '没有表头'],
      [[line('甲', null)], '没有字段'],
      [[line('甲', '企业名称'), line('乙', '企业名称')], '字段 企业名称 重复'],
      [[line('甲', '企业名称'), line(' 甲 ', '失信领域')], '表头 甲 重复'],
      [[line('甲', '企业名称', '乙')], '须填其一'],
      [[line('甲', '不存在')], '不是同一格式的字段 no fields of one form: 不存在'],
      [[line('甲', '企业名称'), line('乙', 'ILLID')], '不是同一格式的字段'],
    ]
    for (const [lines, reason] of wrong) {
      const refused = await refusal(add(lines))
      expect(refused.code, reason).to.equal('FEED_MAP_INVALID')
      expect(refused.reason).to.contain(reason)
    }
    expect(await store.listOfFeed(db(), feed.id)).to.deep.equal([])
  })

  it('F-4: are in force once for the same headings, also when made simultaneously', async () => {
    const made = await Promise.allSettled([add(LINES), add([...LINES].reverse()), add(LINES)])
    expect(made.filter(({ status }) => status === 'fulfilled').length).to.equal(1)
    expect((await store.inForce(db(), feed.id)).length).to.equal(1)
  })

  it('F-4: store their number on each run that used them, which leads from a record to the map and its maker', async () => {
    const { id } = await add(LINES)
    await pull()
    const [found] = (
      await db().raw(`select r.maps::int[] as maps from versions v join runs r on r.id = v.run_id where v.feed = ?`, [
        feed.id,
      ])
    ).rows
    expect(found).to.deep.equal({ maps: [id] })
    const own = `企业名称,统一信用代码,工商注册号,组织机构代码,失信领域\n长春绯簏运输有限公司,${CODE},,,其他\n`
    await pullFeed(db(), feed, { file: { path: fileOf(own) }, now: at(later(120)) })
    const [last] = await runs.listRuns(db(), { first: 1, before: null })
    expect(last?.maps).to.deep.equal([])
  })

  it('F-4: give a rejected field the heading of the office’s table, and correct it by the same map', async () => {
    const { id } = await add(LINES)
    const path = fileOf(`主体全称,社会信用代码,列入事由\n样甲,123,拒不履行\n样乙,${CODE},其他\n`)
    const { run } = await pullFeed(db(), feed, { file: { path }, now: at(later(60)) })
    const told = []
    for await (const { field, heading } of rejectDesk.ofRun(db(), run)) told.push([heading, field])
    expect(told).to.deep.equal([['社会信用代码', '统一信用代码']])
    const [reject] = await rejectDesk.list(db(), { feeds: null }, { first: 1, after: null, order: 'NEWEST' })
    expect(reject?.map).to.equal(id)
    expect(new Set(reject?.problems.map(({ heading }) => heading))).to.deep.equal(new Set(['社会信用代码']))
    await feedMaps.end(db(), { feed: feed.id, id, by: 'officer two', now: later(70) })
    const correcting = { reject: reject?.id ?? 0, note: '据原件', by: 'officer one', pseudonymOf, now: at(later(80)) }
    const fields = reject?.item
    const still = await takeCorrection(db(), feed, { ...correcting, fields })
    expect(still.taken ? [] : still.problems[0]).to.deep.include({ field: '统一信用代码', heading: '社会信用代码' })
    const taken = await takeCorrection(db(), feed, {
      ...correcting,
      fields: { ...fields, 统一信用代码: usccOf('91', '220102', 8) },
    })
    expect(taken.taken && (await runs.findRun(db(), taken.run))?.maps).to.deep.equal([id])
  })

  it('F-4: a delivery refused as a whole reports the most frequent reject and its headings', async () => {
    await add(LINES)
    const rows = Array.from({ length: 12 }, (_, n) => `样${n},123,拒不履行`)
    const path = fileOf(`主体全称,社会信用代码,列入事由\n${rows.join('\n')}\n`)
    const refused = await refusal(pullFeed(db(), feed, { file: { path }, now: at(later(60)) }))
    expect(refused.code).to.equal('FEED_OUT_OF_BOUNDS')
    const [run] = await db()('runs').orderBy('id', 'desc').limit(1)
    expect(run.maps).to.have.length(1)
    expect(refused.reason).to.contain('社会信用代码 → 统一信用代码').and.contain(`GET /v1/runs/${run.id}/rejects.csv`)
  })
})
