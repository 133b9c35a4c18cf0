/** Notifications about a world with enterprises and natural persons: kinds, digests, outages, kills, dead letters. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { usccOf } from '../../../seeds/world/codes.js'
import { agencies } from '../../../src/agencies/index.js'
import type { Role } from '../../../src/domain/access/viewer.js'
import { KIND_TITLES, kindsOfferedTo, NOTIFICATION_KINDS } from '../../../src/domain/notifications/kinds.js'
import { shortCaseNumber } from '../../../src/domain/notifications/message.js'
import { type Keys, loadKeys } from '../../../src/foundation/keys.js'
import { platforms } from '../../../src/platforms/index.js'
import { type GroupRobots, startGroupRobots } from '../../../src/sandbox/group-robots.js'
import { type MailServerStandIn, startMailServer } from '../../../src/sandbox/mail-server.js'
import * as recipients from '../../../src/store/notifications/recipients.js'
import * as objections from '../../../src/store/scoring/objections.js'
import * as runs from '../../../src/store/timetable/runs.js'
import type { AuditEntry } from '../../../src/work/audit/audit-log.js'
import { proposeCalendar } from '../../../src/work/calendar/calendar.js'
import { saveRobot } from '../../../src/work/notifications/group-robots.js'
import { type MailSender, makeMailSender } from '../../../src/work/notifications/mail.js'
import { type NotifyRun, runNotifications } from '../../../src/work/notifications/notify.js'
import { labelOfPerson } from '../../../src/work/notifications/settings.js'
import { confirmedPerson } from '../../support/accounts.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { lead, listingAt, log, OFFICER, operatorOf, published, pullItems, rules, step } from '../../support/world.js'

const NOTIFYING = fileURLToPath(new URL('../../support/notifying.ts', import.meta.url))
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
const OTHERS = ['冯同事', '陈代办', '孔同事']

describe('notifications', () => {
  let test: TestDatabase
  let folder: string
  let keys: Keys
  let mail: MailServerStandIn
  let robots: GroupRobots
  let sender: MailSender
  let now = START
  const audited: Omit<AuditEntry, 'kind'>[] = []
  const AT_ONCE = { digestHour: null, quietFrom: null, quietTo: null }

  const tell = async (itemsMost?: number): Promise<NotifyRun> => {
    const auditLog = { chunk: async (row: Omit<AuditEntry, 'kind'>) => void audited.push(row) }
    const done = await runNotifications(test.db, {
      ...{ cause: 'command', now: () => now, log, publicUrl: 'http://hub.test' },
      sources: { rules, agencies, platforms, configured: new Set(['credit-office']) },
      ...(itemsMost !== undefined && { itemsMost }),
      sending: { keys, mail: sender, allow: ['127.0.0.0/8'], auditLog, random: () => 0.5, log },
    })
    if (done === null) throw new Error('another process had it')
    return done
  }
  const pass = (seconds: number): void => {
    now = new Date(now.getTime() + seconds * 1_000)
  }
  const mailsTo = (person: string) => mail.mails.filter(({ to }) => to === addressOf(person))
  const addressOf = (person: string): string =>
    `p${[...PEOPLE.map(([name]) => name), ...OTHERS].indexOf(person)}@mail.test`
  const fresh = (): void => {
    mail.mails.length = 0
    robots.messages.length = 0
    mail.behave({ outage: false, failNext: 0, cutAfterAccept: 0, refuse: null })
    robots.behave({ outage: false })
  }

  before(async () => {
    test = await freshDatabase()
    folder = mkdtempSync(join(tmpdir(), 'hub-notify-'))
    keys = await loadKeys(folder, 'http://hub.test')
    mail = await startMailServer()
    robots = await startGroupRobots(mail, () => now)
    sender = makeMailSender({
      ...{ host: mail.host, port: mail.port, secure: false, user: null, password: null, sender: 'hub@hub.test' },
    })
    await bringWorld(test.db)
    for (const [name, role, agency] of PEOPLE) await addRecipient(name, role, agency)
    const parts = { keys, allow: ['127.0.0.0/8'], publicUrl: 'http://hub.test' }
    const made = { ...AT_ONCE, region: null, kinds: NOTIFICATION_KINDS, by: '吴管理', now }
    await saveRobot(test.db, parts, { name: '名单组', form: 'DINGTALK', ...robots.dingtalk, ...made })
    await saveRobot(test.db, parts, { name: '运维组', form: 'WECOM', ...robots.wecom, secret: null, ...made })
  })
  after(async () => {
    await mail.close()
    await robots.close()
    await test.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  const addRecipient = async (person: string, role: Role, agency = 'market-regulator'): Promise<void> => {
    await confirmedPerson(test.db, { name: person, role, agency }, [agency], now)
    const pendingAddress = keys.seal(addressOf(person), labelOfPerson(person))
    await test.db.transaction(async (tx) => {
      await recipients.saveChoice(tx, { person, kinds: kindsOfferedTo(role), ...AT_ONCE, now })
      await recipients.awaitProof(tx, { person, pendingAddress, codeMark: '', codeUntil: now, codesSent: 0, now })
      await recipients.acceptAddress(tx, person, now)
    })
  }

  it('each kind arrives by mail and at both robots, one message each, with its row in the audit log', async () => {
    expect(robots.messages.map(({ text }) => text.includes('测试消息'))).to.deep.equal([true, true])
    fresh()
    const done = await tell()
    expect(done).to.include({ sent: 7, failed: 0, dead: 0 })
    const kindsIn = (text: string) => NOTIFICATION_KINDS.filter((kind) => text.includes(`■ ${KIND_TITLES[kind]}`))
    for (const [name, role] of PEOPLE) {
      const [one, ...more] = mailsTo(name)
      expect(more, name).to.deep.equal([])
      expect(kindsIn(one?.text ?? ''), name).to.deep.equal(kindsOfferedTo(role))
    }
    expect(robots.messages.map(({ form, text }) => [form, ...kindsIn(text)])).to.have.deep.members([
      ['DINGTALK', ...NOTIFICATION_KINDS],
      ['WECOM', ...NOTIFICATION_KINDS],
    ])
    expect(mailsTo('李经办')[0]?.text).to.include('http://hub.test/desk/listings/')
    expect(audited).to.have.length(7)
    expect(audited.find(({ client }) => client === '李经办')?.shown).to.be.an('array').that.is.not.empty
  })

  it('are not repeated while nothing changes', async () => {
    fresh()
    pass(60)
    expect(await tell()).to.include({ noted: 0, told: 0, sent: 0 })
    expect(mail.mails).to.deep.equal([])
  })

  it('name no natural person, no colleague and no address, only enterprises', async () => {
    const texts = (await test.db('notification_messages').select('subject', 'body'))
      .map((row) => JSON.stringify(row))
      .join()
    expect(texts).to.include('长春虚构商贸第1有限公司')
    expect(texts).to.include('某个体工商户')
    for (const name of [...NATURAL, ...PEOPLE.map(([each]) => each), '@']) expect(texts, name).to.not.include(name)
    expect(texts).to.not.match(/\d{15}/)
  })

  it('reach a colleague who may not do it himself only where another person must', async () => {
    const reviews = (person: string) => mailsTo(person).some(({ text }) => text.includes('暂停公示，待第二人确认'))
    fresh()
    const hidden = await published(test.db, 6)
    await step(
      test.db,
      hidden.id,
      [
        'hideListing',
        { by: 'reviewer-1', role: 'reviewer' } as never,
        { on: '2027-12-01', reason: '待核', hiding: 'OBJECTION' },
      ],
      now,
    )
    await tell()
    expect([reviews('reviewer-1'), reviews('周复核'), reviews('李经办')]).to.deep.equal([false, true, true])
  })

  it('tasks of a case are told to its keeper and the keeper’s deputy, and to the group, not to other officers', async () => {
    fresh()
    await addRecipient('冯同事', 'officer')
    await addRecipient('陈代办', 'officer')
    await tell()
    fresh()
    await test.db('absences').insert({
      ...{
        person: '李经办',
        deputy: '陈代办',
        from_on: '2027-11-30',
        to_on: '2027-12-01',
        made_by: '李经办',
        made_at: now,
      },
    })
    await keepBy(test.db, '李经办', await anotherLead(test.db, 30))
    await tell()
    expect(['李经办', '陈代办', '冯同事'].map((person) => mailsTo(person).length)).to.deep.equal([1, 1, 0])
    expect(robots.messages).to.have.length(2)
    await test.db('notification_recipients').whereIn('person', ['冯同事', '陈代办']).del()
  })

  it('reach the keeper of a case, and are not dropped as past, where more waits than one run reads', async () => {
    fresh()
    await addRecipient('孔同事', 'officer')
    const lead = await anotherLead(test.db, 39)
    await keepBy(test.db, '孔同事', lead)
    await tell(3)
    expect(mailsTo('孔同事').some(({ text }) => text.includes(shortCaseNumber(lead)))).to.equal(true)
    await tell()
    const { id } = await test.db('notification_recipients').where({ person: '孔同事' }).first('id')
    await test.db('notifications').where({ recipient_id: id }).update({ message_id: null })
    await tell(3)
    expect(await test.db('notifications').where({ recipient_id: id }).whereNotNull('dropped_at')).to.deep.equal([])
    await test.db('notification_recipients').where({ id }).del()
  })

  it('wait out an hour of outage of both kinds of receiver, with one Message-ID', async () => {
    fresh()
    mail.behave({ outage: true })
    robots.behave({ outage: true })
    await anotherLead(test.db, 31)
    expect(await tell()).to.include({ sent: 0, failed: 3 })
    for (let minute = 0; minute < 60; minute += 5) {
      pass(300)
      expect((await tell()).sent).to.equal(0)
    }
    fresh()
    pass(HOUR)
    expect(await tell()).to.include({ sent: 3, dead: 0 })
    expect(mailsTo('李经办')).to.have.length(1)
    expect(robots.messages).to.have.length(2)
  })

  it('come once more under the same Message-ID where the line broke after the server had taken them', async () => {
    fresh()
    mail.behave({ cutAfterAccept: 1 })
    await anotherLead(test.db, 32)
    await tell()
    pass(120)
    await tell()
    expect(mailsTo('李经办').map(({ messageId }) => messageId)).to.have.length(2)
    expect(new Set(mailsTo('李经办').map(({ messageId }) => messageId)).size).to.equal(1)
  })

  it('are neither lost nor told twice when the process is killed as the server takes them', async () => {
    fresh()
    await addFailure(test.db, 'permits')
    const args = [test.url, folder, String(mail.port), now.toISOString()]
    const child = spawn(process.execPath, ['--import', 'tsx', NOTIFYING, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const exited = once(child, 'exit')
    const deaf = mail.onMail(() => child.kill('SIGKILL'))
    await exited
    deaf()
    expect(child.signalCode).to.equal('SIGKILL')
    const before = mail.mails.length
    expect(before).to.be.above(0)
    pass(5 * 60)
    await tell()
    const told = ['李经办', '吴管理', '郑信源']
    for (const person of told) {
      const ids = mailsTo(person).map(({ messageId }) => messageId)
      expect(ids, person).to.have.length.within(1, 2)
      expect(new Set(ids).size, person).to.equal(1)
    }
    expect(mail.mails.length - told.length).to.be.at.most(before)
    fresh()
    pass(60)
    expect(await tell()).to.include({ noted: 0, told: 0, sent: 0 })
  })

  it('keep a digest for its hour, respect quiet hours, and leave out what was done meanwhile', async () => {
    fresh()
    await test.db.transaction((tx) =>
      recipients.saveChoice(tx, {
        person: '李经办',
        kinds: ['WAITING'],
        digestHour: 9,
        quietFrom: 20,
        quietTo: 8,
        now,
      }),
    )
    await test.db.transaction((tx) =>
      recipients.saveChoice(tx, {
        person: '周复核',
        kinds: ['REPAIR', 'WAITING'],
        digestHour: null,
        quietFrom: 20,
        quietTo: 8,
        now,
      }),
    )
    now = new Date('2027-12-02T13:00:00.000Z') // 21:00
    await test.db('notification_recipients').whereNotNull('robot').update({ kinds: [] })
    const [kept, dropped] = [await anotherLead(test.db, 33), await anotherLead(test.db, 34)]
    await tell()
    expect([mailsTo('李经办'), mailsTo('周复核')]).to.deep.equal([[], []])
    await step(test.db, dropped, ['dropListing', OFFICER, { on: '2027-12-02', reason: '查无实据' }], now)
    now = new Date('2027-12-02T23:30:00.000Z') // 07:30
    await tell()
    expect(mailsTo('李经办')).to.deep.equal([])
    now = new Date('2027-12-03T01:00:00.000Z') // 09:00
    await tell()
    const [digest, ...more] = mailsTo('李经办')
    expect(more).to.deep.equal([])
    expect(digest?.subject).to.equal('【信用枢纽】每日汇总：待办事项 1 项')
    expect(digest?.text).to.include(kept).and.not.include(dropped)
  })

  it('to a mailbox that does not exist are given up at once, without its address in the table', async () => {
    fresh()
    mail.behave({ refuse: addressOf('郑信源') })
    await test.db('notification_recipients').where({ person: '李经办' }).update({ kinds: [] })
    await addFailure(test.db, 'repairs')
    expect(await tell()).to.include({ sent: 1, dead: 1 })
    const [dead] = await test.db('notification_messages').where({ state: 'DEAD' })
    expect([dead.attempts, dead.last_error]).to.deep.equal([1, 'EENVELOPE RCPT TO 550'])
  })

  it('that nobody could deliver in three days are given up', async () => {
    fresh()
    mail.behave({ outage: true })
    await test
      .db('notification_recipients')
      .where({ person: '李经办' })
      .update({ kinds: ['WAITING'], digest_hour: null })
    await anotherLead(test.db, 35)
    await tell()
    pass(72 * HOUR)
    await tell()
    const [last] = await test.db('notification_messages').where('subject', 'like', '%待办事项%').orderBy('id', 'desc')
    expect([last.state, last.last_error]).to.deep.equal(['DEAD', 'ECONNECTION CONN'])
  })
})

type WorldDb = TestDatabase['db']

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
        dueOn: null,
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
