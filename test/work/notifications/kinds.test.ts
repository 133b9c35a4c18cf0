/** Every kind of notification, from its table through the whole chain to the mail server and both robots. */
import { expect } from 'chai'
import { agencies } from '../../../src/agencies/index.js'
import { ACCOUNT_EVENTS, describeAccountEvent } from '../../../src/domain/notifications/account-notices.js'
import { TASKS, WORK_KINDS, type WorkKind } from '../../../src/domain/worklist/tasks.js'
import * as runs from '../../../src/store/timetable/runs.js'
import { noteAccountEvent } from '../../../src/work/access/account-notices.js'
import { addCases, addOtherTasks, CASES, type GivenCase } from '../../api/worklist/filled-office.js'
import { NOW, TODAY } from '../../api/world.js'
import { type NotifiedOffice, openNotifiedOffice, type Told } from '../../support/notified-office.js'

const [KEEPER, OFFICER, REVIEWER, SECOND] = ['虚构经办', '另一经办', '虚构复核', '另一复核']
const [ADMINISTRATOR, SECURITY, SENDER, OTHER_SENDER] = ['虚构管理', '虚构安全', '虚构报送', '他处报送']
const PEOPLE: Told[] = [
  { name: KEEPER, role: 'officer' },
  { name: OFFICER, role: 'officer' },
  { name: REVIEWER, role: 'reviewer' },
  { name: SECOND, role: 'reviewer' },
  { name: ADMINISTRATOR, role: 'administrator' },
  { name: SECURITY, role: 'administrator', duty: 'security' },
  { name: SENDER, role: 'agency', agency: 'credit-office' },
  { name: OTHER_SENDER, role: 'agency', agency: 'ip-office' },
]
const OFFICERS = [KEEPER, OFFICER]
const REVIEWERS = [REVIEWER, SECOND]
const ADMINISTRATORS = [ADMINISTRATOR, SECURITY]
const AUTHORITY = [...OFFICERS, ...REVIEWERS, ...ADMINISTRATORS]

/** The roles that hear by mail that the task waits. Written from how an office works, not copied from the code. */
const RECIPIENTS_BY_KIND: Record<Exclude<WorkKind, 'AWAIT_DEFENCE' | 'FOLLOW_RETRACTION'>, readonly string[]> = {
  MEND: [KEEPER],
  LINK_DECISION: [KEEPER],
  PROPOSE: [KEEPER],
  NOTIFY: [KEEPER],
  ANSWER_DEFENCE: [KEEPER],
  HOLD_HEARING: [KEEPER],
  REVIEW: REVIEWERS,
  CONSENT: [...OFFICERS, ...REVIEWERS],
  DECIDE: [KEEPER],
  SERVE: [KEEPER],
  PUBLISH: [KEEPER],
  // The keeper hid the entry, so another person confirms it.
  CONFIRM_HIDING: [OFFICER, ...REVIEWERS],
  RESOLVE_HIDING: [KEEPER],
  ACCEPT_REPAIR: [KEEPER],
  DECIDE_REPAIR: [KEEPER],
  SETTLE_CONCERN: [KEEPER],
  RELEASE_PAPER: [OFFICER, ...REVIEWERS],
  MOVE_MATTER: [...OFFICERS, ...REVIEWERS],
  CLOSE_MATTER: [OFFICER, ...REVIEWERS],
  DECIDE_OBJECTION: REVIEWERS,
  AWAIT_CORRECTION: [...OFFICERS, SENDER],
  DECIDE_OVERRIDE: REVIEWERS,
  CORRECT_REJECTS: [...OFFICERS, ...ADMINISTRATORS, SENDER],
  DECIDE_IDENTITY: AUTHORITY,
  REFUSED_DELIVERIES: AUTHORITY,
  LATE_DELIVERIES: AUTHORITY,
  SETTLE_DISCREPANCIES: [...OFFICERS, ...REVIEWERS],
  DECIDE_SCORECARD: [...REVIEWERS, SECURITY],
  DECIDE_CALENDAR: [...OFFICERS, SECURITY],
  CONFIRM_ACCOUNT: [SECURITY],
  CONFIRM_CLIENT: [SECURITY],
  CONFIRM_SETTINGS: [SECURITY],
  CONFIRM_AUTHORITY: [SECURITY],
  CONFIRM_RULES: [...OFFICERS, ...REVIEWERS, SECURITY],
  CONFIRM_RELEASE: [...OFFICERS, ...REVIEWERS, SECURITY],
}
/** Deadlines and what no queue holds: beginning of the subject, of the occasion, part of the text, recipients. */
const OTHERS: [string, string, string, readonly string[]][] = [
  ['SERVE', 'MISSED', '逾期未办', [KEEPER]],
  ['REVIEW', 'MISSED', '', []],
  ['FOLLOW_RETRACTION', 'MISSED', '逾期未办', [KEEPER]],
  ['DECIDE_OBJECTION', 'COMING', '前办结', REVIEWERS],
  ['objection', 'OPEN', '提出异议', [...OFFICERS, SENDER]],
  ['objection', 'COMING', '前办结', [...OFFICERS, SENDER]],
  ['feed repairs', 'FAILED', '最近一次拉取失败', [...OFFICERS, ...ADMINISTRATORS, SENDER]],
  ['feed permits', 'REFUSED', '最近一次报送未予接收', [...OFFICERS, ...ADMINISTRATORS, SENDER]],
  ['feed penalties', 'STALE', '已超过规定时间没有更新', [...OFFICERS, ...ADMINISTRATORS, SENDER]],
  ['platform national', 'REMOVAL', '移出已超过一小时未获确认', AUTHORITY],
  ['platform jilin', 'DOWN', '连续多次未能连通', AUTHORITY],
]

