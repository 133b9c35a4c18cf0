/** The settings of people and of group robots over GraphQL, and what must stay secret. */
import { expect } from 'chai'
import { type GroupRobots, startGroupRobots } from '../../../src/sandbox/group-robots.js'
import { type MailServerStandIn, startMailServer } from '../../../src/sandbox/mail-server.js'
import { confirmedPerson } from '../../support/accounts.js'
import { dumpOf } from '../../support/world.js'
import { makeWorld, NOW, type World } from '../world.js'

const OFFICER = 'officer-7'
const ADMINISTRATOR = 'administrator-7'
const SECOND = 'administrator-8'
const ADDRESS = 'someone@mail.test'
const MINUTE = 60_000

describe('notification settings', () => {
  let world: World
  let mail: MailServerStandIn
  let robots: GroupRobots
  let [officer, administrator, second] = ['', '', '']
  let now = NOW

  before(async () => {
    mail = await startMailServer()
    robots = await startGroupRobots(mail, () => now)
    const settings = {
      host: mail.host,
      port: mail.port,
      secure: false,
      user: null,
      password: null,
      sender: 'hub@hub.test',
    }
    world = await makeWorld({ webhookAllow: ['127.0.0.0/8'], mail: settings })
    for (const [name, role] of [
      [OFFICER, 'officer'],
      [ADMINISTRATOR, 'administrator'],
      [SECOND, 'administrator'],
    ] as const)
      await confirmedPerson(world.database.db, { name, role, agency: 'market-regulator' }, ['market-regulator'], NOW)
    pass(0)
  })
  after(async () => {
    await world.close()
    await mail.close()
    await robots.close()
  })

  const pass = (ms: number): void => {
    now = new Date(now.getTime() + ms)
    world.setNow(now)
    officer = world.token('officer', OFFICER, 'market-regulator')
    administrator = world.token('administrator', ADMINISTRATOR, 'market-regulator')
    second = world.token('administrator', SECOND, 'market-regulator')
  }
  const codeOf = async (query: string, token: string, variables?: object): Promise<unknown> =>
    (await world.ask(query, { token, variables })).errors?.[0]?.extensions['code'] ?? 'none'
  const SEND = 'mutation ($to: String!) { sendMailCode(mailAddress: $to) { mailAddress pendingAddress kinds } }'
  const CONFIRM = 'mutation ($code: String!) { confirmMailAddress(mailCode: $code) { mailAddress pendingAddress } }'
  const sentCode = (): string => /：(\d{6})/.exec(mail.mails.at(-1)?.text ?? '')?.[1] ?? ''

  it('take an address only once the code that was sent to it has come back', async () => {
    const { data } = await world.ask(SEND, { token: officer, variables: { to: ADDRESS } })
    expect(data.sendMailCode).to.deep.equal({
      ...{ mailAddress: null, pendingAddress: ADDRESS },
      kinds: ['DEADLINE', 'PLATFORM', 'FEED', 'MATTER', 'OBJECTION', 'REPAIR', 'WAITING'],
    })
    expect([mail.mails.at(-1)?.to, mail.mails.at(-1)?.subject]).to.deep.equal([ADDRESS, '【信用枢纽】邮箱确认码'])
    expect(await codeOf(SEND, officer, { to: 'other@mail.test' })).to.equal('MAIL_CODE_LATER')
    expect(await codeOf(CONFIRM, administrator, { code: sentCode() })).to.equal('MAIL_CODE_WRONG')
    const confirmed = await world.ask(CONFIRM, { token: officer, variables: { code: sentCode() } })
    expect(confirmed.data.confirmMailAddress).to.deep.equal({ mailAddress: ADDRESS, pendingAddress: null })
    expect(await codeOf(CONFIRM, officer, { code: sentCode() })).to.equal('MAIL_CODE_WRONG')
  })

  it('accept no code after five wrong ones or a quarter of an hour, and send five a day', async () => {
    for (let n = 0; n < 4; n += 1) {
      pass(MINUTE)
      expect(await codeOf(SEND, officer, { to: 'second@mail.test' })).to.equal('none')
    }
    pass(MINUTE)
    expect(await codeOf(SEND, officer, { to: 'second@mail.test' })).to.equal('MAIL_CODE_LATER')
    const good = sentCode()
    const wrong = good === '000000' ? '000001' : '000000'
    for (let n = 0; n < 5; n += 1) expect(await codeOf(CONFIRM, officer, { code: wrong })).to.equal('MAIL_CODE_WRONG')
    expect(await codeOf(CONFIRM, officer, { code: good })).to.equal('MAIL_CODE_WRONG')
    pass(25 * 60 * MINUTE)
    expect(await codeOf(SEND, officer, { to: 'third@mail.test' })).to.equal('none')
    pass(16 * MINUTE)
    expect(await codeOf(CONFIRM, officer, { code: sentCode() })).to.equal('MAIL_CODE_WRONG')
    const { data } = await world.ask('{ notificationSettings { mailAddress pendingAddress } }', { token: officer })
    expect(data.notificationSettings).to.deep.equal({ mailAddress: ADDRESS, pendingAddress: null })
  })

  it('have a test mail sent to the own address or else to the sender, by administrators, and say why it failed', async () => {
    const TEST = 'mutation { sendTestMail { isOwnAddress fault } }'
    const test = async () => (await world.ask(TEST, { token: administrator })).data.sendTestMail
    expect(await codeOf(TEST, officer)).to.equal('FORBIDDEN')
    expect(await test()).to.deep.equal({ isOwnAddress: false, fault: null })
    const { to, subject } = mail.mails.at(-1) ?? {}
    expect([to, subject]).to.deep.equal(['hub@hub.test', '【信用枢纽】测试邮件'])
    mail.behave({ refuse: 'hub@hub.test' })
    expect(await test()).to.deep.equal({ isOwnAddress: false, fault: 'RECIPIENT_REFUSED' })
    mail.behave({ refuse: null })
  })

  it('refuse an address that could add a header or a recipient, and hours that do not exist', async () => {
    pass(2 * MINUTE)
    const before = mail.mails.length
    for (const to of ['a@b.cn\r\nBcc: c@d.cn', 'a@b.cn, c@d.cn', 'a@b.cn>\r\nDATA', 'a'])
      expect(await codeOf(SEND, officer, { to }), to).to.equal('INPUT_INVALID')
    expect(mail.mails).to.have.length(before)
    const choose = (text: string) =>
      codeOf(`mutation { chooseNotifications(input: { kinds: [WAITING], ${text} }) { owed } }`, officer)
    expect(await choose('digestHour: 24')).to.equal('INPUT_INVALID')
    expect(await choose('quietFrom: 22')).to.equal('INPUT_INVALID')
    expect(await choose('digestHour: 8, quietFrom: 22, quietTo: 7')).to.equal('none')
  })

  const PROPOSE =
    'mutation ($input: NotificationRobotInput!) { saveNotificationRobot(input: $input) { name form kinds changedBy } }'
  const DECIDE = 'mutation ($input: DecideOfficeProposalInput!) { decideOfficeProposal(input: $input) { state } }'
  const CHOICE = { kinds: ['FEED'], digestHour: 9 }

  it('register a robot that has taken a test message, by two administrators', async () => {
    const input = { name: '值班群', form: 'DINGTALK', choice: CHOICE, reason: '值班' }
    const given = { ...input, robotAddress: robots.dingtalk.address, robotSecret: robots.dingtalk.secret }
    const robotsNow = async () =>
      (await world.ask('{ notificationRobots { name kinds changedBy } }', { token: administrator })).data
        .notificationRobots
    const confirm = (id: string, token: string) =>
      codeOf(DECIDE, token, { input: { id, verdict: 'CONFIRM', note: null } })
    const waiting = async (): Promise<string> => {
      const asked = await world.ask('{ officeProposals { id state robot { name } } }', { token: second })
      return asked.data.officeProposals.find((one: { state: string }) => one.state === 'PROPOSED')?.id
    }
    expect(await codeOf(PROPOSE, officer, { input: given })).to.equal('FORBIDDEN')
    const wrong = { ...given, robotSecret: 'SECwrong' }
    expect(await codeOf(PROPOSE, administrator, { input: wrong })).to.equal('ROBOT_FAILED')
    const { data } = await world.ask(PROPOSE, { token: administrator, variables: { input: given } })
    const robot = { name: '值班群', form: 'DINGTALK', kinds: ['FEED'] }
    expect(data.saveNotificationRobot).to.deep.equal({ ...robot, changedBy: ADMINISTRATOR })
    const id = await waiting()
    expect(await codeOf(PROPOSE, second, { input: given })).to.equal('OFFICE_PROPOSAL_WAITS')
    expect([await confirm(id, administrator), await robotsNow()]).to.deep.equal(['SECOND_PERSON', []])
    expect(await confirm(id, second)).to.equal('none')
    expect(await robotsNow()).to.deep.equal([{ name: '值班群', kinds: ['FEED'], changedBy: ADMINISTRATOR }])
    // Unchanged address and secret are kept.
    const changed = { ...input, choice: { kinds: ['FEED', 'PLATFORM'] } }
    expect(await codeOf(PROPOSE, second, { input: changed })).to.equal('none')
    expect(await confirm(await waiting(), administrator)).to.equal('none')
    expect(await robotsNow()).to.deep.equal([{ name: '值班群', kinds: ['FEED', 'PLATFORM'], changedBy: SECOND }])
    expect(robots.messages.map(({ form }) => form)).to.deep.equal(['DINGTALK', 'DINGTALK', 'DINGTALK'])
    const kept = await world.database.db('office_proposals').where({ kind: 'ROBOT' }).pluck('content')
    expect(kept.map(({ address, secret }) => [address, secret])).to.deep.equal([
      ['', null],
      ['', null],
    ])
  })

  it('call no robot at an address inside that is not allowed, by name or number', async () => {
    const refused = [
      'http://169.254.169.254/latest?key=x',
      'http://[::1]:9/x?key=x',
      'http://10.0.0.1/x?key=x',
      'http://2130706433/',
    ]
    const outside = ['https://u:p@example.com/x', 'ftp://example.com/x', 'http://example.com/x?key=y']
    for (const robotAddress of [...refused, ...outside]) {
      const input = { name: '内网', form: 'WECOM', robotAddress, choice: CHOICE, reason: '内网' }
      // 2130706433 is 127.0.0.1, which this hub may call, but nobody listens at its port.
      expect(await codeOf(PROPOSE, administrator, { input }), robotAddress).to.be.oneOf([
        'ROBOT_FAILED',
        'INPUT_INVALID',
      ])
    }
    const { data } = await world.ask('{ notificationRobots { name } }', { token: administrator })
    expect(data.notificationRobots).to.deep.equal([{ name: '值班群' }])
  })

  it('stand nowhere in the database, not in the audit log either: neither address, code nor secret', async () => {
    const inline = `mutation { sendMailCode(mailAddress: "inline@mail.test") { owed } }`
    pass(2 * MINUTE)
    await world.ask(inline, { token: administrator })
    const aliased = 'mutation ($a: String! = "default@mail.test") { sendMailCode(mailAddress: $a) { owed } }'
    pass(2 * MINUTE)
    await world.ask(aliased, { token: administrator })
    const dump = await dumpOf(world.database.db)
    expect(dump).to.include('sendMailCode')
    for (const secret of ['mail.test', robots.dingtalk.secret, 'access_token', 'demo-robot', 'key=x'])
      expect(dump).to.not.include(secret)
    for (const { text } of mail.mails) {
      const code = /：(\d{6})/.exec(text)?.[1]
      if (code !== undefined) expect(dump).to.not.include(`"${code}"`)
    }
  })

  it('are reset when a person stops them, and only the notice of it still knows the address', async () => {
    const { data } = await world.ask('mutation { removeMailAddress { mailAddress owed digestHour } }', {
      token: officer,
    })
    expect(data.removeMailAddress).to.deep.equal({ mailAddress: null, owed: 0, digestHour: null })
    const { db } = world.database
    const row = await db('notification_recipients').where({ person: OFFICER }).first()
    expect([row.address, row.pending_address, row.quiet_from]).to.deep.equal([null, null, null])
    const left = await db('notifications').where({ recipient_id: row.id })
    expect(left.map(({ kind, content }) => [kind, content.includes('提醒邮箱已删除')])).to.deep.equal([
      ['ACCOUNT', true],
    ])
    expect(await db('notification_messages').where({ recipient_id: row.id })).to.deep.equal([])
  })

  it('are for people, not for systems and not for others', async () => {
    const system = world.token('officer', 'a-system')
    expect(await codeOf(SEND, system, { to: ADDRESS })).to.equal('PERSON_UNKNOWN')
    for (const role of ['marketplace', 'credit_service', 'party'] as const)
      expect(await codeOf('{ notificationSettings { owed } }', world.token(role)), role).to.equal('FORBIDDEN')
  })
})
