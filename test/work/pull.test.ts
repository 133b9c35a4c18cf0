import { expect } from 'chai'
import { certificateOf, regNoOf } from '../../seeds/world/codes.js'
import { feeds } from '../../src/agencies/index.js'
import { orgCodeIn } from '../../src/domain/identity.js'
import { serve } from '../../src/sandbox/server.js'
import * as rejects from '../../src/store/rejects.js'
import * as staged from '../../src/store/staged.js'
import * as versions from '../../src/store/versions.js'
import { pull } from '../../src/work/pull.js'
import { fileOf } from '../agencies/samples.js'
import {
  at,
  beliefsOf,
  codeOf,
  counted,
  counts,
  csvOf,
  database,
  dumpOf,
  feed,
  later,
  mark,
  NOW,
  operatorOf,
  pullFeed,
  pullItems,
  type Row,
  refusal,
  rowsOf,
  wrongDigit,
} from '../support/world.js'

const row = (n: number, more: Partial<Row> = {}): Row => ({
  key: `K${n}`,
  code: codeOf(n),
  name: `虚构商行${n}`,
  value: '售假',
  day: '2026-01-05',
  ...more,
})
const rows = (many: number, from = 1): Row[] => Array.from({ length: many }, (_, i) => row(from + i))

const current = (db: Parameters<typeof rowsOf>[0]) =>
  rowsOf(
    db,
    `select record_key as key, ended_on as ended, body->>'reason' as reason, partial from versions where known_to is null order by 1`,
  )
const standing = async (db: Parameters<typeof rowsOf>[0]): Promise<unknown[]> =>
  (await current(db)).filter((one) => one['ended'] === null).map((one) => one['key'])

describe('pull counts items as sent', () => {
  const db = database()

  it('new, changed, unchanged, rejected and unmatched together are what was received', async () => {
    await pullItems(db(), rows(4))
    const again = await pullItems(db(), [
      row(1),
      row(2, { value: '虚假宣传' }),
      row(3),
      row(3),
      row(4, { day: '2026-02-30' }),
      row(5),
      row(6, { code: '', reg: regNoOf('220102', false, 6) }),
      row(1, { value: '另一说法' }),
    ])
    expect(counts(again)).to.deep.equal(counted(8, { new: 1, changed: 1, unchanged: 3, rejected: 2, unmatched: 1 }))
  })

  it('a second identical pull brings nothing new and nothing changed', async () => {
    await pullItems(db(), rows(12))
    const before = await beliefsOf(db())
    const again = await pullItems(db(), rows(12), { now: at(later(60)) })
    expect(counts(again)).to.deep.equal(counted(12, { unchanged: 12 }))
    expect(await beliefsOf(db())).to.equal(before)
  })

  it('a row that gives two records is one item', async () => {
    expect(counts(await pullItems(db(), [row(1, { value: '售假、刷单' })]))).to.deep.equal(counted(1, { new: 1 }))
    expect(await standing(db())).to.deep.equal(['K1/刷单', 'K1/售假'])
    const again = await pullItems(db(), [row(1, { value: '售假、刷单' })])
    expect(counts(again)).to.deep.equal(counted(1, { unchanged: 1 }))
  })

  it('a feed of rows that give three records each is not taken for one that shrinks', async () => {
    const many = rows(12).map((one) => ({ ...one, value: '售假、刷单、虚假宣传' }))
    await pullItems(db(), many)
    expect(counts(await pullItems(db(), many))).to.deep.equal(counted(12, { unchanged: 12 }))
  })

  it('an identical repeat is unchanged and a contradicting one is set aside with its row and reason', async () => {
    const pulled = await pullItems(db(), [row(1), row(1), row(1, { value: '别的' })])
    expect(counts(pulled)).to.deep.equal(counted(3, { new: 1, unchanged: 1, rejected: 1 }))
    const [reject] = await rowsOf(db(), 'select page, row_number as row, rule, message, item from rejects')
    expect(reject).to.include({ page: 1, row: 3, rule: 'repeat.conflict' })
    expect(reject?.['message']).to.contain('K1')
    expect(reject?.['item']).to.include({ reason: '别的' })
    expect(await current(db())).to.deep.include({ key: 'K1', ended: null, reason: '售假', partial: false })
  })

  it('the run keeps the counts', async () => {
    await pullItems(db(), rows(3))
    const [run] = await rowsOf(db(), `select outcome, whole, counts from runs where job = 'pull'`)
    expect(run).to.deep.equal({
      outcome: 'DONE',
      whole: true,
      counts: { received: 3, new: 3, changed: 0, unchanged: 0, rejected: 0, unmatched: 0, ended: 0 },
    })
  })

  it('more items than one chunk holds are all counted', async () => {
    const many = Array.from({ length: 2_345 }, (_, i) => row(i % 50, { key: `M${i}` }))
    expect(counts(await pullItems(db(), many))).to.deep.equal(counted(2_345, { new: 2_345 }))
    expect(counts(await pullItems(db(), many))).to.deep.equal(counted(2_345, { unchanged: 2_345 }))
  })
})

