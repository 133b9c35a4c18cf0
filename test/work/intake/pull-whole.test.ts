import { expect } from 'chai'
import { feeds } from '../../../src/agencies/index.js'
import { startStandInServer } from '../../../src/sandbox/server.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { fileOf } from '../../agencies/samples.js'
import { row, rows, standing } from '../../support/rows.js'
import {
  at,
  beliefsOf,
  codeOf,
  counted,
  counts,
  csvOf,
  database,
  feed,
  later,
  pullFeed,
  pullItems,
  type Row,
  refusal,
  rowsOf,
  rules,
} from '../../support/world.js'

describe('full pulls end absent records', () => {
  const db = database()

  for (const kind of ['list_entry', 'trademark', 'shop'] as const) {
    it(`a ${kind} ends by absence and comes back when sent again`, async () => {
      await pullItems(db(), rows(3), { kind })
      await pullItems(db(), rows(2), { kind })
      expect(await standing(db())).to.deep.equal(['K1', 'K2'])
      expect(counts(await pullItems(db(), rows(3), { kind }))).to.deep.equal(counted(3, { changed: 1, unchanged: 2 }))
      expect(await standing(db())).to.deep.equal(['K1', 'K2', 'K3'])
    })
  }

  for (const kind of ['registration', 'penalty', 'inspection'] as const) {
    it(`a ${kind} does not end by absence`, async () => {
      await pullItems(db(), rows(3), { kind })
      await pullItems(db(), rows(2), { kind })
      expect(await standing(db())).to.deep.equal(['K1', 'K2', 'K3'])
    })
  }

  it('a full file that is older than the last full data is refused, unless that was rolled back', async () => {
    const older = { file: { path: csvOf(rows(1)), full: true, dated: '2026-11-24' } }
    await pullFeed(db(), feed(), { file: { ...older.file, dated: '2026-11-20' } })
    const { run } = await pullItems(db(), rows(2), { now: at(later(60)) })
    const before = await beliefsOf(db())
    const refused = await refusal(pullFeed(db(), feed(), older))
    expect(refused).to.include({ code: 'FEED_OUT_OF_BOUNDS' })
    expect(refused.reason).to.match(/^数据日期 2026-11-24 早于最近一次全量数据 2026-11-25/)
    expect(await beliefsOf(db())).to.equal(before)
    expect(await pullFeed(db(), feed(), { file: { ...older.file, full: false } })).to.include({
      unchanged: 1,
      ended: 0,
    })
    await rollBack(db(), { run, reason: '有误', by: 'x', rules, now: at(later(120)) })
    expect(await pullFeed(db(), feed(), older)).to.include({ unchanged: 1, ended: 0 })
    expect(await pullFeed(db(), feed(), { file: { ...older.file, dated: '2026-11-25' } })).to.include({ unchanged: 1 })
  })

  it('I-A12: an absent record ends today, also where the knowledge clock is years ahead', async () => {
    await pullItems(db(), rows(2))
    await db().raw(`update knowledge set latest = '2036-01-01T00:00:00Z'`)
    await pullItems(db(), rows(1), { now: at(later(60)) })
    expect(await rowsOf(db(), `select ended_on from versions where ended_on is not null`)).to.deep.equal([
      { ended_on: '2026-11-25' },
    ])
  })

  it('a record found only by an older code ends by absence', async () => {
    await pullItems(db(), [row(1), row(2)], { id: 'registry', kind: 'registration' })
    const older = row(2, { key: 'OLD', code: codeOf(2).slice(8, 17) })
    await pullItems(db(), [row(1), older])
    expect(
      await rowsOf(db(), `select 1 from versions where record_key = 'OLD' and found_by is not null`),
    ).to.have.length(1)
    await pullItems(db(), [row(1), row(3)])
    expect(
      await rowsOf(db(), `select 1 from versions where record_key = 'OLD' and known_to is null and ended_on is null`),
    ).to.have.length(0)
    expect(counts(await pullItems(db(), [row(1), row(3), older]))).to.deep.equal(
      counted(3, { changed: 1, unchanged: 2 }),
    )
  })

  it('a record without an operator ends by absence in a kind that needs none', async () => {
    const nobodys = [row(1, { code: '' }), row(2, { code: '' })]
    await pullItems(db(), nobodys, { kind: 'trademark' })
    await pullItems(db(), nobodys.slice(0, 1), { kind: 'trademark' })
    expect(await standing(db())).to.deep.equal(['K1'])
  })

  it('a record is ended once only', async () => {
    await pullItems(db(), rows(3))
    for (let day = 1; day <= 3; day += 1) await pullItems(db(), rows(2), { now: at(later(day * 86_400)) })
    const found = await rowsOf(db(), `select ended_on as ended from versions where record_key = 'K3' order by id`)
    expect(found.map((one) => one['ended'])).to.deep.equal([null, '2026-11-26'])
  })

  it('a record whose key is in a rejected item is not ended', async () => {
    await pullItems(db(), rows(4))
    const pulled = await pullItems(db(), [row(1), row(2), row(3, { day: '2026-02-31' })])
    expect(pulled.rejected).to.equal(1)
    expect(await standing(db())).to.deep.equal(['K1', 'K2', 'K3'])
  })

  it('a record with a key of several fields is not ended while its item is rejected', async () => {
    const trademark = (n: number, more: Partial<Row> = {}): Row => row(n, { code: '', value: '甲、乙', ...more })
    await pullItems(db(), [trademark(1), trademark(2)], { kind: 'trademark' })
    await pullItems(db(), [trademark(1), trademark(2, { day: 'never' })], { kind: 'trademark' })
    expect(await standing(db())).to.have.length(4)
  })

  it('a record whose body now breaks its contract does not end', async () => {
    const marks = (n: number): Row => row(n, { code: '', value: '甲、乙' })
    await pullItems(db(), [marks(1), marks(2)], { kind: 'trademark' })
    await pullItems(db(), [marks(1), marks(2)], { kind: 'trademark', body: () => ({ class: 99 }) })
    expect(await standing(db())).to.have.length(4)
  })

  it('a feed that sends only additions ends no record', async () => {
    await pullItems(db(), rows(3), { whole: false })
    await pullItems(db(), rows(1), { whole: false })
    expect(await standing(db())).to.have.length(3)
  })

  it('records of another feed do not end', async () => {
    await pullItems(db(), rows(3), { id: 'other' })
    await pullItems(db(), rows(1, 5))
    expect(await standing(db())).to.have.length(4)
  })
})