/** Names and numbers of natural persons in what is told about. */
const NATURAL = ['王小明', '赵桂兰', '虚构当事人', '待确认人员']
const ID_NUMBER = '220102198001010016'

describe('every kind of notification', () => {
  let office: NotifiedOffice
  const received: string[] = []
  before(async () => {
    office = await openNotifiedOffice(NOW)
    for (const person of PEOPLE) await office.addPerson(person)
    await office.addRobots()
    await fill(office)
    await office.tell()
    collect()
  })
  after(() => office.close())

  const collect = (): void => {
    received.push(...office.mail.mails.map(({ raw, subject, text }) => `${headersOf(raw)}\n${subject}\n${text}`))
    received.push(...office.robots.messages.map(({ text }) => text))
  }
  /** Tells again what was told of one thing, in messages of its own. */
  const tellOnly = async (subject: string, occasion = ''): Promise<void> => {
    office.fresh()
    await office
      .db('notifications')
      .where('subject', 'like', `${subject}%`)
      .andWhere('occasion', 'like', `${occasion}%`)
      .update({ message_id: null })
    await office.tell()
    collect()
  }
  const recipientsOf = (text: string): string[] =>
    PEOPLE.map(({ name }) => name).filter((name) => office.mailsTo(name).some((mail) => mail.text.includes(text)))
  const groupsWith = (text: string): string[] =>
    office.robots.messages.filter((message) => message.text.includes(text)).map(({ form }) => form)

  for (const [kind, recipients] of Object.entries(RECIPIENTS_BY_KIND))
    it(`${TASKS[kind as WorkKind].zh}: by mail to whose it is, and to both groups`, async () => {
      const text = TASKS[kind as WorkKind].zh
      await tellOnly(`${kind} `)
      expect(recipientsOf(text)).to.have.members(recipients)
      // A group has no duty, so accounts are told to security administrators alone.
      expect(groupsWith(text)).to.have.members(
        ['CONFIRM_ACCOUNT', 'CONFIRM_CLIENT'].includes(kind) ? [] : ['DINGTALK', 'WECOM'],
      )
    })

  for (const [subject, occasion, text, recipients] of OTHERS)
    it(`${subject} ${occasion}: ${recipients.length === 0 ? 'is not told' : 'by mail and to both groups'}`, async () => {
      await tellOnly(subject, occasion)
      if (recipients.length === 0)
        return void expect([office.mail.mails, office.robots.messages]).to.deep.equal([[], []])
      expect(recipientsOf(text)).to.have.members(recipients)
      expect(groupsWith(text)).to.have.members(['DINGTALK', 'WECOM'])
    })

  for (const event of ACCOUNT_EVENTS)
    it(`account ${event}: by mail to the person alone, at once, without a link`, async () => {
      office.fresh()
      await office.choose(OFFICER, { kinds: [], digestHour: 9, quietFrom: 10, quietTo: 8 })
      await office.db.transaction((tx) => noteAccountEvent(tx, { person: OFFICER, event, now: office.now() }))
      await office.tell()
      collect()
      const [mail, ...more] = office.mail.mails
      expect([more, office.robots.messages]).to.deep.equal([[], []])
      expect(mail).to.include({ to: office.addressOf(OFFICER), subject: '【信用枢纽】账号安全通知' })
      expect(mail?.text).to.include(describeAccountEvent(event, office.now())).and.not.include('http')
    })

  it('leaves no task out but the time of the party', () => {
    const told = [...Object.keys(RECIPIENTS_BY_KIND), 'FOLLOW_RETRACTION']
    expect(WORK_KINDS.filter((kind) => !told.includes(kind))).to.deep.equal(['AWAIT_DEFENCE'])
  })

  it('names no natural person and no ID number, neither in a header nor in a text', () => {
    const all = received.join('\n')
    expect(all).to.include('某个体工商户').and.include('虚构第')
    for (const name of [...NATURAL, ...PEOPLE.map(({ name: each }) => each)]) expect(all, name).to.not.include(name)
    expect(all).to.not.match(/\d{15}/)
  })
})

