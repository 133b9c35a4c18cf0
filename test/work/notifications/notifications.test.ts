/** Notifications about a world with enterprises and natural persons: who hears of what, digests, outages, dead letters. */
import { expect } from 'chai'
import { usccOf } from '../../../seeds/world/codes.js'
import type { Role } from '../../../src/domain/access/viewer.js'
import { KIND_TITLES, kindsOfferedTo, NOTIFICATION_KINDS } from '../../../src/domain/notifications/kinds.js'
import { shortCaseNumber } from '../../../src/domain/notifications/message.js'
import * as objections from '../../../src/store/scoring/objections.js'
import * as runs from '../../../src/store/timetable/runs.js'
import { proposeCalendar } from '../../../src/work/calendar/calendar.js'
import { openMatter } from '../../../src/work/matters/matters.js'
import { type NotifiedOffice, openNotifiedOffice } from '../../support/notified-office.js'
import { lead, listingAt, OFFICER, operatorOf, published, pullItems, rules, step } from '../../support/world.js'

/** A Wednesday, late enough for a repair of what was published in 2026. */
const START = new Date('2027-12-01T02:00:00.000Z')
const HOUR = 3_600
const NATURAL = ['王小明', '赵桂兰', '钱多多个体店', '孙建国食品经营部']
const PEOPLE: [string, Role, string?][] = [
  ['李经办', 'officer'],
  ['reviewer-1', 'reviewer'],
  ['周复核', 'reviewer'],
  ['吴管理', 'administrator'],
  ['郑信源', 'agency', 'credit-office'],
]