describe('deliveries refused as a whole', () => {
  const db = database()
  const good = 30

  const refusedAndUntouched = async (work: () => Promise<unknown>, code: string): Promise<void> => {
    await pullItems(db(), rows(good))
    const before = await beliefsOf(db())
    expect((await refusal(work())).code).to.equal(code)
    expect(await beliefsOf(db())).to.equal(before)
    const [run] = await rowsOf(db(), 'select outcome, error from runs order by id desc limit 1')
    expect(run?.['outcome']).to.equal('REFUSED')
    expect(run?.['error']).to.include({ code })
  }

  it('a feed that is mostly bad', () =>
    refusedAndUntouched(
      () =>
        pullItems(
          db(),
          rows(good).map((one, i) => (i % 3 === 0 ? one : { ...one, day: 'x' })),
        ),
      'FEED_OUT_OF_BOUNDS',
    ))
  it('a feed that has suddenly shrunk', () =>
    refusedAndUntouched(() => pullItems(db(), rows(14)), 'FEED_OUT_OF_BOUNDS'))
  it('a register is compared with its last delivery, not with everything that it ever held', async () => {
    const register = { id: 'registry', kind: 'registration' as const, bounds: { shrinkShare: 0.2 } }
    await pullItems(db(), rows(20), register)
    await pullItems(db(), rows(18, 15), register)
    expect((await pullItems(db(), rows(18, 15), register)).unchanged).to.equal(18)
    expect((await refusal(pullItems(db(), rows(10), register))).code).to.equal('FEED_OUT_OF_BOUNDS')
  })
  it('an empty feed', () => refusedAndUntouched(() => pullItems(db(), []), 'FEED_OUT_OF_BOUNDS'))
  it('I-A10: an empty answer of a feed of changes counts as no change and keeps the feed current', async () => {
    const changes = { id: 'repairs', kind: 'repair' as const, whole: false }
    expect(await pullItems(db(), [], changes)).to.include({ received: 0, new: 0, ended: 0 })
    const [run] = await rowsOf(db(), 'select outcome, whole from runs order by id desc limit 1')
    expect(run).to.deep.equal({ outcome: 'DONE', whole: true })
  })
  it('a full file that has shrunk', () =>
    refusedAndUntouched(
      () => pullFeed(db(), feed(), { file: { path: csvOf(rows(3)), full: true } }),
      'FEED_OUT_OF_BOUNDS',
    ))
  it('a file of garbage bytes', () =>
    refusedAndUntouched(
      () =>
        pullFeed(db(), feed(), {
          file: { path: fileOf(Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 197 + 13) % 256))) },
        }),
      'CONTENT_UNKNOWN',
    ))

  it('an agency that fails between two items leaves no rows, and its run keeps the fault', async () => {
    await pullItems(db(), rows(2))
    const before = await beliefsOf(db())
    const dying = feed({
      sent: function* () {
        yield* rows(1_500, 10)
        throw new Error('the line is dead')
      },
    })
    let told = ''
    await pullFeed(db(), dying).catch((error: Error) => {
      told = error.message
    })
    expect(told).to.equal('the line is dead')
    expect(await beliefsOf(db())).to.equal(before)
    const [run] = await rowsOf(db(), 'select outcome, error from runs order by id desc limit 1')
    expect(run).to.deep.equal({ outcome: 'FAILED', error: { code: 'INTERNAL', message: '内部错误。Internal error.' } })
  })

  it('a registry that fails between two pages leaves no rows', async () => {
    const registry = feeds.get('registry')
    if (registry === undefined) throw new Error('no registry')
    const list = Array.from({ length: 200 }, (_, i) => ({
      entname: `虚构${i}`,
      uniscid: codeOf(i),
      regno: '',
      estdate: 1e12,
      regstateCn: '存续',
    }))
    const agency = await startStandInServer(({ query }) =>
      query.get('page') === '1'
        ? {
            status: 200,
            body: JSON.stringify({ status: '1', msg: '', data: { total: 400, page: 1, size: 200, pages: 2, list } }),
          }
        : { status: 404, body: '' },
    )
    try {
      const answer = await refusal(pullFeed(db(), registry, { url: agency.url }))
      expect(answer.code).to.equal('FEED_UNREACHABLE')
      expect(await rowsOf(db(), 'select 1 from versions union all select 1 from operators')).to.have.length(0)
    } finally {
      await agency.close()
    }
  })

  it('a feed without an address', async () => {
    expect((await refusal(pullFeed(db(), feed(), { url: null }))).code).to.equal('FEED_NOT_CONFIGURED')
  })

  it('a stopped pull leaves no rows and can be repeated', async () => {
    const stopping = new AbortController()
    const stopped = feed({
      sent: function* () {
        yield* rows(3)
        stopping.abort(new Error('stopping'))
        yield* rows(3, 4)
      },
    })
    let told = ''
    await pullFeed(db(), stopped, { signal: stopping.signal }).catch((error: Error) => {
      told = error.message
    })
    expect(told).to.equal('stopping')
    expect(await rowsOf(db(), 'select 1 from versions')).to.have.length(0)
    expect((await pullItems(db(), rows(6))).new).to.equal(6)
  })
})