describe('pull sets bad items aside', () => {
  const db = database()

  it('a reject keeps row, field, rule and the item', async () => {
    await pullItems(db(), [row(1), row(2, { day: '2026-13-01' })])
    const [run] = await rowsOf(db(), 'select max(id) as id from runs')
    const [reject, ...others] = await rejects.ofRun(db(), Number(run?.['id']))
    expect(others).to.have.length(0)
    expect(reject).to.include({ page: 1, row: 2, field: 'day', rule: 'date' })
    expect(reject?.item).to.deep.include({ key: 'K2', day: '2026-13-01' })
    expect(reject?.problems).to.have.length(1)
  })

  it('a body outside its contract is set aside with the field', async () => {
    const pulled = await pullItems(db(), [row(1)], { body: () => ({ list: 'no-such-list' }) })
    expect(counts(pulled)).to.deep.equal(counted(1, { rejected: 1 }))
    const [reject] = await rowsOf(db(), 'select field, rule from rejects')
    expect(reject?.['field']).to.match(/list/)
  })

  it('an ID number stands nowhere in the database, wherever it was sent', async () => {
    const id = certificateOf('220102', '0105', 27)
    const old = `${id.slice(0, 6)}${id.slice(8, 17)}`
    await pullItems(db(), [
      row(1, { value: `${id}之案`, note: id }),
      row(2, { name: `王${id}`, day: '2026-02-31' }),
      row(3, { value: `甲 ${id}` }),
      row(3, { value: `乙 ${id}` }),
      row(4, { code: '', reg: regNoOf('220102', false, 4), value: `丙 ${old} 旧号` }),
      row(5, { key: `K${id}` }),
      row(6, { code: id }),
    ])
    await pullFeed(db(), feed(), { file: { path: csvOf([row(7, { note: id })]) } })
    const broken = fileOf(`[{"key": "K8", "code": ${id} ]`)
    expect((await refusal(pullFeed(db(), feed(), { file: { path: broken, reader: 'json' } }))).code).to.not.equal(
      'none',
    )
    const headless = fileOf(`${id},x\n1,2\n`)
    expect((await refusal(pullFeed(db(), feed(), { file: { path: headless } }))).code).to.not.equal('none')
    const dump = await dumpOf(db())
    expect(dump).to.contain(`[居民身份证 ${mark(id)}]`)
    expect(dump).to.not.contain(id)
    expect(dump).to.not.contain(id.slice(0, 17))
    expect(dump).to.not.contain(old)
  })

  it('an ID number in the name of a file is not kept', async () => {
    const id = certificateOf('220102', '0106', 31)
    const { mkdtempSync, writeFileSync, readFileSync, rmSync } = await import('node:fs')
    const { tmpdir } = await import('node:os')
    const { join } = await import('node:path')
    const folder = mkdtempSync(join(tmpdir(), 'hub-pull-'))
    try {
      const path = join(folder, `${id}.csv`)
      writeFileSync(path, readFileSync(csvOf([row(1)])))
      await pullFeed(db(), feed(), { file: { path } })
      expect(await dumpOf(db())).to.not.contain(id)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('pull of a file', () => {
  const db = database()
  const file = (given: readonly Row[], full = false) => ({ file: { path: csvOf(given), full } })

  it('a partial file adds and changes and ends nothing', async () => {
    await pullItems(db(), rows(20))
    const pulled = await pullFeed(db(), feed(), file([row(1, { value: '改了' }), row(21)]))
    expect(counts(pulled)).to.deep.equal(counted(2, { new: 1, changed: 1 }))
    expect(pulled.full).to.equal(false)
    expect(await standing(db())).to.have.length(21)
  })

  it('a partial file is held to no bound on number or shrinkage', async () => {
    const bounded = feed({ bounds: { fewest: 5, most: 6 } })
    expect((await pullFeed(db(), bounded, file(rows(1)))).new).to.equal(1)
    expect((await pullFeed(db(), bounded, file(rows(30)))).new).to.equal(29)
    expect((await pullFeed(db(), bounded, file([]))).received).to.equal(0)
  })

  it('what only a partial file brought is neither ended by a whole pull nor counted as shrinkage', async () => {
    await pullFeed(db(), feed(), file(rows(40, 101)))
    expect(await versions.standing(db(), 'test')).to.equal(0)
    await pullItems(db(), rows(10))
    expect(await standing(db())).to.have.length(50)
    await pullItems(db(), rows(9))
    expect(await standing(db())).to.have.length(49)
  })

  it('what a partial file brought and a whole pull sends too is ended when the whole lacks it', async () => {
    await pullFeed(db(), feed(), file(rows(2)))
    await pullItems(db(), rows(12))
    await pullItems(db(), rows(10, 3))
    expect(await standing(db())).to.deep.equal(
      rows(10, 3)
        .map((one) => one.key)
        .sort(),
    )
  })

  it('a full file ends what it lacks', async () => {
    await pullItems(db(), rows(12))
    const pulled = await pullFeed(db(), feed(), { ...file(rows(11), true), now: at(later(86_400)) })
    expect(pulled.full).to.equal(true)
    expect(await current(db())).to.deep.include({ key: 'K12', ended: '2026-11-26', reason: '售假', partial: false })
  })

  it('a record keeps the file and the row it came from', async () => {
    await pullFeed(db(), feed(), file([row(1), row(2)]))
    const version = await versions.current(db(), 'test', 'K2')
    expect(version).to.include({ row: 3, page: null })
    expect(version?.file).to.match(/\.dat$/)
  })

  it('a file that is not there is refused before a run begins', async () => {
    expect((await refusal(pullFeed(db(), feed(), { file: { path: '/nowhere/at/all.csv' } }))).code).to.equal(
      'FILE_UNREADABLE',
    )
    expect(await rowsOf(db(), 'select 1 from runs')).to.have.length(0)
  })
})

describe('pull ends what a whole feed no longer holds', () => {
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

  it('an ended record is ended once', async () => {
    await pullItems(db(), rows(3))
    for (let day = 1; day <= 3; day += 1) await pullItems(db(), rows(2), { now: at(later(day * 86_400)) })
    const found = await rowsOf(db(), `select ended_on as ended from versions where record_key = 'K3' order by id`)
    expect(found.map((one) => one['ended'])).to.deep.equal([null, '2026-11-26'])
  })

  it('a record that stands in a rejected item is not ended', async () => {
    await pullItems(db(), rows(4))
    const pulled = await pullItems(db(), [row(1), row(2), row(3, { day: '2026-02-31' })])
    expect(pulled.rejected).to.equal(1)
    expect(await standing(db())).to.deep.equal(['K1', 'K2', 'K3'])
  })

  it('a record whose key is made of several fields is not ended while its item is rejected', async () => {
    const trademark = (n: number, more: Partial<Row> = {}): Row => row(n, { code: '', value: '甲、乙', ...more })
    await pullItems(db(), [trademark(1), trademark(2)], { kind: 'trademark' })
    await pullItems(db(), [trademark(1), trademark(2, { day: 'never' })], { kind: 'trademark' })
    expect(await standing(db())).to.have.length(4)
  })

  it('a record whose body breaks its contract now is not ended', async () => {
    const marks = (n: number): Row => row(n, { code: '', value: '甲、乙' })
    await pullItems(db(), [marks(1), marks(2)], { kind: 'trademark' })
    await pullItems(db(), [marks(1), marks(2)], { kind: 'trademark', body: () => ({ class: 99 }) })
    expect(await standing(db())).to.have.length(4)
  })

  it('a feed that sends only additions ends nothing', async () => {
    await pullItems(db(), rows(3), { whole: false })
    await pullItems(db(), rows(1), { whole: false })
    expect(await standing(db())).to.have.length(3)
  })

  it('records of another feed are left alone', async () => {
    await pullItems(db(), rows(3), { id: 'other' })
    await pullItems(db(), rows(1, 5))
    expect(await standing(db())).to.have.length(4)
  })
})

describe('pull refuses a delivery whole', () => {
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
  it('an empty feed', () => refusedAndUntouched(() => pullItems(db(), []), 'FEED_OUT_OF_BOUNDS'))
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

  it('an agency that dies among its items leaves nothing, and the fault is the run’s', async () => {
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
    expect(run).to.deep.equal({ outcome: 'FAILED', error: { code: 'INTERNAL', message: 'the line is dead' } })
  })

  it('the registry that dies between two of its pages leaves nothing', async () => {
    const registry = feeds.get('registry')
    if (registry === undefined) throw new Error('no registry')
    const list = Array.from({ length: 200 }, (_, i) => ({
      entname: `虚构${i}`,
      uniscid: codeOf(i),
      regno: '',
      estdate: 1e12,
      regstateCn: '存续',
    }))
    const agency = await serve(({ query }) =>
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
      expect(
        await rowsOf(
          db(),
          'select 1 from versions union all select 1 from operators union all select 1 from staged_drafts',
        ),
      ).to.have.length(0)
    } finally {
      await agency.close()
    }
  })

  it('a feed without an address', async () => {
    expect((await refusal(pullFeed(db(), feed(), { url: null }))).code).to.equal('FEED_NOT_CONFIGURED')
  })

  it('a pull that is told to stop leaves nothing and can be made again', async () => {
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
    expect(await rowsOf(db(), 'select 1 from versions union all select 1 from staged_drafts')).to.have.length(0)
    expect((await pullItems(db(), rows(6))).new).to.equal(6)
  })
})

describe('pull beside other pulls', () => {
  const db = database()

  it('of several pulls of one feed at once one brings the records and the others find them', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => pullItems(db(), rows(25))))
    expect(all.map((one) => one.new).sort((a, b) => a - b)).to.deep.equal([0, 0, 0, 25])
    expect(all.map((one) => one.unchanged).sort((a, b) => a - b)).to.deep.equal([0, 25, 25, 25])
    expect(await standing(db())).to.have.length(25)
  })

  it('more pulls at once than the pool has connections all come to their end', async () => {
    const all = await Promise.all(Array.from({ length: 14 }, () => pullItems(db(), rows(3))))
    expect(all.reduce((sum, one) => sum + one.new, 0)).to.equal(3)
  })

  it('pulls of several feeds at once make one operator of one code', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((id) => pullItems(db(), rows(30), { id })))
    expect(await rowsOf(db(), 'select 1 from operators')).to.have.length(30)
    expect(await standing(db())).to.have.length(120)
  })

  it('an occurrence of the timetable is taken once', async () => {
    const options = {
      feed: feed({ sent: () => rows(2) }),
      url: 'http://127.0.0.1:9',
      cause: 'timetable' as const,
      plannedFor: NOW,
      mark,
      now: at(NOW),
    }
    const both = await Promise.all([pull(db(), options), pull(db(), options)])
    expect(both.filter((one) => one === null)).to.have.length(1)
    expect(await rowsOf(db(), 'select outcome from runs')).to.deep.equal([{ outcome: 'DONE' }])
  })

  it('a pull that was killed is taken over by the next', async () => {
    const [run] = await rowsOf(
      db(),
      `insert into runs (job, subject, cause, started_at, outcome, whole) values ('pull', 'test', 'command', ?, 'RUNNING', true) returning id`,
      [NOW],
    )
    const draft = {
      kind: 'list_entry' as const,
      key: 'GHOST',
      subject: { uscc: codeOf(99), orgCode: null, regNo: null, shop: null, name: null },
      body: {},
      validFrom: null,
      validTo: null,
      findings: [],
    }
    await staged.add(db(), Number(run?.['id']), [
      { item: 1, part: 0, page: null, row: 1, draft, digest: 'x', usccValid: true },
    ])
    expect((await pullItems(db(), rows(2))).new).to.equal(2)
    expect(await rowsOf(db(), 'select 1 from staged_drafts')).to.have.length(0)
    expect(await rowsOf(db(), 'select outcome from runs order by id')).to.deep.equal([
      { outcome: 'ABANDONED' },
      { outcome: 'DONE' },
    ])
    expect(await standing(db())).to.not.include('GHOST')
  })

  it('a pull whose stage was emptied under it changes nothing', async () => {
    await pullItems(db(), rows(1_010))
    const before = await beliefsOf(db())
    const robbed = feed({
      sent: async function* () {
        yield* rows(1_005)
        await db()('staged_drafts').delete()
        yield* rows(5, 1_006)
      },
    })
    let failed = false
    await pullFeed(db(), robbed).catch(() => {
      failed = true
    })
    expect(failed).to.equal(true)
    expect(await beliefsOf(db())).to.equal(before)
  })

  it('a pull that another has declared dead changes nothing', async () => {
    await pullItems(db(), rows(12))
    const before = await beliefsOf(db())
    const late = feed({
      sent: async function* () {
        yield* rows(11)
        await db().raw(`update runs set outcome = 'ABANDONED', ended_at = ? where outcome = 'RUNNING'`, [NOW])
      },
    })
    let failed = false
    await pullFeed(db(), late).catch(() => {
      failed = true
    })
    expect(failed).to.equal(true)
    expect(await beliefsOf(db())).to.equal(before)
  })
})