describe('notifications', () => {
  let office: NotifiedOffice
  before(async () => {
    office = await openNotifiedOffice(START)
    await bringWorld(office.db)
    for (const agency of ['market-regulator', 'credit-office']) await openClue(office, agency)
    for (const [name, role, agency] of PEOPLE) await office.addPerson({ name, role, ...(agency && { agency }) })
    await office.addRobots()
  })
  after(() => office.close())

  it('each kind arrives by mail and at both robots, one message each, with its row in the audit log', async () => {
    expect(office.robots.messages.map(({ text }) => text.includes('测试消息'))).to.deep.equal([true, true])
    office.fresh()
    const done = await office.tell()
    expect(done).to.include({ sent: 7, failed: 0, dead: 0 })
    const kindsIn = (text: string) => NOTIFICATION_KINDS.filter((kind) => text.includes(`■ ${KIND_TITLES[kind]}`))
    for (const [name, role] of PEOPLE) {
      const [one, ...more] = office.mailsTo(name)
      expect(more, name).to.deep.equal([])
      expect(kindsIn(one?.text ?? ''), name).to.deep.equal(kindsOfferedTo(role))
    }
    const ofGroups = NOTIFICATION_KINDS.filter((kind) => kind !== 'MATTER')
    expect(office.robots.messages.map(({ form, text }) => [form, ...kindsIn(text)])).to.have.deep.members([
      ['DINGTALK', ...ofGroups],
      ['WECOM', ...ofGroups],
    ])
    expect(office.mailsTo('李经办')[0]?.text).to.include('http://hub.test/desk/listings/')
    expect(office.audited).to.have.length(7)
    expect(office.audited.find(({ client }) => client === '李经办')?.shown).to.be.an('array').that.is.not.empty
  })

  it('tell a seat in numbers how many matters wait for it, again when another comes, and when one is late', async () => {
    const told = (person: string) =>
      office.mailsTo(person).flatMap(({ text }) => [...text.matchAll(/\d+ 件协作事项\S+/g)].map(([words]) => words))
    // A clue, and the measures of two entries.
    expect(told('郑信源')).to.deep.equal(['3 件协作事项等待本单位办理'])
    office.fresh()
    office.pass(60)
    await openClue(office, 'credit-office')
    await office.tell()
    expect([told('郑信源'), told('李经办')]).to.deep.equal([['4 件协作事项等待本单位办理'], []])
    await office.db('matter_clocks').update({ due_at: office.now() })
    await office.db('matter_seats').where({ seat: 'credit-office@220000' }).update({ due_at: office.now() })
    office.fresh()
    office.pass(60)
    await office.tell()
    expect(told('郑信源')).to.deep.equal(['2 件协作事项已经逾期'])
  })

  it('are not repeated while nothing changes', async () => {
    office.fresh()
    office.pass(60)
    expect(await office.tell()).to.include({ noted: 0, told: 0, sent: 0 })
    expect(office.mail.mails).to.deep.equal([])
  })

  it('name no natural person, no colleague and no address, only enterprises', async () => {
    const texts = (await office.db('notification_messages').select('subject', 'body'))
      .map((row) => JSON.stringify(row))
      .join()
    expect(texts).to.include('长春虚构商贸第1有限公司')
    expect(texts).to.include('某个体工商户')
    for (const name of [...NATURAL, ...PEOPLE.map(([each]) => each), '@']) expect(texts, name).to.not.include(name)
    expect(texts).to.not.match(/\d{15}/)
  })

  it('reach a colleague who may not do it himself only where another person must', async () => {
    const reviews = (person: string) =>
      office.mailsTo(person).some(({ text }) => text.includes('暂停公示，待第二人确认'))
    office.fresh()
    const hidden = await published(office.db, 6)
    await step(
      office.db,
      hidden.id,
      [
        'hideListing',
        { by: 'reviewer-1', role: 'reviewer' } as never,
        { on: '2027-12-01', reason: '待核', hiding: 'OBJECTION' },
      ],
      office.now(),
    )
    await office.tell()
    expect([reviews('reviewer-1'), reviews('周复核'), reviews('李经办')]).to.deep.equal([false, true, true])
  })

  it('tasks of a case are told to its keeper and the keeper’s deputy, and to the group, not to other officers', async () => {
    office.fresh()
    await office.addPerson({ name: '冯同事', role: 'officer' })
    await office.addPerson({ name: '陈代办', role: 'officer' })
    await office.tell()
    office.fresh()
    await office.db('absences').insert({
      ...{
        person: '李经办',
        deputy: '陈代办',
        from_on: '2027-11-30',
        to_on: '2027-12-01',
        made_by: '李经办',
        made_at: office.now(),
      },
    })
    await keepBy(office.db, '李经办', await anotherLead(office.db, 30))
    await office.tell()
    expect(['李经办', '陈代办', '冯同事'].map((person) => office.mailsTo(person).length)).to.deep.equal([1, 1, 0])
    expect(office.robots.messages).to.have.length(2)
    await office.db('notification_recipients').whereIn('person', ['冯同事', '陈代办']).del()
  })

  it('reach the keeper of a case, and are not dropped as past, where more waits than one run reads', async () => {
    office.fresh()
    await office.addPerson({ name: '孔同事', role: 'officer' })
    const lead = await anotherLead(office.db, 39)
    await keepBy(office.db, '孔同事', lead)
    await office.tell(3)
    expect(office.mailsTo('孔同事').some(({ text }) => text.includes(shortCaseNumber(lead)))).to.equal(true)
    await office.tell()
    const { id } = await office.db('notification_recipients').where({ person: '孔同事' }).first('id')
    await office.db('notifications').where({ recipient_id: id }).update({ message_id: null })
    await office.tell(3)
    expect(await office.db('notifications').where({ recipient_id: id }).whereNotNull('dropped_at')).to.deep.equal([])
    await office.db('notification_recipients').where({ id }).del()
  })

  it('wait out an hour of outage of both kinds of receiver, with one Message-ID', async () => {
    office.fresh()
    office.mail.behave({ outage: true })
    office.robots.behave({ outage: true })
    await anotherLead(office.db, 31)
    expect(await office.tell()).to.include({ sent: 0, failed: 3 })
    for (let minute = 0; minute < 60; minute += 5) {
      office.pass(300)
      expect((await office.tell()).sent).to.equal(0)
    }
    office.fresh()
    office.pass(HOUR)
    expect(await office.tell()).to.include({ sent: 3, dead: 0 })
    expect(office.mailsTo('李经办')).to.have.length(1)
    expect(office.robots.messages).to.have.length(2)
  })

  it('come once more under the same Message-ID where the line broke after the server had taken them', async () => {
    office.fresh()
    office.mail.behave({ cutAfterAccept: 1 })
    await anotherLead(office.db, 32)
    await office.tell()
    office.pass(120)
    await office.tell()
    expect(office.mailsTo('李经办').map(({ messageId }) => messageId)).to.have.length(2)
    expect(new Set(office.mailsTo('李经办').map(({ messageId }) => messageId)).size).to.equal(1)
  })

  it('keep a digest for its hour, respect quiet hours, and leave out what was done meanwhile', async () => {
    office.fresh()
    await office.choose('李经办', { kinds: ['WAITING'], digestHour: 9, quietFrom: 20, quietTo: 8 })
    await office.choose('周复核', { kinds: ['REPAIR', 'WAITING'], quietFrom: 20, quietTo: 8 })
    office.setNow(new Date('2027-12-02T13:00:00.000Z')) // 21:00
    await office.db('notification_recipients').whereNotNull('robot').update({ kinds: [] })
    const [kept, dropped] = [await anotherLead(office.db, 33), await anotherLead(office.db, 34)]
    await office.tell()
    expect([office.mailsTo('李经办'), office.mailsTo('周复核')]).to.deep.equal([[], []])
    await step(office.db, dropped, ['dropListing', OFFICER, { on: '2027-12-02', reason: '查无实据' }], office.now())
    office.setNow(new Date('2027-12-02T23:30:00.000Z')) // 07:30
    await office.tell()
    expect(office.mailsTo('李经办')).to.deep.equal([])
    office.setNow(new Date('2027-12-03T01:00:00.000Z')) // 09:00
    await office.tell()
    const [digest, ...more] = office.mailsTo('李经办')
    expect(more).to.deep.equal([])
    expect(digest?.subject).to.equal('【信用枢纽】每日汇总：待办事项 1 项')
    expect(digest?.text).to.include(kept).and.not.include(dropped)
  })

  it('to a mailbox that does not exist are given up at once, without its address in the table', async () => {
    office.fresh()
    office.mail.behave({ refuse: office.addressOf('郑信源') })
    await office.db('notification_recipients').where({ person: '李经办' }).update({ kinds: [] })
    await addFailure(office.db, 'repairs')
    expect(await office.tell()).to.include({ sent: 1, dead: 1 })
    const [dead] = await office.db('notification_messages').where({ state: 'DEAD' })
    expect([dead.attempts, dead.last_error]).to.deep.equal([1, 'EENVELOPE RCPT TO 550'])
  })

  it('that nobody could deliver in three days are given up', async () => {
    office.fresh()
    office.mail.behave({ outage: true })
    await office
      .db('notification_recipients')
      .where({ person: '李经办' })
      .update({ kinds: ['WAITING'], digest_hour: null })
    await anotherLead(office.db, 35)
    await office.tell()
    office.pass(72 * HOUR)
    await office.tell()
    const [last] = await office.db('notification_messages').where('subject', 'like', '%待办事项%').orderBy('id', 'desc')
    expect([last.state, last.last_error]).to.deep.equal(['DEAD', 'ECONNECTION CONN'])
  })
})

