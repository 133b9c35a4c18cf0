/** Notifications under attack: many events, slow and refusing servers, names that inject, midnight, a clock that is set back. */
import { expect } from 'chai'
import { addCases, type GivenCase } from '../../api/worklist/filled-office.js'
import { upTo } from '../../support/case.js'
import { type NotifiedOffice, openNotifiedOffice } from '../../support/notified-office.js'

const START = new Date('2027-12-01T02:00:00.000Z') // 10:00 in Asia/Shanghai
const MANY = 10_000
const DAY_SECONDS = 86_400
const [OFFICER, COLLEAGUE] = ['李经办', '冯同事']

describe('notifications under attack', () => {
  let office: NotifiedOffice
  let used = 1
  beforeEach(async () => {
    office = await openNotifiedOffice(START)
    for (const name of [OFFICER, COLLEAGUE]) await office.addPerson({ name, role: 'officer' })
    await office.addRobots()
    office.fresh()
    used = 1
  })
  afterEach(() => office.close())

  /** Leads that nobody keeps, each of a firm of its own. */
  const addLeads = async (n: number): Promise<void> => {
    const given: GivenCase[] = Array.from({ length: n }, () => ({ facts: upTo('openLead') }))
    await addCases(office.db, given, used)
    used += n
  }

  it('10,000 events at once are one message for each recipient, which says how many there are, and no more later', async () => {
    await addLeads(MANY)
    expect(await office.tell()).to.include({ sent: 4, failed: 0, dead: 0 })
    for (const person of [OFFICER, COLLEAGUE]) {
      const [mail, ...more] = office.mailsTo(person)
      expect(more).to.deep.equal([])
      expect(mail?.text.match(/^\d+\. /gm)).to.have.length(40)
      expect(mail?.text).to.match(/另有 \d+ 项，见工作台。/)
    }
    expect(office.robots.messages.map(({ form }) => form)).to.have.members(['DINGTALK', 'WECOM'])
    office.pass(60)
    office.fresh()
    expect(await office.tell()).to.include({ noted: 0, told: 0, sent: 0 })
  })

  it('a mail server that accepts slowly holds up no group, and gets each mail once', async () => {
    await addLeads(1)
    office.mail.behave({ hold: true })
    const groups = new Promise<void>((resolve) => {
      let n = 0
      office.robots.onMessage(() => {
        n += 1
        if (n === 2) resolve()
      })
    })
    const telling = office.tell()
    await groups
    office.mail.behave({ hold: false })
    expect(await telling).to.include({ sent: 4, failed: 0 })
    office.pass(600)
    expect(await office.tell()).to.include({ sent: 0 })
    expect(office.mail.mails).to.have.length(2)
  })

  it('a refused mailbox costs nobody else a message, and its own is given up at once', async () => {
    office.mail.behave({ refuse: office.addressOf(OFFICER) })
    await addLeads(1)
    expect(await office.tell()).to.include({ sent: 3, failed: 0, dead: 1 })
    expect([office.mailsTo(OFFICER).length, office.mailsTo(COLLEAGUE).length]).to.deep.equal([0, 1])
  })

  it('a server that is away is tried by one batch a run, and everything arrives when it is back', async () => {
    for (let n = 0; n < 10; n += 1) await office.addPerson({ name: `经办${n}`, role: 'officer' })
    await addLeads(1)
    office.mail.behave({ outage: true })
    expect(await office.tell()).to.include({ sent: 2, failed: 4 })
    office.mail.behave({ outage: false })
    office.pass(300)
    expect(await office.tell()).to.include({ sent: 12, failed: 0 })
    expect(new Set(office.mail.mails.map(({ to }) => to)).size).to.equal(12)
  })

  it('a firm’s name adds no header, no recipient, no line and no markup', async () => {
    await addLeads(1)
    const name = '虚构\r\nBcc: evil@mail.test\r\n\r\n<img src=x onerror=alert(1)>\u2028<@all>有限公司'
    await office.db('operators').update({ name })
    await office.tell()
    const [mail] = office.mailsTo(OFFICER)
    const headers = (mail?.raw ?? '').split('\r\n\r\n', 1)[0] ?? ''
    expect(headers)
      .to.match(/^Content-Type: text\/plain/m)
      .and.not.match(/^bcc:|evil|img/im)
    expect(office.mail.mails.map(({ to }) => to)).to.have.members([OFFICER, COLLEAGUE].map(office.addressOf))
    const texts = [mail?.text ?? '', ...office.robots.messages.map(({ text }) => text)]
    for (const text of texts) {
      const line = text.split(/\r\n|[\n\r\u2028]/).find((each) => each.startsWith('1. '))
      expect(line).to.include('虚构 Bcc: ［邮箱略］ ＜img src=x onerror=alert(1)＞ ＜＠all＞有限公司（案件')
    }
  })

  it('a digest at midnight tells of trouble that lasts, once a day', async () => {
    await office.db('notification_recipients').whereNot({ person: OFFICER }).update({ kinds: [] })
    await office.choose(OFFICER, { kinds: ['PLATFORM'], digestHour: 0 })
    await office.db('platform_states').insert({ platform: 'jilin', failures: 10 })
    await office.tell()
    expect(office.mail.mails).to.deep.equal([])
    for (const day of [2, 3]) {
      office.setNow(new Date(`2027-12-0${day - 1}T15:59:30.000Z`))
      await office.tell()
      office.pass(60)
      await office.tell()
      office.pass(60)
      await office.tell()
      expect(office.mailsTo(OFFICER), `${day}`).to.have.length(day - 1)
    }
    expect(office.mailsTo(OFFICER)[0]?.text).to.include('连续多次未能连通')
  })

  it('a clock that is set back loses and doubles nothing, however far', async () => {
    await addLeads(1)
    office.mail.behave({ outage: true })
    await office.tell()
    await office.choose(COLLEAGUE, { kinds: ['WAITING'], digestHour: 9 })
    await addLeads(1)
    await office.tell()
    office.mail.behave({ outage: false })
    office.pass(-400 * DAY_SECONDS)
    await office.tell()
    expect(office.mailsTo(OFFICER)).to.have.length(2)
    const ids = office.mailsTo(COLLEAGUE).map(({ messageId }) => messageId)
    expect(new Set(ids).size).to.equal(ids.length)
    expect(await office.db('notification_messages').whereNot({ state: 'SENT' })).to.deep.equal([])
    expect(await office.db('notifications').whereNull('message_id')).to.deep.equal([])
    await addLeads(1)
    office.fresh()
    await office.tell()
    expect([office.mailsTo(OFFICER).length, office.robots.messages.length]).to.deep.equal([1, 2])
  })
})
