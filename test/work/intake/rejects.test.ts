import { expect } from 'chai'
import { certificateOf } from '../../../seeds/world/codes.js'
import * as feedHealth from '../../../src/store/intake/feed-health.js'
import * as rejectDesk from '../../../src/store/intake/reject-desk.js'
import * as rejects from '../../../src/store/intake/rejects.js'
import * as unmatched from '../../../src/store/intake/unmatched.js'
import * as runs from '../../../src/store/timetable/runs.js'
import { dropOpenReject, takeCorrection } from '../../../src/work/intake/rejects.js'
import { current, row, rows } from '../../support/rows.js'
import {
  at,
  codeOf,
  csvOf,
  database,
  dumpOf,
  feed,
  later,
  NOW,
  pseudonymOf,
  pullFeed,
  pullItems,
  refusal,
  rowsOf,
  rules,
  wrongDigit,
} from '../../support/world.js'

const WRONG_DAY = { day: '2026-02-31' }
const BY = { by: 'officer-1', note: '日期笔误，已与来文单位核实', pseudonymOf, rules }

describe('a rejected item', () => {
  const db = database()
  const only = async (): Promise<rejectDesk.StoredReject> => {
    const [one] = await rejectDesk.list(db(), { feeds: null }, { first: 2, after: null, order: 'NEWEST' })
    if (one === undefined) throw new Error('nothing was set aside')
    return one
  }
  const settle = (reject: number, fields: unknown, seconds = 60) =>
    takeCorrection(db(), feed(), { ...BY, reject, fields, now: at(later(seconds)) })

  it('is kept as sent, with place, rule and message, and stays open', async () => {
    await pullItems(db(), [row(1), row(2, WRONG_DAY)])
    expect(await only()).to.deep.include({
      feed: 'test',
      page: 1,
      row: 2,
      field: 'day',
      rule: 'date',
      state: 'OPEN',
      item: { ...row(2), ...WRONG_DAY },
      corrected: null,
      settledAt: null,
    })
  })

  it('becomes a record when corrected, with the page, row and file of the original', async () => {
    await pullFeed(db(), feed(), { file: { path: csvOf([row(1), row(2, WRONG_DAY)]) } })
    const before = await only()
    const corrected = await settle(before.id, row(2))
    if (!corrected.taken) throw new Error('not taken')
    expect(corrected.effect).to.equal('NEW')
    const [version] = await rowsOf(
      db(),
      `select run_id, page, row_number, partial from versions where record_key = 'K2'`,
    )
    // The correction counts as part of the same partial file.
    expect(version).to.deep.equal({ run_id: corrected.run, page: null, row_number: before.row, partial: true })
    expect(await only()).to.deep.include({
      id: before.id,
      state: 'TAKEN',
      corrected: row(2),
      takenRun: corrected.run,
      settledBy: 'officer-1',
      settledAt: later(60),
      note: BY.note,
      item: before.item,
    })
    expect(await runs.findRun(db(), corrected.run)).to.deep.include({
      job: 'pull',
      subject: 'test',
      cause: 'person',
      outcome: 'DONE',
      whole: false,
      file: before.file,
      counts: { received: 1, new: 1, changed: 0, unchanged: 0, rejected: 0, unmatched: 0 },
    })
    const [run] = await rowsOf(db(), 'select asked_by from runs where id = ?', [corrected.run])
    expect(run?.['asked_by']).to.equal('officer-1')
  })

  it('creates an unknown operator when corrected, and queues its score', async () => {
    await pullItems(db(), [row(1, WRONG_DAY)])
    await settle((await only()).id, row(1))
    expect(
      await rowsOf(
        db(),
        'select uscc, d.since is not null as due from operators left join dirty_operators d on d.operator_id = id',
      ),
    ).to.deep.equal([{ uscc: codeOf(1), due: true }])
  })

  it('corrected wrongly reports the faults and changes nothing', async () => {
    await pullItems(db(), [row(1), row(2, WRONG_DAY)])
    const before = await dumpOf(db())
    const { id } = await only()
    const corrected = await settle(id, { ...row(2), day: '2026-13-01', value: '' })
    expect(corrected).to.deep.include({ taken: false })
    expect(!corrected.taken && corrected.problems.map(({ field, rule }) => `${field} ${rule}`).sort()).to.deep.equal([
      'day date',
      'value required',
    ])
    expect(await settle(id, { unheard: 'of' })).to.deep.include({ taken: false })
    expect(await dumpOf(db())).to.equal(before)
  })

  it('corrected to a body that breaks the contract is refused with the field', async () => {
    const broken = feed({ body: () => ({ list: 'no-such-list' }) })
    await pullItems(db(), [row(1, WRONG_DAY)])
    const corrected = await takeCorrection(db(), broken, {
      ...BY,
      reject: (await only()).id,
      fields: row(1),
      now: at(NOW),
    })
    expect(!corrected.taken && corrected.problems[0]?.field).to.match(/list/)
  })

  it('corrected without an operator is stored as unmatched', async () => {
    await pullItems(db(), [row(1, WRONG_DAY)])
    const corrected = await settle((await only()).id, { ...row(1), code: wrongDigit(codeOf(1)) })
    expect(corrected).to.deep.include({ taken: true, effect: 'UNMATCHED' })
    expect(await unmatched.listOpen(db(), 2)).to.have.length(1)
  })

  it('is corrected once, and a second correction or a drop is refused', async () => {
    await pullItems(db(), [row(1, WRONG_DAY)])
    const { id } = await only()
    const both = await Promise.allSettled([settle(id, row(1)), settle(id, row(1))])
    expect(both.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
    expect((await refusal(settle(id, row(1)))).code).to.equal('REJECT_SETTLED')
    expect((await refusal(dropOpenReject(db(), { ...BY, reject: id, now: at(NOW) }))).code).to.equal('REJECT_SETTLED')
    expect(await current(db())).to.have.length(1)
  })

  it('cannot be corrected where the agency has sent the record since', async () => {
    await pullItems(db(), [row(1), row(2, WRONG_DAY)])
    const { id } = await only()
    await pullItems(db(), [row(1), row(2, { value: '刷单' })], { now: at(later(30)) })
    expect((await refusal(settle(id, row(2)))).code).to.equal('REJECT_OUTDATED')
    expect(await rowsOf(db(), `select body->>'reason' as reason from versions where record_key = 'K2'`)).to.deep.equal([
      { reason: '刷单' },
    ])
    expect(await rowsOf(db(), `select state from rejects`)).to.deep.equal([{ state: 'OPEN' }])
  })

  it('sent again unchanged, stays open once, in its last run; sent again changed, is open beside the first', async () => {
    await pullItems(db(), [row(1), row(2, WRONG_DAY), row(3, WRONG_DAY)])
    await pullItems(db(), [row(1), row(2, WRONG_DAY), row(3, { ...WRONG_DAY, value: '刷单' })], { now: at(later(30)) })
    const found = await rowsOf(
      db(),
      `select row_number as row, state, settled_by as "by", note like '同一内容%' as "isRepeated" from rejects order by id`,
    )
    expect(found).to.deep.equal([
      { row: 2, state: 'DROPPED', by: null, isRepeated: true },
      { row: 3, state: 'OPEN', by: null, isRepeated: null },
      { row: 2, state: 'OPEN', by: null, isRepeated: null },
      { row: 3, state: 'OPEN', by: null, isRepeated: null },
    ])
    // After a rollback of the run that repeated it, the reject is open in the earlier run again.
    await db().transaction(async (tx) => {
      const last = await tx('rejects').max('run_id as run').first()
      await rejectDesk.reopenAfterRollback(tx, Number(last?.['run']))
    })
    expect(await rowsOf(db(), `select state, note from rejects order by id limit 1`)).to.deep.equal([
      { state: 'OPEN', note: null },
    ])
  })

  it('of a rolled-back run cannot be corrected', async () => {
    await pullItems(db(), [row(1, WRONG_DAY)])
    await db()('runs').update({ taken_back_at: NOW, taken_back_by: 'x', taken_back_reason: 'y' })
    expect((await refusal(settle((await only()).id, row(1)))).code).to.equal('REJECT_OUTDATED')
  })

  it('corrected to an item that contradicts itself changes nothing', async () => {
    await pullItems(db(), [row(1, WRONG_DAY)])
    const { id } = await only()
    // The item gives two different records under one key.
    const twice = {
      ...feed(),
      map: ((item, context) => {
        const mapped = feed().map(item, context)
        const [draft] = 'drafts' in mapped ? mapped.drafts : []
        return draft ? { drafts: [draft, { ...draft, body: { ...draft.body, reason: '刷单' } }] } : mapped
      }) as ReturnType<typeof feed>['map'],
    }
    const made = takeCorrection(db(), twice, { ...BY, reject: id, fields: row(1), now: at(NOW) })
    expect((await refusal(made)).code).to.equal('INPUT_INVALID')
    expect(await current(db())).to.deep.equal([])
    expect((await only()).state).to.equal('OPEN')
  })

  it('is not found by an unknown id or under another feed', async () => {
    await pullItems(db(), [row(1, WRONG_DAY)])
    expect((await refusal(settle(999_999, row(1)))).code).to.equal('REJECT_UNKNOWN')
    const other = takeCorrection(db(), feed({ id: 'other' }), {
      ...BY,
      reject: (await only()).id,
      fields: row(1),
      now: at(NOW),
    })
    expect((await refusal(other)).code).to.equal('REJECT_UNKNOWN')
    expect((await refusal(dropOpenReject(db(), { ...BY, reject: 999_999, now: at(NOW) }))).code).to.equal(
      'REJECT_UNKNOWN',
    )
  })

  const bad: [what: string, fields: unknown, note: string][] = [
    ['no object', '[]', '理由'],
    ['a list', [row(1)], '理由'],
    ['nothing', {}, '理由'],
    ['null', null, '理由'],
    ['an item of more than 200,000 characters', { ...row(1), note: 'x'.repeat(200_001) }, '理由'],
    ['no reason', row(1), '  '],
    ['a reason of 1,001 characters', row(1), '理'.repeat(1_001)],
  ]
  for (const [what, fields, note] of bad) {
    it(`cannot be corrected with ${what}`, async () => {
      await pullItems(db(), [row(1, WRONG_DAY)])
      const made = takeCorrection(db(), feed(), { ...BY, note, reject: (await only()).id, fields, now: at(NOW) })
      expect((await refusal(made)).code).to.equal('INPUT_INVALID')
    })
  }

  it('is closed when dropped, with person and reason', async () => {
    await pullItems(db(), [row(1), row(2, WRONG_DAY)])
    const { id } = await only()
    await dropOpenReject(db(), { ...BY, reject: id, now: at(later(5)) })
    expect(await only()).to.deep.include({
      state: 'DROPPED',
      settledBy: 'officer-1',
      note: BY.note,
      settledAt: later(5),
    })
    expect((await rejects.countOpenRows(db())).rejects).to.equal(0)
    expect(await current(db())).to.have.length(1)
  })

  it('is open again when its correction is rolled back', async () => {
    await pullItems(db(), [row(1, WRONG_DAY)])
    const { id } = await only()
    const corrected = await settle(id, row(1))
    if (!corrected.taken) throw new Error('not taken')
    await db().transaction((tx) => rejectDesk.reopenAfterRollback(tx, corrected.run))
    expect(await only()).to.deep.include({
      state: 'OPEN',
      corrected: null,
      takenRun: null,
      settledBy: null,
      note: null,
    })
  })

  it('keeps no ID number of its correction or its reason', async () => {
    const id = certificateOf('220102', '0107', 41)
    await pullItems(db(), [row(1, WRONG_DAY)])
    const spaced = `${id.slice(0, 6)} ${id.slice(6, 14)} ${id.slice(14)}`
    const fields = { ...row(1), note: id, value: `售假，见 ${spaced}` }
    await takeCorrection(db(), feed(), {
      ...BY,
      note: `本人 ${id} 申请`,
      reject: (await only()).id,
      fields,
      now: at(NOW),
    })
    const dump = await dumpOf(db())
    expect(dump).to.contain(pseudonymOf(id))
    expect(dump).to.not.contain(id)
    expect(dump).to.not.contain(spaced)
  })

  it('once corrected, stays or ends by what later full pulls send', async () => {
    await pullItems(db(), [...rows(5), row(6, WRONG_DAY)])
    await settle((await only()).id, row(6))
    // The agency still sends the unreadable item.
    await pullItems(db(), [...rows(5), row(6, WRONG_DAY)], { now: at(later(3_600)) })
    expect((await current(db())).map((one) => one['ended'])).to.deep.equal(Array(6).fill(null))
  })
})

describe('open rejects', () => {
  const db = database()
  const waiting = async () => (await rejects.countOpenRows(db())).rejects
  const file = (given: Parameters<typeof csvOf>[0], more = {}) =>
    pullFeed(db(), feed(), { file: { path: csvOf(given), ...more } })

  it('are those of the newest full delivery and of partial files after it', async () => {
    await pullItems(db(), [row(1), row(2, WRONG_DAY), row(3, WRONG_DAY)])
    expect(await waiting()).to.equal(2)
    await pullItems(db(), [row(1), row(2), row(3, WRONG_DAY)], { now: at(later(60)) })
    expect(await waiting()).to.equal(1)
    await file([row(4, WRONG_DAY)])
    expect(await waiting()).to.equal(2)
    await file([row(5)])
    expect(await waiting()).to.equal(2)
    await pullItems(db(), rows(5), { now: at(later(120)) })
    expect(await waiting()).to.equal(0)
  })

  it('count an item once, however often its file is sent', async () => {
    for (let n = 0; n < 3; n += 1) await file([row(1), row(2, WRONG_DAY)])
    expect(await waiting()).to.equal(1)
  })

  it('remain open where a person corrects another item', async () => {
    await pullItems(db(), [row(1), row(2, WRONG_DAY), row(3, WRONG_DAY)])
    const [last] = await rejectDesk.list(db(), { feeds: null }, { first: 1, after: null, order: 'NEWEST' })
    await takeCorrection(db(), feed(), { ...BY, reject: last?.id ?? 0, fields: row(3), now: at(later(1)) })
    expect(await waiting()).to.equal(1)
    expect(await rejects.latestRejectsOf(db(), 'test', 5)).to.have.length(2)
  })
})

describe('watch of a feed', () => {
  const db = database()
  const SINCE = later(-86_400)
  const watched = async (since = SINCE) => {
    const found = (await feedHealth.healthOfFeeds(db(), ['test', 'silent'], since)).get('test')
    if (found === undefined) throw new Error('nobody watches it')
    return found
  }
  const dutiful = () => ({ ...feed(), duty: { workdays: 7 } })
  const pulled = (given: Parameters<typeof pullItems>[1], seconds: number) =>
    pullFeed(db(), { ...dutiful(), open: feed({ sent: () => given }).open }, { rules, now: at(later(seconds)) })

  it('shows nothing for a feed that was never pulled', async () => {
    expect((await feedHealth.healthOfFeeds(db(), ['silent'], SINCE)).get('silent')).to.deep.equal({
      feed: 'silent',
      last: null,
      openRejects: 0,
      unmatched: 0,
      late: 0,
      timely: 0,
    })
    expect(await feedHealth.lastGoodPulls(db(), ['silent'])).to.deep.equal(new Map())
  })

  const rulesOf = async (run = 0) =>
    (await feedHealth.countRulesOfRuns(db(), [run])).map(({ rule, count }) => ({ rule, count }))

  it('shows items and rejects by rule of the last pull, most frequent first', async () => {
    await pullItems(db(), [
      row(1),
      row(2, WRONG_DAY),
      row(3, { value: '' }),
      row(4, WRONG_DAY),
      row(5, { code: '', name: '虚构无码' }),
    ])
    const { last, openRejects, unmatched } = await watched()
    expect({ openRejects, unmatched }).to.deep.equal({ openRejects: 3, unmatched: 1 })
    expect(last).to.deep.include({
      outcome: 'DONE',
      received: 5,
      rejected: 3,
      error: null,
    })
    expect(await rulesOf(last?.run)).to.deep.equal([
      { rule: 'date', count: 2 },
      { rule: 'required', count: 1 },
    ])
  })

  it('shows why the last pull failed, and when the feed was last good', async () => {
    await pullItems(db(), rows(20))
    const bad = Array.from({ length: 20 }, (_, n) => row(n, WRONG_DAY))
    expect((await refusal(pullItems(db(), bad, { now: at(later(60)) }))).code).to.equal('FEED_OUT_OF_BOUNDS')
    const { last } = await watched()
    expect(last).to.deep.include({ outcome: 'REFUSED', rejected: 20 })
    expect(await rulesOf(last?.run)).to.deep.equal([{ rule: 'date', count: 20 }])
    expect(last?.error?.code).to.equal('FEED_OUT_OF_BOUNDS')
    expect(await feedHealth.lastGoodPulls(db(), ['test'])).to.deep.equal(new Map([['test', NOW]]))
  })

  it('counts new late records, without the history of the first pull', async () => {
    await pulled([row(1), row(2)], 0)
    expect(await watched()).to.include({ late: 0, timely: 0 })
    await pulled(
      [row(1), row(2), row(3, { day: '2026-11-03' }), row(4, { day: '2026-11-20' }), row(5, { day: '' })],
      60,
    )
    expect(await watched()).to.include({ late: 1, timely: 1 })
    // Records already reported as late are not reported again.
    await pulled([row(1), row(2), row(3, { day: '2026-11-03', value: '刷单' })], 120)
    expect(await watched()).to.include({ late: 1, timely: 1 })
    expect(await watched(later(7_200))).to.include({ late: 0, timely: 0 })
  })
})