describe('pull finds whose a record is', () => {
  const db = database()
  const known = codeOf(1)
  const reg = regNoOf('220102', false, 1)
  const register = () => pullItems(db(), [row(1, { reg })], { id: 'registry', kind: 'registration' })
  const owner = async (key: string): Promise<unknown> => (await versions.current(db(), 'test', key))?.operatorId ?? null

  it('a code in another column leads to its operator', async () => {
    await register()
    await pullItems(db(), [row(7, { code: '', org: known })])
    expect(await owner('K7')).to.equal(await operatorOf(db(), known))
  })

  it('the organisation code inside a known USCC leads to its operator', async () => {
    await register()
    const pulled = await pullItems(db(), [row(7, { code: '', org: orgCodeIn(known) })])
    expect(pulled.new).to.equal(1)
    expect(await owner('K7')).to.equal(await operatorOf(db(), known))
  })

  it('the registration number that the registry told leads to its operator', async () => {
    await register()
    await pullItems(db(), [row(7, { code: '', reg })])
    expect(await owner('K7')).to.equal(await operatorOf(db(), known))
  })

  it('a name alone leads nowhere', async () => {
    await register()
    const pulled = await pullItems(db(), [row(7, { code: '', name: '虚构商行1' })])
    expect(pulled.unmatched).to.equal(1)
    expect((await rejects.openUnmatched(db(), 10)).map((one) => one.reason)).to.deep.equal(['name.only'])
  })

  it('a valid unknown code makes an operator with its organisation code and region', async () => {
    await pullItems(db(), [row(7)])
    const [operator] = await rowsOf(db(), 'select uscc, kind, region, name from operators')
    expect(operator).to.deep.equal({ uscc: codeOf(7), kind: 'ENTERPRISE', region: '220102', name: '虚构商行7' })
    expect(await operatorOf(db(), orgCodeIn(codeOf(7)))).to.equal(await operatorOf(db(), codeOf(7)))
  })

  it('what has no USCC and is not known waits, counted each time, until its operator is known', async () => {
    const waiting = row(7, { code: '', reg })
    expect((await pullItems(db(), [waiting])).unmatched).to.equal(1)
    expect((await pullItems(db(), [waiting])).unmatched).to.equal(1)
    expect(await rejects.openUnmatched(db(), 10)).to.have.length(1)
    await register()
    expect(counts(await pullItems(db(), [waiting]))).to.deep.equal(counted(1, { new: 1 }))
    expect(await rejects.openUnmatched(db(), 10)).to.have.length(0)
    expect(await owner('K7')).to.equal(await operatorOf(db(), known))
  })

  it('a code whose digit fails stands when the registry says it and stays unmatched when another does', async () => {
    const odd = wrongDigit(codeOf(7))
    expect((await pullItems(db(), [row(7, { code: odd })])).unmatched).to.equal(1)
    expect((await rejects.openUnmatched(db(), 10)).map((one) => one.reason)).to.deep.equal(['code.digit'])
    expect((await pullItems(db(), [row(7, { code: odd })], { id: 'registry', kind: 'registration' })).new).to.equal(1)
    expect(counts(await pullItems(db(), [row(7, { code: odd })]))).to.deep.equal(counted(1, { new: 1 }))
  })

  it('a trademark without an operator stands by itself and finds its owner later', async () => {
    const brand = row(7, { code: '', reg })
    expect(counts(await pullItems(db(), [brand], { kind: 'trademark' }))).to.deep.equal(counted(1, { new: 1 }))
    expect(await owner('K7')).to.equal(null)
    await register()
    expect(counts(await pullItems(db(), [brand], { kind: 'trademark' }))).to.deep.equal(counted(1, { changed: 1 }))
    expect(await owner('K7')).to.equal(await operatorOf(db(), known))
  })

  it('a natural person’s shop is an operator of its own', async () => {
    const shop = row(7, { code: '', shop: 'shop:guguji:77' })
    expect((await pullItems(db(), [shop], { kind: 'shop' })).new).to.equal(1)
    expect(await rowsOf(db(), 'select shop, uscc, kind from operators')).to.deep.equal([
      { shop: 'shop:guguji:77', uscc: null, kind: 'SHOP' },
    ])
  })

  it('a record that another operator turns out to own marks both to be scored', async () => {
    await pullItems(db(), [row(1), row(2, { key: 'K9', code: codeOf(2) })])
    await db()('operators').update({ dirty_since: null })
    await pullItems(db(), [row(1), row(1, { key: 'K9' })])
    expect(await rowsOf(db(), 'select 1 from operators where dirty_since is not null')).to.have.length(2)
  })
})