const headersOf = (raw: string): string => raw.slice(0, raw.indexOf('\r\n\r\n'))

const fill = async ({ db }: NotifiedOffice): Promise<void> => {
  const kinds = Object.keys(CASES) as WorkKind[]
  const ids = await addCases(
    db,
    kinds.map((kind) => CASES[kind] as GivenCase),
    1,
  )
  const listing = ids[kinds.indexOf('PUBLISH')] ?? ''
  await addOtherTasks(db, listing)
  await db('operators')
    .whereRaw('id % 3 = 0')
    .update({ kind: 'INDIVIDUAL', name: `${NATURAL[0]}服装店` })
  await db('operators').whereRaw('id % 3 = 1').update({ kind: 'SHOP', name: NATURAL[1] })
  await db('objections').update({ statement: `${NATURAL[0]} ${ID_NUMBER}`, due_on: TODAY })
  await db('rejects').update({ message: `${NATURAL[0]} ${ID_NUMBER}`, item: { name: NATURAL[0], id: ID_NUMBER } })
  await db('listings').update({ reason: `${NATURAL[1]} ${ID_NUMBER}` })
  await addTroubles(db, listing)
}

const addTroubles = async (db: NotifiedOffice['db'], listing: string): Promise<void> => {
  const feeds = agencies.find(({ id }) => id === 'credit-office')?.feeds.map(({ id }) => id) ?? []
  expect(feeds).to.include.members(['repairs', 'permits', 'penalties'])
  for (const [feed, outcome] of [
    ['repairs', 'FAILED'],
    ['permits', 'REFUSED'],
  ] as const) {
    const id = await runs.startRun(db, { job: 'pull', subject: feed, cause: 'timetable', now: NOW })
    if (id !== null)
      await runs.finishRun(db, id, { outcome, error: { code: 'X', message: NATURAL[0] ?? '' }, now: NOW })
  }
  await db('runs').where({ subject: 'penalties' }).update({ whole: true, dated: '2026-01-01' })
  await db('deliveries').insert({
    ...{ platform: 'national', subject_id: listing, number: 2, action: 'REMOVE', kind: 'listing' },
    ...{ notice: '{"removal": {"removedOn": "2026-03-01"}}', due_at: NOW, created_at: '2026-03-01' },
  })
  await db('platform_states').insert({ platform: 'jilin', failures: 10 })
}
