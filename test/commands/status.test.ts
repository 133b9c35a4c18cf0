import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readStatus } from '../../src/commands/status.js'
import { readConfig } from '../../src/config.js'
import { type Hub, makeHub } from '../../src/hub/hub.js'
import { pausePlatform } from '../../src/work/delivery/platforms.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'
import { at, codeOf, NOW, published } from '../support/world.js'

describe('hub status', () => {
  let test: TestDatabase
  let folder: string
  let hub: Hub
  before(async () => {
    test = await freshDatabase()
    folder = mkdtempSync(join(tmpdir(), 'hub-status-'))
    const config = readConfig({ DATABASE_URL: test.url, DATA_DIR: folder, LOG_LEVEL: 'silent' })
    hub = await makeHub(config, { now: at(NOW) })
  })
  after(async () => {
    await hub?.close()
    await test?.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  const HEADER = '企业名称,工商注册号,组织机构代码,统一信用代码,失信领域'
  const bring = (name: string, ...lines: string[]) =>
    hub.pull('dishonest', {
      cause: 'upload',
      by: 'regulator-1',
      file: { bytes: Buffer.from([HEADER, ...lines].join('\n')), name },
    })
  const ofFeed = async (id: string) => {
    const { value, lines } = await readStatus(hub)
    const { feeds } = value as { feeds: { feed: string }[] }
    return { told: feeds.find(({ feed }) => feed === id), lines }
  }

  it('P-B4: names marketplaces with more unconfirmed sellers than the cap on opened grades', async () => {
    const list = { client: 'mall', dated: '2026-11-01', uploaded_at: NOW, sellers: 300, malformed: 0 }
    await test.db('seller_lists').insert({ ...list, grades_closed: 100, unconfirmed_most: 200 })
    const { value, lines } = await readStatus(hub)
    expect(value).to.have.deep.property('sellers', [{ client: 'mall', gradesClosed: 100, unconfirmedMost: 200 }])
    expect(lines.filter((line) => line.includes('100 unconfirmed beyond the cap'))).to.have.length(1)
    await test.db('seller_lists').del()
  })

  it('shows a feed that was never pulled as stale, without figures', async () => {
    const { told, lines } = await ofFeed('dishonest')
    expect(told).to.deep.equal({
      feed: 'dishonest',
      agency: 'market-regulator',
      configured: false,
      lastGoodPull: null,
      stale: true,
      items: null,
      rejects: null,
      rejectsByRule: [],
      lastError: null,
      openRejects: 0,
      unmatched: 0,
      late: 0,
      timely: 0,
      lateShare: null,
    })
    expect(lines.filter((line) => line.startsWith('   '))).to.deep.equal([])
  })

  it('shows the last pull’s items and rejects by rule, and the open rejects', async () => {
    await bring('a.csv', `虚构甲商行,,,${codeOf(1)},售假`, `虚构乙商行,,,${codeOf(2)},`, '虚构丙商行,,,,售假')
    const { told, lines } = await ofFeed('dishonest')
    expect(told).to.deep.include({
      items: 3,
      rejects: 2,
      rejectsByRule: [{ rule: 'required', count: 2 }],
      lastError: null,
      openRejects: 2,
      unmatched: 0,
    })
    expect(lines.join('\n')).to.contain('拒收 rejected required 2').and.to.contain('待处理拒收 open rejects 2')
  })

  it('shows why the last pull failed', async () => {
    await bring('b.csv', ...Array.from({ length: 20 }, (_, n) => `虚构第${n}商行,,,,`)).catch(() => {})
    const { told, lines } = await ofFeed('dishonest')
    expect((told as { lastError?: { code: string } }).lastError?.code).to.equal('FEED_OUT_OF_BOUNDS')
    expect(lines.join('\n')).to.contain('last pull failed：FEED_OUT_OF_BOUNDS')
  })

  it('shows the late share of a feed’s new records', async () => {
    for (const [late, timely] of [
      [9, 0],
      [1, 3],
    ])
      await test.db('runs').insert({
        job: 'pull',
        subject: 'penalties',
        cause: 'timetable',
        started_at: NOW,
        ended_at: NOW,
        outcome: 'DONE',
        counts: JSON.stringify({ late, timely }),
      })
    const { told, lines } = await ofFeed('penalties')
    expect(told).to.deep.include({ late: 1, timely: 3, lateShare: 0.25 })
    expect(lines.join('\n')).to.contain('近 90 日逾期 late 1，按期 in time 3（25 %）')
  })

  it('shows who paused a platform, its refusals by code, and since when the oldest delivery is owed', async () => {
    await pausePlatform(hub.db, hub.rules, { platform: 'jilin', reason: '平台升级', by: 'officer-1', now: NOW })
    const { id } = await published(hub.db, 9)
    await hub.db.raw(
      `update deliveries set state = 'REFUSED', attempts = 1, receipt = '{"code": "9876"}' where subject_id = ? and platform = 'jilin'`,
      [id],
    )
    const { value, lines } = await readStatus(hub)
    const { platforms } = value as { platforms: { platform: string }[] }
    expect(platforms.find(({ platform }) => platform === 'jilin')).to.deep.include({
      outstanding: 1,
      refused: 1,
      oldestOutstanding: '2026-11-16T02:00:00.000Z',
      refusedByCode: [{ code: '9876', count: 1, advice: null }],
      paused: { at: NOW.toISOString(), by: 'officer-1', reason: '平台升级' },
      filled: null,
      openUntil: null,
    })
    const from = lines.findIndex((line) => line.includes('platform jilin'))
    expect(lines.slice(from + 1, from + 4)).to.deep.equal([
      `   已暂停新增和变更 additions paused：${NOW.toISOString()} officer-1，平台升级`,
      '   最早未结 oldest outstanding 2026-11-16T02:00:00.000Z',
      '   拒收 refused 9876 1 件：字段与说明见 GraphQL deliveries · field and text are in deliveries',
    ])
  })
})