type WorldDb = NotifiedOffice['db']

const anotherLead = async (db: WorldDb, n: number): Promise<string> => {
  await pullItems(
    db,
    [{ key: `L${n}`, code: codeAt(n), name: NATURAL[n % 2] ?? '', value: '某路', day: '2026-10-10' }],
    {
      id: `registry-${n}`,
      kind: 'registration',
    },
  )
  const { id } = await lead(db, await operatorOf(db, codeAt(n)))
  await keepBy(db, null, id)
  return id
}
/** Cases are told to their keeper; those of this world have none unless a test says so. */
const keepBy = (db: WorldDb, keeper: string | null, id: string) => db('listings').where({ id }).update({ keeper })
const codeAt = (n: number): string => usccOf('92', '220102', n)

const addFailure = async (db: WorldDb, feed: string): Promise<void> => {
  const id = await runs.startRun(db, { job: 'pull', subject: feed, cause: 'timetable', now: START })
  if (id !== null) await runs.finishRun(db, id, { outcome: 'FAILED', error: { code: 'X', message: 'x' }, now: START })
}

/** Waits for the seat of the province. */
const openClue = ({ db, keys, now }: NotifiedOffice, agency: string) =>
  openMatter(
    { db, rules, keys },
    { by: '虚构南关局', role: 'agency', seat: 'market-regulator@220104' },
    { kind: 'clue', to: `${agency}@220000`, fields: { source: 'PATROL', facts: '虚构线索' } },
    now(),
  )

/** A lead of a natural person, a case to be notified, one whose deadline is missed, an objection, a repair, and two troubles. */
const bringWorld = async (db: WorldDb): Promise<void> => {
  await listingAt(db, 1, 'proposeListing')
  await listingAt(db, 2, 'decideListing')
  await anotherLead(db, 20)
  await anotherLead(db, 21)
  const repaired = await published(db, 3)
  await step(db, repaired.id, ['applyRepair', OFFICER, { on: '2027-11-30', text: '已整改' }], START)
  await published(db, 4)
  await db('deliveries')
    .where({ platform: 'national' })
    .whereIn('id', db('deliveries').max('id').where({ platform: 'national' }))
    .update({ state: 'REFUSED' })
  await db.transaction((tx) =>
    objections.open(tx, {
      ...{
        operatorId: repaired.operatorId,
        feed: 'penalties',
        recordKey: 'P3',
        rule: 'r',
        fact: 'f',
        statement: NATURAL[0] ?? '',
        dueOn: '2027-12-02',
      },
      ...{ by: 'officer-1', at: START },
    }),
  )
  await proposeCalendar(db, rules, {
    holidays: ['2026-12-24'],
    reason: '国办发明电〔2026〕1号',
    by: 'officer-9',
    now: START,
  })
  await db('listings').update({ keeper: null })
  await addFailure(db, 'penalties')
}
