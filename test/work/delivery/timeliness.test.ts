import { expect } from 'chai'
import type { Db } from '../../../src/store/db/db.js'
import type { WorkRules } from '../../../src/work/calendar/rules.js'
import { listDueDeliveries, reportMonthlyTimeliness } from '../../../src/work/delivery/timeliness.js'
import { at, codeOf, database, feed, NOW, published, pullFeed, refusal, removed, rules } from '../../support/world.js'

const AUTHORITY = '虚构市市场监督管理局'
const instant = (day: string): Date => new Date(`${day}T02:00:00Z`)

describe('timeliness', () => {
  const db = database()

  /** Marks the deliveries owed to these platforms as confirmed on that day. */
  const confirm = (on: string, ...platforms: string[]) =>
    db().raw(
      `update deliveries set state = 'CONFIRMED', attempts = 1, confirmed_at = ? where state = 'OWED' and platform = any(?)`,
      [instant(on), platforms] as never,
    )
  const ALL = ['national', 'jilin', 'creditchina', 'creditjilin']
  const figures = async (month: string, today: string, of = 'jilin') =>
    (await reportMonthlyTimeliness(db(), rules, month, today)).filter(({ platform }) => platform === of)
  const due = async (today: string, more: { lateOnly?: boolean; platform?: string } = {}) => {
    const list = await listDueDeliveries(db(), rules, { lateOnly: false, platform: null, today, ...more })
    const page = await list.page({ first: 100, after: null })
    expect(await list.count(null)).to.equal(page.length)
    return page
  }
  const readd = async (from: Db, id: string, number: number, on: string) =>
    from.raw(
      `insert into deliveries (platform, kind, subject_id, number, action, notice, due_at, created_at)
       select platform, kind, subject_id, ?, 'ADD', notice, ?, ? from deliveries where subject_id = ? and platform = 'jilin' and number = 1`,
      [number, instant(on), instant(on), id],
    )

  it('counts an entry from its decision until the platform confirms', async () => {
    await published(db(), 1)
    await confirm('2026-11-18', ...ALL)
    const [figure, ...more] = await figures('2026-11', '2026-11-25')
    expect(more).to.deep.equal([])
    // The entry was decided on Thursday 12 November.
    expect(figure).to.include({
      authority: AUTHORITY,
      duty: 'LISTING',
      total: 1,
      onTime: 1,
      late: 0,
      open: 0,
      share: 1,
    })
    expect(figure).to.include({ median: 4, worst: 4 })
    expect(await due('2026-11-25')).to.deep.equal([])
  })

  it('reports an entry that is nearly late, and then as late', async () => {
    const { id } = await published(db(), 1)
    expect(await due('2026-11-19')).to.deep.equal([])
    // The last day is Monday the 23rd, the next working day after Friday the 20th.
    const [one, ...more] = await due('2026-11-20', { platform: 'jilin' })
    expect(more).to.deep.equal([])
    expect(one).to.include({
      subjectId: id,
      duty: 'LISTING',
      from: '2026-11-12',
      dueOn: '2026-11-23',
      late: false,
      state: 'OWED',
    })
    expect(await due('2026-11-20')).to.have.lengthOf(4)
    expect(await due('2026-11-23', { lateOnly: true })).to.deep.equal([])
    const late = await due('2026-11-24', { lateOnly: true })
    expect(late.map(({ late, platform }) => [platform, late])).to.have.deep.members(ALL.map((id) => [id, true]))
  })

  it('counts a removal during one platform’s outage as late there and as timely at the others', async () => {
    const { id } = await published(db(), 1)
    await confirm('2026-11-18', ...ALL)
    await removed(db(), id, '2026-11-25')
    await confirm('2026-11-26', ...ALL.filter((one) => one !== 'jilin'))
    const withdrawal = async (today: string, of: string) =>
      (await figures('2026-11', today, of)).find(({ duty }) => duty === 'LISTING_WITHDRAWAL')
    expect(await withdrawal('2026-11-30', 'jilin')).to.include({ open: 1, late: 0, share: null })
    expect(await withdrawal('2026-12-01', 'jilin')).to.include({ open: 1, overdue: 1, late: 1, share: 0, worst: 4 })
    expect(await withdrawal('2026-12-01', 'national')).to.include({ onTime: 1, late: 0, share: 1 })
    expect(
      (await due('2026-12-01', { lateOnly: true })).map(({ platform, action }) => [platform, action]),
    ).to.deep.equal([['jilin', 'REMOVE']])
    await confirm('2026-12-03', 'jilin')
    expect(await withdrawal('2026-12-03', 'jilin')).to.include({ open: 0, overdue: 0, late: 1, median: 6, worst: 6 })
    expect(await due('2026-12-03')).to.deep.equal([])
  })

  it('counts nothing for an entry added and removed before anything was sent', async () => {
    const { id } = await published(db(), 1)
    await removed(db(), id, '2026-11-25')
    expect(await reportMonthlyTimeliness(db(), rules, '2026-11', '2026-12-31')).to.satisfy((all: { duty: string }[]) =>
      all.every(({ duty }) => duty === 'PUBLICITY'),
    )
    expect(await due('2026-12-31')).to.deep.equal([])
  })

  it('counts several removals of one entry from the first, until any of them is confirmed', async () => {
    const { id } = await published(db(), 1)
    await confirm('2026-11-18', ...ALL)
    await removed(db(), id, '2026-11-25')
    await db().raw(
      `insert into deliveries (platform, kind, subject_id, number, action, notice, due_at, created_at)
       select platform, kind, subject_id, 3, 'REMOVE', jsonb_set(notice, '{removal,removedOn}', '"2026-12-02"'), ?, ? from deliveries
       where platform = 'jilin' and number = 2`,
      [instant('2026-12-02'), instant('2026-12-02')],
    )
    await db().raw(`update deliveries set state = 'FOLDED' where platform = 'jilin' and number = 2`)
    const [one, ...more] = await due('2026-12-02', { platform: 'jilin' })
    expect(more).to.deep.equal([])
    expect(one).to.include({ from: '2026-11-25', late: true })
  })

  it('counts an entry added again from that day, not from its old decision', async () => {
    const { id } = await published(db(), 1)
    await confirm('2026-11-18', ...ALL)
    await readd(db(), id, 2, '2027-03-01')
    expect(await due('2027-03-01', { platform: 'jilin' })).to.deep.equal([])
    expect((await due('2027-03-20', { platform: 'jilin' }))[0]).to.include({ from: '2027-03-01', late: true })
    await db().raw(`update deliveries set platform = 'new', number = 1 where number = 2`)
    expect((await due('2027-03-20', { platform: 'new' }))[0]).to.include({ from: '2027-03-01' })
  })

  it('counts an entry changed before its first sending from the decision', async () => {
    const { id } = await published(db(), 1)
    await db().raw(`update deliveries set state = 'FOLDED' where platform = 'jilin'`)
    await readd(db(), id, 2, '2026-11-24')
    expect((await due('2026-11-24', { platform: 'jilin' }))[0]).to.include({ from: '2026-11-12', late: true })
  })

  it('counts a delivery closed by an officer as neither timely nor late', async () => {
    await published(db(), 1)
    await db().raw(
      `update deliveries set state = 'CLOSED', closed_at = ?, closed_by = 'officer', closed_reason = '平台已停用' where platform = 'jilin'`,
      [instant('2026-11-20')],
    )
    expect((await figures('2026-11', '2026-11-25'))[0]).to.include({
      total: 1,
      closed: 1,
      onTime: 0,
      late: 0,
      share: null,
    })
    expect(await due('2026-12-31', { platform: 'jilin' })).to.deep.equal([])
  })

  it('continues to count a refused delivery that waits for a person', async () => {
    await published(db(), 1)
    await db().raw(
      `update deliveries set state = 'REFUSED', attempts = 1, last_error = '1001 不匹配' where platform = 'jilin'`,
    )
    expect((await due('2026-11-24', { platform: 'jilin' }))[0]).to.include({
      state: 'REFUSED',
      attempts: 1,
      lastError: '1001 不匹配',
      late: true,
    })
  })

  describe('timeliness of records', () => {
    const hearing: WorkRules = { ...rules, platforms: [{ id: 'jilin', kinds: ['listing', 'penalty'], lists: null }] }
    const tell = (day: string, now: Date, status = 'IN_FORCE') =>
      pullFeed(
        db(),
        feed({
          id: 'penalties',
          kind: 'penalty',
          whole: false,
          sent: () => [{ key: 'P1', code: codeOf(1), name: '长春虚构商贸第1有限公司', value: '虚假宣传', day }],
          body: () => ({ status, revoked_on: status === 'REVOKED' ? '2026-11-24' : null }),
        }),
        { rules: hearing, now: at(now) },
      )

    it('counts from the decision even where the agency sent it late', async () => {
      await tell('2026-11-02', NOW)
      expect((await due('2026-11-25'))[0]).to.include({
        kind: 'penalty',
        duty: 'RECORD',
        from: '2026-11-02',
        dueOn: '2026-11-11',
        late: true,
      })
      await confirm('2026-11-25', 'jilin')
      expect((await figures('2026-11', '2026-11-25'))[0]).to.include({
        authority: AUTHORITY,
        duty: 'RECORD',
        late: 1,
        median: 17,
      })
    })

    it('counts a delivery to a new platform from the day it was owed', async () => {
      await tell('2026-11-02', instant('2026-11-04'))
      await confirm('2026-11-05', 'jilin')
      await db().raw(
        `insert into deliveries (platform, kind, subject_id, number, action, notice, due_at, created_at)
         select 'new', kind, subject_id, 1, 'ADD', notice, ?, ? from deliveries`,
        [NOW, NOW],
      )
      expect(await due('2026-11-26')).to.deep.equal([])
      expect((await due('2026-12-31'))[0]).to.include({ platform: 'new', from: '2026-11-25' })
    })

    it('counts a withdrawal from the day on which the agency revoked it', async () => {
      await tell('2026-11-02', instant('2026-11-04'))
      await confirm('2026-11-05', 'jilin')
      await tell('2026-11-02', NOW, 'REVOKED')
      expect((await due('2026-11-26'))[0]).to.include({
        duty: 'RECORD_WITHDRAWAL',
        from: '2026-11-24',
        dueOn: '2026-11-27',
        late: false,
      })
      const all = await figures('2026-11', '2026-11-26')
      expect(all.map(({ duty, onTime, open }) => [duty, onTime, open])).to.deep.equal([
        ['RECORD', 1, 0],
        ['RECORD_WITHDRAWAL', 0, 1],
      ])
    })
  })

  it('measures publication in 公示系统 by the days in the records, for entries decided here and entries sent by agencies', async () => {
    await published(db(), 1)
    const sent = [
      { key: 'L1', code: codeOf(2), name: '长春虚构商贸第2有限公司', value: '虚构交易', day: '2026-10-12' },
      { key: 'L2', code: codeOf(3), name: '长春虚构商贸第3有限公司', value: '虚构交易', day: '2026-11-10' },
    ]
    const body = () => ({ published_on: '2026-11-18' })
    await pullFeed(db(), feed({ id: 'lists', sent: () => sent, body }), { now: at(NOW) })
    const november = await figures('2026-11', '2026-11-25', 'gsxt')
    // The entry was decided on 12 October, due on 9 November and published on the 18th.
    expect(november.map(({ duty, total, late, worst }) => [duty, total, late, worst])).to.deep.equal([
      ['PUBLICITY', 1, 1, 27],
    ])
    const december = await figures('2026-12', '2026-12-25', 'gsxt')
    expect(december[0]).to.include({ total: 2, onTime: 2, median: 2, worst: 6 })
  })

  it('uses the calendar with the amendments of officers', async () => {
    await published(db(), 1)
    await db().raw(
      `insert into calendar_amendments (day, kind, reason, made_by, made_at) values ('2026-11-23', 'HOLIDAY', '通知', 'officer', ?)`,
      [NOW],
    )
    expect((await due('2026-11-24', { platform: 'jilin' }))[0]).to.include({ dueOn: '2026-11-24', late: false })
  })

  for (const month of ['2026-13', '2026-1', '202611', '2026-11-01', ''])
    it(`refuses the month ${JSON.stringify(month)}`, async () => {
      expect((await refusal(reportMonthlyTimeliness(db(), rules, month, '2026-11-25'))).code).to.equal('INPUT_INVALID')
    })
})
